"""Planning new virtual machines: network, NSG, NIC, address and machine, each an operation of its own.

Bodies follow the ARM reference of Microsoft.Compute/virtualMachines and Microsoft.Network. A machine made here has no
public address and no inbound rule unless the request says so.
"""

from __future__ import annotations

from typing import Any

from azlin.agentic.families.drafting import Draft, ensure_group
from azlin.agentic.families.foreseen import id_of
from azlin.agentic.families.holders import holder, subnet_of
from azlin.agentic.families.naming import broken_rule
from azlin.agentic.families.trusted_launch import security_profile
from azlin.agentic.families.vm_parameters import VmParameters
from azlin.agentic.language.images import is_windows
from azlin.agentic.language.kinds import (
    BY_NAME,
    IP_TYPE,
    NIC_TYPE,
    NSG_TYPE,
    RULE_TYPE,
    SUBNET_TYPE,
    VM_TYPE,
    VNET_TYPE,
)
from azlin.agentic.language.network_traits import Opening
from azlin.agentic.language.regions import region_of
from azlin.agentic.types import Plan, ResourceRef
from azlin.agentic.world import World
from azlin.errors import Undecided, UsageRefused

ADDRESS_SPACE = "10.0.0.0/16"
SUBNET_PREFIX = "10.0.0.0/24"
DISK = "StandardSSD_LRS"


def plan_creation(wanted: VmParameters, world: World) -> Plan:
    draft = Draft(world)
    return _Creation(wanted, draft).plan()


