"""What is billed by the hour on the network, and where its price comes from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from azlin.agentic.cost.network import load_balancer, nat_gateway, public_ip
from azlin.gateways.prices import Price, Prices

PRICES = Prices(today=date(2026, 9, 1))
NONE = Prices(rows=(), today=date(2026, 9, 1))
STANDARD: dict[str, Any] = {"sku": {"name": "Standard"}}


def addresses(*usd: str) -> Prices:
    kind = ("IP Addresses", "Standard IPv4 Static")
    rows = [
        Price(*kind, f"region{number}", "1 Hour", Decimal(one), "list", f"2026-0{number}")
        for number, one in enumerate(usd, 1)
    ]
    return Prices(rows, date(2026, 9, 1))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "no price of a Basic public IP address is known"),
        ({"sku": {"name": "Standard", "tier": "Global"}}, "no price of a Standard Global public IP address is known"),
        ({**STANDARD, "properties": {"publicIPAddressVersion": "IPv6"}}, "no price of a public IPv6 address is known"),
    ],
)
def test_an_address_of_another_kind_has_no_price(body: dict[str, Any], reason: str):
    bill = public_ip(body, "westeurope", PRICES)
    assert (bill.charges, bill.unknown) == ([], [reason])


def test_an_address_is_taken_from_other_regions_only_where_enough_of_them_agree():
    agreed = public_ip(STANDARD, "elsewhere", addresses("0.005", "0.005", "0.005"))
    assert [(charge.expected, charge.as_of) for charge in agreed.charges] == [(Decimal("3.650"), "2026-03")]
    for prices in (addresses("0.005", "0.005"), addresses("0.005", "0.005", "0.006"), NONE):
        bill = public_ip(STANDARD, "elsewhere", prices)
        assert (bill.charges, bill.unknown) == ([], ["no price of a public IP address in elsewhere is known"])


def test_the_price_of_the_region_itself_needs_no_agreement():
    (charge,) = public_ip(STANDARD, "Region 2", addresses("0.005", "0.006")).charges
    assert (charge.unit_price, charge.assumption) == (Decimal("0.006"), "")


def test_outbound_rules_count_as_rules():
    rules = {"loadBalancingRules": [{}] * 4, "outboundRules": [{}] * 2}
    bill = load_balancer({**STANDARD, "properties": rules}, PRICES)
    assert [charge.meter for charge in bill.charges] == [
        "load balancer (Standard, up to 5 rules)",
        "load balancer rules over 5: 1",
    ]


def test_a_basic_load_balancer_costs_nothing_and_one_of_another_kind_is_unknown():
    assert [charge.expected for charge in load_balancer({}, PRICES).charges] == [0]
    assert load_balancer({"sku": {"name": "Gateway"}}, PRICES).unknown == [
        "no price of a gateway load balancer is known"
    ]
    assert load_balancer(STANDARD, NONE).unknown == ["no price of a standard load balancer is known"]


def test_a_nat_gateway_is_billed_by_the_hour_and_its_traffic_is_said_to_be_left_out():
    (charge,) = nat_gateway({}, PRICES).charges
    assert charge.unit == "hour"
    assert "not included" in charge.assumption
    assert nat_gateway({"sku": {"name": "Huge"}}, PRICES).unknown == ["no price of a Huge NAT gateway is known"]
