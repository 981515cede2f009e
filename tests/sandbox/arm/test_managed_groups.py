"""Groups that services make for what is theirs."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def cluster(azure: Azure, **properties: object) -> str:
    path = f"{azure.group()}/providers/Microsoft.ContainerService/managedClusters/k"
    pool = {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D2s_v3"}
    body = {"location": "westeurope", "identity": {"type": "SystemAssigned"}}
    azure.put(path, {**body, "properties": {"dnsPrefix": "k", "agentPoolProfiles": [pool], **properties}})
    return path


def test_a_cluster_makes_its_node_group_and_takes_it_along(azure: Azure) -> None:
    path = cluster(azure)
    shown = azure.get(path)["properties"]
    nodes = f"{azure.subscription}/resourceGroups/{shown['nodeResourceGroup']}"
    assert shown["nodeResourceGroup"] == "MC_g_k_westeurope"
    assert azure.get(nodes)["managedBy"] == path
    kubelet = shown["identityProfile"]["kubeletidentity"]
    identity = azure.get(kubelet["resourceId"])["properties"]
    assert (identity["clientId"], identity["principalId"]) == (kubelet["clientId"], kubelet["objectId"])
    azure.ask("DELETE", path)
    assert azure.ask("GET", nodes).status == 404


def test_a_group_that_was_there_before_is_left(azure: Azure) -> None:
    azure.group("mine")
    path = cluster(azure, nodeResourceGroup="mine")
    azure.ask("DELETE", path)
    assert "managedBy" not in azure.get(f"{azure.subscription}/resourceGroups/mine")


def test_nobody_else_deletes_the_group_of_a_workspace(azure: Azure) -> None:
    managed = f"{azure.subscription}/resourceGroups/bricks"
    path = f"{azure.group()}/providers/Microsoft.Databricks/workspaces/w"
    properties = {"managedResourceGroupId": managed}
    azure.put(path, {"location": "westeurope", "sku": {"name": "premium"}, "properties": properties})
    assert azure.get(managed)["managedBy"] == path
    azure.put(managed, {"location": "westeurope", "tags": {"a": "b"}})
    assert azure.code("DELETE", managed) == (403, "DenyAssignmentAuthorizationFailed")
    azure.ask("DELETE", path)
    assert azure.ask("GET", managed).status == 404
