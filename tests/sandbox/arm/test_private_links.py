from __future__ import annotations

import pytest

from azlin.sandbox.arm import private_links
from azlin.sandbox.arm.behaviour import Registry
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry(registry: Registry) -> Registry:
    private_links.register(registry)
    return registry


def test_what_can_be_linked_names_its_private_zone(azure: Azure):
    path = f"{azure.group()}/providers/Microsoft.Storage/storageAccounts/st"
    azure.put(path)
    listed = {one["name"]: one["properties"] for one in azure.values(f"{path}/privateLinkResources")}
    assert listed["table"]["requiredZoneNames"] == ["privatelink.table.core.windows.net"]
    assert set(listed) == {"blob", "table", "queue", "file", "web", "dfs"}
    assert azure.ask("GET", f"{path}x/privateLinkResources").status == 404


def test_nobody_makes_a_connection_by_hand(azure: Azure):
    path = f"{azure.group()}/providers/Microsoft.Storage/storageAccounts/st"
    azure.put(path)
    body = {"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}
    assert azure.code("PUT", f"{path}/privateEndpointConnections/c", body) == (404, "ResourceNotFound")
