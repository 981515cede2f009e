"""What things cost, from the table that comes with azlin. No network is used.

`data/prices.csv.gz` is made by `tools/make_price_table.py` from rows of Azure's Retail Prices API that public sources
recorded; every row keeps its source and date. List prices in USD, without taxes and negotiated rates. What is not in
the table has no price; that is not zero.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Literal

from azlin.agentic.types import Confidence

MONTH_H = Decimal(730)
"""Hours in a month, as Azure's pricing calculator counts them (365 × 24 / 12)."""

MEDIUM_AFTER_DAYS = 90
LOW_AFTER_DAYS = 180

NEAR = 0.6
"""How alike two names are (difflib's ratio) for one to be taken for a misspelling of the other."""

GLOBAL = "global"
"""The region of a meter that costs the same everywhere (`armRegionName` "Global")."""

LINUX, WINDOWS = "Virtual Machines (Linux)", "Virtual Machines (Windows)"

Os = Literal["linux", "windows"]


@dataclass(frozen=True)
class Price:
    """One row: what one `unit` (`1 Hour`, `1/Month`, `1 GB/Month`, `10K` operations …) costs, who said so and when."""

    service: str
    sku: str
    region: str
    unit: str
    usd: Decimal
    source: str
    as_of: str

    @property
    def monthly(self) -> Decimal | None:
        """USD for a month of one; None when the price depends on use."""
        if self.unit == "1 Hour":
            return self.usd * MONTH_H
        return self.usd if self.unit == "1/Month" else None

    def confidence(self, today: date) -> Confidence:
        """How far to trust it: prices of over 90 days may have moved, of over 180 days are an indication."""
        try:
            age_days = (today - date.fromisoformat(self.as_of)).days
        except ValueError:
            return "low"
        return "high" if age_days <= MEDIUM_AFTER_DAYS else "medium" if age_days <= LOW_AFTER_DAYS else "low"


class Prices:
    """Names are compared without regard to case; a region may be written `West Europe`."""

    def __init__(self, rows: Iterable[Price] | None = None, today: date | None = None) -> None:
        self.today = today or datetime.now(UTC).date()
        listed = _embedded() if rows is None else tuple(rows)
        self._rows = {(_key(row.service), _key(row.sku), region_key(row.region)): row for row in listed}

    def __len__(self) -> int:
        return len(self._rows)

    def all(self) -> list[Price]:
        """Every row, in the order of the table."""
        return list(self._rows.values())

    def meter(self, service: str, sku: str, region: str) -> Price | None:
        """The price in exactly this region, or of a meter that is global."""
        key = (_key(service), _key(sku))
        return self._rows.get((*key, region_key(region))) or self._rows.get((*key, GLOBAL))

    def everywhere(self, service: str, sku: str) -> list[Price]:
        """The prices of one thing in all regions known."""
        wanted = (_key(service), _key(sku))
        return [row for key, row in self._rows.items() if key[:2] == wanted]

    def of(self, service: str) -> list[Price]:
        """Every price of a service."""
        return [row for key, row in self._rows.items() if key[0] == _key(service)]

    def in_region(self, service: str, region: str) -> list[Price]:
        """Every price of a service in a region."""
        wanted = (_key(service), region_key(region))
        return [row for key, row in self._rows.items() if (key[0], key[2]) == wanted]

    def vm_hourly(self, size: str, region: str, os: Os = "linux") -> Price | None:
        """Pay as you go, licence included where there is one."""
        return self.meter(LINUX if os == "linux" else WINDOWS, size, region)

    def vm_sizes(self, region: str) -> list[tuple[str, Decimal]]:
        """(size, USD an hour on Linux) of every size with a price in a region, cheapest first."""
        rows = self.in_region(LINUX, region)
        return [(row.sku, row.usd) for row in sorted(rows, key=lambda row: (row.usd, row.sku))]

    def vm_monthly(self, region: str) -> dict[str, Decimal]:
        """size → USD a month on Linux, cheapest first."""
        return {size: hourly * MONTH_H for size, hourly in self.vm_sizes(region)}

    def nearest_sizes(self, text: str, region: str, count: int = 5) -> list[tuple[str, Decimal]]:
        """(size, USD a month on Linux): the sizes whose names are nearest to a text, nearest first; where none is near,
        the cheapest. Empty when the table has no size in the region."""
        bare = _bare(text)
        sizes = self.vm_sizes(region)
        likeness = {size: SequenceMatcher(None, bare, _bare(size)).ratio() for size, _ in sizes}
        near = [pair for pair in sizes if likeness[pair[0]] >= NEAR] or sizes
        ranked = sorted(near, key=lambda pair: (-likeness[pair[0]] if near is not sizes else 0, pair[1]))
        return [(size, hourly * MONTH_H) for size, hourly in ranked[:count]]

    def regions(self) -> frozenset[str]:
        """The regions in which any VM size has a price."""
        return frozenset(region for service, _, region in self._rows if service == _key(LINUX))


def region_key(region: str) -> str:
    """`West Europe` and `westeurope` are one region."""
    return "".join(region.split()).casefold()


def _key(name: str) -> str:
    return name.strip().casefold()


def _bare(size: str) -> str:
    return _key(size).removeprefix("standard_").removeprefix("basic_")


@cache
def _embedded() -> tuple[Price, ...]:
    packed = files("azlin.gateways").joinpath("data/prices.csv.gz").read_bytes()
    rows = csv.DictReader(gzip.decompress(packed).decode().splitlines())
    return tuple(
        Price(
            service=row["service"],
            sku=row["sku"],
            region=row["region"],
            unit=row["unit"],
            usd=Decimal(row["price_usd"]),
            source=row["source"],
            as_of=row["date"],
        )
        for row in rows
    )
