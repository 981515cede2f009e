"""What every type of Microsoft.Network does: a guid, the etag in the body, and parts that look like resources.

Lists such as a load balancer's probes hold elements with a name and properties of their own; the service gives each an
id under its owner, a type and a state.
"""

from __future__ import annotations

import uuid

from azlin.sandbox.arm.behaviour import Call, Inline, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.references import id_of, referenced
from azlin.sandbox.arm.store import Resource

_GUIDS = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000003")


class NetworkTyped(Typed):
    """The common behaviour. `empty` are lists that are shown even when nothing was sent, because az reads them."""

    etag_in_body = True
    implicit_names = frozenset[str]()
    empty: tuple[str, ...] = ()
    has_guid: bool = True

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        if self.has_guid and not resource.id.nested:
            properties["resourceGuid"] = resource_guid(resource)
        for name in self.empty:
            if not isinstance(properties.get(name), list):
                properties[name] = []
        fill_parts(resource, before)

    def show(self, resource: Resource, _call: Call, /) -> Body:
        etag = resource.body.get("etag")
        for value in resource.properties.values():
            for part in array_of(value):
                fields = object_of(part)
                if "properties" in fields and str(fields.get("type", "")).startswith(resource.id.type):
                    fields.setdefault("etag", etag)
        return resource.body


def resource_guid(resource: Resource) -> str:
    """The same for the same id, so that a PUT again does not change it."""
    return str(uuid.uuid5(_GUIDS, resource.id.key))


def fill_parts(resource: Resource, _before: Resource | None) -> None:
    """Give the named parts in the lists of `properties` their id, type and state."""
    for segment, value in resource.properties.items():
        for part in array_of(value):
            fields = object_of(part)
            name = fields.get("name")
            if not isinstance(name, str) or not isinstance(fields.get("properties", {}), dict):
                continue
            if "properties" not in fields:
                continue
            fields["id"] = f"{resource.id.id}/{segment}/{name}"
            fields["type"] = f"{resource.id.type}/{segment}"
            fields["properties"]["provisioningState"] = "Succeeded"


class LoadBalancers(NetworkTyped):
    inline = (Inline("backendAddressPools", "remove"), Inline("inboundNatRules", "remove"))
    empty = (
        "frontendIPConfigurations",
        "loadBalancingRules",
        "probes",
        "outboundRules",
        "inboundNatPools",
    )
    needs_location = True


class RouteTables(NetworkTyped):
    inline = (Inline("routes", "remove"),)
    kept = ("subnets",)
    needs_location = True

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        resource.properties.setdefault("disableBgpRoutePropagation", False)


class Peerings(NetworkTyped):
    """A peering is connected once the other network has one back."""

    kept = ("peeringState", "peeringSyncLevel")
    has_guid = False

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        referenced(resource.properties.get("remoteVirtualNetwork"), resource.id, call)

    def fill(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        for name, value in _PEERING_DEFAULTS.items():
            properties.setdefault(name, value)
        remote = referenced(properties.get("remoteVirtualNetwork"), resource.id, call)
        space = object_of(remote.properties.get("addressSpace")) if remote else {}
        properties["remoteAddressSpace"] = properties["remoteVirtualNetworkAddressSpace"] = dict(space)
        properties["peeringState"] = "Connected" if self._back(resource, call) else "Initiated"
        properties["peeringSyncLevel"] = (
            "FullyInSync" if properties["peeringState"] == "Connected" else "RemoteNotInSync"
        )

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        back = self._back(resource, call)
        if back is not None:
            _set_state(back, "Connected", "FullyInSync", call)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        back = self._back(resource, call)
        if back is not None:
            _set_state(back, "Disconnected", "RemoteNotInSync", call)

    def _back(self, resource: Resource, call: Call) -> Resource | None:
        """The peering of the other network that points here."""
        path = id_of(resource.properties.get("remoteVirtualNetwork"))
        remote = call.plane.store.get(path) if path else None
        if remote is None:
            return None
        peerings = call.plane.store.all(parent=remote.id, type=resource.id.type)
        own = resource.id.parent_key
        return next(
            (one for one in peerings if str(id_of(one.properties.get("remoteVirtualNetwork"))).casefold() == own), None
        )


def _set_state(peering: Resource, state: str, level: str, call: Call) -> None:
    peering.properties["peeringState"] = state
    peering.properties["peeringSyncLevel"] = level
    call.plane.store.put(peering.id, peering.body)


_PEERING_DEFAULTS: Body = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": False,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
    "doNotVerifyRemoteGateways": False,
    "peerCompleteVnets": True,
    "remoteGateways": [],
}


class NatGateways(NetworkTyped):
    kept = ("subnets",)
    needs_location = True


class DnsZones(NetworkTyped):
    """Public zones: name servers are given, the record sets at the apex are counted."""

    has_guid = False

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        properties.setdefault("nameServers", [f"ns{at}-01.azure-dns.{end}." for at, end in _NAME_SERVERS])
        properties.setdefault("maxNumberOfRecordSets", 10000)
        properties.setdefault("numberOfRecordSets", 2)
        properties.setdefault("zoneType", "Public")


_NAME_SERVERS = ((1, "com"), (2, "net"), (3, "org"), (4, "info"))


def register(registry: Registry) -> None:
    registry.type("Microsoft.Network/loadBalancers", LoadBalancers())
    registry.type("Microsoft.Network/routeTables", RouteTables())
    registry.type("Microsoft.Network/natGateways", NatGateways())
    registry.type("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", Peerings())
    registry.type("Microsoft.Network/dnszones", DnsZones())
