"""Gateways that nobody is connected to."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def under(azure: Azure) -> str:
    return f"{azure.group()}/providers/Microsoft.Network"


def test_a_gateway_says_what_it_is(azure: Azure, under: str):
    configuration = {"name": "c", "properties": {"subnet": {"id": "/s"}}}
    client = {"vpnClientRootCertificates": [{"name": "root", "properties": {"publicCertData": "MII"}}]}
    properties: dict[str, Any] = {
        "sku": {"name": "VpnGw1"},
        "ipConfigurations": [configuration],
        "vpnClientConfiguration": client,
    }
    path = f"{under}/virtualNetworkGateways/g"
    shown = azure.put(path, {"location": "westeurope", "properties": properties})["properties"]
    assert shown["sku"] == {"name": "VpnGw1", "tier": "VpnGw1", "capacity": 2}
    assert (shown["vpnType"], shown["bgpSettings"]["asn"]) == ("RouteBased", 65515)
    certificate = shown["vpnClientConfiguration"]["vpnClientRootCertificates"][0]
    assert certificate["id"] == f"{path}/vpnClientRootCertificates/root"
    assert shown["vpnClientConfiguration"]["vpnClientRevokedCertificates"] == []


def test_nobody_is_connected(azure: Azure, under: str):
    path = f"{under}/virtualNetworkGateways/g"
    azure.put(path, {"location": "westeurope", "properties": {}})
    health: Any = azure.ask("POST", f"{path}/getVpnClientConnectionHealth").body
    assert health["vpnClientConnectionsCount"] == 0
    assert azure.ask("POST", f"{path}/disconnectVirtualNetworkGatewayVpnConnections").status == 200
    assert azure.code("POST", f"{path}/generatevpnprofile") == (409, "NotServedBySandbox")


def test_the_parameters_of_clients_are_those_that_were_set(azure: Azure, under: str):
    path = f"{under}/virtualNetworkGateways/g"
    azure.put(path, {"location": "westeurope", "properties": {}})
    assert azure.code("POST", f"{path}/getvpnclientipsecparameters") == (400, "VpnClientIPsecParametersNotSet")
    assert azure.ask("POST", f"{path}/setvpnclientipsecparameters").status == 400
    azure.ask("POST", f"{path}/setvpnclientipsecparameters", {"dhGroup": "DHGroup24"})
    assert azure.ask("POST", f"{path}/getvpnclientipsecparameters").body == {"dhGroup": "DHGroup24"}
    azure.ask("DELETE", path)
    azure.put(path, {"location": "westeurope", "properties": {}})
    assert azure.ask("POST", f"{path}/getvpnclientipsecparameters").status == 400


def test_what_a_connection_holds_cannot_go(azure: Azure, under: str):
    gateway, site = f"{under}/virtualNetworkGateways/g", f"{under}/localNetworkGateways/s"
    for path in (gateway, site):
        azure.put(path, {"location": "westeurope", "properties": {}})
    ends = {"virtualNetworkGateway1": {"id": gateway}, "localNetworkGateway2": {"id": site}}
    connection = f"{under}/connections/c"
    shown = azure.put(connection, {"location": "westeurope", "properties": ends})["properties"]
    assert (shown["connectionStatus"], shown["ipsecPolicies"]) == ("NotConnected", [])
    assert [one["name"] for one in azure.values(f"{gateway}/connections")] == ["c"]
    assert azure.code("DELETE", gateway) == (400, "VirtualNetworkGatewayCannotBeDeleted")
    assert azure.code("DELETE", site) == (400, "LocalNetworkGatewayCannotBeDeleted")
    azure.ask("DELETE", connection)
    assert azure.ask("DELETE", gateway).status == 200
    assert azure.ask("DELETE", site).status == 200


def test_a_part_that_has_a_type_of_its_own_shows_no_other(azure: Azure, under: str):
    rule = {"name": "Nat", "properties": {"type": "Static", "mode": "EgressSnat"}}
    path = f"{under}/virtualNetworkGateways/g"
    shown = azure.put(path, {"location": "westeurope", "properties": {"natRules": [rule]}})["properties"]["natRules"]
    assert [one["id"] for one in shown] == [f"{path}/natRules/Nat"]
    assert "type" not in shown[0]
    assert azure.get(f"{path}/natRules/Nat")["properties"] == shown[0]["properties"]


@pytest.fixture
def network(azure: Azure) -> str:
    under = f"{azure.group()}/providers/Microsoft.Network"
    prefixes = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    subnets = [{"name": "GatewaySubnet", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    azure.put(f"{under}/virtualNetworks/v", {"location": "westeurope", "properties": {**prefixes, "subnets": subnets}})
    return under


def result(azure: Azure, path: str, body: Any = None) -> Any:
    answer = azure.ask("POST", path, body)
    assert answer.status == 202, answer.body
    return azure.get(answer.headers["Location"])


def test_a_gateway_without_peers_knows_its_own_network(azure: Azure, network: str):
    gateway = f"{network}/virtualNetworkGateways/g"
    subnet = {"id": f"{network}/virtualNetworks/v/subnets/GatewaySubnet"}
    inner = {"ipConfigurations": [{"name": "c", "properties": {"subnet": subnet}}]}
    azure.put(gateway, {"location": "westeurope", "properties": inner})
    assert [one["network"] for one in result(azure, f"{gateway}/getLearnedRoutes")["value"]] == ["10.0.0.0/16"]
    assert result(azure, f"{gateway}/getAdvertisedRoutes?peer=10.0.0.4")["value"] == []
    assert result(azure, f"{gateway}/getBgpPeerStatus")["value"] == []
    assert result(azure, f"{gateway}/reset")["id"] == gateway


def test_a_shared_key_is_told_by_its_own_path_alone(azure: Azure, network: str):
    connection = f"{network}/connections/c"
    body = {"location": "westeurope", "properties": {"connectionType": "IPsec", "sharedKey": "first-one"}}
    assert "first-one" not in str(azure.put(connection, body))
    assert azure.get(f"{connection}/sharedkey") == {"value": "first-one"}
    assert azure.put(f"{connection}/sharedKey", {"value": "second"}) == {"value": "second"}
    assert "second" not in str(azure.get(connection))
    assert azure.ask("POST", f"{connection}/sharedkey/reset", {"keyLength": 32}).status in (200, 202)
    assert len(azure.get(f"{connection}/sharedkey")["value"]) == 32
    assert azure.ask("PUT", f"{connection}/sharedkey", {"value": ""}).status == 400
    assert azure.ask("POST", f"{connection}/sharedkey/reset", {"keyLength": 0}).status == 400
    assert azure.ask("GET", f"{network}/connections/none/sharedkey").status == 404


def test_the_service_makes_a_key_up_that_nobody_set(azure: Azure, network: str):
    connection = f"{network}/connections/c"
    azure.put(connection, {"location": "westeurope", "properties": {"connectionType": "IPsec"}})
    made = azure.get(f"{connection}/sharedkey")
    assert made["value"]
    assert azure.get(f"{connection}/sharedkey") == made
