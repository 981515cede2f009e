"""Parts of a network resource that look like resources."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.network.network_parts import fill_parts, resource_guid
from azlin.sandbox.arm.store import Resource, Store

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
