"""Makes azlin/gateways/data/prices.csv.gz: `python tools/make_price_table.py FACTS.csv` from the checkout.

FACTS.csv has the columns service, sku, region, unit, price_usd, source, date; `price_facts_more.csv` beside this file
has more of the same. Only rows that azlin prices by are carried over; each keeps its source and date. Of two prices of
the same thing the newer one stays.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "azlin/gateways/data/prices.csv.gz"
COLUMNS: tuple[str, ...] = ("service", "sku", "region", "unit", "price_usd", "source", "date")

DISKS = re.compile(r"Storage / (Premium SSD|Standard SSD|Standard HDD) Managed Disks")
DISK = re.compile(r"([PES]\d+ (?:LRS|ZRS)) Disk( Operations)?")
RENAMED = {
    ("infracost firewall", "IP address (static, regional)"): ("IP Addresses", "Standard IPv4 Static"),
    ("infracost nat_gateway", "NAT gateway"): ("NAT Gateway", "Standard Gateway"),
    ("infracost lb_rule", "Rule usage"): ("Load Balancer", "Standard Overage LB Rules and Outbound Rules"),
    ("infracost lb_rule", "Data processed"): ("Load Balancer", "Standard Data Processed"),
}
UNITS = {"hours": "1 Hour", "GB": "1 GB", "1/Hour": "1 Hour"}
AZLIN_OWN = frozenset({"IP Addresses", "Managed Disks", "General Block Blob v2", "Load Balancer", "NAT Gateway"})

GLOBAL = frozenset({"Load Balancer", "NAT Gateway"})
"""What the Retail Prices API lists under armRegionName "Global", wherever somebody looked it up."""

Row = dict[str, str]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: make_price_table.py FACTS.csv\n")
        return 2
    kept: dict[tuple[str, ...], Row] = {}
    for path in (Path(arguments[0]), HERE / "price_facts_more.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in _carried_over(csv.DictReader(file)):
                key = (row["service"], row["sku"].casefold(), row["region"])
                if key not in kept or kept[key]["date"] < row["date"]:
                    kept[key] = row
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(kept[key] for key in sorted(kept))
    TARGET.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    sys.stdout.write(f"{len(kept)} prices, {TARGET.stat().st_size} bytes\n")
    return 0


def _carried_over(rows: csv.DictReader[str]) -> Iterator[Row]:
    for row in rows:
        named = _name(row["service"], row["sku"])
        if named is None:
            continue
        service, sku = named
        unit = UNITS.get(row["unit"], row["unit"])
        yield {
            **row,
            "service": service,
            "sku": sku,
            "unit": unit,
            "region": "global" if service in GLOBAL else row["region"].casefold(),
            "source": _source(row["source"]),
            "date": _day(row["date"]),
        }


def _name(service: str, sku: str) -> tuple[str, str] | None:
    """(service, sku) as azlin's table names them; None for what azlin does not price."""
    if service in ("Virtual Machines (Linux PAYG)", "Virtual Machines (Windows PAYG)"):
        return service.replace(" PAYG", ""), sku
    if DISKS.fullmatch(service):
        disk = DISK.fullmatch(sku)
        return ("Managed Disks", disk[1] + (disk[2] or "")) if disk else None
    if service == "Storage / General Block Blob v2" and "[" not in sku:
        return "General Block Blob v2", sku
    if service in AZLIN_OWN:
        return service, sku
    return RENAMED.get((service, sku))


def _day(date: str) -> str:
    """A date that names no day, or a span, is taken at its earliest day: a price is not made younger than it is."""
    first = date.partition("..")[0]
    return (first + "-01-01"[len(first) - 4 :]) if len(first) in (4, 7) else first


def _source(source: str) -> str:
    """The source without numbers that mean nothing outside the place where it was looked up."""
    short = re.sub(r"\s*\((?:(?:find|read_file) id [^)]*|\d{4}-\d\d-\d\d)\)", "", source)
    return short.replace("public repo doc", "public documentation")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
