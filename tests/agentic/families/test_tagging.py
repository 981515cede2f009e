from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.families.drafting import Draft
from azlin.agentic.families.tagging import tag
from azlin.agentic.language.kinds import BY_NAME
from azlin.agentic.types import ResourceRef

ACCOUNT = BY_NAME["account"]


def tagged(azure: Any, before: dict[str, str], tags: dict[str, str | None], *, remove: bool) -> tuple[Any, list[str]]:
    there = azure.put(ACCOUNT.type, "logs1", "g", tags=before, properties={"a": 1})
    draft = Draft(azure.world())
    tag(draft, ACCOUNT, [(ResourceRef.from_id(there["id"]), there)], tags, remove=remove)
    operations = draft.plan().operations
    return (operations[0] if operations else None), draft.assumptions


def test_a_tag_keeps_the_spelling_that_is_there_and_everything_else(azure: Any):
    change, _ = tagged(azure, {"Env": "test", "owner": "anna"}, {"env": "prod"}, remove=False)
    assert change.desired["tags"] == {"Env": "prod", "owner": "anna"}
    assert (change.effect, change.desired["properties"]) == ("changes", {"a": 1})


@pytest.mark.parametrize(("value", "left"), [(None, {}), ("test", {}), ("prod", None)])
def test_a_tag_with_a_value_goes_only_if_it_has_that_value(azure: Any, value: str | None, left: Any):
    change, told = tagged(azure, {"Env": "test"}, {"env": value}, remove=True)
    assert (change and change.desired["tags"]) == left
    assert bool(told) is (left is None)


def test_what_is_tagged_so_already_is_told_and_left(azure: Any):
    change, told = tagged(azure, {"env": "test"}, {"ENV": "test"}, remove=False)
    assert change is None
    assert "is tagged so already" in told[0]
