"""Planning the removal of virtual machines: what each was created with, and nothing else.

A machine's own NICs, addresses and disks go when nothing else uses them. A network, an NSG and the resource group go
only if azlin's journal says that they were made together with the machine, and Azure, asked now, shows no other use of
them. Everything that stays is told with its reason.
"""

from __future__ import annotations

from typing import Any, cast

from azlin.agentic.families.bodies import Json, id_in, items, pairs, properties_of, ref_in
from azlin.agentic.families.choosing import Chosen, choose
from azlin.agentic.families.completion import names_in_words
from azlin.agentic.families.drafting import Draft
from azlin.agentic.language.filters import Where
from azlin.agentic.language.kinds import (
    ANY_TYPE,
    BY_NAME,
    DISK_TYPE,
    IP_TYPE,
    NIC_TYPE,
    NSG_TYPE,
    VM_TYPE,
    VNET_TYPE,
    kind_of_type,
)
from azlin.agentic.types import GROUP_TYPE, Plan, ResourceRef
from azlin.agentic.world import Resource, World


def plan_removal(where: Where, world: World) -> Plan:
    draft = Draft(world)
    chosen = choose(world, BY_NAME["vm"], where, doing="delete")
    _Removal(draft, chosen).plan()
    return draft.plan()


class _Removal:
    def __init__(self, draft: Draft, chosen: list[Chosen]) -> None:
        self.draft = draft
        self.world = draft.world
        self.chosen = chosen
        self.gone: dict[str, ResourceRef] = {ref.key: ref for ref, _ in chosen}
        made = [other for ref, _ in chosen for other in self.world.made_with(ref)]
        self.made = {ref.key: ref for ref in made}

    def plan(self) -> None:
        machines = [self.draft.delete(ref) for ref, _ in self.chosen]
        if len(machines) > 1:
            self.draft.assume(f"{len(machines)} VMs to delete: {names_in_words([ref.name for ref, _ in self.chosen])}")
        disks = [self.draft.delete(ref, machines) for ref in self._disks()]
        nics = self._nics()
        cards = [self.draft.delete(ref, machines) for ref, _ in nics]
        addresses = [self.draft.delete(ref, [*machines, *cards]) for ref in self._addresses(nics)]
        networks = [self.draft.delete(ref, [*machines, *cards]) for ref in self._networks()]
        everything = [*machines, *disks, *cards, *addresses, *networks]
        for ref in self._groups():
            self.draft.delete(ref, everything)
        self._tell_what_stays()

    def _keep(self, ref: ResourceRef, reason: str) -> None:
        self.draft.assume(f"kept: {kind_of_type(ref.type).singular} {ref.leaf} ({reason})")

    def _disks(self) -> list[ResourceRef]:
        """OS disks, and data disks that were to vanish with the machine; other data is kept."""
        refs: list[ResourceRef] = []
        for _, vm in self.chosen:
            storage = pairs(properties_of(vm).get("storageProfile"))
            os_disk = pairs(storage.get("osDisk"))
            for disk, is_os in [(os_disk, True), *((disk, False) for disk in items(storage.get("dataDisks")))]:
                ref = ref_in(disk.get("managedDisk"))
                if ref is None:
                    continue
                vanishes = str(disk.get("deleteOption", "")).casefold() == "delete"
                if is_os or vanishes or ref.key in self.made:
                    refs.append(ref)
                else:
                    self._keep(ref, "a data disk, which holds data")
        found = [ref for ref in refs if self._is_free_disk(ref)]
        self.gone.update((ref.key, ref) for ref in found)
        return found

    def _is_free_disk(self, ref: ResourceRef) -> bool:
        disk = self.world.get(ref)
        if disk is None:
            return False
        users = [str(disk.get("managedBy") or ""), *cast("list[str]", disk.get("managedByExtended") or [])]
        others = [user for user in users if user and user.casefold() not in self.gone]
        if others:
            self._keep(ref, f"{others[0].rpartition('/')[2]} uses it too")
        return not others

    def _nics(self) -> list[Chosen]:
        found: list[Chosen] = []
        for _, vm in self.chosen:
            profile = pairs(properties_of(vm).get("networkProfile"))
            for reference in items(profile.get("networkInterfaces")):
                ref = ref_in(reference)
                nic = self.world.get(ref) if ref is not None else None
                if ref is None or nic is None or ref.key in self.gone:
                    continue
                user = id_in(properties_of(nic).get("virtualMachine"))
                if user and user.casefold() not in self.gone:
                    self._keep(ref, f"VM {user.rpartition('/')[2]} uses it")
                    continue
                found.append((ref, nic))
                self.gone[ref.key] = ref
        return found

    def _addresses(self, nics: list[Chosen]) -> list[ResourceRef]:
        """The public addresses of the NICs. An address has one user, and each is asked who that is."""
        found: list[ResourceRef] = []
        for _, nic in nics:
            for configuration in items(properties_of(nic).get("ipConfigurations")):
                ref = ref_in(properties_of(configuration).get("publicIPAddress"))
                address = self.world.get(ref) if ref is not None else None
                if ref is None or address is None or ref.key in self.gone:
                    continue
                user = id_in(properties_of(address).get("ipConfiguration")) or ""
                if user and not any(user.casefold().startswith(f"{key}/") for key in self.gone):
                    self._keep(ref, f"used by {user}")
                    continue
                found.append(ref)
                self.gone[ref.key] = ref
        return found

    def _networks(self) -> list[ResourceRef]:
        """NSGs and networks made together with the machines, if no NIC and no subnet that stays uses them."""
        made = [ref for ref in self.made.values() if ref.type.casefold() in _SHARED and ref.key not in self.gone]
        if not made:
            return []
        staying = [nic for nic in self.world.list(NIC_TYPE) if str(nic["id"]).casefold() not in self.gone]
        networks = self.world.list(VNET_TYPE)
        found: list[ResourceRef] = []
        for ref in sorted(made, key=lambda ref: (ref.type.casefold() == VNET_TYPE.casefold(), ref.key)):
            there = self.world.get(ref)
            if there is None:
                continue
            user = _user_of_network(ref, staying, networks, self.gone) or _other_use(there, self.gone)
            if user:
                self._keep(ref, f"{user} uses it")
                continue
            found.append(ref)
            self.gone[ref.key] = ref
        return found

    def _groups(self) -> list[ResourceRef]:
        found: list[ResourceRef] = []
        for ref in self.made.values():
            if ref.type.casefold() != GROUP_TYPE.casefold() or self.world.get(ref) is None:
                continue
            inside = self.world.list(ANY_TYPE, group=ref.name)
            others = [item for item in inside if not self._goes(str(item["id"]))]
            if others:
                names = names_in_words(sorted(str(item["name"]) for item in others))
                self._keep(ref, f"it also holds {names}")
                continue
            found.append(ref)
            self.gone[ref.key] = ref
        return found

    def _goes(self, resource_id: str) -> bool:
        folded = resource_id.casefold()
        return any(folded == key or folded.startswith(f"{key}/") for key in self.gone)

    def _tell_what_stays(self) -> None:
        """What the same request made besides the machines, and what they used without being made with it."""
        ours = {type_.casefold() for type_ in (VM_TYPE, NIC_TYPE, IP_TYPE, DISK_TYPE, GROUP_TYPE)} | _SHARED
        for ref in self.made.values():
            if ref.key in self.gone or self._goes(ref.id):
                continue
            kind = ref.type.casefold()
            if kind.count("/") > 1:
                continue
            if (kind not in ours or kind == VM_TYPE.casefold()) and self.world.get(ref) is not None:
                self._keep(ref, "made by the same request, but not a part of what is deleted")
        for ref, _ in self.chosen:
            group = ResourceRef(type=GROUP_TYPE, name=str(ref.group), subscription=ref.subscription)
            if group.key not in self.made:
                self._keep(group, "it was not made with the VM")


