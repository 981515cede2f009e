from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.mark.parametrize(
    ("location", "zone", "code", "said"),
    [
        ("westus", "1", "LocationNotSupportAvailabilityZones", "zones at location 'westus'."),
        ("westeurope", "4", "InvalidAvailabilityZone", "for location 'westeurope' are '1,2,3'"),
    ],
)
def test_a_zone_that_a_region_has_not_is_refused(azure: Azure, location: str, zone: str, code: str, said: str) -> None:
    body = {"location": location, "zones": [zone], "sku": {"name": "Standard"}}
    body["properties"] = {"publicIPAllocationMethod": "Static"}
    answer = azure.ask("PUT", f"{azure.group()}/providers/Microsoft.Network/publicIPAddresses/p", body)
    assert (answer.status, answer.body["error"]["code"]) == (400, code)
    assert "'Microsoft.Network/publicIPAddresses/p'" in answer.body["error"]["message"]
    assert answer.body["error"]["message"].endswith(said)


def test_the_zones_that_a_region_has_are_taken(azure: Azure) -> None:
    body = {"location": "westeurope", "zones": ["1", "3"], "sku": {"name": "Standard"}}
    body["properties"] = {"publicIPAllocationMethod": "Static"}
    assert azure.put(f"{azure.group()}/providers/Microsoft.Network/publicIPAddresses/p", body)["zones"] == ["1", "3"]
