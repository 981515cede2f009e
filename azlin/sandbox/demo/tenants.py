"""The two demo tenants: which parts each is made of. 410 and 158 resources, as `az resource list` counts them.

Made on demand (`azlin sandbox seed --tenant DefenderATEVET17`), from a fixed seed: everybody has the same ones.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.providers import set_registered
from azlin.sandbox.arm.store import Body
from azlin.sandbox.demo import landscape, machines, platform, services, wear
from azlin.sandbox.demo.estate import Estate, Group
from azlin.sandbox.demo.machines import Machine
from azlin.sandbox.demo.people import people
from azlin.sandbox.seed import Seeded, SeedUnreadable

_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000003")
_AGENTS = {
    True: (
        ("Microsoft.Azure.Monitor", "AzureMonitorWindowsAgent"),
        ("Microsoft.Azure.AzureDefenderForServers", "MDE.Windows"),
    ),
    False: (
        ("Microsoft.Azure.Monitor", "AzureMonitorLinuxAgent"),
        ("Microsoft.Azure.AzureDefenderForServers", "MDE.Linux"),
    ),
}
_ROLES = (("file", True), ("mail", True), ("sql", True), ("log", False), ("git", False))


@dataclass(frozen=True, slots=True)
class Recipe:
    """`size` is how many resources `az resource list` shows over all of the tenant's subscriptions."""

    name: str
    size: int
    subscriptions: tuple[str, ...]
    build: Callable[[list[Estate]], Group]
    """Takes an estate per subscription; returns the group that takes what is missing to the size."""
    unregistered: tuple[str, ...] = ()
    """Namespaces that its subscriptions are not registered for."""


def make(name: str, plane: ControlPlane) -> Seeded:
    """Make a demo tenant by its name (any casing), all or nothing. One that has resources already is refused.

    Raises SeedUnreadable.
    """
    recipe = find(name)
    if recipe is None:
        raise SeedUnreadable(f"there is no demo tenant {name}; there are {', '.join(one.name for one in RECIPES)}")
    tenant = plane.directory.add_tenant(recipe.name, str(uuid.uuid5(_SPACE, recipe.name)))
    estates: list[Estate] = []
    chance = random.Random(recipe.name)  # noqa: S311 - a made estate, nothing secret
    for label in recipe.subscriptions:
        path = str(uuid.uuid5(_SPACE, f"{recipe.name}/{label}"))
        subscription = plane.directory.add_subscription(path, f"{recipe.name} {label}", tenant.id)
        if next(plane.store.all(subscription=subscription.id), None) is not None:
            raise SeedUnreadable(f"{recipe.name} is there already; azlin sandbox reset removes it")
        digits = "".join(letter for letter in recipe.name if letter.isdigit())
        estates.append(Estate(plane, tenant, subscription, f"atevet{digits}", chance, {"estate": recipe.name}))
    with plane.store.transaction():
        rest = recipe.build(estates)
        home = next(one for one in estates if rest.id.startswith(f"/subscriptions/{one.subscription.id}/"))
        wear.leftovers(home, rest, recipe.size - sum(_listed(one) for one in estates))
        for estate in estates:
            for namespace in recipe.unregistered:
                set_registered(plane.store, estate.subscription.id, namespace, registered=False)
    groups = sum(sum(path.count("/") == 4 for path in one.made) for one in estates)
    return Seeded(
        tenant=tenant.id,
        tenant_name=tenant.name,
        subscriptions=[one.subscription.id for one in estates],
        resources=sum(plane.store.count(subscription=one.subscription.id) for one in estates),
        groups=groups,
        groups_added=[],
    )


def find(name: str) -> Recipe | None:
    """The recipe of that name, in any casing."""
    return next((one for one in RECIPES if one.name.casefold() == name.casefold()), None)


def _listed(estate: Estate) -> int:
    return estate.plane.store.count(subscription=estate.subscription.id, listed=True)


