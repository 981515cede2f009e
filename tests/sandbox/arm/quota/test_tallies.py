"""Whatever is written, removed, seeded again or rolled back, the numbers are those of a count."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.quota.tallies import COUNTED, Tallies, Tally
from azlin.sandbox.arm.store import Store

SETS = "Microsoft.Compute/virtualMachineScaleSets"
MACHINES = "Microsoft.Compute/virtualMachines"
DISKS = "Microsoft.Compute/disks"
SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"


def body_of(kind: str, size: str, location: str, spot: bool) -> dict[str, Any]:
    if kind == MACHINES:
        own: dict[str, Any] = {"hardwareProfile": {"vmSize": size}}
        return {"location": location, "properties": {**own, **({"priority": "Spot"} if spot else {})}}
    if kind == SETS:
        mode = "Flexible" if spot else "Uniform"
        return {"location": location, "sku": {"name": size, "capacity": 3}, "properties": {"orchestrationMode": mode}}
    return {"location": location, "sku": {"name": size}}


def counted(store: Store, kind: str, location: str) -> dict[tuple[str, str], tuple[int, int]]:
    """The same by looking at each."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for one in store.all(type=kind, subscription=SUBSCRIPTION):
        if one.body["location"].replace(" ", "").lower() != location:
            continue
        properties, sku = one.properties, one.body.get("sku", {})
        size = properties.get("hardwareProfile", {}).get("vmSize") or sku.get("name")
        key = (size, properties.get("priority", ""))
        units = 1 if kind != SETS else 3 if properties["orchestrationMode"] == "Uniform" else 0
        have = found.get(key, (0, 0))
        found[key] = (have[0] + 1, have[1] + units)
    return found


STEP = st.tuples(
    st.sampled_from(["put", "put", "delete", "seed", "undone"]),
    st.sampled_from([SETS, MACHINES, DISKS, "Microsoft.Network/privateEndpoints"]),
    st.integers(0, 2),
    st.sampled_from(["A1", "B2"]),
    st.sampled_from(["westeurope", "East US"]),
    st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(STEP, max_size=15), st.integers(0, 15))
def test_the_numbers_are_those_of_a_count(steps: list[tuple[str, str, int, str, str, bool]], asked_at: int) -> None:
    store = Store(":memory:")
    tallies = Tallies(store)
    for at, (step, kind, number, size, location, spot) in enumerate(steps):
        if at == asked_at:
            tallies.of(DISKS, SUBSCRIPTION, "eastus")
        rid = store.parse(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/{kind}/r{number}")
        body = body_of(kind, size, location, spot)
        if step == "put":
            store.put(rid, body)
        elif step == "delete":
            store.delete(rid)
        elif step == "seed":
            store.put_many([(rid, body)])
        else:
            with suppress(KeyError), store.transaction():
                tallies.of(kind, SUBSCRIPTION, "eastus")
                store.put(rid, body)
                raise KeyError
    for kind in (SETS, MACHINES, DISKS):
        for location in ("westeurope", "eastus"):
            told = {(one.size, one.trait): (one.count, one.units) for one in tallies.of(kind, SUBSCRIPTION, location)}
            assert told == counted(store, kind, location)


def test_everything_that_goes_at_once_is_counted_off() -> None:
    store = Store(":memory:")
    tallies = Tallies(store)
    rid = store.parse(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/{DISKS}/d")
    store.put(rid, body_of(DISKS, "A1", "westeurope", spot=False))
    assert tallies.of(DISKS, SUBSCRIPTION.upper(), "westeurope") == [Tally("A1", "", 1, 1)]
    store.clear()
    assert tallies.of(DISKS, SUBSCRIPTION, "westeurope") == []


def test_there_are_never_more_than_it_says() -> None:
    store = Store(":memory:")
    tallies = Tallies(store)
    kind = DISKS.casefold()
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/{DISKS}"

    def put(name: str) -> None:
        store.put(store.parse(f"{group}/{name}"), body_of(DISKS, "A1", "westeurope", spot=False))

    for number in range(12):
        known, most = tallies.at_most(kind, SUBSCRIPTION, "westeurope")
        assert (known, most >= number) == (0, True)
        put(f"d{number}")
    tallies.count_again(kind, SUBSCRIPTION, "westeurope")
    tallies.count_again(kind, SUBSCRIPTION, "eastus")
    assert tallies.at_most(kind, SUBSCRIPTION, "westeurope") == (12, 12)
    assert tallies.at_most(kind, SUBSCRIPTION, "eastus") == (0, 0)
    put("more")
    known, most = tallies.at_most(kind, SUBSCRIPTION, "westeurope")
    assert known == 12
    assert most >= 13


def test_a_body_that_is_not_as_it_should_be_is_counted_in_no_region() -> None:
    store = Store(":memory:")
    rid = store.parse(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/{DISKS}/d")
    store.put(rid, {"location": "westeurope", "sku": "Premium_LRS"})
    assert Tallies(store).of(DISKS, SUBSCRIPTION, "westeurope") == []
    assert Tallies(store).of(DISKS, SUBSCRIPTION, "") == [Tally("", "", 1, 1)]


def test_types_are_written_as_the_store_compares_them() -> None:
    assert all(one == one.casefold() for one in COUNTED)
