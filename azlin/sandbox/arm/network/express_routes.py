"""ExpressRoute circuits, their peerings and authorizations, and ports. No provider ever provisions a circuit of the
sandbox, so nothing is learned over it and no byte flows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Inline, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Resource

CIRCUITS = "Microsoft.Network/expressRouteCircuits"
PORTS = "Microsoft.Network/expressRoutePorts"
_KEY = f"{ABOUT}circuit-authorization/"
_KEYS = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000004")
_AZURE_ASN = 12076
_NO_BYTES = {"primarybytesIn": 0, "primarybytesOut": 0, "secondarybytesIn": 0, "secondarybytesOut": 0}


class Circuits(NetworkTyped):
    inline = (Inline("peerings", "keep"), Inline("authorizations", "keep"))
    needs_location = True
    kept = ("serviceKey", "serviceProviderProvisioningState", "circuitProvisioningState")
    defaults: Mapping[str, Any] = {
        "serviceProviderProvisioningState": "NotProvisioned",
        "circuitProvisioningState": "Enabled",
        "allowClassicOperations": False,
        "gatewayManagerEtag": "",
        "globalReachEnabled": False,
        "enableDirectPortRateLimit": False,
    }
    has_guid = False

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        resource.properties.setdefault("serviceKey", str(uuid.uuid5(_KEYS, resource.id.key)))
        sku = object_of(resource.body.get("sku"))
        if sku.get("tier") and sku.get("family"):
            sku.setdefault("name", f"{sku['tier']}_{sku['family']}")


class Authorizations(NetworkTyped):
    """The key is made once, kept apart like every key, and shown to whoever may read the authorization."""

    kept = ("authorizationUseStatus",)
    defaults: Mapping[str, Any] = {"authorizationUseStatus": "Available"}
    has_guid = False

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        if call.plane.store.recall(_KEY + resource.id.key) is None:
            call.plane.store.remember(_KEY + resource.id.key, str(uuid.uuid4()))

    def deleted(self, resource: Resource, call: Call, /) -> None:
        call.plane.store.forget(_KEY + resource.id.key)

    def show(self, resource: Resource, call: Call, /) -> Body:
        key = call.plane.store.recall(_KEY + resource.id.key)
        if key is not None:
            resource.properties["authorizationKey"] = key
        return super().show(resource, call)


def _nothing(_resource: Resource, _body: Any, _call: Call) -> Body:
    return {"value": []}


class Peerings(NetworkTyped):
    has_guid = False
    empty = ("connections", "peeredConnections")
    defaults: Mapping[str, Any] = {
        "azureASN": _AZURE_ASN,
        "primaryAzurePort": "",
        "secondaryAzurePort": "",
        "state": "Enabled",
        "gatewayManagerEtag": "",
        "lastModifiedBy": "Customer",
    }
    actions: Mapping[str, Any] = {
        f"{table}/{path}": _nothing
        for table in ("arptables", "routetables", "routetablessummary")
        for path in ("primary", "secondary")
    }

    def check(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        vlan = resource.properties.get("vlanId")
        if vlan is not None and not 1 <= int(vlan) <= 4094:
            raise ArmRefusal(400, "InvalidVlanId", f"The VLAN id {vlan} must be in the range of 1 to 4094.", details=[])


class Ports(NetworkTyped):
    """A port is two links, which the service makes."""

    needs_location = True
    kept = ("allocationDate", "etherType", "mtu", "provisionedBandwidthInGbps")
    empty = ("circuits",)
    defaults: Mapping[str, Any] = {"etherType": "0x8100", "mtu": "1500", "provisionedBandwidthInGbps": 0}

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        sent = {str(object_of(one).get("name")).casefold(): one for one in array_of(resource.properties.get("links"))}
        held = {
            str(object_of(one).get("name")).casefold(): one
            for one in array_of(before.properties.get("links") if before else None)
        }
        links: list[Body] = []
        for name in ("link1", "link2"):
            known = object_of(object_of(held.get(name)).get("properties"))
            asked = object_of(object_of(sent.get(name)).get("properties"))
            plain = {"adminState": "Disabled", "connectorType": "LC", "macSecConfig": {"sciState": "Disabled"}}
            links.append({"name": name, "properties": {**plain, **known, **asked}})
        resource.properties["links"] = links
        super().fill(resource, before, call)


def _stats(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    call.plane.find(call.plane.store.parse(groups["id"], call.tenant), call)
    return Answer(200, dict(_NO_BYTES))


def register(registry: Registry) -> None:
    registry.type(CIRCUITS, Circuits())
    registry.type(f"{CIRCUITS}/authorizations", Authorizations())
    registry.type(f"{CIRCUITS}/peerings", Peerings())
    registry.type(PORTS, Ports())
    registry.type(f"{PORTS}/authorizations", Authorizations())
    circuit = r"(?P<id>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/expressRouteCircuits/"
    registry.route("GET", "Microsoft.Network", circuit + "[^/]+)/stats", _stats)
    registry.route("GET", "Microsoft.Network", circuit + "[^/]+/peerings/[^/]+)/stats", _stats)
