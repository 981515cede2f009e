"""Virtual network gateways, local ones and the connections between them, VPN and ExpressRoute.

No packet flows in the sandbox: no tunnel is ever up, no client is there and no peer speaks BGP, so what is learned are
the prefixes of the gateway's own network and nothing is advertised. A shared key is told only by its own path ("Virtual
Network Gateway Connections - Get Shared Key", "- Set Shared Key", "- Reset Shared Key"), never in the connection.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal, content_invalid
from azlin.sandbox.arm.store import ABOUT, Resource

GATEWAYS = "Microsoft.Network/virtualNetworkGateways"
CONNECTIONS = "Microsoft.Network/connections"
_KEY = f"{ABOUT}shared-key/"
_RESETS = frozenset(("reset", "resetvpnclientsharedkey"))
_ROUTES = frozenset(("getadvertisedroutes", "getbgppeerstatus", "getlearnedroutes"))

LOCAL = "Microsoft.Network/localNetworkGateways"
_IPSEC = f"{ABOUT}vpn-client-ipsec/"
_OWN_ASN = 65515
_PEERS = ("virtualNetworkGateway1", "virtualNetworkGateway2")


def connections_of(gateway: Resource, call: Call) -> list[Resource]:
    """Those at whose one end the gateway is."""
    every = call.plane.store.all(type=CONNECTIONS, subscription=gateway.id.subscription)
    return [
        one for one in every if any(str(id_of(one.properties.get(end))).casefold() == gateway.id.key for end in _PEERS)
    ]


def _disconnect(_gateway: Resource, _body: Any, _call: Call) -> None:
    """Nobody is connected, before and after."""


def _health(_gateway: Resource, _body: Any, _call: Call) -> Body:
    return {
        "totalIngressBytesTransferred": 0,
        "totalEgressBytesTransferred": 0,
        "vpnClientConnectionsCount": 0,
        "allocatedIpAddresses": [],
    }


def _set_ipsec(gateway: Resource, body: Any, call: Call) -> Body:
    if not object_of(body):
        raise content_invalid("The request body must be a JSON object")
    call.plane.store.remember(_IPSEC + gateway.id.key, body)
    return object_of(body)


def _get_ipsec(gateway: Resource, _body: Any, call: Call) -> Body:
    kept = call.plane.store.recall(_IPSEC + gateway.id.key)
    if kept is None:
        raise ArmRefusal(
            400,
            "VpnClientIPsecParametersNotSet",
            f"No IPsec parameters of VPN clients were set for virtual network gateway {gateway.id.id}.",
            details=[],
        )
    return kept


class VirtualGateways(NetworkTyped):
    """Of networks; for those of virtual WANs see `wan_gateways.py`."""

    slow_actions = _RESETS | _ROUTES
    act_pending = True
    needs_location = True
    empty = ("natRules", "virtualNetworkGatewayPolicyGroups")
    defaults: Mapping[str, Any] = {
        "enablePrivateIpAddress": False,
        "gatewayType": "Vpn",
        "enableBgp": False,
        "activeActive": False,
        "disableIPSecReplayProtection": False,
        "enableBgpRouteTranslationForNat": False,
        "allowVirtualWanTraffic": False,
        "allowRemoteVnetTraffic": False,
        "packetCaptureDiagnosticState": "None",
    }
    actions: Mapping[str, Any] = {
        "disconnectvirtualnetworkgatewayvpnconnections": _disconnect,
        "getvpnclientconnectionhealth": _health,
        "setvpnclientipsecparameters": _set_ipsec,
        "getvpnclientipsecparameters": _get_ipsec,
    }

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        properties = resource.properties
        sku = object_of(properties.get("sku"))
        if sku:
            properties["sku"] = {"tier": sku.get("name"), "capacity": 2, **sku}
        if str(properties["gatewayType"]).casefold() == "vpn":
            properties.setdefault("vpnType", "RouteBased")
            settings = {"asn": _OWN_ASN, "peerWeight": 0, **object_of(properties.get("bgpSettings"))}
            settings.setdefault("bgpPeeringAddresses", _peering_addresses(properties))
            properties["bgpSettings"] = settings
        client = object_of(properties.get("vpnClientConfiguration"))
        for name in ("vpnClientRootCertificates", "vpnClientRevokedCertificates", "vpnClientIpsecPolicies"):
            if client:
                client.setdefault(name, [])

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action in _RESETS:
            return call.plane.show(resource, call)
        if action in ("getadvertisedroutes", "getbgppeerstatus"):
            return {"value": []}
        if action == "getlearnedroutes":
            return {"value": _own_routes(resource, call)}
        return super().act(action, resource, body, call)

    def listed(self, resource: Resource, segment: str, call: Call, /) -> list[Any] | None:
        if segment.casefold() != "connections":
            return super().listed(resource, segment, call)
        return [call.plane.show(one, call) for one in connections_of(resource, call)]

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        for one in connections_of(resource, call):
            raise ArmRefusal(
                400,
                "VirtualNetworkGatewayCannotBeDeleted",
                f"Virtual network gateway {resource.id.id} cannot be deleted because it is used by connection "
                f"{one.id.id}.",
                details=[],
            )

    def deleted(self, resource: Resource, call: Call, /) -> None:
        call.plane.store.forget(_IPSEC + resource.id.key)


def _peering_addresses(properties: Body) -> list[Body]:
    return [
        {
            "ipconfigurationId": object_of(one).get("id"),
            "defaultBgpIpAddresses": [],
            "customBgpIpAddresses": [],
            "tunnelIpAddresses": [],
        }
        for one in array_of(properties.get("ipConfigurations"))
    ]


class Connections(NetworkTyped):
    needs_location = True
    empty = ("ipsecPolicies", "trafficSelectorPolicies", "gatewayCustomBgpIpAddresses")
    defaults: Mapping[str, Any] = {
        "routingWeight": 0,
        "enableBgp": False,
        "useLocalAzureIpAddress": False,
        "usePolicyBasedTrafficSelectors": False,
        "expressRouteGatewayBypass": False,
        "enablePrivateLinkFastPath": False,
        "dpdTimeoutSeconds": 0,
        "connectionMode": "Default",
    }

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        properties = resource.properties
        properties["connectionStatus"] = "NotConnected"
        properties["ingressBytesTransferred"] = properties["egressBytesTransferred"] = 0

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().check(resource, before, call)
        key = resource.properties.get("sharedKey")
        if isinstance(key, str) and key:
            call.plane.store.remember(_KEY + resource.id.key, key)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        super().deleted(resource, call)
        call.plane.store.forget(_KEY + resource.id.key)


class LocalGateways(NetworkTyped):
    needs_location = True

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        for one in call.plane.store.all(type=CONNECTIONS, subscription=resource.id.subscription):
            if str(id_of(one.properties.get("localNetworkGateway2"))).casefold() == resource.id.key:
                raise ArmRefusal(
                    400,
                    "LocalNetworkGatewayCannotBeDeleted",
                    f"Local network gateway {resource.id.id} cannot be deleted because it is used by connection "
                    f"{one.id.id}.",
                    details=[],
                )


def _own_routes(gateway: Resource, call: Call) -> list[Body]:
    """What a gateway knows without any peer: its network's prefixes."""
    own = str(object_of(gateway.properties.get("bgpSettings")).get("bgpPeeringAddress") or "")
    found: list[Body] = []
    for one in array_of(gateway.properties.get("ipConfigurations")):
        subnet = id_of(object_of(object_of(one).get("properties")).get("subnet"))
        network = call.plane.store.get(subnet.rsplit("/", 2)[0]) if subnet else None
        space = object_of(network.properties.get("addressSpace")) if network else {}
        found += [
            {
                "localAddress": own,
                "network": prefix,
                "sourcePeer": own,
                "origin": "Network",
                "asPath": "",
                "weight": 32768,
            }
            for prefix in array_of(space.get("addressPrefixes"))
        ]
    return found


