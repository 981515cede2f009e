"""Quotas: how much of what a subscription may have in a region, how much it has, and what is refused beyond that.

Limits are those of "Azure subscription and service limits" where they are the same for every offer. Those of vCPUs are
not: a subscription that pays as it goes begins with 10 or 20 in a region, others with thousands. Here there are enough
until a scenario makes them scarce (`capacity.py`). VMs count whether they are allocated or not, as in Azure. Texts of
refusals are those that people showed in the issues of the tools that met them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from azlin.sandbox.arm.compute.vm_sizes import families, find_size
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.locations import location_name
from azlin.sandbox.arm.quota.tallies import Tally
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

if TYPE_CHECKING:
    from azlin.sandbox.arm.behaviour import Call

CORES = 10_000
"""vCPUs of a region, of a family in it, and of Spot VMs: nobody's published limit, just enough."""
COMPUTE = "Microsoft.Compute"
NETWORK = "Microsoft.Network"
STORAGE = "Microsoft.Storage"
_MACHINES = "microsoft.compute/virtualmachines"
_SETS = "microsoft.compute/virtualmachinescalesets"
_SIZED = (_MACHINES, _SETS)


@dataclass(frozen=True, slots=True)
class Quota:
    """`of` is the casefolded type that it counts, `size` what SKUs of it begin with and `trait` the
    one that is counted; vCPUs have no type of their own. `code` is how going beyond it is refused."""

    name: str
    words: str
    limit: int
    of: str = ""
    size: str = ""
    trait: str = ""
    code: str = ""

    def counts(self, type_name: str, size: str, trait: str) -> bool:
        """Whether a resource is one of these."""
        return type_name == self.of and size.startswith(self.size) and (not self.trait or trait == self.trait)


def _disks(name: str, words: str, sku: str) -> Quota:
    return Quota(name, words, 50_000, "microsoft.compute/disks", sku)


def _network(name: str, words: str, limit: int, of: str, code: str, trait: str = "") -> Quota:
    return Quota(name, words, limit, f"microsoft.network/{of}", trait=trait, code=code)


_OF: Mapping[str, tuple[Quota, ...]] = {
    COMPUTE: (
        Quota("availabilitySets", "Availability Sets", 2_500, "microsoft.compute/availabilitysets"),
        Quota("cores", "Total Regional vCPUs", CORES),
        Quota("virtualMachines", "Virtual Machines", 25_000, _MACHINES),
        Quota("virtualMachineScaleSets", "Virtual Machine Scale Sets", 2_500, _SETS),
        Quota("lowPriorityCores", "Total Regional Spot vCPUs", CORES),
        _disks("StandardDiskCount", "Standard Storage Managed Disks", "Standard_"),
        _disks("StandardSSDDiskCount", "StandardSSD Storage Managed Disks", "StandardSSD_"),
        _disks("PremiumDiskCount", "Premium Storage Managed Disks", "Premium_"),
        Quota(
            "StandardSnapshotCount", "Standard Storage Snapshots", 75_000, "microsoft.compute/snapshots", "Standard_"
        ),
        Quota("PremiumSnapshotCount", "Premium Storage Snapshots", 75_000, "microsoft.compute/snapshots", "Premium_"),
    ),
    NETWORK: (
        _network("VirtualNetworks", "Virtual Networks", 1_000, "virtualnetworks", "VnetCountLimitReached"),
        _network(
            "StaticPublicIPAddresses",
            "Static Public IP Addresses",
            1_000,
            "publicipaddresses",
            "StaticPublicIPCountLimitReached",
            "Static",
        ),
        _network(
            "NetworkSecurityGroups",
            "Network Security Groups",
            5_000,
            "networksecuritygroups",
            "NetworkSecurityGroupCountLimitReached",
        ),
        _network("PublicIPAddresses", "Public IP Addresses", 1_000, "publicipaddresses", "PublicIPCountLimitReached"),
        _network(
            "NetworkInterfaces", "Network Interfaces", 65_536, "networkinterfaces", "NetworkInterfaceCountLimitReached"
        ),
        _network("LoadBalancers", "Load Balancers", 1_000, "loadbalancers", "LoadBalancerCountLimitReached"),
        _network(
            "ApplicationGateways",
            "Application Gateways",
            1_000,
            "applicationgateways",
            "ApplicationGatewayCountLimitReached",
        ),
        _network("RouteTables", "Route Tables", 200, "routetables", "RouteTableCountLimitReached"),
        _network("NetworkWatchers", "Network Watchers", 1, "networkwatchers", ""),
        _network("NatGateways", "Nat Gateways", 1_000, "natgateways", "NatGatewayCountLimitReached"),
    ),
    STORAGE: (Quota("StorageAccounts", "Storage Accounts", 250, "microsoft.storage/storageaccounts"),),
}
_QUOTAS: Mapping[str, tuple[Quota, ...]] = {
    type_name: tuple(
        one for listed in _OF.values() for one in listed if one.of == type_name and one.name != "NetworkWatchers"
    )
    for type_name in {one.of for listed in _OF.values() for one in listed if one.of}
}
"""By casefolded type; of watchers, who knows the text of their refusal refuses the second."""
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def quotas(provider: str) -> Iterator[Quota]:
    """Of Compute (with one for every family of sizes), Network or Storage, as its usages list them."""
    yield from _OF[provider]
    if provider == COMPUTE:
        yield from (Quota(family, family_words(family), CORES) for family in families())