def _range(estates: list[Estate]) -> Group:
    """An attack range: domain controllers and workstations that are attacked, and everything that watches them."""
    main, lab = estates
    place = "westeurope"
    watch = main.group("rg-monitoring", place, purpose="detection")
    log = platform.logs(main, watch, "central")
    seat = landscape.hub(main, main.group("rg-hub", place), 0, log)
    landscape.gateway(main, seat, "192.168.0.0/16")
    landscape.hub(main, main.group("rg-hub-north", "northeurope"), 16, log)
    corporate = landscape.spoke(main, seat, main.group("rg-corporate", place), "corporate", 1, "servers", "clients")
    shared = services.identity(main, corporate.group, "corporate")
    servers = _servers(main, corporate, shared)
    for at in range(1, 21):
        machines.server(main, corporate, "clients", _client(at))
    web = landscape.spoke(main, seat, main.group("rg-web", place), "web", 2, "front", "back")
    machines.farm(main, web, "front", "shop", 3)
    sites = [services.application(main, seat, web, "back", name) for name in ("shop", "portal", "api", "billing")]
    services.events(main, web.group, "shop", sites[0].storage)
    cluster = landscape.spoke(main, seat, main.group("rg-containers", "northeurope"), "containers", 3, "nodes")
    services.containers(main, cluster, "nodes", "range", log)
    data = main.group("rg-data", place, classification="confidential")
    lake = services.storage(main, data, "lake", "raw", "curated", sku={"name": "Standard_RAGRS"})
    services.analytics(main, data, "range", lake, services.vault(main, data, "range"))
    vault = platform.operations(main, main.group("rg-operations", place), "range", log)
    platform.images(main, main.group("rg-images", place), "range", _system_disk(servers[0]))
    platform.alerts(main, watch, "duty", *servers[:4], vault)
    for path in (sites[0].storage, sites[1].vault, web.security, vault, f"/subscriptions/{main.subscription.id}"):
        main.watch(path, log)
    platform.governance(main, watch, people(main), ["westeurope", "northeurope", "eastus", "global"])
    for at, where in enumerate(("westeurope", "eastus", "northeurope"), start=1):
        wear.legacy(main, where, at)
    attack = landscape.spoke(lab, seat, lab.group("rg-attackers", "eastus"), "attack", 40, "boxes")
    for at in range(1, 13):
        machines.server(lab, attack, "boxes", Machine(f"box-{at:02}", size="Standard_B1s"))
    machines.desktops(lab, lab.group("rg-desktops", "eastus"), "analysts")
    wear.legacy(lab, "eastus", 1)
    rest = lab.group("rg-sandbox", "eastus")
    wear.long_names(lab, rest)
    wear.broad_network(lab, rest, 99)
    wear.dangling(lab, rest, attack.security)
    wear.strangers(lab, rest)
    wear.odd_bodies(lab, rest)
    return rest


def _servers(estate: Estate, spoke: landscape.Spoke, identity: str) -> list[str]:
    together = estate.put(
        spoke.group,
        "Microsoft.Compute/availabilitySets",
        "avail-dc",
        {"platformFaultDomainCount": 2, "platformUpdateDomainCount": 5},
        sku={"name": "Aligned"},
    )
    controllers = [
        Machine(f"dc-{at:02}", windows=True, disks_gb=(32,), availability=together, agents=_AGENTS[True])
        for at in (1, 2)
    ]
    others = [
        Machine(
            f"{role}-01",
            windows=windows,
            size="Standard_D4s_v3",
            disks_gb=(128, 512),
            identity=identity,
            zone=str(at % 3 + 1),
            agents=_AGENTS[windows],
            tags={"environment": "test" if role == "git" else "production"},
        )
        for at, (role, windows) in enumerate(_ROLES)
    ]
    return [machines.server(estate, spoke, "servers", one) for one in (*controllers, *others)]


def _client(at: int) -> Machine:
    windows = at % 3 != 0
    return Machine(f"client-{at:02}", windows=windows, size="Standard_B2s", agents=_AGENTS[windows])


def _system_disk(machine: str) -> str:
    group = machine.partition("/providers/")[0]
    return f"{group}/providers/Microsoft.Compute/disks/{machine.rpartition('/')[2]}-os"


def _target(estates: list[Estate]) -> Group:
    """Where a range is rebuilt: a smaller estate with a life of its own, and names that are taken."""
    (main,) = estates
    place = "westeurope"
    watch = main.group("rg-monitoring", place)
    log = platform.logs(main, watch, "central")
    seat = landscape.hub(main, main.group("rg-hub", place), 0, log)
    office = landscape.spoke(main, seat, main.group("rg-corporate", place), "corporate", 1, "servers")
    mine = services.identity(main, office.group, "office")
    servers = _servers(main, office, mine)
    site = services.application(main, seat, office, "servers", "intranet")
    for path in (site.storage, site.vault, office.security):
        main.watch(path, log)
    platform.alerts(main, watch, "duty", servers[0])
    platform.operations(main, main.group("rg-operations", place), "office", log)
    wear.legacy(main, place, 1)
    for stem, protected in _REHEARSED.items():
        _deleted_vault(main, watch, f"{main.prefix}{stem}", protected=protected)
    platform.governance(main, watch, people(main), ["westeurope", "northeurope"])
    rest = main.group("rg-leftovers", "northeurope")
    wear.odd_bodies(main, rest)
    wear.strangers(main, rest)
    return rest


def _deleted_vault(estate: Estate, group: Group, name: str, *, protected: bool) -> None:
    """A vault that can be recovered and whose name is taken; one that is protected cannot be purged either."""
    properties: Body = {
        "tenantId": estate.tenant.id,
        "sku": {"family": "A", "name": "standard"},
        "accessPolicies": [],
        **({"enablePurgeProtection": True} if protected else {}),
    }
    estate.remove(estate.put(group, "Microsoft.KeyVault/vaults", name, properties))


_REHEARSED = {"kvrange81a8b": True, "kvshopfcda2": False}
"""Ends of names of two of the range's vaults: somebody rehearsed its copy here and deleted what came of it."""

RECIPES: tuple[Recipe, ...] = (
    Recipe("DefenderATEVET17", 410, ("range", "lab"), _range),
    Recipe(
        "DefenderATEVET12",
        158,
        ("office",),
        _target,
        unregistered=("Microsoft.Kusto", "Microsoft.DesktopVirtualization"),
    ),
)
