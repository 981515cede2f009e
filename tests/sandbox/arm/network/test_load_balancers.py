"""Who is in a pool, and which port leads to it."""

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
    path = f"{azure.group()}/providers/Microsoft.Network"
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    azure.put(f"{path}/virtualNetworks/v", {"location": "westeurope", "properties": {**space, "subnets": subnets}})
    rule: dict[str, Any] = {
        "frontendPortRangeStart": 500,
        "frontendPortRangeEnd": 510,
        "backendPort": 22,
        "backendAddressPool": {"id": f"{path}/loadBalancers/l/backendAddressPools/p"},
    }
    balancing = {
        "backendAddressPool": {"id": f"{path}/loadBalancers/l/backendAddressPools/p"},
        "probe": {"id": f"{path}/loadBalancers/l/probes/x"},
    }
    properties = {
        "backendAddressPools": [{"name": "p"}],
        "probes": [{"name": "x", "properties": {"port": 80}}],
        "loadBalancingRules": [{"name": "b", "properties": balancing}],
        "inboundNatRules": [{"name": "r", "properties": rule}],
    }
    azure.put(f"{path}/loadBalancers/l", {"location": "westeurope", "properties": properties})
    return path


def interface(azure: Azure, under: str, name: str, pool: str | None) -> str:
    properties: dict[str, Any] = {"subnet": {"id": f"{under}/virtualNetworks/v/subnets/s"}}
    if pool:
        properties["loadBalancerBackendAddressPools"] = [{"id": f"{under}/loadBalancers/l/backendAddressPools/{pool}"}]
    configuration = {"name": "c", "properties": properties}
    body = {"location": "westeurope", "properties": {"ipConfigurations": [configuration]}}
    azure.put(f"{under}/networkInterfaces/{name}", body)
    return f"{under}/networkInterfaces/{name}/ipConfigurations/c"


def test_a_pool_knows_its_members_as_long_as_they_are_in_it(azure: Azure, under: str):
    pool = f"{under}/loadBalancers/l/backendAddressPools/p"
    first, second = interface(azure, under, "a", "p"), interface(azure, under, "b", "p")
    assert azure.get(pool)["properties"]["backendIPConfigurations"] == [{"id": first}, {"id": second}]
    assert [one["name"] for one in azure.values(f"{under}/loadBalancers/l/networkInterfaces")] == ["a", "b"]
    interface(azure, under, "a", None)
    azure.ask("DELETE", f"{under}/networkInterfaces/b")
    assert "backendIPConfigurations" not in azure.get(pool)["properties"]


def test_a_pool_that_is_not_there_is_refused(azure: Azure, under: str):
    with pytest.raises(AssertionError, match="InvalidResourceReference"):
        interface(azure, under, "a", "none")


def test_a_pool_is_shown_alike_by_itself_and_in_its_balancer(azure: Azure, under: str):
    interface(azure, under, "a", "p")
    balancer = azure.get(f"{under}/loadBalancers/l")["properties"]
    alone = azure.get(f"{under}/loadBalancers/l/backendAddressPools/p")
    assert alone["properties"] == balancer["backendAddressPools"][0]["properties"]
    assert alone["properties"]["loadBalancingRules"] == [{"id": f"{under}/loadBalancers/l/loadBalancingRules/b"}]
    assert balancer["probes"][0]["properties"]["loadBalancingRules"] == alone["properties"]["loadBalancingRules"]


def test_each_member_has_a_port_of_the_rules_range(azure: Azure, under: str):
    interface(azure, under, "a", "p")
    second = interface(azure, under, "b", "p")
    path = f"{under}/loadBalancers/l/backendAddressPools/p/queryInboundNatRulePortMapping"
    found: Any = azure.ask("POST", path, {"ipConfiguration": {"id": second}}).body
    assert found == {
        "inboundNatRulePortMappings": [
            {"inboundNatRuleName": "r", "protocol": "Tcp", "frontendPort": 501, "backendPort": 22}
        ]
    }
    nobody: Any = azure.ask("POST", path, {"ipAddress": "10.9.9.9"}).body
    assert nobody == {"inboundNatRulePortMappings": []}


def test_parts_of_a_balancer_say_what_they_are_where_nobody_did(azure: Azure, under: str):
    rule = {"name": "r", "properties": {"protocol": "Tcp", "frontendPort": 80, "backendPort": 80}}
    path = f"{under}/loadBalancers/defaults"
    parts = {"loadBalancingRules": [rule], "frontendIPConfigurations": [{"name": "f"}]}
    made = azure.put(path, {"location": "westeurope", "sku": {"name": "Standard"}, "properties": parts})
    assert made["sku"]["tier"] == "Regional"
    own = made["properties"]["loadBalancingRules"][0]["properties"]
    assert (own["idleTimeoutInMinutes"], own["loadDistribution"]) == (4, "Default")
    assert "enableDestinationServiceEndpoint" not in own
    old = azure.put(f"{path}?api-version=2020-06-01", {"location": "westeurope", "properties": parts})
    assert old["properties"]["loadBalancingRules"][0]["properties"]["enableDestinationServiceEndpoint"] is False
