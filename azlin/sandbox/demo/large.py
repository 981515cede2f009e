"""Estates of any size, in seconds: one district is built like a client would, all others are copies of it.

A copy has the same wiring under names and GUIDs of its own. It is written straight into the store, because tens of
thousands of PUTs would take half a minute.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterator

import msgspec

from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.store import Body, Resource
from azlin.sandbox.demo import machines, services, wear
from azlin.sandbox.demo.estate import Estate, Group
from azlin.sandbox.demo.landscape import Spoke, rule
from azlin.sandbox.demo.machines import Machine
from azlin.sandbox.seed import Seeded, SeedUnreadable

MOST = 100_000
"""The largest estate that is made."""
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000004")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FIRST = "rg-district-00000"
_SERVERS = 20


def make_large(name: str, size: int, plane: ControlPlane) -> Seeded:
    """A tenant called `name` with `size` resources, as `az resource list` counts them. Raises SeedUnreadable."""
    if not 1 <= size <= MOST:
        raise SeedUnreadable(f"an estate has 1 to {MOST:,} resources, not {size:,}")
    tenant = plane.directory.add_tenant(name)
    wanted = str(uuid.uuid5(_SPACE, name.casefold()))
    subscription = plane.directory.add_subscription(wanted, f"{tenant.name} 1", tenant.id)
    if next(plane.store.all(subscription=subscription.id), None) is not None:
        raise SeedUnreadable(f"{tenant.name} is there already; azlin sandbox reset removes it, --name makes another")
    chance = random.Random(name.casefold())  # noqa: S311 - a made estate, nothing secret
    estate = Estate(plane, tenant, subscription, "big", chance)
    with plane.store.transaction():
        rest = estate.group("rg-leftovers", "westeurope")
        district = _district(estate)
        listed = plane.store.count(subscription=subscription.id, listed=True)
        if listed <= size:
            first = plane.store.get(district.id)
            whole = [first, *plane.store.below(first.id)] if first is not None else []
            plane.store.put_many(_copies(estate, whole, size // listed - 1))
            wear.leftovers(estate, rest, size % listed)
        else:
            estate.remove(district.id)
            wear.leftovers(estate, rest, size)
    return Seeded(
        tenant=tenant.id,
        tenant_name=tenant.name,
        subscriptions=[subscription.id],
        resources=plane.store.count(subscription=subscription.id),
        groups=1 + size // listed,
        groups_added=[],
    )


def _district(estate: Estate) -> Group:
    """A group with a network, servers, a farm, and storage with a vault."""
    group = estate.group(_FIRST, "westeurope")
    security = estate.put(
        group,
        "Microsoft.Network/networkSecurityGroups",
        "nsg-servers",
        {"securityRules": [rule("allow-https", 200, "443", "VirtualNetwork")]},
    )
    main = {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": security}}
    network = estate.put(
        group,
        "Microsoft.Network/virtualNetworks",
        "vnet-servers",
        {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "main", "properties": main}],
        },
    )
    spoke = Spoke(group, network, {"main": f"{network}/subnets/main"}, security, "10.0")
    identity = services.identity(estate, group, "servers")
    services.vault(estate, group, "district", estate.principal_of(identity))
    services.storage(estate, group, "district", "backups")
    machines.farm(estate, spoke, "main", "district", 2)
    for at in range(_SERVERS):
        machine = Machine(f"server-{at:02}", windows=at % 2 == 0, disks_gb=(64,), identity=identity)
        machines.server(estate, spoke, "main", machine)
    return group


def _copies(estate: Estate, whole: list[Resource], count: int) -> Iterator[tuple[ResourceId, Body]]:
    """`count` copies of a group and all in it; what must be free in all of Azure gets the copy's number."""
    taken = [
        one.id.name
        for one in whole
        if one.id.type in ("Microsoft.KeyVault/vaults", "Microsoft.Storage/storageAccounts")
    ]
    text = msgspec.json.encode([(one.id.id, one.body) for one in whole]).decode()
    guids = sorted(set(_GUID.findall(text)) - {estate.subscription.id, estate.tenant.id})
    marked = text
    for at, guid in enumerate(guids):
        marked = marked.replace(guid, f"{{guid {at}}}")
    for name in taken:
        marked = marked.replace(name, name[:-5] + "{number}")
    marked = marked.replace(_FIRST, _FIRST[:-5] + "{number}")
    pieces = re.split(r"\{(guid \d+|number)\}", marked)
    for number in range(1, count + 1):
        label, made = f"{number:05}", list(pieces)
        for at in range(1, len(made), 2):
            made[at] = label if made[at] == "number" else str(uuid.uuid5(_SPACE, f"{label}/{made[at]}"))
        for path, body in msgspec.json.decode("".join(made)):
            yield estate.plane.store.parse(path), body
