"""Values in words: no digit is invented, none is lost, and nothing moves the cursor."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.views.words import clean, money, percent, rate


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("35.04", "USD", "$35.04"),
        ("-7.3", "USD", "-$7.30"),
        ("0.0042", "USD", "$0.0042"),
        ("0", "USD", "$0.00"),
        ("1234567.8", "USD", "$1,234,567.80"),
        ("35.04", "EUR", "35.04 EUR"),
    ],
)
def test_money_has_two_decimals_and_more_where_two_would_show_nothing(amount, currency, said):
    assert money(Decimal(amount), currency) == said


@given(st.decimals(min_value="0.000001", max_value=1000, places=6))
def test_a_unit_price_keeps_every_digit(price):
    assert Decimal(rate(price).removeprefix("$")) == price


@given(st.decimals(min_value="0.0001", max_value=1_000_000, places=4))
def test_something_is_never_said_to_be_nothing(amount):
    assert Decimal(money(amount).removeprefix("$").replace(",", "")) > 0
    assert percent(amount, Decimal(10**9)) != "0%"


@given(st.text())
def test_clean_text_is_one_line_that_a_terminal_only_prints(text):
    said = clean(text)
    assert all(char == "\N{REPLACEMENT CHARACTER}" or not (ord(char) < 32 or 127 <= ord(char) < 160) for char in said)
