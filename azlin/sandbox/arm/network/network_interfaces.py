"""Network interfaces: private addresses out of their subnet, and what they are tied to."""

from __future__ import annotations

import ipaddress
import zlib
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.network.public_addresses import give_address
from azlin.sandbox.arm.references import add_user, drop_user, id_of, point_at, referenced
from azlin.sandbox.arm.refusals import ArmRefusal, content_invalid
from azlin.sandbox.arm.store import ABOUT, Resource

INTERFACES = "Microsoft.Network/networkInterfaces"
_POOLS = "loadBalancerBackendAddressPools"
_NAT_RULES = "loadBalancerInboundNatRules"
_ADDRESSES = f"{ABOUT}subnet-addresses/"
_RESERVED = 4
"""Azure keeps the first four addresses of a subnet and the last one."""


def addresses_of(subnet_key: str, call: Call) -> dict[str, str]:
    """Address -> the ip configuration that has it."""
    return call.plane.store.recall(_ADDRESSES + subnet_key) or {}


def forget_addresses(subnet_key: str, call: Call) -> None:
    call.plane.store.forget(_ADDRESSES + subnet_key)


class Interfaces(NetworkTyped):
    kept = ("virtualMachine", "macAddress", "primary", "privateEndpoint")
    needs_location = True

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        configurations = array_of(resource.properties.get("ipConfigurations"))
        if not configurations:
            raise ArmRefusal(
                400,
                "NetworkInterfaceMustHaveAtLeastOneIpConfiguration",
                f"Network interface {resource.id.id} must have at least one IP configuration.",
                details=[],
            )
        referenced(resource.properties.get("networkSecurityGroup"), resource.id, call)
        first = object_of(object_of(configurations[0]).get("properties")).get("subnet")
        for one in configurations[1:]:
            # A further configuration is in the subnet of the first unless it says otherwise.
            own = object_of(one).setdefault("properties", {})
            if first is not None:
                own.setdefault("subnet", dict(first))
        for one in configurations:
            self._check_configuration(resource, object_of(one), call)

    def _check_configuration(self, resource: Resource, one: Body, call: Call) -> None:
        name = one.get("name")
        if not isinstance(name, str) or not name:
            raise content_invalid("Required property 'name' not found in JSON. Path 'properties.ipConfigurations[0]'")
        own = f"{resource.id.id}/ipConfigurations/{name}"
        properties = object_of(one.get("properties"))
        subnet = referenced(properties.get("subnet"), resource.id, call)
        if subnet is None:
            raise ArmRefusal(
                400,
                "SubnetReferenceMissing",
                f"IP configuration {own} must reference a subnet.",
                details=[],
            )
        network = call.plane.store.get(subnet.id.parent_key)
        if network is not None and network.body.get("location") != resource.body.get("location"):
            raise ArmRefusal(
                400,
                "InvalidResourceReference",
                f"Resource {subnet.id.id} referenced by resource {resource.id.id} was not found. Please make sure that "
                "the referenced resource exists, and that both resources are in the same region.",
                details=[],
            )
        address = referenced(properties.get("publicIPAddress"), resource.id, call)
        user = id_of(address.properties.get("ipConfiguration")) if address else None
        if address is not None and user is not None and user.casefold() != own.casefold():
            raise ArmRefusal(
                400,
                "PublicIPAddressInUse",
                f"Resource {own} is referencing public IP address {address.id.id} that is already allocated to "
                f"resource {user}.",
                details=[],
            )
        asked = properties.get("privateIPAddress")
        if asked and str(properties.get("privateIPAllocationMethod", "")).casefold() == "static":
            _check_static(str(asked), own, subnet, call)

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        properties = resource.properties
        held = {str(object_of(one).get("name")): object_of(one) for one in _configurations(before)}
        configurations = [object_of(one) for one in _configurations(resource)]
        for one in configurations:
            own = object_of(one.get("properties"))
            own.setdefault("privateIPAddressVersion", "IPv4")
            own.setdefault("privateIPAllocationMethod", "Dynamic")
            own.setdefault("primary", one is configurations[0])
            _allocate(one, held.get(str(one.get("name"))), call)
        settings = object_of(properties.get("dnsSettings"))
        earlier = object_of(None if before is None else before.properties.get("dnsSettings"))
        suffix = f"{zlib.crc32(resource.id.scope.casefold().encode()):08x}.ax.internal.cloudapp.net"
        properties["dnsSettings"] = {
            "dnsServers": [],
            **settings,
            "appliedDnsServers": array_of(settings.get("dnsServers")),
            "internalDomainNameSuffix": earlier.get("internalDomainNameSuffix") or suffix,
        }
        for name, value in _DEFAULTS.items():
            properties.setdefault(name, value)
        resource.body["kind"] = "Regular"

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if before is not None:
            self._release(before, resource, call)
        group = referenced(resource.properties.get("networkSecurityGroup"), resource.id, call)
        if group is not None:
            add_user(group, "networkInterfaces", resource.id.id, call)
        for one in _configurations(resource):
            own = object_of(one["properties"])
            subnet = referenced(own.get("subnet"), resource.id, call)
            if subnet is not None:
                add_user(subnet, "ipConfigurations", str(one["id"]), call)
            address = referenced(own.get("publicIPAddress"), resource.id, call)
            if address is not None:
                give_address(address, call)
                point_at(address, "ipConfiguration", str(one["id"]), call)
            for pool in array_of(own.get(_POOLS)):
                found = referenced(pool, resource.id, call)
                if found is not None:
                    add_user(found, "backendIPConfigurations", str(one["id"]), call)
            for rule in array_of(own.get(_NAT_RULES)):
                found = referenced(rule, resource.id, call)
                if found is not None:
                    point_at(found, "backendIPConfiguration", str(one["id"]), call)

    def _release(self, before: Resource, after: Resource | None, call: Call) -> None:
        """Give back what `before` had and `after` no longer has."""
        now = {str(one["id"]).casefold(): object_of(one["properties"]) for one in _configurations(after)}
        group = id_of(before.properties.get("networkSecurityGroup"))
        kept = id_of(after.properties.get("networkSecurityGroup")) if after else None
        if group is not None and str(kept).casefold() != group.casefold():
            drop_user(group, "networkInterfaces", before.id.id, call)
        for one in _configurations(before):
            own, path = object_of(one.get("properties")), str(one.get("id", ""))
            still = now.get(path.casefold(), {})
            address, subnet = id_of(own.get("publicIPAddress")), id_of(own.get("subnet"))
            if address is not None and str(id_of(still.get("publicIPAddress"))).casefold() != address.casefold():
                drop_user(address, "ipConfiguration", path, call)
            for names, back in ((_POOLS, "backendIPConfigurations"), (_NAT_RULES, "backendIPConfiguration")):
                left = {str(id_of(each)).casefold() for each in array_of(still.get(names))}
                for each in array_of(own.get(names)):
                    if str(id_of(each)).casefold() not in left:
                        drop_user(id_of(each), back, path, call)
            same_subnet = str(id_of(still.get("subnet"))).casefold() == str(subnet).casefold()
            if subnet is not None and not same_subnet:
                drop_user(subnet, "ipConfigurations", path, call)
            if subnet is not None and (not same_subnet or still.get("privateIPAddress") != own.get("privateIPAddress")):
                taken = addresses_of(subnet.casefold(), call)
                if taken.pop(str(own.get("privateIPAddress")), None) is not None:
                    call.plane.store.remember(_ADDRESSES + subnet.casefold(), taken)

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        user = id_of(resource.properties.get("virtualMachine"))
        if user is not None:
            raise ArmRefusal(
                400,
                "NicInUse",
                f"Network Interface {resource.id.id} is used by existing resource {user}. In order to delete the "
                "network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.",
                details=[],
            )

    def deleted(self, resource: Resource, call: Call, /) -> None:
        self._release(resource, None, call)


