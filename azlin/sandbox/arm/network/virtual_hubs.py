"""Virtual hubs and what peers with them; an Azure Route Server is a hub of the Standard kind without a WAN.

A hub's peers are never up here, because no packet flows: their route lists are empty. A hub of a WAN comes with two
route tables, which connections name without anybody having made them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.store import Resource

HUBS = "Microsoft.Network/virtualHubs"
WANS = "Microsoft.Network/virtualWans"
TABLES = f"{HUBS}/hubRouteTables"
_BUILT_IN = {"defaultRouteTable": "default", "noneRouteTable": "none"}
"""Table that the service makes -> its label."""
_INSTANCES = ("RouteServiceRole_IN_0", "RouteServiceRole_IN_1")


def _no_routes(_peer: Resource, _body: Any, _call: Call) -> Body:
    return {instance: [] for instance in _INSTANCES}


class Hubs(NetworkTyped):
    needs_location = True
    has_guid = False
    kept = ("routingState", "virtualRouterAsn")
    defaults: Mapping[str, Any] = {
        "virtualHubRouteTableV2s": [],
        "routeTable": {"routes": []},
        "routingState": "Provisioned",
        "virtualRouterAsn": 65515,
        "virtualRouterIps": [],
        "allowBranchToBranchTraffic": False,
        "virtualRouterAutoScaleConfiguration": {"minCapacity": 2},
        "hubRoutingPreference": "ExpressRoute",
    }

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if before is not None or id_of(resource.properties.get("virtualWan")) is None:
            return
        for name, label in _BUILT_IN.items():
            empty: Body = {each: [] for each in RouteTables.empty}
            table: Body = {**empty, "labels": [label], "provisioningState": "Succeeded"}
            call.plane.store.put(resource.id.child("hubRouteTables", name), {"properties": table})


class RouteTables(NetworkTyped):
    empty = ("routes", "labels", "associatedConnections", "propagatingConnections")
    has_guid = False


class BgpConnections(NetworkTyped):
    has_guid = False
    defaults: Mapping[str, Any] = {"connectionState": "NotConnected"}
    kept = ("connectionState",)
    actions: Mapping[str, Any] = {"learnedroutes": _no_routes, "advertisedroutes": _no_routes}


class Wans(NetworkTyped):
    needs_location = True
    has_guid = False
    empty = ("virtualHubs", "vpnSites")
    defaults: Mapping[str, Any] = {
        "disableVpnEncryption": False,
        "allowBranchToBranchTraffic": True,
        "office365LocalBreakoutCategory": "None",
        "type": "Standard",
    }

    def show(self, resource: Resource, call: Call, /) -> Body:
        """With the hubs and sites that name it."""
        body = super().show(resource, call)
        for name, kind in (("virtualHubs", HUBS), ("vpnSites", "Microsoft.Network/vpnSites")):
            resource.properties[name] = [
                {"id": one.id.id}
                for one in call.plane.store.all(type=kind, subscription=resource.id.subscription)
                if str(id_of(one.properties.get("virtualWan"))).casefold() == resource.id.key
            ]
        return body


def register(registry: Registry) -> None:
    registry.type(HUBS, Hubs())
    registry.type(TABLES, RouteTables())
    registry.type(f"{HUBS}/bgpConnections", BgpConnections())
    registry.type(WANS, Wans())