_SHARED = {NSG_TYPE.casefold(), VNET_TYPE.casefold()}


def _user_of_network(
    ref: ResourceRef, nics: list[Resource], networks: list[Resource], gone: dict[str, ResourceRef]
) -> str | None:
    """Who else refers to an NSG or a network, in words."""
    for nic in nics:
        if _refers(nic.get("properties"), ref.key):
            return f"NIC {nic['name']}"
    for network in networks:
        key = str(network["id"]).casefold()
        if key != ref.key and key not in gone and _refers(network.get("properties"), ref.key):
            return f"network {network['name']}"
    return None


def _other_use(there: Resource, gone: dict[str, ResourceRef]) -> str | None:
    """Anything that Azure lists in a network's or NSG's own body as attached to it and that stays: a gateway, a private
    endpoint, a peering, a subnet."""
    properties = properties_of(there)
    own = str(there["id"]).casefold()
    holders = [properties, *(properties_of(subnet) for subnet in items(properties.get("subnets")))]
    for holder in holders:
        for attached in (
            "ipConfigurations",
            "privateEndpoints",
            "networkInterfaces",
            "virtualNetworkPeerings",
            "subnets",
        ):
            for item in items(holder.get(attached)):
                id_ = str(item.get("id", "")).casefold()
                inside = attached == "subnets" and id_.startswith(f"{own}/")
                if id_ and not inside and not any(id_ == key or id_.startswith(f"{key}/") for key in gone):
                    return str(item["id"]).rpartition("/providers/")[2] or str(item["id"])
    return None


def _refers(value: object, key: str) -> bool:
    """Whether an id equal to `key`, or below it, stands anywhere inside."""
    if isinstance(value, str):
        folded = value.casefold()
        return folded == key or folded.startswith(f"{key}/")
    if isinstance(value, dict):
        return any(_refers(item, key) for item in cast("Json", value).values())
    if isinstance(value, list):
        return any(_refers(item, key) for item in cast("list[Any]", value))
    return False
