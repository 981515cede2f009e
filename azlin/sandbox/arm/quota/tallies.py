"""How many of a counted type there are, by subscription and region, without looking at each.

A temporary table in the store's database, kept by triggers: a write that is rolled back is not counted, and neither a
seed nor a demo needs to know of it. It is made when the first number is asked for, so a sandbox that is never asked
pays nothing, and one that is far from every limit does not ask (`at_most`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from azlin.sandbox.arm.locations import location_name
from azlin.sandbox.arm.store import Store

_SETS = "microsoft.compute/virtualmachinescalesets"

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


class _Hardware(msgspec.Struct):
    size: Any = msgspec.field(default=None, name="vmSize")


class _Profile(msgspec.Struct):
    priority: Any = None


class _Properties(msgspec.Struct):
    priority: Any = None
    hardware: _Hardware | None = msgspec.field(default=None, name="hardwareProfile")
    profile: _Profile | None = msgspec.field(default=None, name="virtualMachineProfile")
    allocation: Any = msgspec.field(default=None, name="publicIPAllocationMethod")
    orchestration: Any = msgspec.field(default=None, name="orchestrationMode")


class _Sku(msgspec.Struct):
    name: Any = None
    capacity: Any = None


class _Body(msgspec.Struct):
    """What is counted by; the rest of a body is skipped unread."""

    location: Any = None
    sku: _Sku | None = None
    properties: _Properties | None = None


class Tallies:
    """The numbers of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counted: dict[tuple[str, str, str], tuple[int, int]] = {}
        """(type, subscription, region or "" for all) → (how many there were, the store's changes then)."""
        store.database.create_function("tally_key", 3, _key, deterministic=True)
        store.database.create_function("tally_units", 1, _units, deterministic=True)

    def of(self, type_name: str, subscription: str, location: str) -> list[Tally]:
        """Of one counted type in a subscription and a region (as `location_name` writes it)."""
        head = "\n".join((subscription.casefold(), type_name.casefold(), location)) + "\n"
        try:
            rows = list(self._rows(head))
        except sqlite3.OperationalError:
            # Never asked for before, or the transaction of whoever asked first was rolled back with the table in it.
            self._make()
            rows = list(self._rows(head))
        found: list[Tally] = []
        for key, count, units in rows:
            size, _, trait = key.removeprefix(head).partition("\n")
            if count:
                found.append(Tally(size, trait, count, units))
        return found

    def at_most(self, type_name: str, subscription: str, location: str) -> tuple[int, int]:
        """(how many there were in the region when they were counted, 0 where only all regions were; how many there can
        be now), nearly for nothing: once counted, no number can have grown by more than the store has changed since."""
        now = self._store.changes
        known = self._counted.get((type_name, subscription, location))
        if known is not None:
            return known[0], known[0] + now - known[1]
        everywhere = self._counted.get((type_name, subscription, ""))
        if everywhere is None:
            everywhere = self._count(type_name, subscription)
        return 0, everywhere[0] + now - everywhere[1]

    def count_again(self, type_name: str, subscription: str, location: str) -> None:
        """Remember how many there are now, in all regions and in this one."""
        self._count(type_name, subscription)
        here = sum(one.count for one in self.of(type_name, subscription, location))
        self._counted[(type_name, subscription, location)] = (here, self._store.changes)

    def _count(self, type_name: str, subscription: str) -> tuple[int, int]:
        count = self._store.scalar(
            "SELECT count(*) FROM resources WHERE subscription = ? AND type = ?", (subscription.casefold(), type_name)
        )
        self._counted[(type_name, subscription, "")] = made = (count, self._store.changes)
        return made

    def _rows(self, head: str) -> Iterator[tuple[Any, ...]]:
        return self._store.select(
            "SELECT key, count, units FROM temp.tallies WHERE key >= ? AND key < ?", (head, head + "\U0010ffff")
        )

    def _make(self) -> None:
        database = self._store.database
        with self._store.transaction():
            database.execute(
                "CREATE TEMP TABLE tallies (key TEXT PRIMARY KEY, count INTEGER NOT NULL, units INTEGER NOT NULL)"
                " WITHOUT ROWID"
            )
            database.execute(
                f"INSERT INTO tallies SELECT {_key_of('r')}, count(*), sum({_units_of('r')}) FROM main.resources r"  # noqa: S608
                f" WHERE {_is_counted('r')} GROUP BY 1"
            )
            for event, steps in _EVENTS.items():
                database.execute(_trigger(event, steps))


_EVENTS = {
    "INSERT": (("new", "+"),),
    "DELETE": (("old", "-"),),
    "UPDATE": (("old", "-"), ("new", "+")),
}
"""What happens to a row, and what is counted on and off then."""


def _trigger(event: str, steps: Iterable[tuple[str, str]]) -> str:
    steps = tuple(steps)
    done = " ".join(
        f"INSERT INTO tallies SELECT {_key_of(row)}, {step}1, {step}{_units_of(row)} WHERE true"
        " ON CONFLICT DO UPDATE SET count = count + excluded.count, units = units + excluded.units;"
        for row, step in steps
    )
    when = _is_counted(steps[0][0])
    return f"CREATE TEMP TRIGGER tallies_{event} AFTER {event} ON main.resources WHEN {when} BEGIN {done} END"


def _is_counted(row: str) -> str:
    listed = ", ".join(f"'{one}'" for one in COUNTED)
    return f"{row}.type IN ({listed}) AND {row}.subscription IS NOT NULL"


def _key_of(row: str) -> str:
    return f"tally_key({row}.subscription, {row}.type, {row}.body)"


def _units_of(row: str) -> str:
    return f"(CASE {row}.type WHEN '{_SETS}' THEN tally_units({row}.body) ELSE 1 END)"


def _key(subscription: str, type_name: str, body: bytes) -> str:
    found = _decoded(body)
    own = found.properties or _Properties()
    size = own.hardware.size if own.hardware else None
    if size is None and found.sku:
        size = found.sku.name
    trait = own.priority or own.allocation
    if not trait and own.profile:
        trait = own.profile.priority
    return "\n".join((subscription, type_name, location_name(found.location), str(size or ""), str(trait or "")))


def _units(body: bytes) -> int:
    """A Uniform set counts for its capacity; the machines of a Flexible one are counted by themselves."""
    found = _decoded(body)
    if found.properties and str(found.properties.orchestration).casefold() == "flexible":
        return 0
    capacity = found.sku.capacity if found.sku else None
    return capacity if isinstance(capacity, int) else 0


_decoder = msgspec.json.Decoder(_Body)


def _decoded(body: bytes) -> _Body:
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError:
        # A seed may hold an object where there is a text, or the other way round: it is counted in no region.
        return _Body()
