"""Which resources cost something by the hour, and how much: virtual machines, managed disks, public addresses.

Only prices that are in the table count: what has none is left out of every answer, because unknown is not zero. A VM
that is deallocated now is not charged, any other is charged for all the time since it was made: the sandbox does not
remember when it was deallocated and started.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

from azlin.gateways.prices import MONTH_H, Price, Prices
from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.power import power_of
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Resource

_MACHINES = "Microsoft.Compute/virtualMachines"
_DISKS = "Microsoft.Compute/disks"
_ADDRESSES = "Microsoft.Network/publicIPAddresses"
_DAY = timedelta(days=1)
_HOUR_S = 3600.0
_LETTERS = {"premium": "P", "standardssd": "E", "standard": "S"}
_TIERS = (
    (4, 1), (8, 2), (16, 3), (32, 4), (64, 6), (128, 10), (256, 15), (512, 20), (1024, 30), (2048, 40), (4096, 50),
    (8192, 60), (16384, 70), (32767, 80),
)  # fmt: skip
"""Size of a disk in GiB up to which a tier goes, and the tier's number."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a resource costs by the hour, in USD, from `since` on (seconds since the epoch)."""

    resource: Resource
    service: str
    meter: str
    hourly: Decimal
    since: float


def charges(subscription: str, group: ResourceId | None, call: Call, prices: Prices) -> Iterator[Charge]:
    """Every priced resource of a subscription, or of one of its groups."""
    for type_name, priced in ((_MACHINES, _machine), (_DISKS, _disk), (_ADDRESSES, _address)):
        found = call.plane.store.all(type=type_name, subscription=subscription, group=group)
        for resource in found:
            named = priced(resource, call, prices)
            if named is not None:
                service, meter, price = named
                hourly = price.usd if price.unit == "1 Hour" else price.usd / MONTH_H
                yield Charge(resource, service, meter, hourly, resource.created_at)


def _machine(resource: Resource, call: Call, prices: Prices) -> tuple[str, str, Price] | None:
    if power_of(resource.id, call) == "deallocated":
        return None
    size = str(object_of(resource.properties.get("hardwareProfile")).get("vmSize", ""))
    disk = object_of(object_of(resource.properties.get("storageProfile")).get("osDisk"))
    profile = object_of(resource.properties.get("osProfile"))
    windows = str(disk.get("osType", "")).casefold() == "windows" or "windowsConfiguration" in profile
    price = prices.vm_hourly(size, _region(resource), "windows" if windows else "linux")
    return None if price is None else ("Virtual Machines", size.removeprefix("Standard_").replace("_", " "), price)


def _disk(resource: Resource, _call: Call, prices: Prices) -> tuple[str, str, Price] | None:
    kind, _, redundancy = str(object_of(resource.body.get("sku")).get("name", "")).partition("_")
    size = resource.properties.get("diskSizeGB")
    letter = _LETTERS.get(kind.casefold())
    number = next((tier for limit, tier in _TIERS if isinstance(size, int) and size <= limit), None)
    if letter is None or number is None:
        return None
    tier = f"{letter}{max(number, 4) if letter == 'S' else number} {redundancy.upper()}"
    price = prices.meter("Managed Disks", tier, _region(resource))
    return None if price is None else ("Storage", f"{tier} Disk", price)


def _address(resource: Resource, _call: Call, prices: Prices) -> tuple[str, str, Price] | None:
    sku = str(object_of(resource.body.get("sku")).get("name", "Basic"))
    method = str(resource.properties.get("publicIPAllocationMethod", ""))
    version = str(resource.properties.get("publicIPAddressVersion", "IPv4"))
    if (sku, method, version) != ("Standard", "Static", "IPv4"):
        return None
    price = prices.meter("IP Addresses", "Standard IPv4 Static", _region(resource))
    return None if price is None else ("Virtual Network", "Standard IPv4 Static Public IP", price)


def _region(resource: Resource) -> str:
    return str(resource.body.get("location", ""))


def hours_of(charge: Charge, start: datetime, end: datetime, granularity: str) -> Iterator[tuple[int | str, float]]:
    """(date, hours in it) of the time in which the charge ran; one piece where the granularity is None."""
    at = max(start, datetime.fromtimestamp(charge.since, UTC))
    while at < end:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        following, date = end, 0
        if granularity == "Daily":
            following, date = midnight + _DAY, int(midnight.strftime("%Y%m%d"))
        elif granularity == "Monthly":
            following = (midnight.replace(day=28) + timedelta(days=4)).replace(day=1)
            date = midnight.replace(day=1).strftime("%Y-%m-%dT00:00:00")
        until = min(following, end)
        yield date, (until - at).total_seconds() / _HOUR_S
        at = until


@cache
def embedded() -> Prices:
    """The table, read once."""
    return Prices()
