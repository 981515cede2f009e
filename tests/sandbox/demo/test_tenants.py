from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.providers import is_registered
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.demo.tenants import RECIPES, find, make
from azlin.sandbox.seed import Seeded, SeedUnreadable
from tests.sandbox.demo.conftest import empty_plane

Demo = tuple[ControlPlane, Seeded, Seeded]
ID = re.compile(r"/subscriptions/[0-9a-f-]{36}/resourceGroups/[^/\"]+/providers/[A-Za-z.]+/[^\"\s?,\]]+", re.IGNORECASE)

SECRET = re.compile(r"A![0-9a-f]{16}z9")
"""What `Estate.password` makes."""


def resources(plane: ControlPlane, seeded: Seeded, *, listed: bool = False) -> list[Resource]:
    return [one for path in seeded.subscriptions for one in plane.store.all(subscription=path, listed=listed)]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize(("at", "size", "types"), [(1, 410, 60), (2, 158, 30)])
def test_a_demo_has_as_many_resources_as_it_says(demo: Demo, at: int, size: int, types: int):
    listed = resources(demo[0], demo[at], listed=True)
    assert len(listed) == size
    assert len({one.id.type for one in listed}) >= types


def test_the_target_lacks_providers_that_the_range_uses(demo: Demo):
    plane, source, target = demo
    used = {one.id.namespace for one in resources(plane, source, listed=True)}
    for namespace in ("Microsoft.Kusto", "Microsoft.DesktopVirtualization"):
        assert namespace in used
        assert not is_registered(plane.store, target.subscriptions[0], namespace)
        assert all(is_registered(plane.store, one, namespace) for one in source.subscriptions)


def test_names_that_a_copy_of_the_range_s_vaults_would_have_are_taken_by_deleted_ones(demo: Demo):
    plane, source, target = demo
    deleted = list(plane.store.all(type="Microsoft.KeyVault/locations/deletedVaults"))
    assert {one.id.subscription for one in deleted} == set(target.subscriptions)
    kept = {one.id.name for one in resources(plane, source) if one.id.type == "Microsoft.KeyVault/vaults"}
    assert {one.id.name.replace("atevet12", "atevet17") for one in deleted} < kept
    assert sorted(bool(one.properties.get("purgeProtectionEnabled")) for one in deleted) == [False, True]


def test_what_is_made_is_counted_with_its_children_and_without_its_groups(demo: Demo):
    plane, seeded, _ = demo
    kinds = Counter(one.id.type for one in resources(plane, seeded))
    assert kinds.pop("Microsoft.Resources/resourceGroups") == seeded.groups
    assert sum(kinds.values()) == seeded.resources


def test_everybody_gets_the_same_demo():
    first, second = ([one.id.id for one in resources(plane, make("DefenderATEVET12", plane))] for plane in _two())
    assert first == second


def _two() -> Iterator[ControlPlane]:
    yield empty_plane()
    yield empty_plane()


def test_a_demo_is_made_once(demo: Demo):
    before = demo[0].store.count()
    with pytest.raises(SeedUnreadable, match="there already"):
        make("DefenderATEVET17", demo[0])
    assert demo[0].store.count() == before


def test_an_unknown_demo_names_the_known_ones():
    with pytest.raises(SeedUnreadable, match="DefenderATEVET17, DefenderATEVET12"):
        make("DefenderATEVET99", empty_plane())
    assert find("DEFENDERATEVET17") is RECIPES[0]


def test_most_references_lead_somewhere_and_a_few_dangle(demo: Demo):
    plane, seeded, _ = demo
    wired, dangling = 0, set[str]()
    for one in resources(plane, seeded):
        for text in texts(one.body["properties"]):
            for path in ID.findall(text):
                if _leads_somewhere(plane, path.casefold()):
                    wired += 1
                else:
                    dangling.add(path)
    assert wired > 400
    assert any("log-retired" in path.casefold() for path in dangling)
    assert any("retired-data" in path for path in dangling)


def _leads_somewhere(plane: ControlPlane, key: str) -> bool:
    """A part of a resource (a frontend of a balancer) is there when the resource is."""
    while key.count("/") >= 8:
        if plane.store.exists(key):
            return True
        key = key.rpartition("/")[0]
    return False


def test_names_repeat_over_groups_and_addresses_overlap(demo: Demo):
    plane, seeded, _ = demo
    networks = [one for one in resources(plane, seeded) if one.id.name == "DC001-vnet"]
    assert len(networks) >= 4
    blocks = {tuple(one.properties["addressSpace"]["addressPrefixes"]) for one in networks}
    assert blocks == {("10.0.0.0/16",)}


def test_no_secret_can_be_read(demo: Demo):
    plane, *seeded = demo
    leaks: set[str] = set()
    for one in (one for some in seeded for one in resources(plane, some)):
        with suppress(ArmRefusal):
            shown = plane.show(one, Call(plane, "GET", "2024-01-01", seeded[0].tenant, ""))
            if SECRET.search(json.dumps(shown)):
                leaks.add(one.id.id)
    assert leaks == set()


def test_a_role_of_somebody_who_is_gone_is_there(demo: Demo):
    plane, seeded, _ = demo
    roles = [one for one in resources(plane, seeded) if one.id.type.endswith("/roleAssignments")]
    assert len(roles) >= 7
    assert {one.properties["principalType"] for one in roles} == {"User", "Group", "ServicePrincipal"}
