"""A charge: one thing on the monthly bill, as long as a resource stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from azlin.agentic.types import Confidence, QuoteLine
from azlin.gateways.prices import MONTH_H, Price, Prices

ZERO = Decimal(0)

FREE_SOURCE = "Azure's price list: this is not billed"
FREE_AS_OF = "2026-11-01"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Charge:
    """What a meter adds to a month's bill. `quantity` × `unit_price` is `expected`; all are USD and never negative."""

    meter: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    low: Decimal
    expected: Decimal
    high: Decimal
    source: str
    as_of: str
    confidence: Confidence
    assumption: str = ""

    def line(self, operation: str, *, gone: bool = False) -> QuoteLine:
        """The line of a quote: what is added, or, for a charge that is `gone`, what is saved (negative)."""
        sign = -1 if gone else 1
        low, high = (self.high, self.low) if gone else (self.low, self.high)
        return QuoteLine(
            operation=operation,
            meter=self.meter,
            quantity=sign * self.quantity,
            unit=self.unit,
            unit_price=self.unit_price,
            low=sign * low,
            expected=sign * self.expected,
            high=sign * high,
            source=self.source,
            as_of=self.as_of,
            confidence=self.confidence,
            assumption=self.assumption,
        )


@dataclass
class Bill:
    """The charges of a resource in one state, and what of it has no known price, with the reason."""

    charges: list[Charge] = field(default_factory=list[Charge])
    unknown: list[str] = field(default_factory=list[str])

    def add(self, other: Bill) -> Bill:
        self.charges += other.charges
        self.unknown += other.unknown
        return self


def hourly(price: Price, prices: Prices, meter: str, *, count: int = 1, assumption: str = "") -> Charge:
    """Something that runs all month (730 hours)."""
    return _flat(price, prices, meter, MONTH_H * count, "hour", assumption)


def monthly(price: Price, prices: Prices, meter: str, *, assumption: str = "") -> Charge:
    """Something with a price for the month."""
    return _flat(price, prices, meter, Decimal(1), "month", assumption)


def by_use(price: Price, meter: str, *, expected: int, high: int, unit: str, assumption: str) -> Charge:
    """Something that costs what is used of it: nothing at least; `expected` and `high` units are assumptions."""
    return Charge(
        meter=meter,
        quantity=Decimal(expected),
        unit=unit,
        unit_price=price.usd,
        low=ZERO,
        expected=price.usd * expected,
        high=price.usd * high,
        source=price.source,
        as_of=price.as_of,
        confidence="low",
        assumption=assumption,
    )


def free(meter: str, assumption: str = "") -> Charge:
    """Something that Azure does not bill: a price of 0 that is known."""
    return Charge(meter, Decimal(1), "month", ZERO, ZERO, ZERO, ZERO, FREE_SOURCE, FREE_AS_OF, "high", assumption)


def unbilled(meter: str, assumption: str) -> Bill:
    return Bill([free(meter, assumption)])


def unpriced(reason: str) -> Bill:
    return Bill(unknown=[reason])


def pairs(value: object) -> Body:
    """An object of a body; {} for anything else."""
    return cast("Body", value) if isinstance(value, Mapping) else {}


def items(value: object) -> list[Body]:
    """The objects of a list of a body; [] for anything else."""
    listed = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Body", item) for item in listed if isinstance(item, Mapping)]


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _flat(price: Price, prices: Prices, meter: str, quantity: Decimal, unit: str, assumption: str) -> Charge:
    amount = price.usd * quantity
    return Charge(
        meter=meter,
        quantity=quantity,
        unit=unit,
        unit_price=price.usd,
        low=amount,
        expected=amount,
        high=amount,
        source=price.source,
        as_of=price.as_of,
        confidence=price.confidence(prices.today),
        assumption=assumption,
    )
