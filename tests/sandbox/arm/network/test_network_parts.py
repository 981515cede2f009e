"""Parts of a network resource that look like resources."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.network.network_parts import fill_parts, resource_guid
from azlin.sandbox.arm.store import Resource, Store
from tests.sandbox.conftest import Azure

PATH = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/L"


def resource(**properties: Any) -> Resource:
    return Resource(Store(":memory:").parse(PATH), {"properties": properties}, "", 0.0, 0.0)


def test_a_guid_follows_the_id_whatever_its_casing():
    upper = Resource(Store(":memory:").parse(PATH.upper()), {}, "", 0.0, 0.0)
    assert resource_guid(resource()) == resource_guid(upper)


def test_a_named_part_gets_its_id_type_and_state():
    balancer = resource(probes=[{"name": "p", "properties": {"port": 80}}])
    fill_parts(balancer, None)
    assert balancer.properties["probes"] == [
        {
            "name": "p",
            "id": f"{PATH}/probes/p",
            "type": "Microsoft.Network/loadBalancers/probes",
            "properties": {"port": 80, "provisioningState": "Succeeded"},
        }
    ]


@pytest.mark.parametrize(
    "part", [{"id": "/x"}, {"name": "p"}, {"properties": {}}, {"name": "p", "properties": 1}, "p", 5]
)
def test_what_is_only_a_reference_or_a_value_stays_as_it_is(part: Any):
    balancer = resource(things=[part], other="text")
    fill_parts(balancer, None)
    assert balancer.properties == {"things": [part], "other": "text"}


@pytest.fixture
def registry() -> Registry:
    return load()


def test_what_refers_to_nothing_is_refused_whatever_the_property(azure: Azure):
    under = f"{azure.group()}/providers/Microsoft.Network"
    front = {"name": "f", "properties": {"publicIPAddress": {"id": f"{under}/publicIPAddresses/ip"}}}
    rule = {"name": "r", "properties": {"frontendIPConfiguration": {"id": f"{under}/loadBalancers/lb/x/f"}}}
    inner = {"frontendIPConfigurations": [front], "loadBalancingRules": [rule]}
    body = {"location": "westeurope", "properties": inner}
    assert azure.code("PUT", f"{under}/loadBalancers/lb", body) == (400, "InvalidResourceReference")
    assert azure.ask("GET", f"{under}/loadBalancers/lb").status == 404
    azure.put(f"{under}/publicIPAddresses/ip")
    azure.put(f"{under}/loadBalancers/lb", body)
    service = {"loadBalancerFrontendIpConfigurations": [{"id": f"{under}/loadBalancers/lb/frontendIPConfigurations/f"}]}
    azure.put(f"{under}/privateLinkServices/s", {"location": "westeurope", "properties": service})
    service["loadBalancerFrontendIpConfigurations"][0]["id"] += "-gone"
    body = {"location": "westeurope", "properties": service}
    assert azure.code("PUT", f"{under}/privateLinkServices/t", body) == (400, "InvalidResourceReference")


def test_what_was_referred_to_before_is_not_asked_for_again(azure: Azure):
    under = f"{azure.group()}/providers/Microsoft.Network"
    address = f"{under}/publicIPAddresses/ip"
    azure.put(address)
    body = {"location": "westeurope", "properties": {"publicIpAddresses": [{"id": address}]}}
    azure.put(f"{under}/natGateways/n", body)
    azure.plane.store.delete(azure.plane.store.parse(address))
    azure.put(f"{under}/natGateways/n", {**body, "tags": {"a": "b"}})
    assert azure.code("PUT", f"{under}/natGateways/m", body) == (400, "InvalidResourceReference")
