"""How many of a counted type there are, by subscription and region, without looking at each.

A temporary table in the store's database, kept by triggers: a write that is rolled back is not counted, and neither a
seed nor a demo needs to know of it. It is made when the first number is asked for, so a sandbox that is never asked
pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from azlin.sandbox.arm.store import Store

COUNTED: tuple[str, ...] = (
    "microsoft.compute/availabilitysets",
    "microsoft.compute/disks",
    "microsoft.compute/snapshots",
    "microsoft.compute/virtualmachines",
    "microsoft.compute/virtualmachinescalesets",
    "microsoft.network/applicationgateways",
    "microsoft.network/loadbalancers",
    "microsoft.network/natgateways",
    "microsoft.network/networkinterfaces",
    "microsoft.network/networksecuritygroups",
    "microsoft.network/networkwatchers",
    "microsoft.network/publicipaddresses",
    "microsoft.network/routetables",
    "microsoft.network/virtualnetworks",
    "microsoft.storage/storageaccounts",
)
"""Casefolded types of which there is a quota."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many resources of one kind there are in a region. `size` is a VM size or the name of a SKU, `trait` a VM's
    priority or how a public address is allocated; `units` counts a scale set with its capacity."""

    size: str
    trait: str
    count: int
    units: int


class Tallies:
    """The numbers of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, type_name: str, subscription: str, location: str) -> list[Tally]:
        """Of one counted type in a subscription and a region (as `location_name` writes it)."""
        self._ensure()
        rows = self._store.select(
            "SELECT size, trait, count, units FROM temp.tallies WHERE subscription = ? AND location = ? AND type = ?",
            (subscription.casefold(), location, type_name.casefold()),
        )
        return [Tally(*row) for row in rows if row[2]]

    def _ensure(self) -> None:
        """Asked each time, because a transaction that is rolled back takes the table along."""
        database = self._store.database
        if self._store.scalar("SELECT 1 FROM temp.sqlite_master WHERE name = 'tallies'", ()) is not None:
            return
        with self._store.transaction():
            database.execute(
                "CREATE TEMP TABLE tallies (subscription TEXT, location TEXT, type TEXT, size TEXT, trait TEXT,"
                " count INTEGER NOT NULL, units INTEGER NOT NULL,"
                " PRIMARY KEY (subscription, location, type, size, trait)) WITHOUT ROWID"
            )
            database.execute(
                f"INSERT INTO tallies SELECT {_key('r')}, count(*), sum({_units('r')}) FROM main.resources r"  # noqa: S608
                f" WHERE r.type IN ({_listed(COUNTED)}) AND r.subscription IS NOT NULL GROUP BY 1, 2, 3, 4, 5"
            )
            for event, row, step in (("INSERT", "new", "+"), ("DELETE", "old", "-")):
                database.execute(_trigger(event, event, [(row, step)]))
            database.execute(_trigger("UPDATE", "UPDATE OF body", [("old", "-"), ("new", "+")]))


def _trigger(name: str, event: str, steps: Iterable[tuple[str, str]]) -> str:
    steps = list(steps)
    done = " ".join(
        f"INSERT INTO tallies SELECT {_key(row)}, {step}1, {step}{_units(row)} WHERE true"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count, units = units + excluded.units;"
        for row, step in steps
    )
    row = steps[0][0]
    return (
        f"CREATE TEMP TRIGGER tallies_{name} AFTER {event} ON main.resources"
        f" WHEN {row}.type IN ({_listed(COUNTED)}) AND {row}.subscription IS NOT NULL BEGIN {done} END"
    )


def _listed(types: Iterable[str]) -> str:
    return ", ".join(f"'{one}'" for one in types)


def _field(row: str, *paths: str) -> str:
    """The first of these that the body has, as text; '' where it has none."""
    asked = ", ".join(f"json_extract(CAST({row}.body AS TEXT), '$.{path}')" for path in paths)
    return f"coalesce({asked}, '')"


def _key(row: str) -> str:
    location = f"lower(replace({_field(row, 'location')}, ' ', ''))"
    size = _field(row, "properties.hardwareProfile.vmSize", "sku.name")
    trait = _field(
        row,
        "properties.priority",
        "properties.virtualMachineProfile.priority",
        "properties.publicIPAllocationMethod",
    )
    return f"{row}.subscription, {location}, {row}.type, {size}, {trait}"


def _units(row: str) -> str:
    """A Uniform set counts for its capacity; the machines of a Flexible one are counted by themselves."""
    capacity = f"coalesce(json_extract(CAST({row}.body AS TEXT), '$.sku.capacity'), 0)"
    flexible = f"{_field(row, 'properties.orchestrationMode')} = 'Flexible'"
    sets = "microsoft.compute/virtualmachinescalesets"
    return f"(CASE WHEN {row}.type != '{sets}' THEN 1 WHEN {flexible} THEN 0 ELSE {capacity} END)"
