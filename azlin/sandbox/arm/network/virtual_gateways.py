"""Virtual network gateways and the connections they make, VPN and ExpressRoute: what they say of themselves.

No packet flows in the sandbox, so nothing is ever connected and no client is there. What BGP would tell, and the shared
keys, are in `gateways.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.gateways import CONNECTIONS, GATEWAYS, Connections, Gateways
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal, content_invalid
from azlin.sandbox.arm.store import ABOUT, Resource

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


class VirtualGateways(Gateways):
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


class Tunnels(Connections):
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


def register(registry: Registry) -> None:
    registry.type(GATEWAYS, VirtualGateways())
    registry.type(CONNECTIONS, Tunnels())
    registry.type(LOCAL, LocalGateways())
