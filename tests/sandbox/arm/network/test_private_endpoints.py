"""A private endpoint has an interface, shows at its far end, and takes both along."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def account(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.Storage/storageAccounts/stlinked"
    azure.put(path, {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"})
    return path


def endpoint(azure: Azure, target: str, kind: str = "privateLinkServiceConnections") -> str:
    under = f"{azure.group()}/providers/Microsoft.Network"
    network = f"{under}/virtualNetworks/v"
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    azure.put(network, {"location": "westeurope", "properties": {**space, "subnets": subnets}})
    link = {"name": "c", "properties": {"privateLinkServiceId": target, "groupIds": ["blob"]}}
    path = f"{under}/privateEndpoints/e"
    azure.put(path, {"location": "westeurope", "properties": {"subnet": {"id": f"{network}/subnets/s"}, kind: [link]}})
    return path


def connections(azure: Azure, account: str) -> list[Any]:
    return azure.get(account)["properties"]["privateEndpointConnections"]


def test_an_endpoint_has_an_interface_and_a_name_for_its_address(azure: Azure, account: str):
    shown = azure.get(endpoint(azure, account))["properties"]
    (interface,) = shown["networkInterfaces"]
    nic = azure.get(interface["id"])["properties"]
    assert nic["privateEndpoint"]["id"].endswith("/privateEndpoints/e")
    address = nic["ipConfigurations"][0]["properties"]["privateIPAddress"]
    assert shown["customDnsConfigs"] == [{"fqdn": "stlinked.blob.core.windows.net", "ipAddresses": [address]}]


def test_what_the_far_end_says_shows_at_both_ends(azure: Azure, account: str):
    path = endpoint(azure, account)
    (one,) = connections(azure, account)
    assert one["properties"]["privateLinkServiceConnectionState"]["status"] == "Approved"
    azure.put(one["id"], {"properties": {"privateLinkServiceConnectionState": {"status": "Rejected"}}})
    (again,) = connections(azure, account)
    assert again["properties"]["privateLinkServiceConnectionState"]["status"] == "Rejected"
    assert again["properties"]["privateEndpoint"]["id"] == path
    (link,) = azure.get(path)["properties"]["privateLinkServiceConnections"]
    assert link["properties"]["privateLinkServiceConnectionState"]["status"] == "Rejected"
    azure.ask("DELETE", one["id"])
    (link,) = azure.get(path)["properties"]["privateLinkServiceConnections"]
    assert link["properties"]["privateLinkServiceConnectionState"]["status"] == "Disconnected"


def test_an_endpoint_that_goes_takes_its_interface_and_connection_along(azure: Azure, account: str):
    path = endpoint(azure, account)
    interface = azure.get(path)["properties"]["networkInterfaces"][0]["id"]
    azure.ask("DELETE", path)
    assert azure.ask("GET", interface).status == 404
    assert connections(azure, account) == []


def test_a_manual_connection_waits_for_approval(azure: Azure, account: str):
    path = endpoint(azure, account, "manualPrivateLinkServiceConnections")
    (link,) = azure.get(path)["properties"]["manualPrivateLinkServiceConnections"]
    assert link["properties"]["privateLinkServiceConnectionState"]["status"] == "Pending"


def test_there_is_no_endpoint_to_nowhere(azure: Azure, account: str):
    under = f"{azure.group()}/providers/Microsoft.Network"
    link = {"name": "c", "properties": {"privateLinkServiceId": f"{account}2", "groupIds": ["blob"]}}
    body = {"location": "westeurope", "properties": {"privateLinkServiceConnections": [link]}}
    assert azure.code("PUT", f"{under}/privateEndpoints/e", body) == (400, "InvalidResourceReference")