_DEFAULTS: Body = {
    "enableAcceleratedNetworking": False,
    "enableIPForwarding": False,
    "disableTcpStateTracking": False,
    "vnetEncryptionSupported": False,
    "hostedWorkloads": [],
    "tapConfigurations": [],
    "nicType": "Standard",
    "allowPort25Out": True,
    "auxiliaryMode": "None",
    "auxiliarySku": "None",
}


def attach(interface: Resource, machine: str, *, primary: bool, call: Call) -> None:
    """Tell an interface that a VM has it."""
    number = zlib.crc32(interface.id.key.encode())
    digits = f"{number:08X}"
    interface.properties["macAddress"] = f"00-0D-{digits[0:2]}-{digits[2:4]}-{digits[4:6]}-{digits[6:8]}"
    interface.properties["primary"] = primary
    point_at(interface, "virtualMachine", machine, call)


def _configurations(resource: Resource | None) -> list[Any]:
    return array_of(resource.properties.get("ipConfigurations")) if resource else []


def _ranges(subnet: Resource) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    several = array_of(subnet.properties.get("addressPrefixes"))
    single = subnet.properties.get("addressPrefix")
    return [ipaddress.ip_network(str(one), strict=False) for one in several or ([single] if single else [])]


def _check_static(asked: str, own: str, subnet: Resource, call: Call) -> None:
    try:
        address = ipaddress.ip_address(asked)
    except ValueError:
        raise ArmRefusal(
            400, "InvalidIPAddress", f"The private IP address {asked} of {own} is not valid.", details=[]
        ) from None
    ranges = _ranges(subnet)
    if not any(address in one for one in ranges):
        raise ArmRefusal(
            400,
            "PrivateIPAddressNotInSubnet",
            f"Private static IP address {asked} does not belong to the range of subnet prefix "
            f"{', '.join(str(one) for one in ranges)}.",
            details=[],
        )
    holder = addresses_of(subnet.id.key, call).get(asked)
    if holder is not None and holder.casefold() != own.casefold():
        raise ArmRefusal(
            400,
            "PrivateIPAddressInUse",
            f"IP configuration {own} is using the private IP address {asked} which is already allocated to resource "
            f"{holder}.",
            details=[],
        )


