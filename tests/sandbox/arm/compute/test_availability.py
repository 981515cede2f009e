"""Sizes that a scenario took away: told by the lists, refused by what would use them."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.quota.capacity import Unavailable
from tests.sandbox.arm.compute.test_provider import Vms
from tests.sandbox.conftest import Azure

SKUS = "/providers/Microsoft.Compute/skus?$filter=location eq 'westeurope'"


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def vms(azure: Azure) -> Vms:
    return Vms(azure)


def lack(azure: Azure, size: str, *zones: str) -> None:
    azure.plane.capacity.add([], [Unavailable(size=size, location="westeurope", zones=zones)])


def restrictions(azure: Azure, size: str) -> list[dict[str, Any]]:
    listed = azure.values(azure.subscription + SKUS)
    return next(one["restrictions"] for one in listed if one["name"] == size)


def test_a_size_that_cannot_be_had_is_refused_and_told(vms: Vms, azure: Azure) -> None:
    lack(azure, "Standard_D4s_v3")
    status, code, said = vms.refused("a", size="Standard_D4s_v3")
    assert (status, code) == (409, "SkuNotAvailable")
    assert "is currently not available in location 'westeurope' zones '' for subscription" in said
    location, zone = restrictions(azure, "Standard_D4s_v3")
    assert (location["type"], location["reasonCode"]) == ("Location", "NotAvailableForSubscription")
    assert zone["restrictionInfo"] == {"locations": ["westeurope"], "zones": ["1", "2", "3"]}
    assert restrictions(azure, "Standard_D2s_v3") == []
    sizes = azure.values(f"{azure.subscription}/providers/Microsoft.Compute/locations/westeurope/vmSizes")
    assert "Standard_D4s_v3" not in [one["name"] for one in sizes]


def test_a_zone_can_be_out_of_a_size(vms: Vms, azure: Azure) -> None:
    lack(azure, "Standard_D4s_v3", "1")
    body = vms.body("a", size="Standard_D4s_v3")
    assert azure.code("PUT", vms.path("a"), {**body, "zones": ["1"]}) == (409, "SkuNotAvailable")
    assert azure.put(vms.path("a"), {**body, "zones": ["2"]})
    (zone,) = restrictions(azure, "Standard_D4s_v3")
    assert (zone["type"], zone["restrictionInfo"]["zones"]) == ("Zone", ["1"])


def test_who_has_a_size_keeps_it_and_nobody_resizes_to_it(vms: Vms, azure: Azure) -> None:
    vms.make("a", size="Standard_D4s_v3")
    vms.make("b", size="Standard_D2s_v3")
    lack(azure, "standard_d4s_v3")
    assert azure.ask("PATCH", vms.path("a"), {"tags": {"a": "b"}}).status == 200
    bigger = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v3"}}}
    assert azure.code("PATCH", vms.path("b"), bigger) == (409, "SkuNotAvailable")
