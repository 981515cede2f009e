"""Microsoft.Network: what its types have in common, virtual networks and their subnets, usages, DNS names.

The refusals of what is in use are worded as in recordings of the Azure CLI; the other codes and texts are written after
the service's and were not compared with a recording.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Inline, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.locations import location_name
from azlin.sandbox.arm.network import (
    application_gateway_choices,
    application_gateways,
    dns_zones,
    express_routes,
    load_balancers,
    network_interfaces,
    network_parts,
    network_watchers,
    public_addresses,
    security_groups,
    service_catalogue,
    traffic_manager,
    virtual_gateways,
    virtual_hubs,
    wan_gateways,
)
from azlin.sandbox.arm.network.network_parts import NetworkTyped, fill_parts
from azlin.sandbox.arm.quota import usages
from azlin.sandbox.arm.references import add_user, drop_user, id_of, referenced
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

SUBNETS = "Microsoft.Network/virtualNetworks/subnets"
_KEPT = 5
"""Addresses of a subnet that nobody is given: the first four and the last."""
_ASSOCIATED = ("networkSecurityGroup", "routeTable", "natGateway")
Prefix = ipaddress.IPv4Network | ipaddress.IPv6Network


def prefix_of(text: object, owner: str) -> Prefix:
    """The range in CIDR notation. Raises ArmRefusal in the service's words."""
    try:
        loose = ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        raise ArmRefusal(
            400,
            "InvalidAddressPrefixFormat",
            f"Address prefix {text} of resource {owner} is not formatted correctly. It should follow CIDR notation, "
            "for example 10.0.0.0/24.",
            details=[],
        ) from None
    if str(text).partition("/")[0] != str(loose.network_address):
        raise ArmRefusal(
            400,
            "InvalidCIDRNotation",
            f"The address prefix {text} in resource {owner} has an invalid CIDR notation. For the given prefix length, "
            f"the address prefix should be {loose}.",
            details=[],
        )
    return loose


def prefixes_of(properties: Body, owner: str) -> list[Prefix]:
    """Of a subnet, which has `addressPrefix` or `addressPrefixes`."""
    several = array_of(properties.get("addressPrefixes"))
    single = properties.get("addressPrefix")
    return [prefix_of(text, owner) for text in (several or ([single] if single else []))]


