from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.families.drafting import Draft, body_of, ensure_group, first_difference, operation_id
from azlin.errors import Undecided

NSG = "Microsoft.Network/networkSecurityGroups"
GROUP = "Microsoft.Resources/resourceGroups"
BODIES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.integers() | st.text(max_size=4) | st.lists(st.integers(), max_size=3)
)


@given(BODIES, BODIES)
def test_what_has_all_that_is_wanted_is_no_different(wanted: dict[str, Any], more: dict[str, Any]):
    assert first_difference(wanted, {**more, **wanted}) is None


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ({"location": "westeurope"}, {"location": "West Europe"}),
        ({"sku": {"Name": "x"}}, {"sku": {"name": "X", "tier": "y"}}),
        ([{"name": "b", "v": 1}], [{"name": "a"}, {"name": "B", "v": 1}]),
        ({"adminPassword": "{secret:p}"}, {}),
    ],
)
def test_what_azure_holds_for_the_same_is_the_same(wanted: Any, there: Any):
    assert first_difference(wanted, there) is None


def test_the_first_difference_is_told():
    assert first_difference({"sku": {"name": "A"}}, {"sku": {"name": "B"}}) == "name is 'B', not 'A'"
    assert first_difference({"a": [1, 2]}, {"a": [1]}) is not None


def test_the_same_thing_is_ensured_once(azure: Any):
    draft = Draft(azure.world())
    for _ in range(2):
        assert draft.ensure(draft.ref(NSG, "web", "g"), {})
    assert [operation.id for operation in draft.plan().operations] == ["nsg:web"]


def test_what_differs_is_a_question_and_never_overwritten(azure: Any):
    azure.put(NSG, "web", "g", location="uksouth")
    draft = Draft(azure.world())
    with pytest.raises(Undecided, match="it is different"):
        draft.ensure(draft.ref(NSG, "web", "g"), {"location": "westeurope"})


def test_a_group_that_is_there_is_used_wherever_it_lies(azure: Any):
    azure.put(GROUP, "g", location="uksouth")
    draft = Draft(azure.world())
    ensure_group(draft, "g", "westeurope")
    assert draft.plan().operations == ()


def test_each_waits_for_what_holds_it_in_whatever_order_they_come(azure: Any):
    draft = Draft(azure.world())
    draft.ensure(draft.ref(f"{NSG}/securityRules", "web/allow-22", "g"), {})
    draft.ensure(draft.ref(NSG, "web", "g"), {})
    ensure_group(draft, "g", "westeurope")
    waves = [[operation.id for operation in wave] for wave in draft.plan().waves()]
    assert waves == [["group:g"], ["nsg:web"], ["rule:web/allow-22"]]


def test_two_of_one_name_in_two_groups_have_ids_of_their_own(azure: Any):
    draft = Draft(azure.world())
    ids = [draft.delete(draft.ref(NSG, "web", group)) for group in ("a", "b", "b")]
    assert ids == ["delete:nsg:web", "delete:nsg:web in b", "delete:nsg:web in b 2"]
    assert operation_id(draft.ref("Microsoft.Web/sites", "s1", "g")) == "web app:s1"


def test_a_body_leaves_out_what_azure_fills_in():
    there = {"id": "x", "name": "y", "location": "z", "properties": {"provisioningState": "Succeeded", "a": 1}}
    assert body_of(there) == {"location": "z", "properties": {"a": 1}}
