from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    "text",
    ["delete vm", "delete vms", "stop the vm in group web", "list running storage accounts", "delete everything"],
)
def test_an_aim_that_is_not_clear_is_a_question(understand: Any, text: str):
    assert understand(text).questions


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("stop all vms except web1", {"not_names": ["web1"], "everything": True}),
        ("list vms not in westeurope", {"not_locations": ["westeurope"]}),
        ("list subnets of vnet net1", {"within": ["net1"]}),
        ("delete vms web1 and web2 in group g", {"names": ["web1", "web2"], "groups": ["g"]}),
    ],
)
def test_what_is_meant_becomes_a_filter(understand: Any, text: str, where: dict[str, Any]):
    found = understand(text).parameters["where"]
    assert {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()} == where


def test_a_list_of_one_by_name_shows_it(understand: Any):
    assert understand("list vm Sam").action == "show"
