from __future__ import annotations

from azlin.sandbox.arm import service_regions
from azlin.sandbox.arm.locations import all_locations
from tests.sandbox.conftest import Azure


def test_services_tell_the_regions_that_azure_has(azure: Azure):
    service_regions.register(azure.plane.registry)
    web = azure.values(f"{azure.subscription}/providers/Microsoft.Web/geoRegions")
    assert "West Europe" in {one["name"] for one in web}
    cosmos = azure.values(f"{azure.subscription}/providers/microsoft.documentdb/locations")
    assert len(cosmos) == len(web) == len(list(all_locations()))
    assert {one["properties"]["supportsAvailabilityZone"] for one in cosmos} == {True, False}
