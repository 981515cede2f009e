"""Managed disks by themselves (with their VM: `test_compute.py`)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.compute.disks import complete_disk, missing
from tests.sandbox.conftest import Azure

SKUS = st.sampled_from(["Standard_LRS", "StandardSSD_LRS", "StandardSSD_ZRS", "Premium_LRS", "Premium_ZRS"])


@pytest.fixture
def registry() -> Registry:
    return load()


def completed(sku: str, size: int) -> dict[str, Any]:
    body: dict[str, Any] = {"sku": {"name": sku}, "properties": {"diskSizeGB": size}}
    complete_disk(body)
    return body


@given(SKUS, st.integers(1, 32_767), st.integers(1, 32_767))
def test_a_larger_disk_is_never_slower(sku: str, one: int, other: int):
    small, large = (completed(sku, size)["properties"] for size in sorted((one, other)))
    assert small["diskIOPSReadWrite"] <= large["diskIOPSReadWrite"]
    assert small["diskMBpsReadWrite"] <= large["diskMBpsReadWrite"]
    assert large["diskSizeBytes"] == max(one, other) * 1024**3


@given(SKUS, st.integers(1, 32_767))
def test_completing_twice_changes_nothing_more(sku: str, size: int):
    body = completed(sku, size)
    again = {**body, "properties": dict(body["properties"])}
    complete_disk(again)
    assert again == body


@pytest.mark.parametrize(("size", "tier"), [(4, "P1"), (5, "P2"), (32, "P4"), (1024, "P30"), (1025, "P40")])
def test_only_premium_has_a_tier_and_sizes_are_rounded_up_to_it(size: int, tier: str):
    assert completed("Premium_LRS", size)["properties"]["tier"] == tier
    assert "tier" not in completed("Standard_LRS", size)["properties"]


@pytest.mark.parametrize(
    ("sku", "tier"), [("Premium_ZRS", "Premium"), ("UltraSSD_LRS", "Ultra"), ("StandardSSD_LRS", "Standard")]
)
def test_the_tier_of_a_sku_follows_its_name(sku: str, tier: str):
    assert completed(sku, 8)["sku"] == {"name": sku, "tier": tier}


@pytest.mark.parametrize(
    ("properties", "target"),
    [
        ({}, "creationData.createOption"),
        ({"creationData": {"createOption": "Empty"}}, "diskSizeGB"),
        ({"creationData": {"createOption": "Empty"}, "diskSizeGB": 0}, "diskSizeGB"),
        ({"creationData": {"createOption": "Empty"}, "diskSizeGB": 65_537}, "diskSizeGB"),
    ],
)
def test_a_disk_that_cannot_be_is_refused(azure: Azure, properties: dict[str, Any], target: str):
    path = f"{azure.group()}/providers/Microsoft.Compute/disks/d"
    answer = azure.ask("PUT", path, {"location": "westeurope", "properties": properties})
    assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidParameter")
    assert target in answer.body["error"]["message"]


def disk(azure: Azure, kind: str = "disks") -> str:
    path = f"{azure.group()}/providers/Microsoft.Compute/{kind}/d"
    empty = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
    answer = azure.ask("PUT", path, {"location": "westeurope", "properties": empty})
    assert answer.status in (200, 201, 202), answer.body
    return path


@pytest.mark.parametrize("kind", ["disks", "snapshots"])
def test_a_disk_whose_bytes_are_given_out_stays_until_that_is_taken_back(azure: Azure, kind: str):
    path = disk(azure, kind)
    granted = azure.ask("POST", f"{path}/beginGetAccess", {"access": "Read", "durationInSeconds": 60})
    assert granted.status == 202
    address = azure.get(granted.headers["Location"])["accessSAS"]
    assert address.startswith("https://md-")
    assert azure.get(path)["properties"]["diskState"] == "ActiveSAS"
    assert address not in str(azure.get(path))
    assert azure.code("DELETE", path) == (409, "OperationNotAllowed")
    assert azure.ask("POST", f"{path}/endGetAccess").status == 202
    assert azure.ask("DELETE", path).status in (200, 202, 204)


def test_what_a_grant_needs_is_named(azure: Azure):
    error = azure.ask("POST", f"{disk(azure)}/beginGetAccess", {"access": "Read"}).body["error"]
    assert error["target"] == "grantAccessData.durationInSeconds"


def test_what_is_missing_is_named():
    assert missing("disk.x").error()["target"] == "disk.x"
