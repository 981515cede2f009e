from __future__ import annotations

import json
from collections.abc import Callable

from azlin.sandbox.arm.store import Resource
from azlin.sandbox.demo import wear
from azlin.sandbox.demo.estate import Estate

Stored = Callable[[str], Resource]


def test_forgotten_groups_have_the_same_names_and_addresses(estate: Estate):
    first, second = wear.legacy(estate, "westeurope", 1), wear.legacy(estate, "eastus", 2)
    assert first != second
    assert first.rpartition("/")[2] == second.rpartition("/")[2]


def test_a_broad_network_is_longer_than_a_column(estate: Estate, stored: Stored):
    network = stored(wear.broad_network(estate, estate.group("g", "westeurope"), 9))
    shown = estate.plane.show(network, estate.call(network.id, "GET"))
    assert len(shown["properties"]["subnets"]) == 64
    assert len(json.dumps(shown)) > 20_000


def test_long_names_differ_only_at_the_end(estate: Estate):
    wear.long_names(estate, estate.group("g", "westeurope"))
    first, second = (one.rpartition("/")[2] for one in estate.made[1:])
    assert len(first) == len(second) == 80
    assert first[:79] == second[:79]


def test_what_was_removed_is_still_pointed_to(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    wear.dangling(estate, group, estate.put(group, "Microsoft.Network/networkSecurityGroups", "nsg"))
    (snapshot,) = [stored(one) for one in estate.made if "/snapshots/" in one]
    source = snapshot.properties["creationData"]["sourceResourceId"]
    assert not estate.plane.store.exists(source.casefold())


def test_odd_bodies_are_taken_as_they_are(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    wear.odd_bodies(estate, group)
    (account,) = [stored(one) for one in estate.made if "/storageAccounts/" in one]
    assert account.body["kind"] == "Storage"


def test_strangers_hold_roles(estate: Estate, stored: Stored):
    wear.strangers(estate, estate.group("g", "westeurope"))
    roles = [stored(one) for one in estate.made if "/roleAssignments/" in one]
    assert len({one.properties["principalId"] for one in roles}) == 3


def test_so_many_leftovers_as_asked(estate: Estate):
    wear.leftovers(estate, estate.group("g", "westeurope"), 9)
    assert len(estate.made) == 1 + 9
