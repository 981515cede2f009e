"""VPN gateways of virtual WANs (`vpnGateways`): what their connections and links are where nothing was said.

No tunnel is ever up in the sandbox, so nothing was transferred. Shapes were compared with recordings of the Azure SDKs.
"""

from __future__ import annotations

import copy
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.store import Resource

GATEWAYS = "Microsoft.Network/vpnGateways"
_LINK: Body = {
    "routingWeight": 0,
    "enableBgp": False,
    "enableRateLimiting": False,
    "useLocalAzureIpAddress": False,
    "usePolicyBasedTrafficSelectors": False,
    "ipsecPolicies": [],
    "dpdTimeoutSeconds": 0,
    "vpnLinkConnectionMode": "Default",
    "vpnGatewayCustomBgpAddresses": [],
    "packetCaptureDiagnosticState": "None",
    "ingressBytesTransferred": 0,
    "egressBytesTransferred": 0,
}


class WanGateways(NetworkTyped):
    slow_actions = frozenset(("reset",))
    act_pending = True
    needs_location = True
    empty = ("connections", "ipConfigurations")

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        hub = id_of(resource.properties.get("virtualHub"))
        for one in array_of(resource.properties.get("connections")):
            own = object_of(object_of(one).setdefault("properties", {}))
            own.setdefault("enableInternetSecurity", False)
            if hub is not None:
                own.setdefault("routingConfiguration", _routing(f"{hub}/hubRouteTables/defaultRouteTable"))
            for link in array_of(own.get("vpnLinkConnections")):
                inner = object_of(object_of(link).setdefault("properties", {}))
                for name, value in _LINK.items():
                    inner.setdefault(name, copy.deepcopy(value))
        super().fill(resource, before, call)

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action == "reset":
            return call.plane.show(resource, call)
        return super().act(action, resource, body, call)


def _routing(table: str) -> Body:
    """Traffic of a new connection follows the hub's default table."""
    return {
        "associatedRouteTable": {"id": table},
        "propagatedRouteTables": {"labels": ["default"], "ids": [{"id": table}]},
        "vnetRoutes": {"staticRoutes": []},
    }


def register(registry: Registry) -> None:
    registry.type(GATEWAYS, WanGateways())