@cache
def _named(provider: str) -> Mapping[str, Quota]:
    return {one.name: one for one in quotas(provider)}


def family_words(family: str) -> str:
    """`standardDSv3Family` as people read it."""
    bare = family.replace("Family", "").strip()
    return f"Standard {bare[8:].strip()} Family vCPUs" if bare.casefold().startswith("standard") else f"{bare} vCPUs"


def current(provider: str, subscription: str, location: str, call: Call) -> Counter[str]:
    """How much there is in a region (as `location_name` writes it), by the name of the quota."""
    found: Counter[str] = Counter()
    for type_name in {one.of for one in _OF[provider] if one.of}:
        for tally in call.plane.tallies.of(type_name, subscription, location):
            found.update(_demand(type_name, tally))
    return found


def limit_of(quota: Quota, subscription: str, location: str, call: Call, used: int) -> int:
    """What holds now. An estate that came with more than the published limit had it raised: doubled, until it fits."""
    limit = quota.limit
    while limit < used:
        limit *= 2
    return call.plane.capacity.limit(quota.name, location, subscription, limit)


def refuse_exceeded(resource: Resource, before: Resource | None, call: Call) -> None:
    """Raise ArmRefusal when a write would take more than there is left of a quota."""
    type_name = resource.id.type.casefold()
    counted = _QUOTAS.get(type_name)
    if not counted or (before is not None and type_name not in _SIZED):
        return
    subscription, location = resource.id.subscription, location_name(resource.body.get("location"))
    if subscription is None:
        return
    if type_name not in _SIZED and _has_room(counted, type_name, subscription, location, call):
        return
    wanted = _demand(type_name, _tally(resource))
    if before is not None:
        wanted.subtract(_demand(type_name, _tally(before)))
    known = _named(COMPUTE) if type_name in _SIZED else {one.name: one for one in counted}
    used: Counter[str] | None = None
    for name, more in wanted.items():
        quota = known.get(name)
        if more <= 0 or quota is None:
            continue
        if used is None:
            used = _used(type_name, subscription, location, call)
        limit = limit_of(quota, subscription, location, call, used[name])
        if used[name] + more > limit:
            raise _exceeded(quota, resource, location, limit, used[name], more)


def _has_room(counted: tuple[Quota, ...], type_name: str, subscription: str, location: str, call: Call) -> bool:
    """Whether one more is certainly within every limit. Counts again only where that is not sure."""
    for again in (False, True):
        if again:
            call.plane.tallies.count_again(type_name, subscription, location)
        known, most = call.plane.tallies.at_most(type_name, subscription, location)
        if all(most < limit_of(one, subscription, location, call, known) for one in counted):
            return True
    return False


def _used(type_name: str, subscription: str, location: str, call: Call) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in _SIZED if type_name in _SIZED else (type_name,):
        for tally in call.plane.tallies.of(one, subscription, location):
            found.update(_demand(one, tally))
    return found


def _demand(type_name: str, tally: Tally) -> Counter[str]:
    """What these resources take, by the name of the quota."""
    found = Counter(
        {
            quota.name: tally.count
            for quota in _QUOTAS.get(type_name, ())
            if quota.counts(type_name, tally.size, tally.trait)
        }
    )
    size = find_size(tally.size) if type_name in _SIZED else None
    if size is not None and tally.units:
        cores = size.cpus * tally.units
        if tally.trait.casefold() in ("spot", "low"):
            found["lowPriorityCores"] += cores
        else:
            found["cores"] += cores
            found[size.family] += cores
    return found


