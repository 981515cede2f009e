from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def test_a_connection_follows_the_default_table_of_its_hub(azure: Azure):
    under = f"{azure.group()}/providers/Microsoft.Network"
    hub = f"{under}/virtualHubs/h"
    azure.put(hub, {"location": "westeurope", "properties": {"addressPrefix": "10.0.0.0/24"}})
    link = {"name": "l", "properties": {"connectionBandwidth": 200, "routingWeight": 3}}
    connection = {"name": "c", "properties": {"vpnLinkConnections": [link]}}
    path = f"{under}/vpnGateways/g"
    body = {"location": "westeurope", "properties": {"virtualHub": {"id": hub}, "connections": [connection]}}
    assert azure.ask("PUT", path, body).status in (200, 201)
    (shown,) = azure.get(path)["properties"]["connections"]
    table = {"id": f"{hub}/hubRouteTables/defaultRouteTable"}
    assert shown["properties"]["routingConfiguration"]["associatedRouteTable"] == table
    (inner,) = shown["properties"]["vpnLinkConnections"]
    assert (inner["properties"]["routingWeight"], inner["properties"]["ingressBytesTransferred"]) == (3, 0)
    reset = azure.ask("POST", f"{path}/reset")
    assert azure.get(reset.headers["Location"])["id"] == path
