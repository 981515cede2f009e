from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.families.drafting import Draft
from azlin.agentic.families.holders import holder, subnet_of
from azlin.agentic.language.kinds import BY_NAME
from azlin.errors import NotFound, Undecided

VNET = BY_NAME["vnet"]


def test_the_one_in_the_group_that_is_meant_counts_first(azure: Any):
    for group in ("a", "b"):
        azure.put(VNET.type, "net1", group)
    assert holder(Draft(azure.world()), VNET, "net1", "b").group == "b"
    with pytest.raises(Undecided):
        holder(Draft(azure.world()), VNET, "net1", "c")


def test_nobody_signed_in_needs_a_group(unknown_world: Any):
    assert holder(Draft(unknown_world), VNET, "net1", "a").group == "a"
    with pytest.raises(NotFound):
        holder(Draft(unknown_world), VNET, "net1", None)


@pytest.mark.parametrize(("names", "wanted"), [([], None), (["a", "b"], None)])
def test_a_subnet_is_never_guessed(azure: Any, names: list[str], wanted: str | None):
    azure.put(VNET.type, "net1", "g", properties={"subnets": [{"name": name} for name in names]})
    draft = Draft(azure.world())
    with pytest.raises(Undecided, match=f"{len(names)} subnets"):
        subnet_of(draft, draft.ref(VNET.type, "net1", "g"), wanted)


def test_the_only_subnet_is_taken_and_a_wrong_one_is_not_found(azure: Any):
    azure.put(VNET.type, "net1", "g", properties={"subnets": [{"name": "web"}]})
    draft = Draft(azure.world())
    vnet = draft.ref(VNET.type, "net1", "g")
    assert subnet_of(draft, vnet, None).name == "net1/web"
    with pytest.raises(NotFound, match="db"):
        subnet_of(draft, vnet, "db")
