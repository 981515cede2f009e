"""Gateways without peers, and shared keys that only their own path tells."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


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
