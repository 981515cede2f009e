from __future__ import annotations

from azlin.sandbox.arm.storage.skus import skus


def test_zones_are_offered_where_a_region_has_them():
    found = {(one["name"], one["kind"], one["locations"][0]) for one in skus()}
    assert ("Standard_ZRS", "StorageV2", "westeurope") in found
    assert ("Standard_LRS", "StorageV2", "westus") in found
    assert ("Standard_ZRS", "StorageV2", "westus") not in found
    assert ("Premium_LRS", "FileStorage", "eastus") in found
    assert len(found) == len(skus())
