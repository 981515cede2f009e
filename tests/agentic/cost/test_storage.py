"""Disks by their tier, accounts by what is in them, and how far a missing price may be guessed at."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.cost.storage import TIERS, account, disk, part_of_account, standing_disk, tier_of
from azlin.gateways.prices import Price, Prices

TODAY = date(2026, 9, 1)
PRICES = Prices(today=TODAY)


def disks(**usd: str) -> Prices:
    """`E10_LRS="9.60"` → the price a month of that tier in westeurope."""
    return Prices(
        [
            Price("Managed Disks", tier.replace("_", " "), "westeurope", "1/Month", Decimal(one), "list", "2026-08-01")
            for tier, one in usd.items()
        ],
        TODAY,
    )


@pytest.mark.parametrize(
    ("sku", "size_gb", "tier"),
    [
        ("Premium_LRS", 1, "P1 LRS"),
        ("Premium_LRS", 128, "P10 LRS"),
        ("Premium_LRS", 129, "P15 LRS"),
        ("premium_zrs", 32767, "P80 ZRS"),
        ("StandardSSD_LRS", 4, "E1 LRS"),
        ("Standard_LRS", 4, "S4 LRS"),
        ("Premium_LRS", 32768, None),
        ("UltraSSD_LRS", 128, None),
        ("PremiumV2_LRS", 128, None),
        ("Premium_GRS", 128, None),
        ("", 128, None),
    ],
)
def test_a_disk_has_the_smallest_tier_that_holds_it(sku: str, size_gb: int, tier: str | None):
    assert tier_of(sku, size_gb) == tier


@given(
    size_gb=st.integers(1, TIERS[-1][0] - 1), sku=st.sampled_from(["Premium_LRS", "StandardSSD_ZRS", "Standard_LRS"])
)
def test_a_larger_disk_never_has_a_smaller_tier(size_gb: int, sku: str):
    smaller, larger = tier_of(sku, size_gb), tier_of(sku, size_gb + 1)
    assert smaller is not None
    assert larger is not None
    assert int(smaller[1:].split()[0]) <= int(larger[1:].split()[0])


def test_a_missing_lrs_price_follows_the_ratio_only_where_enough_tiers_agree_on_it():
    agreed = disks(E4_ZRS="3", E6_ZRS="6", E6_LRS="4", E10_ZRS="12", E10_LRS="8", E15_ZRS="24", E15_LRS="16")
    (charge,) = disk("StandardSSD_LRS", 30, "westeurope", agreed).charges
    assert (charge.low, charge.expected, charge.high, charge.confidence) == (2, 2, 3, "low")
    split = disks(E4_ZRS="3", E6_ZRS="6", E6_LRS="4", E10_ZRS="12", E10_LRS="8", E15_ZRS="24", E15_LRS="23")
    (charge,) = disk("StandardSSD_LRS", 30, "westeurope", split).charges
    assert (charge.low, charge.high) == (0, 4)
    assert "no more than the larger E6 LRS" in charge.assumption


def test_the_ceiling_of_a_tier_is_the_cheapest_of_the_larger_ones():
    (charge,) = disk("Premium_LRS", 64, "westeurope", disks(P4_LRS="5", P15_LRS="40", P10_LRS="20")).charges
    assert (charge.low, charge.high) == (0, 20)
    bill = disk("Premium_LRS", 64, "westeurope", disks(P4_LRS="5", P10_ZRS="20", E10_LRS="9"))
    assert (bill.charges, bill.unknown) == ([], ["no price for P6 LRS disks in westeurope is known"])


def test_what_is_not_billed_by_tier_is_unknown():
    assert disk("UltraSSD_LRS", 100, "westeurope", PRICES).unknown == [
        "a UltraSSD_LRS disk of 100 GiB is not billed by a tier with a known price"
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "a disk without a sku has no price"),
        ({"sku": {"name": "Premium_LRS"}}, "a disk without a size has no price"),
        ({"sku": {"name": "Premium_LRS"}, "properties": {"diskSizeGB": "128"}}, "a disk without a size has no price"),
    ],
)
def test_a_disk_that_says_too_little_has_no_price(body: dict[str, Any], reason: str):
    bill = standing_disk(body, "westeurope", PRICES)
    assert (bill.charges, bill.unknown) == ([], [reason])


def test_operations_are_said_to_be_left_out_where_they_are_billed():
    (standard,) = disk("StandardSSD_LRS", 128, "westeurope", PRICES).charges
    assert standard.assumption == "Standard SSD also bills operations, which are not included"
    (premium,) = disk("Premium_LRS", 128, "westeurope", PRICES).charges
    assert premium.assumption == ""


def test_an_account_is_hot_unless_it_says_otherwise_and_reads_its_redundancy_from_the_sku():
    rows = [
        Price("General Block Blob v2", "Cool RA-GRS Data Stored", "x", "1 GB/Month", Decimal("0.01"), "list", "2026")
    ]
    body = {"sku": {"name": "Standard_RAGRS"}, "properties": {"accessTier": "cool"}}
    (charge,) = account(body, "x", Prices(rows, TODAY)).charges
    assert (charge.meter, charge.low, charge.expected, charge.high) == ("Cool RA-GRS blob data", 0, 1, 10)
    (reason,) = account({"sku": {"name": "Standard_LRS"}}, "x", Prices(rows, TODAY)).unknown
    assert "no price per GB of Hot LRS data in x is known" in reason


@pytest.mark.parametrize("body", [{}, {"sku": {"name": "Premium_LRS"}}])
def test_an_account_of_another_performance_is_unknown(body: dict[str, Any]):
    assert account(body, "westus2", PRICES).charges == []


def test_a_part_of_an_account_is_billed_with_it():
    (charge,) = part_of_account("containers").charges
    assert (charge.expected, charge.assumption) == (0, "billed with what is stored in its storage account")
