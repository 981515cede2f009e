"""`Microsoft.Storage/skus`: kinds of accounts, how they are replicated, and where.

Source: "SKU - List" and "Azure storage redundancy"; a region without zones has no ZRS, GZRS and RAGZRS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.locations import all_locations, find_location

_KINDS: Mapping[str, tuple[str, ...]] = {
    "Standard_LRS": ("Storage", "StorageV2", "BlobStorage"),
    "Standard_GRS": ("Storage", "StorageV2", "BlobStorage"),
    "Standard_RAGRS": ("Storage", "StorageV2", "BlobStorage"),
    "Standard_ZRS": ("StorageV2",),
    "Standard_GZRS": ("StorageV2",),
    "Standard_RAGZRS": ("StorageV2",),
    "Premium_LRS": ("Storage", "StorageV2", "BlockBlobStorage", "FileStorage"),
    "Premium_ZRS": ("BlockBlobStorage", "FileStorage"),
}


def skus() -> list[Body]:
    """One entry per SKU, kind and region."""
    found: list[Body] = []
    for name, kinds in _KINDS.items():
        for kind in kinds:
            for place in all_locations():
                location = find_location(place)
                if "ZRS" in name and (location is None or not location.zones):
                    continue
                found.append(
                    {
                        "resourceType": "storageAccounts",
                        "name": name,
                        "tier": name.partition("_")[0],
                        "kind": kind,
                        "locations": [place],
                        "capabilities": [],
                        "restrictions": [],
                    }
                )
    return found


def _list(_call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": skus()})


def register(registry: Registry) -> None:
    registry.route("GET", "Microsoft.Storage", r"/subscriptions/[^/]+/providers/Microsoft\.Storage/skus", _list)
