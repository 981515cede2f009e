"""What disks and storage accounts cost.

A managed disk is billed by its tier, the smallest that holds its size, whether it is used or not
(learn.microsoft.com/azure/virtual-machines/disks-understand-billing). A storage account is billed by what is in it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from azlin.agentic.cost.charge import Bill, Body, Charge, by_use, monthly, pairs, text, unbilled, unpriced
from azlin.gateways.prices import Price, Prices

DISK_TYPE = "Microsoft.Compute/disks"
ACCOUNT_TYPE = "Microsoft.Storage/storageAccounts"

TIERS: tuple[tuple[int, int], ...] = (
    (4, 1), (8, 2), (16, 3), (32, 4), (64, 6), (128, 10), (256, 15), (512, 20), (1024, 30), (2048, 40),
    (4096, 50), (8192, 60), (16384, 70), (32767, 80),
)  # fmt: skip
"""(GiB, number of the tier)."""

HDD_SMALLEST = 4
"""Standard HDD begins with S4."""

LETTERS = {"premium": "P", "standardssd": "E", "standard": "S"}
KINDS = {"P": "Premium SSD", "E": "Standard SSD", "S": "Standard HDD"}

RATIOS_MIN = 3
"""So many tiers must have both prices before the ratio between LRS and ZRS is taken for a rule."""

STORED_GB, STORED_GB_HIGH = 100, 1000
"""What is assumed to be stored in an account whose use nobody knows."""


def tier_of(sku: str, size_gb: int) -> str | None:
    """`P10 LRS` for a Premium_LRS disk of 100 GiB; None for what is not billed by tier (Ultra, Premium v2)."""
    kind, _, redundancy = sku.partition("_")
    letter = LETTERS.get(kind.casefold())
    number = next((number for size, number in TIERS if size >= size_gb), None)
    if letter is None or number is None or redundancy.upper() not in ("LRS", "ZRS"):
        return None
    return f"{letter}{max(number, HDD_SMALLEST) if letter == 'S' else number} {redundancy.upper()}"


def disk(sku: str, size_gb: int, region: str, prices: Prices, what: str = "disk") -> Bill:
    """One managed disk."""
    tier = tier_of(sku, size_gb)
    if tier is None:
        return unpriced(f"a {sku or 'nameless'} {what} of {size_gb} GiB is not billed by a tier with a known price")
    meter = f"{what} {tier} ({KINDS[tier[0]]}, {size_gb} GiB)"
    operations = "" if tier[0] == "P" else f"{KINDS[tier[0]]} also bills operations, which are not included"
    price = prices.meter("Managed Disks", tier, region)
    if price is not None:
        return Bill([monthly(price, prices, meter, assumption=operations)])
    charge = _from_other_redundancy(tier, region, prices, meter) or _from_larger_tier(tier, region, prices, meter)
    if charge is not None:
        return Bill([replace(charge, assumption="; ".join(filter(None, (charge.assumption, operations))))])
    return unpriced(f"no price for {tier} disks in {region} is known")


def standing_disk(body: Body, region: str, prices: Prices) -> Bill:
    """A disk that is a resource of its own."""
    sku = text(pairs(body.get("sku")).get("name"))
    size_gb = pairs(body.get("properties")).get("diskSizeGB")
    if not sku or not isinstance(size_gb, int):
        return unpriced(f"a disk without {'a sku' if not sku else 'a size'} has no price")
    return disk(sku, size_gb, region, prices)


def account(body: Body, region: str, prices: Prices) -> Bill:
    """A storage account: what is stored in it, assumed; low is the empty account, which costs nothing."""
    performance, _, redundancy = text(pairs(body.get("sku")).get("name")).partition("_")
    tier = text(pairs(body.get("properties")).get("accessTier")) or "Hot"
    if performance.casefold() != "standard":
        return unpriced(
            "a premium storage account is billed by use, and its prices are not known; empty it costs nothing"
        )
    copies = redundancy.upper().replace("RAG", "RA-G")
    sku = f"{tier.capitalize()} {copies} Data Stored"
    price = prices.meter("General Block Blob v2", sku, region)
    if price is None:
        return unpriced(
            f"a storage account is billed by use, and no price per GB of {tier.capitalize()} {copies} data in {region} "
            "is known; an empty account costs nothing"
        )
    assumption = (
        f"a storage account is billed by use: {STORED_GB} GB stored is assumed, between nothing and "
        f"{STORED_GB_HIGH:,} GB; operations and traffic are not included"
    )
    meter = f"{tier.capitalize()} {copies} blob data"
    return Bill(
        [by_use(price, meter, expected=STORED_GB, high=STORED_GB_HIGH, unit="GB a month", assumption=assumption)]
    )


def part_of_account(what: str) -> Bill:
    return unbilled(what, "billed with what is stored in its storage account")


def _from_other_redundancy(tier: str, region: str, prices: Prices, meter: str) -> Charge | None:
    """An LRS tier whose ZRS price is known, by the ratio between the two wherever both are known in the region."""
    name, _, redundancy = tier.partition(" ")
    twin = prices.meter("Managed Disks", f"{name} ZRS", region)
    if redundancy != "LRS" or twin is None:
        return None
    known = {row.sku: row.usd for row in prices.in_region("Managed Disks", region) if "Operations" not in row.sku}
    ratios = {
        (known[f"{other} LRS"] / usd).quantize(Decimal("0.001"))
        for other, usd in ((sku.removesuffix(" ZRS"), usd) for sku, usd in known.items() if sku.endswith(" ZRS"))
        if other[0] == name[0] and f"{other} LRS" in known
    }
    both = sum(1 for sku in known if sku.endswith(" ZRS") and f"{sku[:-4]} LRS" in known and sku[0] == name[0])
    if len(ratios) != 1 or both < RATIOS_MIN:
        return None
    expected = (twin.usd * ratios.pop()).quantize(Decimal("0.01"))
    assumption = (
        f"no price for {tier} in {region} is known; it is taken from {name} ZRS by the ratio that {both} other "
        "tiers of that kind have there"
    )
    return _derived(twin, meter, low=expected, expected=expected, high=twin.usd, assumption=assumption)


def _from_larger_tier(tier: str, region: str, prices: Prices, meter: str) -> Charge | None:
    """A tier costs at most what a larger one of its kind and redundancy costs: a ceiling, and no more than that."""
    name, _, redundancy = tier.partition(" ")
    larger: list[Price] = []
    for _, number in TIERS:
        price = prices.meter("Managed Disks", f"{name[0]}{number} {redundancy}", region)
        if number > int(name[1:]) and price is not None:
            larger.append(price)
    if not larger:
        return None
    ceiling = min(larger, key=lambda price: price.usd)
    assumption = f"no price for {tier} in {region} is known; it costs no more than the larger {ceiling.sku}"
    return _derived(ceiling, meter, low=Decimal(0), expected=ceiling.usd, high=ceiling.usd, assumption=assumption)


def _derived(price: Price, meter: str, *, low: Decimal, expected: Decimal, high: Decimal, assumption: str) -> Charge:
    return Charge(
        meter, Decimal(1), "month", expected, low, expected, high, price.source, price.as_of, "low", assumption
    )