def _connection(call: Call, groups: Mapping[str, str]) -> Resource:
    return call.plane.find(call.plane.store.parse(groups["connection"], call.tenant), call)


def _get_key(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """One that was never set is made up by the service."""
    connection = _connection(call, groups)
    key = call.plane.store.recall(_KEY + connection.id.key)
    if key is None:
        key = secrets.token_urlsafe(96)[:128]
        call.plane.store.remember(_KEY + connection.id.key, key)
    return Answer(200, {"value": key})


def _set_key(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    connection = _connection(call, groups)
    key = object_of(body).get("value")
    if not isinstance(key, str) or not key.isprintable() or not key.isascii() or not 1 <= len(key) <= 128:
        raise ArmRefusal(
            400,
            "VpnSharedKeyInvalid",
            "The shared key must be printable ASCII of at most 128 characters.",
            details=[],
        )
    call.plane.store.remember(_KEY + connection.id.key, key)
    return Answer(200, {"value": key})


def _reset_key(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    connection = _connection(call, groups)
    length = object_of(body).get("keyLength")
    if not isinstance(length, int) or not 1 <= length <= 128:
        raise ArmRefusal(
            400, "InvalidRequestFormat", "Cannot parse the request.", details=[{"code": "InvalidKeyLength"}]
        )
    key = secrets.token_urlsafe(length)[:length]
    call.plane.store.remember(_KEY + connection.id.key, key)
    return Answer(200, {"keyLength": length})


def register(registry: Registry) -> None:
    registry.type(GATEWAYS, VirtualGateways())
    registry.type(CONNECTIONS, Connections())
    registry.type(LOCAL, LocalGateways())
    key = r"(?P<connection>/subscriptions/.+/providers/Microsoft\.Network/connections/[^/]+)/sharedKey"
    registry.route("GET", "Microsoft.Network", key, _get_key)
    registry.route("PUT", "Microsoft.Network", key, _set_key)
    registry.route("POST", "Microsoft.Network", key + "/reset", _reset_key)