def _inside(inner: Prefix, outer: Prefix) -> bool:
    if isinstance(inner, ipaddress.IPv4Network) and isinstance(outer, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, ipaddress.IPv6Network) and isinstance(outer, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False


class VirtualNetworks(NetworkTyped):
    """Subnets and peerings are child resources, shown inline too; a PUT without them leaves them."""

    inline = (Inline("subnets", "keep"), Inline("virtualNetworkPeerings", "keep"))
    needs_location = True
    kept = ("resourceGuid",)

    def check(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        space = object_of(resource.properties.get("addressSpace"))
        texts, pools = array_of(space.get("addressPrefixes")), array_of(space.get("ipamPoolPrefixAllocations"))
        if not texts and not pools:
            raise ArmRefusal(
                400,
                "InvalidRequestFormat",
                "Cannot parse the request.",
                details=[
                    {
                        "code": "MissingAddressSpace",
                        "message": f"The address space of virtual network {resource.id.id} must have a prefix.",
                    }
                ],
            )
        ranges = [prefix_of(text, resource.id.id) for text in texts]
        for at, one in enumerate(ranges):
            if any(one.version == other.version and one.overlaps(other) for other in ranges[:at]):
                raise ArmRefusal(
                    400,
                    "VnetAddressSpacesOverlap",
                    f"Address spaces of the virtual network {resource.id.name} overlap: {one}.",
                    details=[],
                )

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        properties = resource.properties
        properties.setdefault("enableDdosProtection", False)
        if call.api_version < "2021-08-01":
            properties.setdefault("enableVmProtection", False)
        if isinstance(properties.get("dhcpOptions"), dict):
            properties["dhcpOptions"].setdefault("dnsServers", [])

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        for child in call.plane.store.all(parent=resource.id, type=SUBNETS):
            _refuse_outside(child, resource)

    def listed(self, resource: Resource, segment: str, call: Call, /) -> list[Any] | None:
        if segment.casefold() != "usages":
            return super().listed(resource, segment, call)
        return [_subnet_usage(one, call) for one in call.plane.store.all(parent=resource.id, type=SUBNETS)]

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        for child in call.plane.store.all(parent=resource.id, type=SUBNETS):
            refuse_in_use(child)


def _refuse_outside(subnet: Resource, network: Resource) -> None:
    space = object_of(network.properties.get("addressSpace"))
    outer = [prefix_of(text, network.id.id) for text in array_of(space.get("addressPrefixes"))]
    for inner in prefixes_of(subnet.properties, subnet.id.id):
        if outer and not any(_inside(inner, one) for one in outer):
            raise ArmRefusal(
                400,
                "NetcfgInvalidSubnet",
                f"Subnet '{subnet.id.name}' is not valid in virtual network '{network.id.name}'.",
                details=[],
            )


def refuse_in_use(subnet: Resource) -> None:
    """400 while an address of the subnet is in use."""
    users = array_of(subnet.properties.get("ipConfigurations")) + array_of(subnet.properties.get("privateEndpoints"))
    if users:
        raise ArmRefusal(
            400,
            "InUseSubnetCannotBeDeleted",
            f"Subnet {subnet.id.name} is in use by {id_of(users[0])} and cannot be deleted. In order to delete the "
            "subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
            details=[],
        )


class Subnets(NetworkTyped):
    """A range of its network; knows who uses its addresses."""

    kept = ("ipConfigurations", "privateEndpoints", "serviceAssociationLinks")
    has_guid = False

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        network = call.plane.store.get(resource.id.parent_key)
        own = prefixes_of(resource.properties, resource.id.id)
        if not own and not array_of(resource.properties.get("ipamPoolPrefixAllocations")):
            raise ArmRefusal(
                400,
                "InvalidRequestFormat",
                "Cannot parse the request.",
                details=[
                    {"code": "MissingAddressPrefix", "message": f"Subnet {resource.id.id} has no address prefix."}
                ],
            )
        if network is not None:
            _refuse_outside(resource, network)
            self._refuse_overlap(resource, own, network, call)
        if before is not None and array_of(before.properties.get("ipConfigurations")):
            held = prefixes_of(before.properties, resource.id.id)
            if held != own:
                raise ArmRefusal(
                    400,
                    "InUsePrefixCannotBeDeleted",
                    f"IpPrefix {held[0] if held else ''} on Subnet {resource.id.name} has active allocations and "
                    "cannot be deleted.",
                    details=[],
                )
        for name in _ASSOCIATED:
            referenced(resource.properties.get(name), resource.id, call)

    def _refuse_overlap(self, resource: Resource, own: list[Prefix], network: Resource, call: Call) -> None:
        for other in call.plane.store.all(parent=network.id, type=SUBNETS):
            if other.id.key == resource.id.key:
                continue
            for theirs in prefixes_of(other.properties, other.id.id):
                if any(one.version == theirs.version and one.overlaps(theirs) for one in own):
                    raise ArmRefusal(
                        400,
                        "NetcfgSubnetRangesOverlap",
                        f"Subnet '{resource.id.name}' is not valid because its IP address range overlaps with that of "
                        f"an existing subnet in virtual network '{network.id.name}'.",
                        details=[],
                    )

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        properties.setdefault("delegations", [])
        properties.setdefault("privateEndpointNetworkPolicies", "Disabled")
        properties.setdefault("privateLinkServiceNetworkPolicies", "Enabled")
        fill_parts(resource, before)
        for delegation in array_of(properties["delegations"]):
            delegation["properties"].setdefault("actions", ["Microsoft.Network/virtualNetworks/subnets/join/action"])
        for endpoint in array_of(properties.get("serviceEndpoints")):
            endpoint["provisioningState"] = "Succeeded"
            endpoint.setdefault("locations", ["*"])

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        for name in _ASSOCIATED:
            held = id_of(before.properties.get(name)) if before else None
            target = referenced(resource.properties.get(name), resource.id, call)
            if held is not None and (target is None or held.casefold() != target.id.key):
                drop_user(held, "subnets", resource.id.id, call)
            if target is not None:
                add_user(target, "subnets", resource.id.id, call)

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        refuse_in_use(resource)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        for name in _ASSOCIATED:
            drop_user(id_of(resource.properties.get(name)), "subnets", resource.id.id, call)
        network_interfaces.forget_addresses(resource.id.key, call)


def _usages(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    subscription, location = groups["subscription"], location_name(groups["location"])
    found: list[Body] = []
    for quota, used, limit in usages.usages(usages.NETWORK, subscription, location, call):
        path = f"/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/usages/{quota.name}"
        name = {"localizedValue": quota.words, "value": quota.name}
        found.append({"currentValue": used, "id": path, "limit": limit, "name": name, "unit": "Count"})
    return Answer(200, {"value": found})


def _subnet_usage(subnet: Resource, call: Call) -> Body:
    """How many of the IPv4 addresses are given out; the room is what is left without those that Azure keeps."""
    sizes = [one.num_addresses for one in prefixes_of(subnet.properties, subnet.id.id) if one.version == 4]
    return {
        "currentValue": len(network_interfaces.addresses_of(subnet.id.key, call)),
        "id": subnet.id.id,
        "limit": sum(max(0, size - _KEPT) for size in sizes),
        "name": {"localizedValue": "Subnet size and usage", "value": "SubnetSpace"},
        "unit": "Count",
    }


def _free_address(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """Whether an address of a network is free; if not, up to five that are: those of its subnets that nobody has,
    without the first four and the last one of each, which Azure keeps."""
    found = call.plane.find(call.plane.store.parse(groups["network"], call.tenant), call)
    asked = call.query.get("ipaddress", "")
    free: list[str] = []
    for subnet in call.plane.store.all(parent=found.id, type=SUBNETS):
        taken = network_interfaces.addresses_of(subnet.id.key, call)
        for prefix in prefixes_of(subnet.properties, subnet.id.id):
            last = prefix.num_addresses - 1
            number = int(_address(asked)) - int(prefix.network_address)
            if asked not in taken and 4 <= number < last:
                return Answer(200, {"available": True, "availableIPAddresses": []})
            near = (str(prefix[at]) for at in range(4, min(last, 9 + len(taken))))
            free += [one for one in near if one not in taken]
    return Answer(200, {"available": False, "availableIPAddresses": free[:5]})


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise ArmRefusal(400, "InvalidIPAddress", f"The IP address {text} is not valid.", details=[]) from None


def _dns_name(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    label = call.query.get("domainnamelabel", "")
    taken = public_addresses.holder_of(label, location_name(groups["location"]), call)
    return Answer(200, {"available": taken is None})


_PARTS: tuple[ModuleType, ...] = (
    application_gateway_choices,
    application_gateways,
    dns_zones,
    express_routes,
    load_balancers,
    network_interfaces,
    network_parts,
    network_watchers,
    public_addresses,
    security_groups,
    service_catalogue,
    traffic_manager,
    virtual_gateways,
    virtual_hubs,
    wan_gateways,
)


def register(registry: Registry) -> None:
    registry.type("Microsoft.Network/*", NetworkTyped())
    registry.type("Microsoft.Network/virtualNetworks", VirtualNetworks())
    registry.type(SUBNETS, Subnets())
    for part in _PARTS:
        part.register(registry)
    here = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Network/locations/(?P<location>[^/]+)"
    registry.route("GET", "Microsoft.Network", here + "/usages", _usages)
    network = (
        r"(?P<network>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+)"
    )
    registry.route("GET", "Microsoft.Network", network + "/CheckIPAddressAvailability", _free_address)
    registry.route("GET", "Microsoft.Network", here + "/CheckDnsNameAvailability", _dns_name)