class _Creation:
    def __init__(self, wanted: VmParameters, draft: Draft) -> None:
        if wanted.group is None or wanted.location is None or not wanted.names:
            raise UsageRefused("a VM needs a name, a resource group and a region before it can be planned")
        self.wanted = wanted
        self.draft = draft
        self.group: str = wanted.group
        self.location: str = wanted.location
        self.names = self._free_names() if wanted.numbered else wanted.names

    def plan(self) -> Plan:
        ensure_group(self.draft, self.group, self.location)
        subnet = self._subnet()
        nsg = self._nsg()
        for number, name in enumerate(self.names):
            zone = self.wanted.zones[number % len(self.wanted.zones)] if self.wanted.zones else None
            self._machine(name, subnet, nsg, zone)
        return self.draft.plan()

    def _free_names(self) -> tuple[str, ...]:
        """The first `vmN` that no VM of the group has."""
        taken = self.draft.names_of(VM_TYPE, self.group)
        free = [name for number in range(1, 1000 + len(taken)) if (name := f"vm{number}") not in taken]
        names = tuple(free[: len(self.wanted.names)])
        if names != self.wanted.names:
            self.draft.assume(f"named {' and '.join(names)}, because {self.wanted.names[0]} is taken")
        return names

    def _ref(self, type_: str, name: str) -> ResourceRef:
        return self.draft.ref(type_, name, self.group, self.location)

    def _resource(self, properties: dict[str, Any], **envelope: Any) -> dict[str, Any]:
        tags = {"tags": self.wanted.tags} if self.wanted.tags else {}
        return {"location": self.location, **tags, **envelope, "properties": properties}

    def _subnet(self) -> ResourceRef:
        """The subnet the NICs go into: the one that was named, or one in a network of this request's own."""
        if self.wanted.vnet is None and self.wanted.subnet is not None:
            raise Undecided(
                f"subnet {self.wanted.subnet} of which network?",
                fix=f"say “in vnet NAME in subnet {self.wanted.subnet}”",
            )
        if self.wanted.vnet is not None:
            return self._named_subnet(self.wanted.vnet)
        name = f"{self.wanted.network_of or self.names[0]}-vnet"
        body = self._resource(
            {
                "addressSpace": {"addressPrefixes": [ADDRESS_SPACE]},
                "subnets": [{"name": "default", "properties": {"addressPrefix": SUBNET_PREFIX}}],
            }
        )
        if self.draft.ensure(self._ref(VNET_TYPE, name), body) and name.startswith(self.names[0]):
            self.draft.assume(f"network {name} ({ADDRESS_SPACE}) of its own (add “in vnet NAME” to use another)")
        return self._ref(SUBNET_TYPE, f"{name}/default")

    def _named_subnet(self, vnet: str) -> ResourceRef:
        ref = holder(self.draft, BY_NAME["vnet"], vnet, self.group)
        there = self.draft.existing(ref)
        if there is not None and region_of(str(there.get("location", ""))) != self.location:
            raise Undecided(
                f"network {vnet} is in {there.get('location')}, and the VM would be in {self.location}",
                why="a NIC must be in its network's region",
                fix=f"say “in {there.get('location')}”, or name another network",
            )
        return subnet_of(self.draft, ref, self.wanted.subnet)

    def _nsg(self) -> ResourceRef:
        """One NSG for all machines of the request; without rules it lets nothing in from outside the network."""
        if self.wanted.nsg is not None:
            ref = holder(self.draft, BY_NAME["nsg"], self.wanted.nsg, self.group)
            if self.wanted.openings:
                raise Undecided(
                    f"opening a port in {self.wanted.nsg} opens it for everything that uses that group; is that meant?",
                    fix=f'azlin doit "allow ssh from ADDRESS in nsg {self.wanted.nsg}"',
                )
            return ref
        ref = self._ref(NSG_TYPE, f"{self.names[0]}-nsg")
        self.draft.ensure(ref, self._resource({}))
        for number, opening in enumerate(self.wanted.openings):
            rule = rule_body(opening, 1000 + 10 * number)
            self.draft.ensure(self._ref(RULE_TYPE, f"{ref.name}/{rule_name(opening)}"), rule)
        return ref

    def _machine(self, name: str, subnet: ResourceRef, nsg: ResourceRef, zone: str | None) -> None:
        nic = self._ref(NIC_TYPE, f"{name}-nic")
        address: dict[str, Any] = {}
        if self.wanted.public_ip:
            ip = self._ref(IP_TYPE, f"{name}-ip")
            self.draft.ensure(ip, self._resource(ip_properties(), sku={"name": "Standard"}, **_zones(zone)))
            address = {"publicIPAddress": {"id": id_of(ip)}}
        configuration = {
            "primary": True,
            "privateIPAllocationMethod": "Dynamic",
            "subnet": {"id": id_of(subnet)},
            **address,
        }
        self.draft.ensure(
            nic,
            self._resource(
                {
                    "ipConfigurations": [{"name": "ipconfig1", "properties": configuration}],
                    "networkSecurityGroup": {"id": id_of(nsg)},
                }
            ),
        )
        vm = self._ref(VM_TYPE, name)
        made = self.draft.ensure(
            vm,
            self._resource(self._properties(name, nic), **_zones(zone)),
            advice=f'to change it: azlin doit "resize vm {name} to SIZE" or "tag vm {name} with …"; or name another',
        )
        if made and security_profile(str(self.wanted.image), str(self.wanted.size)):
            self.draft.assume("Trusted Launch (secure boot and a virtual TPM), which this image and size have")
        if made and not self.wanted.disk_gb:
            self.draft.assume(f"OS disk {DISK}, as large as the image asks for")

    def _properties(self, name: str, nic: ResourceRef) -> dict[str, Any]:
        publisher, offer, sku, version = str(self.wanted.image).split(":")
        disk: dict[str, Any] = {
            "name": f"{name}-osdisk",
            "createOption": "FromImage",
            "caching": "ReadWrite",
            "deleteOption": "Delete",
            "managedDisk": {"storageAccountType": DISK},
        }
        disk |= {"diskSizeGB": self.wanted.disk_gb} if self.wanted.disk_gb else {}
        security = security_profile(str(self.wanted.image), str(self.wanted.size))
        return {
            **({"securityProfile": security} if security else {}),
            "hardwareProfile": {"vmSize": self.wanted.size},
            "storageProfile": {
                "imageReference": {"publisher": publisher, "offer": offer, "sku": sku, "version": version},
                "osDisk": disk,
            },
            "osProfile": self._os(name),
            "networkProfile": {
                "networkInterfaces": [{"id": id_of(nic), "properties": {"primary": True, "deleteOption": "Delete"}}]
            },
        }

    def _os(self, name: str) -> dict[str, Any]:
        user = self.wanted.admin_user
        profile: dict[str, Any] = {"computerName": name, "adminUsername": user}
        if is_windows(str(self.wanted.image)):
            return {**profile, "adminPassword": self.wanted.admin_password}
        keys = [{"path": f"/home/{user}/.ssh/authorized_keys", "keyData": self.wanted.ssh_key}]
        linux = {"disablePasswordAuthentication": True, "ssh": {"publicKeys": keys}}
        return {**profile, "linuxConfiguration": linux}


def ip_properties() -> dict[str, Any]:
    return {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4"}


def _zones(zone: str | None) -> dict[str, Any]:
    return {"zones": [zone]} if zone else {}


def rule_name(opening: Opening, access: str = "Allow") -> str:
    """`allow-22`: readable, and the same for the same ports."""
    name = f"{access.lower()}-{'-'.join(opening.ports)}" + ("" if opening.protocol == "Tcp" else "-udp")
    return name if broken_rule("rule", name) is None else f"{access.lower()}-ports"


def rule_body(opening: Opening, priority: int, access: str = "Allow") -> dict[str, Any]:
    """An inbound rule (ARM: Microsoft.Network/networkSecurityGroups/securityRules)."""
    if opening.source is None:
        raise Undecided(
            f"from where should port {', '.join(opening.ports)} be open?", fix="say “from ADDRESS” or “from anywhere”"
        )
    ports: dict[str, Any] = {"destinationPortRange": opening.ports[0]}
    if len(opening.ports) > 1:
        ports = {"destinationPortRanges": list(opening.ports)}
    return {
        "properties": {
            "direction": "Inbound",
            "access": access,
            "priority": priority,
            "protocol": opening.protocol,
            "sourceAddressPrefix": opening.source,
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            **ports,
        }
    }
