from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from azlin.agentic.difference import differences, mended, unreadable_by
from azlin.agentic.types import MadeAgainst, Operation, Plan, ResourceRef

NETWORK = ResourceRef(type="Microsoft.Network/virtualNetworks", name="net", group="g", subscription="s")
SUBNET = ResourceRef(type="Microsoft.Network/virtualNetworks/subnets", name="net/web", group="G", subscription="s")
NIC_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/nic"


def ensure(desired: dict[str, Any], target: ResourceRef = NETWORK) -> Operation:
    return Operation(id=target.name, verb="ensure", effect="creates", target=target, desired=desired)


def found(wanted: dict[str, Any], there: dict[str, Any], **more: Any) -> list[str]:
    return [str(one) for one in differences(ensure(wanted), there, **more)]


KEYS = st.text("abcdefgh", min_size=1, max_size=4)
LEAVES = st.one_of(st.booleans(), st.integers(-5, 5), st.text("xyzXYZ 12", min_size=1, max_size=6))
ELEMENTS = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abcde"), "setting": LEAVES}),
    min_size=1,
    max_size=4,
    unique_by=lambda element: element["name"],
)
BODIES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES | ELEMENTS | st.lists(LEAVES, min_size=1, max_size=3),
        lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


def leaves(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*way, key))]
    if isinstance(value, list):
        return [leaf for place, inner in enumerate(value) for leaf in leaves(inner, (*way, place))]
    return [way]


def shuffled(value: Any, draw: Any) -> Any:
    """The same value as Azure might write it: keys in another order, named elements too, and more keys of its own."""
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {key: shuffled(value[key], draw) for key in keys} | {"etagOfAzure": "1"}
    if isinstance(value, list):
        named = all(isinstance(element, dict) for element in value)
        elements = draw(st.permutations(value)) if named else value
        return [shuffled(element, draw) for element in elements]
    return value


@given(BODIES, st.data())
def test_order_and_additions_of_azures_own_are_no_difference(wanted: dict[str, Any], data: Any):
    assert found({"properties": wanted}, {"properties": shuffled(wanted, data.draw)}) == []


@given(BODIES, st.data())
def test_any_changed_leaf_is_found(wanted: dict[str, Any], data: Any):
    there = copy.deepcopy(wanted)
    *way, last = data.draw(st.sampled_from(leaves(wanted)))
    inside: Any = there
    for part in way:
        inside = inside[part]
    changed = data.draw(LEAVES | st.none())
    assume(changed is not inside[last] and (changed != inside[last] or type(changed) is not type(inside[last])))
    inside[last] = changed
    assert found({"properties": wanted}, {"properties": there})


@given(BODIES, st.data())
def test_any_missing_leaf_is_found(wanted: dict[str, Any], data: Any):
    there = copy.deepcopy(wanted)
    *way, last = data.draw(st.sampled_from(leaves(wanted)))
    inside: Any = there
    for part in way:
        inside = inside[part]
    del inside[last]
    assert found({"properties": wanted}, {"properties": there})


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ({"location": "westeurope"}, {"location": "West Europe"}),
        ({"sku": {"name": "Standard_LRS"}}, {"sku": {"name": "standard_lrs", "tier": "Standard"}}),
        ({"kind": "StorageV2"}, {"kind": "storagev2"}),
        (
            {"properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v3"}}},
            {"properties": {"hardwareProfile": {"vmSize": "standard_d2s_v3"}}},
        ),
        ({"properties": {"nic": {"id": NIC_ID}}}, {"properties": {"nic": {"id": NIC_ID.upper()}}}),
        ({"properties": {"a": None}}, {"properties": {}}),
        ({"properties": {"a": None}}, {"properties": {"a": "chosen by Azure"}}),
        ({"properties": {"a": []}}, {"properties": {}}),
        ({"properties": {"a": []}}, {"properties": {"a": None}}),
        ({"properties": {"a": {}}}, {}),
        ({"properties": {"Size": 1}}, {"properties": {"size": 1}}),
        ({"tags": {"Env": "test"}}, {"tags": {"env": "test"}}),
        ({"properties": {"n": 1}}, {"properties": {"n": 1.0}}),
        ({"identity": {"type": "SystemAssigned, UserAssigned"}}, {"identity": {"type": "SystemAssigned,UserAssigned"}}),
        (
            {"identity": {"userAssignedIdentities": {"/subscriptions/S/x": {}}}},
            {"identity": {"userAssignedIdentities": {"/subscriptions/s/X": {"principalId": "1"}}}},
        ),
        (
            {"properties": {"osProfile": {"adminPassword": "{secret:password}", "adminUsername": "me"}}},
            {"properties": {"osProfile": {"adminUsername": "me"}}},
        ),
        ({"properties": {"osProfile": {"customData": "abc"}}}, {"properties": {"osProfile": {}}}),
        ({"name": "net", "type": "x", "apiVersion": "1"}, {"name": "NET"}),
        ({"zones": ["1"]}, {"zones": ["1"]}),
        (
            {"properties": {"locations": [{"locationName": "West Europe"}]}},
            {"properties": {"locations": [{"locationName": "westeurope"}]}},
        ),
    ],
)
def test_what_azure_writes_in_its_own_way_is_no_difference(wanted: dict[str, Any], there: dict[str, Any]):
    assert found(wanted, there) == []


