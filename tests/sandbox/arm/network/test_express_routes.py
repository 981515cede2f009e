"""Circuits that no provider provisions, and ports of two links."""

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


def circuit(azure: Azure, under: str) -> str:
    path = f"{under}/expressRouteCircuits/c"
    azure.put(path, {"location": "westeurope", "sku": {"tier": "Standard", "family": "MeteredData"}})
    return path


def test_a_circuit_keeps_its_service_key_and_waits_for_its_provider(azure: Azure, under: str):
    path = circuit(azure, under)
    first = azure.get(path)
    assert first["properties"]["serviceProviderProvisioningState"] == "NotProvisioned"
    assert first["sku"]["name"] == "Standard_MeteredData"
    azure.put(path, {"location": "westeurope", "properties": {"serviceKey": "mine"}})
    assert azure.get(path)["properties"]["serviceKey"] == first["properties"]["serviceKey"]


def test_peerings_and_authorizations_are_shown_in_their_circuit(azure: Azure, under: str):
    path = circuit(azure, under)
    azure.put(f"{path}/peerings/p", {"properties": {"vlanId": 100, "peeringType": "AzurePrivatePeering"}})
    key = azure.put(f"{path}/authorizations/a", {"properties": {}})["properties"]["authorizationKey"]
    assert azure.put(f"{path}/authorizations/a", {"properties": {}})["properties"]["authorizationKey"] == key
    shown = azure.get(path)["properties"]
    assert [one["properties"]["azureASN"] for one in shown["peerings"]] == [12076]
    assert [one["name"] for one in shown["authorizations"]] == ["a"]


@pytest.mark.parametrize("vlan", [0, 4095])
def test_a_vlan_id_has_twelve_bits(azure: Azure, under: str, vlan: int):
    path = f"{circuit(azure, under)}/peerings/p"
    assert azure.code("PUT", path, {"properties": {"vlanId": vlan}}) == (400, "InvalidVlanId")


@pytest.mark.parametrize("table", ["arpTables", "routeTables", "routeTablesSummary"])
def test_nothing_is_learned_and_no_byte_flows(azure: Azure, under: str, table: str):
    path = circuit(azure, under)
    azure.put(f"{path}/peerings/p", {"properties": {"vlanId": 100}})
    assert azure.ask("POST", f"{path}/peerings/p/{table}/primary").body == {"value": []}
    assert azure.ask("POST", f"{path}/peerings/p/{table}/third").status == 405
    assert azure.ask("POST", f"{path}/peerings/none/{table}/primary").status == 404
    assert set(azure.get(f"{path}/peerings/p/stats").values()) == {0}
    assert azure.ask("GET", f"{path}/peerings/none/stats").status == 404


def test_a_port_has_two_links_that_keep_what_was_set(azure: Azure, under: str):
    path = f"{under}/expressRoutePorts/p"
    azure.put(path, {"location": "westeurope", "properties": {"encapsulation": "Dot1Q"}})
    assert [one["name"] for one in azure.values(f"{path}/links")] == ["link1", "link2"]
    up: dict[str, Any] = {"name": "LINK2", "properties": {"adminState": "Enabled"}}
    azure.put(path, {"location": "westeurope", "properties": {"links": [up]}})
    azure.put(path, {"location": "westeurope", "tags": {"a": "b"}})
    assert [one["properties"]["adminState"] for one in azure.values(f"{path}/links")] == ["Disabled", "Enabled"]
    assert azure.get(f"{path}/links/link1")["id"].casefold() == f"{path}/links/link1".casefold()
