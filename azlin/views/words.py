"""Values in words: money, names, the facts of an operation that a person decides by."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from azlin.agentic.types import BudgetVerdict, Operation, Quote

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that move the cursor or turn the text around: names in Azure are other people's words."""

VERBS = {"read": "read", "ensure": "create", "delete": "delete", "act": "change", "command": "run"}
SIGNS = {"reads": " ", "creates": "+", "changes": "~", "destroys": "-"}

FACTS: tuple[tuple[str, str], ...] = (
    ("properties.hardwareProfile.vmSize", "{}"),
    ("properties.storageProfile.imageReference", "{}"),
    ("sku.name", "{}"),
    ("kind", "{}"),
    ("properties.addressSpace.addressPrefixes", "{}"),
    ("properties.addressPrefix", "{}"),
    ("properties.diskSizeGB", "{} GB"),
    ("properties.osProfile.adminUsername", "user {}"),
    ("properties.publicIPAllocationMethod", "{}"),
    ("zones", "zone {}"),
    ("tags", "tagged {}"),
)
"""Where a body keeps what matters to a person, and how to say it; by what is there, not by type."""


def clean(text: object) -> str:
    """The text on one line, with nothing in it that a terminal would obey."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(text).replace("\n", " ").replace("\t", " "))


def money(amount: Decimal, currency: str = "USD") -> str:
    """`$35.04`, `-$7.30`, `$0.0042`, `35.04 EUR`: two decimals, more where two would show nothing."""
    size = abs(amount)
    digits = f"{size:,.2f}" if size == 0 or size >= Decimal("0.01") else f"{size:.4f}"
    sign = "-" if amount < 0 else ""
    return f"{sign}${digits}" if currency == "USD" else f"{sign}{digits} {currency}"


def rate(price: Decimal, currency: str = "USD") -> str:
    """A unit price with every digit that it has, and at least two decimals: `$0.0125`."""
    digits = f"{price.normalize():f}"
    whole, _, decimals = digits.partition(".")
    digits = f"{whole}.{decimals:0<2}"
    return f"${digits}" if currency == "USD" else f"{digits} {currency}"


def total(quote: Quote, budget: BudgetVerdict | None) -> str:
    """`$35.04 a month (8% of budget)`, `saves $7.30 a month`; the range when it is one; unknown is said, not counted as
    nothing."""
    if quote.skipped is not None:
        return f"not looked up ({clean(quote.skipped)})"
    if not quote.lines:
        return "unknown" if quote.unpriced else "no change of the monthly bill"
    monthly = quote.monthly
    if not (monthly.low or monthly.expected or monthly.high) and not quote.unpriced:
        return "no change of the monthly bill"
    saves = monthly.expected < 0 and monthly.high <= 0
    low, high = (-monthly.high, -monthly.low) if saves else (monthly.low, monthly.high)
    said = f"{money(abs(monthly.expected) if saves else monthly.expected, quote.currency)} a month"
    if low != high:
        said += f", between {money(low, quote.currency)} and {money(high, quote.currency)}"
    said = f"saves {said}" if saves else said
    if budget is not None and budget.limit and not saves:
        said += f" ({percent(monthly.expected, budget.limit)} of budget)"
    return f"{said}, and {len(quote.unpriced)} without a known price" if quote.unpriced else said


def percent(part: Decimal, whole: Decimal) -> str:
    share = part / whole * 100
    return f"{share:.0f}%" if share == 0 or abs(share) >= 1 else "less than 1%"


def verb_of(operation: Operation) -> str:
    """`create`, `deallocate`, `delete`: what will be done, in one word."""
    if operation.verb == "act":
        return clean(operation.desired.get("action", "change"))
    if operation.verb == "ensure" and operation.effect == "changes":
        return "change"
    return VERBS[operation.verb]


def kind_of(operation: Operation) -> str:
    """The ARM type without its namespace, in Azure's own spelling."""
    return clean(operation.target.type.partition("/")[2] or operation.target.type)


def name_of(operation: Operation) -> str:
    return clean(operation.target.name or ("all" if operation.verb == "read" else operation.id))


def place_of(operation: Operation) -> str:
    """`group web, westeurope`; what is not known is left out."""
    target = operation.target
    parts = [f"group {target.group}"] if target.group else []
    return clean(", ".join([*parts, *([target.location] if target.location else [])]))


def facts_of(operation: Operation) -> str:
    """The facts of a body that a person decides by: size, image, address ranges, open ports, tags."""
    if operation.verb == "command":
        return clean(" ".join(str(word) for word in operation.desired.get("argv", [])))
    facts = [how.format(said) for path, how in FACTS if (said := _said(_at(operation.desired, path)))]
    return clean(", ".join([*facts, *_rules(operation)]))


def _rules(operation: Operation) -> list[str]:
    """The security rules of a body, each as `allow inbound tcp 22 from 10.0.0.0/8`."""
    properties = cast("dict[str, Any]", operation.desired.get("properties") or {})
    if operation.target.type.casefold().endswith("/securityrules"):
        return [_rule(properties)]
    rules = cast("list[dict[str, Any]]", properties.get("securityRules") or [])
    return [_rule(rule.get("properties") or {}) for rule in rules]


def _rule(properties: Mapping[str, Any]) -> str:
    ports = properties.get("destinationPortRange") or _said(properties.get("destinationPortRanges")) or "*"
    source = properties.get("sourceAddressPrefix") or _said(properties.get("sourceAddressPrefixes")) or "*"
    words = (properties.get("access"), properties.get("direction"), properties.get("protocol"))
    told = " ".join(str(word).lower() for word in words if word)
    return f"{told} {ports} from {'anywhere' if source in ('*', 'Internet', '0.0.0.0/0') else source}"


def _at(body: object, path: str) -> object:
    for key in path.split("."):
        if not isinstance(body, Mapping):
            return None
        body = cast("Mapping[str, object]", body).get(key)
    return body


def _said(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value)
        if "offer" in pairs:
            return " ".join(str(pairs.get(key, "")) for key in ("publisher", "offer", "sku")).strip()
        return " ".join(f"{key}={item}" for key, item in pairs.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(str(item) for item in cast("Sequence[object]", value))
    return str(value)


def compact(value: object) -> str:
    """A cell: text as it is, numbers and truth values as JSON writes them, nested values as compact JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def in_words(value: object) -> str:
    """A cell for people: lists and tables of plain values without brackets, and nothing where there is nothing."""
    nested: Any = value
    if isinstance(value, Mapping) and all(_is_plain(item) for item in nested.values()):
        return ", ".join(f"{key}={compact(item)}" for key, item in nested.items())
    if isinstance(value, list) and all(_is_plain(item) for item in nested):
        return ", ".join(compact(item) for item in nested)
    return compact(nested)


def _is_plain(value: object) -> bool:
    return not isinstance(value, (Mapping, list))