@pytest.mark.parametrize(
    ("wanted", "there", "told"),
    [
        ({"location": "westeurope"}, {"location": "northeurope"}, 'location is "northeurope", not "westeurope"'),
        ({"tags": {"env": "test"}}, {"tags": {"env": "Test"}}, 'tags.env is "Test", not "test"'),
        ({"tags": {"location": "West"}}, {"tags": {"location": "west"}}, 'tags.location is "west", not "West"'),
        ({"tags": {"owner": NIC_ID}}, {"tags": {"owner": NIC_ID.upper()}}, None),
        ({"tags": {"password": "none"}}, {}, None),
        ({"tags": {"env": "test"}}, {}, 'tags.env is absent, not "test"'),
        ({"properties": {"on": True}}, {"properties": {"on": 1}}, "properties.on is 1, not true"),
        ({"properties": {"n": 1}}, {"properties": {"n": "1"}}, 'properties.n is "1", not 1'),
        ({"properties": {"a": ["x", "y"]}}, {"properties": {"a": ["x"]}}, 'properties.a is ["x"], not ["x", "y"]'),
        ({"properties": {"a": ["x", "y"]}}, {"properties": {"a": ["x", "z"]}}, 'properties.a[1] is "z", not "y"'),
        ({"properties": {"a": {"b": 1}}}, {"properties": {"a": [1]}}, 'properties.a is [1], not {"b": 1}'),
        ({"properties": {"a": [1]}}, {"properties": {"a": {"b": 1}}}, 'properties.a is {"b": 1}, not [1]'),
        ({"properties": {"nic": {"id": NIC_ID}}}, {"properties": {"nic": {"id": NIC_ID + "2"}}}, None),
        (
            {"identity": {"userAssignedIdentities": {"/subscriptions/S/x": {}}}},
            {"identity": {"userAssignedIdentities": {}}},
            None,
        ),
        (
            {"properties": {"rules": [{"name": "a", "port": 22}]}},
            {"properties": {"rules": [{"name": "b", "port": 22}]}},
            'properties.rules[a] is absent, not {"name": "a", "port": 22}',
        ),
        ({"properties": {"nics": [{"id": NIC_ID}]}}, {"properties": {"nics": []}}, None),
    ],
)
def test_what_is_not_as_wanted_is_told_with_both_sides(wanted: dict[str, Any], there: dict[str, Any], told: str | None):
    (one,) = found(wanted, there)
    assert told is None or one == told


def test_a_setting_that_the_schema_says_is_never_returned_is_not_missed():
    wanted = {"properties": {"rules": [{"name": "a", "blob": "x", "size": 1}]}}
    asked: list[tuple[str, str]] = []

    def unreadable(type_: str, path: str) -> bool:
        asked.append((type_, path))
        return path == "properties.rules[].blob"

    assert found(wanted, {"properties": {"rules": [{"name": "a", "size": 1}]}}, unreadable=unreadable) == []
    assert (NETWORK.type, "properties.rules[].size") in asked