def _tally(resource: Resource) -> Tally:
    """One resource, as the tallies see it; a set of either orchestration with its capacity."""
    properties = resource.properties
    sku = object_of(resource.body.get("sku"))
    size = object_of(properties.get("hardwareProfile")).get("vmSize") or sku.get("name") or ""
    trait = (
        properties.get("priority")
        or object_of(properties.get("virtualMachineProfile")).get("priority")
        or properties.get("publicIPAllocationMethod")
        or ""
    )
    capacity = sku.get("capacity", 0) if resource.id.type.casefold() == _SETS else 1
    return Tally(str(size), str(trait), 1, capacity if isinstance(capacity, int) else 0)


def _exceeded(quota: Quota, resource: Resource, location: str, limit: int, used: int, more: int) -> ArmRefusal:
    namespace = resource.id.namespace
    if namespace == NETWORK:
        thing = _WORD.sub(" ", quota.words).lower().replace("ip ", "IP ").replace("nat ", "NAT ")
        if quota.trait:
            thing = "public IP addresses with static allocation method"
        return ArmRefusal(
            400,
            quota.code,
            f"Cannot create more than {limit} {thing} for this subscription in this region.",
            details=[],
        )
    subscription = resource.id.subscription
    if namespace == STORAGE:
        return ArmRefusal(
            409,
            "MaxStorageAccountsCountPerSubscriptionExceeded",
            f"Subscription {subscription} already contains {used} storage accounts in location {location} and the "
            f"maximum allowed is {limit}.",
        )
    return ArmRefusal(409, "OperationNotAllowed", _core_text(quota, str(subscription), location, limit, used, more))


_GUIDES = {
    "cores": "azure-supportability/regional-quota-requests",
    "lowPriorityCores": "azure-portal/supportability/low-priority-quota",
}
_LABELS = {"cores": "Total Regional Cores", "lowPriorityCores": "LowPriorityCores"}


def _core_text(quota: Quota, subscription: str, location: str, limit: int, used: int, more: int) -> str:
    label = _LABELS.get(quota.name, quota.name if quota.of else f"{quota.name} Cores")
    guide = _GUIDES.get(quota.name, "azure-supportability/per-vm-quota-requests")
    wanted = (
        f"%7B%22subscriptionId%22:%22{subscription}%22,%22command%22:%22openQuotaApprovalBlade%22,%22quotas%22:[%7B"
        f"%22location%22:%22{location}%22,%22providerId%22:%22Microsoft.Compute%22,%22resourceName%22:%22{quota.name}"
        f"%22,%22quotaRequest%22:%7B%22properties%22:%7B%22limit%22:{used + more},%22unit%22:%22Count%22,%22name%22:"
        f"%7B%22value%22:%22{quota.name}%22%7D%7D%7D%7D]%7D"
    )
    return (
        f"Operation could not be completed as it results in exceeding approved {label} quota. Additional details - "
        f"Deployment Model: Resource Manager, Location: {location}, Current Limit: {limit}, Current Usage: {used}, "
        f"Additional Required: {more}, (Minimum) New Limit Required: {used + more}. Setup Alerts when Quota reaches "
        "threshold. Learn more at https://aka.ms/quotamonitoringalerting . Submit a request for Quota increase at "
        "https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/UsageAndQuota.ReactView/Parameters/"
        f"{wanted} by specifying parameters listed in the ‘Details’ section for deployment to succeed. Please read "
        f"more about quota limits at https://docs.microsoft.com/en-us/azure/{guide}"
    )


def usages(provider: str, subscription: str, location: str, call: Call) -> list[tuple[Quota, int, int]]:
    """(quota, how much there is, the limit) for each of a provider's, in a region however it is written."""
    place = location_name(location)
    used = current(provider, subscription, place, call)
    return [(one, used[one.name], limit_of(one, subscription, place, call, used[one.name])) for one in quotas(provider)]


def usage(quota: Quota, used: int, limit: int) -> Body:
    """As Compute and Storage list one."""
    name = {"value": quota.name, "localizedValue": quota.words}
    return {"limit": limit, "unit": "Count", "currentValue": used, "name": name}
