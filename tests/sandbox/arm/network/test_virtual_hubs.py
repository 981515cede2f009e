"""Hubs whose peers never come up."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def test_a_hub_routes_nothing_that_it_did_not_learn(azure: Azure):
    hub = f"{azure.group()}/providers/Microsoft.Network/virtualHubs/h"
    shown = azure.put(hub, {"location": "westeurope", "properties": {"sku": "Standard"}})["properties"]
    assert (shown["routingState"], shown["virtualRouterAsn"]) == ("Provisioned", 65515)
    azure.put(f"{hub}/bgpConnections/p", {"properties": {"peerAsn": "65001", "peerIp": "10.0.0.9"}})
    assert azure.get(f"{hub}/bgpConnections/p")["properties"]["connectionState"] == "NotConnected"
    for table in ("learnedRoutes", "advertisedRoutes"):
        found: Any = azure.ask("POST", f"{hub}/bgpConnections/p/{table}").body
        assert set(found) == {"RouteServiceRole_IN_0", "RouteServiceRole_IN_1"}
        assert not any(found.values())


def test_a_wan_lists_the_hubs_that_name_it(azure: Azure):
    under = f"{azure.group()}/providers/Microsoft.Network"
    wan = f"{under}/virtualWans/w"
    azure.put(wan, {"location": "westeurope", "properties": {}})
    azure.put(f"{under}/virtualHubs/h", {"location": "westeurope", "properties": {"virtualWan": {"id": wan}}})
    assert azure.get(wan)["properties"]["virtualHubs"] == [{"id": f"{under}/virtualHubs/h"}]
    azure.ask("DELETE", f"{under}/virtualHubs/h")
    assert azure.get(wan)["properties"]["virtualHubs"] == []


def test_a_hub_of_a_wan_comes_with_the_tables_that_connections_name(azure: Azure):
    under = f"{azure.group()}/providers/Microsoft.Network"
    azure.put(f"{under}/virtualWans/w")
    body = {"location": "westeurope", "properties": {"virtualWan": {"id": f"{under}/virtualWans/w"}}}
    azure.put(f"{under}/virtualHubs/h", body)
    tables = {one["name"]: one["properties"]["labels"] for one in azure.values(f"{under}/virtualHubs/h/hubRouteTables")}
    assert tables == {"defaultRouteTable": ["default"], "noneRouteTable": ["none"]}
    azure.put(f"{under}/virtualHubs/routeServer", {"location": "westeurope", "properties": {"sku": "Standard"}})
    assert azure.values(f"{under}/virtualHubs/routeServer/hubRouteTables") == []
