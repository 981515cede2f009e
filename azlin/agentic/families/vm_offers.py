"""Which VM sizes can be had instead of one that cannot: what Azure lists for the region, what is restricted there for
this subscription, and what is left of its quota. The price table only ranks; it does not say what exists.

Shapes: Resource SKUs - List (Microsoft.Compute/skus, 2021-07-01) and Usage - List (Microsoft.Compute, 2024-07-01).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from azlin.agentic.families.bodies import pairs
from azlin.agentic.language.regions import region_of
from azlin.agentic.language.sizes import shape_of
from azlin.agentic.world import World

SKUS_VERSION = "2021-07-01"
USAGES_VERSION = "2024-07-01"
ALIKE = (0.5, 2.0)
"""How much less or more memory a size may have to be called similar."""

_NAME = re.compile(r"[A-Za-z]+_([A-Z]+)\d+(?:-\d+)?([a-z]*)(?:_[A-Z]\w*?)?(?:_v(\d+))?$")

Json = dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """A size of a region. `zones` are those in which this subscription can have it."""

    name: str
    family: str
    vcpus: int
    memory_gib: float
    arch: str
    generations: frozenset[str]
    premium: bool
    zones: frozenset[str]
    available: bool

    @property
    def series(self) -> tuple[str, str, int]:
        """(`D`, `s`, 5) of Standard_D2s_v5."""
        found = _NAME.match(self.name)
        return (found[1], found[2], int(found[3] or 1)) if found else (self.name, "", 0)


class Room:
    """What is left of a region's quota of cores. What Azure does not list has no limit that we know of."""

    def __init__(self, usages: Iterable[Json]) -> None:
        self._left = {
            str(pairs(one.get("name")).get("value", "")).casefold(): int(one["limit"]) - int(one["currentValue"])
            for one in usages
            if one.get("limit") is not None and one.get("currentValue") is not None
        }

    def takes(self, offer: Offer, machines: int) -> bool:
        cores = offer.vcpus * machines
        return all(self._left.get(name, cores) >= cores for name in ("cores", offer.family.casefold()))


def offers_in(world: World, location: str) -> dict[str, Offer]:
    """Every VM size that Azure lists for a region, by case-folded name."""
    rows: list[Json] = world.inquire(
        "providers/Microsoft.Compute/skus", SKUS_VERSION, where=f"location eq '{location}'"
    )
    found: dict[str, Offer] = {}
    for row in rows:
        if str(row.get("resourceType", "")).casefold() == "virtualmachines" and _lists(row, location):
            offer = _offer(row)
            found[offer.name.casefold()] = offer
    return found


def room_in(world: World, location: str) -> Room:
    path = f"providers/Microsoft.Compute/locations/{location}/usages"
    return Room(world.inquire(path, USAGES_VERSION))


def similar(
    wanted: str,
    offers: Mapping[str, Offer],
    room: Room,
    monthly: Mapping[str, Decimal],
    *,
    machines: int,
    zones: tuple[str, ...],
    tried: frozenset[str],
    smaller: bool,
) -> list[Offer]:
    """The sizes that can be had and are most like `wanted`: as many CPUs, about as much memory, same series first,
    then same letter; among equals the cheaper, then the newer. With `smaller`, also those of fewer CPUs, last.

    `tried` (case-folded) are left out: what was refused once is not offered again.
    """
    like = offers.get(wanted.casefold())
    shape = (like.vcpus, like.memory_gib) if like is not None else shape_of(wanted)
    if shape is None:
        return []

    def fits(offer: Offer) -> bool:
        return (
            offer.available
            and offer.name.casefold() not in tried
            and set(zones) <= offer.zones
            and room.takes(offer, machines)
            and (offer.vcpus == shape[0] or (smaller and offer.vcpus < shape[0]))
            and (offer.vcpus < shape[0] or ALIKE[0] * shape[1] <= offer.memory_gib <= ALIKE[1] * shape[1])
            and (offer.arch == like.arch and like.generations <= offer.generations if like else offer.arch == "x64")
            and (like is None or offer.premium or not like.premium)
        )

    series = like.series if like is not None else _series(wanted)

    def distance(offer: Offer) -> tuple[Any, ...]:
        letter, features, version = offer.series
        price = monthly.get(offer.name)
        return (
            abs(offer.vcpus - shape[0]),
            abs(offer.memory_gib - shape[1]) > 0,
            letter != series[0],
            features != series[1],
            price is None,
            price or Decimal(0),
            -version,
            offer.name,
        )

    return sorted(filter(fits, offers.values()), key=distance)


def _series(name: str) -> tuple[str, str, int]:
    found = _NAME.match(name)
    return (found[1], found[2], int(found[3] or 1)) if found else (name, "", 0)


def _offer(row: Json) -> Offer:
    can = {str(one.get("name")): str(one.get("value")) for one in row.get("capabilities") or ()}
    everywhere = {str(zone) for place in row.get("locationInfo") or () for zone in place.get("zones") or ()}
    restricted = [one for one in row.get("restrictions") or () if one]
    closed = {str(zone) for one in restricted for zone in pairs(one.get("restrictionInfo")).get("zones") or ()}
    return Offer(
        name=str(row["name"]),
        family=str(row.get("family", "")),
        vcpus=int(float(can.get("vCPUs", 0))),
        memory_gib=float(can.get("MemoryGB", 0)),
        arch=can.get("CpuArchitectureType", "x64"),
        generations=frozenset(can.get("HyperVGenerations", "V1").split(",")),
        premium=can.get("PremiumIO", "False").casefold() == "true",
        zones=frozenset(everywhere - closed),
        available=not any(str(one.get("type", "")).casefold() == "location" for one in restricted),
    )


def _lists(row: Json, location: str) -> bool:
    """The filter is Azure's to apply; a list that was not filtered is filtered here."""
    return any(region_of(str(place)) == location or str(place).casefold() == location for place in row["locations"])
