from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.prices import LINUX, MONTH_H, WINDOWS, Price, Prices

PRICES = Prices(today=date(2026, 9, 1))
SERVICES = ["General Block Blob v2", "IP Addresses", "Load Balancer", "Managed Disks", "NAT Gateway", LINUX, WINDOWS]
ROWS = [row for service in SERVICES for row in PRICES.of(service)]
LINUX_ROWS = [row for row in ROWS if row.service == LINUX]

SPOT_VALUES = [
    ("Standard_B2s", "westeurope", "0.048"),
    ("Standard_D2s_v5", "westeurope", "0.115"),
    ("Standard_B1ls", "eastus", "0.0052"),
    ("Standard_B1ls", "centralus", "0.00624"),
    ("Standard_B1ls", "brazilsouth", "0.0084"),
    ("Standard_B2s", "eastus", "0.0416"),
    ("Standard_D4s_v3", "eastus", "0.192"),
    ("Standard_E4s_v3", "eastus", "0.252"),
    ("Standard_NC6s_v3", "eastus", "3.06"),
]


def test_every_linux_row_is_there():
    assert len(LINUX_ROWS) == 569
    assert len({row.sku for row in LINUX_ROWS}) == 72
    assert len(PRICES.regions()) == 14
    assert len(PRICES.in_region(LINUX, "westeurope")) == 65
    assert sum(row.usd for row in LINUX_ROWS) == Decimal("667.12794")


def test_every_row_has_a_positive_price_a_unit_a_source_and_a_day():
    for row in ROWS:
        assert row.usd > 0
        assert row.unit in {"1 Hour", "1/Month", "10K", "1 GB", "1 GB/Month", "10K/Month"}
        assert row.source
        assert date.fromisoformat(row.as_of) < date(2026, 12, 1)


@pytest.mark.parametrize(("size", "region", "usd"), SPOT_VALUES)
def test_a_price_is_that_of_the_retail_row(size: str, region: str, usd: str):
    price = PRICES.vm_hourly(size, region)
    assert price is not None
    assert price.usd == Decimal(usd)


def test_a_d2s_v5_in_west_europe_is_83_95_a_month():
    price = PRICES.vm_hourly("Standard_D2s_v5", "westeurope")
    assert price is not None
    assert price.monthly == Decimal("83.95")


def test_windows_has_its_own_price():
    price = PRICES.vm_hourly("Standard_B2s", "westeurope", "windows")
    assert price is not None
    assert (price.usd, price.service) == (Decimal("0.056"), WINDOWS)


@given(row=st.sampled_from(LINUX_ROWS), upper=st.booleans())
def test_case_and_the_spelling_of_a_region_do_not_matter(row: Price, upper: bool):
    size, region = (
        (row.sku.upper(), row.region.upper()) if upper else (row.sku.lower(), f" {row.region[:4]} {row.region[4:]}")
    )
    assert PRICES.vm_hourly(size, region) == row


@given(size=st.text(max_size=30), region=st.text(max_size=20))
def test_what_is_not_in_the_table_has_no_price(size: str, region: str):
    known = {(row.sku.casefold(), row.region) for row in LINUX_ROWS}
    price = PRICES.vm_hourly(size, region)
    assert price is None or (price.sku.casefold(), price.region) in known


def test_an_unknown_region_has_no_sizes():
    assert PRICES.vm_sizes("atlantis") == []
    assert PRICES.nearest_sizes("Standard_B2s", "atlantis") == []


def test_sizes_are_listed_cheapest_first():
    sizes = PRICES.vm_sizes("westeurope")
    assert [hourly for _, hourly in sizes] == sorted(hourly for _, hourly in sizes)
    assert dict(sizes)["Standard_B2s"] == Decimal("0.048")
    assert PRICES.vm_monthly("westeurope")["Standard_B2s"] == Decimal("35.04")


def test_a_misspelt_size_has_near_ones_with_their_price_a_month():
    near = PRICES.nearest_sizes("standard_D2_v5", "westeurope")
    assert near[0] == ("Standard_D2s_v5", Decimal("83.95"))
    assert len(near) == 5


def test_a_size_like_no_other_gets_the_cheapest():
    near = PRICES.nearest_sizes("Standard_X99_INVALID", "westeurope")
    assert near == [(size, hourly * MONTH_H) for size, hourly in PRICES.vm_sizes("westeurope")[:5]]


@pytest.mark.parametrize(
    ("today", "confidence"),
    [
        (date(2026, 6, 18), "high"),
        (date(2026, 9, 16), "high"),
        (date(2026, 9, 17), "medium"),
        (date(2026, 12, 15), "medium"),
        (date(2026, 12, 16), "low"),
    ],
)
def test_a_price_is_trusted_less_as_it_ages(today: date, confidence: str):
    price = PRICES.vm_hourly("Standard_B2s", "westeurope")
    assert price is not None
    assert price.as_of == "2026-06-18"
    assert price.confidence(today) == confidence


def test_a_price_without_a_day_is_trusted_least():
    assert Price("s", "k", "r", "1 Hour", Decimal(1), "x", "some day").confidence(date(2026, 1, 1)) == "low"


@pytest.mark.parametrize(
    ("service", "sku", "region", "usd"),
    [
        ("Managed Disks", "P10 LRS", "westeurope", "21.68"),
        ("Managed Disks", "E10 LRS", "westeurope", "9.6"),
        ("Managed Disks", "S6 LRS", "westeurope", "3.008"),
        ("Managed Disks", "P4 LRS", "eastus", "5.2795"),
        ("IP Addresses", "Standard IPv4 Static", "westeurope", "0.005"),
        ("Load Balancer", "Standard Included LB Rules and Outbound Rules", "westeurope", "0.025"),
        ("NAT Gateway", "Standard Gateway", "japaneast", "0.045"),
        ("General Block Blob v2", "Hot LRS Data Stored", "westus2", "0.0184"),
    ],
)
def test_other_meters_are_found_in_their_region_or_everywhere(service: str, sku: str, region: str, usd: str):
    price = PRICES.meter(service, sku, region)
    assert price is not None
    assert price.usd == Decimal(usd)


def test_a_price_by_use_has_no_price_a_month():
    price = PRICES.meter("General Block Blob v2", "Hot LRS Data Stored", "westus2")
    assert price is not None
    assert price.monthly is None