def _allocate(one: Body, held: Body | None, call: Call) -> None:
    """Take an address of the subnet: the one asked for, the one it had, or the first that is free."""
    own, path = object_of(one["properties"]), str(one["id"])
    subnet = call.plane.store.get(str(id_of(own.get("subnet"))))
    if subnet is None:
        return
    taken = addresses_of(subnet.id.key, call)
    before = object_of(held.get("properties")) if held else {}
    same_subnet = str(id_of(before.get("subnet"))).casefold() == subnet.id.key
    static = str(own["privateIPAllocationMethod"]).casefold() == "static"
    wanted = own.get("privateIPAddress") if static else before.get("privateIPAddress") if same_subnet else None
    version = 6 if own["privateIPAddressVersion"] == "IPv6" else 4
    found = wanted or _free(subnet, taken, version)
    own["privateIPAddress"] = found
    if taken.get(str(found)) != path:
        taken[str(found)] = path
        call.plane.store.remember(_ADDRESSES + subnet.id.key, taken)


def _free(subnet: Resource, taken: dict[str, str], version: int) -> str:
    for one in _ranges(subnet):
        if one.version != version:
            continue
        last = one.num_addresses - 1
        for at in range(_RESERVED, min(last, _RESERVED + len(taken) + 1)):
            if str(one[at]) not in taken:
                return str(one[at])
    raise ArmRefusal(
        400,
        "SubnetIsFull",
        f"Subnet {subnet.id.name} with address prefix {subnet.properties.get('addressPrefix')} does not have enough "
        "capacity for 1 IP addresses.",
        details=[],
    )


def register(registry: Registry) -> None:
    registry.type(INTERFACES, Interfaces())
