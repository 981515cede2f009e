"""VM sizes: what each has, where it is offered; `Microsoft.Compute/skus`, `vmSizes` and quota families.

`vm_sizes.json`: a family is a pattern over its vCPU counts, everything irregular is listed by itself. Names, vCPUs and
memory follow Azure's size series and were entered by hand; temporary disk, numbers of data disks and interfaces, and
where a size is offered follow rules of thumb of the sandbox. Memory is GiB, temporary disk GiB. Where `region` is
"R" a size is offered in the recommended regions only.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.locations import Location, all_locations, find_location

_FILE = Path(__file__).with_name("vm_sizes.json")


class VmSize(msgspec.Struct, frozen=True):
    """One size. `memory` and `temp` are GiB; `generations` is "V1", "V2" or "V1,V2"."""

    name: str
    family: str
    cpus: int
    memory: float
    disks: int
    temp: float
    generations: str
    premium: bool
    arch: str
    nics: int
    region: str
    accelerated: bool
    active_cpus: int | None = msgspec.field(default=None, name="activeCpus")

    def offered_in(self, location: Location) -> bool:
        return self.region != "R" or location.region_category == "Recommended"

    def capabilities(self) -> list[Body]:
        """As `skus` lists them: every value is a text."""
        found: dict[str, Any] = {
            "MaxResourceVolumeMB": round(self.temp * 1024),
            "OSVhdSizeMB": 1047552,
            "vCPUs": self.cpus,
            "MemoryPreservingMaintenanceSupported": True,
            "HyperVGenerations": self.generations,
            "SupportedEphemeralOSDiskPlacements": "ResourceDisk,CacheDisk" if self.temp else "CacheDisk",
            "MemoryGB": _plain(self.memory),
            "MaxDataDiskCount": self.disks,
            "CpuArchitectureType": self.arch,
            "LowPriorityCapable": not self.name.startswith("Standard_B"),
            "PremiumIO": self.premium,
            "VMDeploymentTypes": "IaaS,PaaS" if not self.premium else "IaaS",
            "vCPUsAvailable": self.active_cpus or self.cpus,
            "vCPUsPerCore": 1 if self.cpus == 1 or self.arch == "Arm64" else 2,
            "EphemeralOSDiskSupported": self.temp > 0,
            "EncryptionAtHostSupported": self.premium,
            "CapacityReservationSupported": not self.name.startswith("Standard_B"),
            "AcceleratedNetworkingEnabled": self.accelerated,
            "RdmaEnabled": "rs_v" in self.name or "asr_v" in self.name,
            "MaxNetworkInterfaces": self.nics,
        }
        return [{"name": name, "value": str(value)} for name, value in found.items()]

    def short(self) -> Body:
        """As `vmSizes` lists it."""
        return {
            "name": self.name,
            "numberOfCores": self.cpus,
            "osDiskSizeInMB": 1047552,
            "resourceDiskSizeInMB": round(self.temp * 1024),
            "memoryInMB": round(self.memory * 1024),
            "maxDataDiskCount": self.disks,
        }


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


@cache
def all_sizes() -> Mapping[str, VmSize]:
    """By casefolded name."""
    raw = json.loads(_FILE.read_text(encoding="utf-8"))
    listed = msgspec.convert(raw["sizes"], list[VmSize])
    found = [*listed, *(size for family in raw["families"] for size in _family(family))]
    return {size.name.casefold(): size for size in sorted(found, key=lambda one: one.name)}


def _family(family: Body) -> Iterator[VmSize]:
    for cpus in family["cpus"]:
        yield VmSize(
            name=family["pattern"].replace("{n}", str(cpus)),
            family=family["family"],
            cpus=cpus,
            memory=math.floor(cpus * family["memory"] + 0.5),
            disks=min(64 if family["generations"] == "V2" else 32, 2 * cpus),
            temp=cpus * family["temp"],
            generations=family["generations"],
            premium=family["premium"],
            arch=family["arch"],
            nics=2 if cpus <= 4 else 4 if cpus == 8 else 8,
            region=family["region"],
            accelerated=family["accelerated"],
        )


def find_size(name: object) -> VmSize | None:
    """In any casing."""
    return all_sizes().get(str(name).casefold())


def sizes_in(location: object) -> list[VmSize]:
    """Those offered in a region, by name."""
    found = find_location(location)
    return [size for size in all_sizes().values() if found is not None and size.offered_in(found)]


@cache
def _capabilities(size: VmSize) -> list[Body]:
    """One list for all regions: az asks for every region at once, which is tens of thousands of rows."""
    return size.capabilities()


def vm_skus(location: Location) -> Iterator[Body]:
    """The virtualMachines rows of `Microsoft.Compute/skus` for one region."""
    for size in all_sizes().values():
        if not size.offered_in(location):
            continue
        tier, _, rest = size.name.partition("_")
        yield {
            "resourceType": "virtualMachines",
            "name": size.name,
            "tier": tier,
            "size": rest,
            "family": size.family,
            "locations": [location.name],
            "locationInfo": [{"location": location.name, "zones": location.zone_names, "zoneDetails": []}],
            "capabilities": _capabilities(size),
            "restrictions": [],
        }


_DISKS = (
    ("Standard_LRS", "Standard", ("S4", "S6", "S10", "S15", "S20", "S30", "S40", "S50", "S60", "S70", "S80")),
    ("StandardSSD_LRS", "Standard", ("E1", "E2", "E3", "E4", "E6", "E10", "E15", "E20", "E30", "E40", "E50", "E60",
                                     "E70", "E80")),
    ("Premium_LRS", "Premium", ("P1", "P2", "P3", "P4", "P6", "P10", "P15", "P20", "P30", "P40", "P50", "P60", "P70",
                                "P80")),
    ("PremiumV2_LRS", "Premium", ("Pv2",)),
    ("UltraSSD_LRS", "Ultra", ("U",)),
)  # fmt: skip


def other_skus(location: Location) -> Iterator[Body]:
    """The rows for disks and availability sets."""
    place = [{"location": location.name, "zones": location.zone_names, "zoneDetails": []}]
    for name, tier, steps in _DISKS:
        for step in steps:
            yield {
                "resourceType": "disks",
                "name": name,
                "tier": tier,
                "size": step,
                "locations": [location.name],
                "locationInfo": place,
                "capabilities": [],
                "restrictions": [],
            }
    for name, faults in (("Classic", 2), ("Aligned", 3)):
        yield {
            "resourceType": "availabilitySets",
            "name": name,
            "locations": [location.name],
            "locationInfo": place,
            "capabilities": [{"name": "MaximumPlatformFaultDomainCount", "value": str(faults)}],
            "restrictions": [],
        }


def skus(location: str | None) -> list[Body]:
    """All rows, of one region or of every one."""
    wanted = find_location(location) if location else None
    places = list(all_locations().values()) if location is None else [wanted] if wanted else []
    return [row for place in places for rows in (vm_skus(place), other_skus(place)) for row in rows]


def families() -> list[str]:
    """Every quota family once."""
    return list(dict.fromkeys(size.family for size in all_sizes().values()))