def test_the_type_schemas_say_what_is_never_returned(tmp_path: Path):
    from azlin.gateways.schema import Schemas
    from azlin.paths import Paths

    schemas = Schemas(Paths(tmp_path))
    unreadable = unreadable_by(schemas.flags)
    assert unreadable("Microsoft.Compute/virtualMachines", "properties.osProfile.adminPassword")
    assert unreadable("Microsoft.Compute/virtualMachines", "properties.osprofile.ADMINPASSWORD")
    assert not unreadable("Microsoft.Compute/virtualMachines", "properties.osProfile.adminUsername")
    schemas.close()


def test_paths_of_lists_and_maps_are_understood():
    class Flags:
        write_only = frozenset({"properties.rules[].blob"})
        secret = frozenset({"properties.users.*.word"})

    unreadable = unreadable_by(lambda type_: Flags() if type_ == "N.S/known" else None)
    assert unreadable("N.S/known", "properties.rules[].blob")
    assert unreadable("N.S/known", "properties.users.sam.word")
    assert not unreadable("N.S/known", "properties.users.sam.other.word")
    assert not unreadable("N.S/other", "properties.rules[].blob")


def test_an_uninvited_element_is_a_difference_unless_the_plan_makes_it():
    network = ensure({"properties": {"subnets": [{"name": "default"}]}})
    there = {"properties": {"subnets": [{"name": "web"}, {"name": "default"}]}}
    against = MadeAgainst(cloud="sandbox")
    alone = Plan(operations=(network,), made_against=against)
    assert [one.path for one in differences(network, there, plan=alone)] == ["properties.subnets[web]"]
    together = Plan(operations=(network, ensure({}, SUBNET)), made_against=against)
    assert differences(network, there, plan=together) == []


def test_a_list_that_was_wanted_empty_may_hold_only_what_the_plan_makes():
    network = ensure({"properties": {"subnets": []}})
    there = {"properties": {"subnets": [{"name": "web"}]}}
    against = MadeAgainst(cloud="sandbox")
    assert differences(network, there, plan=Plan(operations=(network,), made_against=against))
    assert not differences(network, there, plan=Plan(operations=(network, ensure({}, SUBNET)), made_against=against))


def test_a_difference_shows_no_secret():
    wanted = {"properties": {"settings": [{"name": "a", "adminPassword": "Canary-1!"}]}}
    (one,) = found(wanted, {"properties": {"settings": []}})
    assert "Canary" not in one


def test_what_changes_by_itself_is_wanted_by_nobody_at_any_depth():
    wanted = {"properties": {"rules": [{"name": "a", "etag": "1", "properties": {"provisioningState": "Updating"}}]}}
    there = {"properties": {"rules": [{"name": "a", "etag": "2", "properties": {"provisioningState": "Succeeded"}}]}}
    assert found(wanted, there) == []
    assert found({"tags": {"etag": "1"}}, {"tags": {"etag": "2"}}) != []


def test_mending_touches_only_the_settings_that_differ():
    there = {
        "Tags": {"env": "dev", "own": "1"},
        "properties": {
            "size": "B2s",
            "mode": "Manual",
            "rules": [{"name": "Evil", "port": 1}, {"name": "a", "port": 22, "by": "azure"}, {"name": "child", "x": 1}],
            "list": [1, 2],
        },
    }
    wanted = {
        "tags": {"env": "prod"},
        "properties": {
            "size": "B1s",
            "mode": "Auto",
            "rules": [{"name": "a", "port": 80}, {"name": "b", "port": 443}],
            "list": [3],
            "deep": {"new": True},
        },
    }
    differing = {
        "tags.env",
        "properties.size",
        "properties.rules[evil]",
        "properties.rules[a].port",
        "properties.rules[b]",
        "properties.list",
        "properties.deep.new",
    }
    assert mended(there, wanted, differing) == {
        "Tags": {"env": "prod", "own": "1"},
        "properties": {
            "size": "B1s",
            "mode": "Manual",
            "rules": [{"name": "a", "port": 80, "by": "azure"}, {"name": "child", "x": 1}, {"name": "b", "port": 443}],
            "list": [3],
            "deep": {"new": True},
        },
    }
    assert mended(there, wanted, ()) == there


@given(there=BODIES, wanted=BODIES)
def test_what_was_mended_differs_no_longer(there: dict[str, Any], wanted: dict[str, Any]):
    paths = [one.path for one in differences(ensure(wanted), there)]
    assert differences(ensure(wanted), mended(there, wanted, paths)) == []
