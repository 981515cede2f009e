"""One thing on the bill: what it adds up to, and what is saved when it goes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.cost.charge import Bill, by_use, free, hourly, items, monthly, pairs, text, unbilled, unpriced
from azlin.gateways.prices import Price, Prices

PRICES = Prices(rows=(), today=date(2026, 9, 1))
USD = st.decimals(0, 1000, places=4)


def price(usd: Decimal = Decimal("0.05"), as_of: str = "2026-08-01") -> Price:
    return Price("Service", "Sku", "westeurope", "1 Hour", usd, "list", as_of)


def test_what_runs_all_month_runs_730_hours():
    charge = hourly(price(), PRICES, "meter", count=2)
    assert (charge.quantity, charge.unit, charge.expected) == (Decimal(1460), "hour", Decimal("73.00"))
    assert (charge.source, charge.as_of, charge.confidence) == ("list", "2026-08-01", "high")


def test_an_old_price_makes_a_charge_that_is_trusted_less():
    assert monthly(price(as_of="2020-01-01"), PRICES, "meter").confidence == "low"


@given(usd=USD, expected=st.integers(0, 100), more=st.integers(0, 100))
def test_a_charge_adds_up_and_its_saving_is_its_mirror_image(usd: Decimal, expected: int, more: int):
    used = by_use(price(usd), "meter", expected=expected, high=expected + more, unit="GB", assumption="assumed")
    for charge in (used, hourly(price(usd), PRICES, "m"), monthly(price(usd), PRICES, "m"), free("m")):
        added, saved = charge.line("a"), charge.line("a", gone=True)
        assert added.quantity * added.unit_price == added.expected
        assert 0 <= added.low <= added.expected <= added.high
        assert (saved.low, saved.expected, saved.high) == (-added.high, -added.expected, -added.low)
        assert saved.low <= saved.expected <= saved.high
        assert saved.quantity * saved.unit_price == saved.expected


def test_what_depends_on_use_may_cost_nothing_and_is_an_assumption():
    charge = by_use(price(), "meter", expected=100, high=1000, unit="GB", assumption="assumed")
    assert (charge.low, charge.expected, charge.high) == (0, Decimal(5), Decimal(50))
    assert (charge.confidence, charge.assumption) == ("low", "assumed")


def test_free_is_a_known_price_and_unpriced_is_none():
    assert [charge.confidence for charge in unbilled("meter", "why").charges] == ["high"]
    assert (unpriced("why").charges, unpriced("why").unknown) == ([], ["why"])


def test_a_bill_takes_up_what_another_does_not_know():
    bill = Bill([free("a")]).add(unpriced("b")).add(unbilled("c", ""))
    assert ([charge.meter for charge in bill.charges], bill.unknown) == (["a", "c"], ["b"])


@pytest.mark.parametrize("value", [None, 7, "text", [1], {"a": 1}])
def test_what_a_body_holds_is_taken_for_what_it_is(value: object):
    assert pairs(value) == (value if isinstance(value, dict) else {})
    assert text(value) == (value if isinstance(value, str) else "")
    assert items([value]) == ([value] if isinstance(value, dict) else [])
    assert items(value) == []
