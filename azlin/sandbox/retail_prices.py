"""`https://prices.azure.com/api/retail/prices`, answered from the price table that comes with azlin.

Only prices that somebody recorded from Azure's own API are there, and of each only what the table keeps: what it does
not keep (meterId, productId, skuId, location, names that it has no rule for) is empty, `isPrimaryMeterRegion` is left
out. `effectiveStartDate` is the day on which the price was recorded. Whether a VM's price is for Windows is told by the
end of `productName`, as in Azure.

Source: "Azure Retail Prices REST API" (fields, $filter, 1,000 items a page, NextPageLink).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from azlin.gateways.prices import GLOBAL, LINUX, WINDOWS, Price, Prices
from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.incoming import Incoming

PAGE = 1000
Item = dict[str, Any]
_Test = Callable[[Item], bool]
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([A-Za-z]+)|(-?\d+(?:\.\d+)?)|([(),]))")
_DISKS = {"P": "Premium SSD", "E": "Standard SSD", "S": "Standard HDD"}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
}


class FilterInvalid(ValueError):
    """The $filter is not one that the API takes."""


def answer(incoming: Incoming) -> Answer:
    """Any request to the host; needs no sign-in."""
    if incoming.path.rstrip("/").casefold() != "/api/retail/prices" or incoming.method != "GET":
        return _refused(404, "NotFound", f"sandbox: nothing is served at {incoming.path}.")
    query = incoming.query
    currency = query.get("currencycode", "USD").strip("'")
    if currency.upper() != "USD":
        return _refused(400, "NotServedBySandbox", f"sandbox: prices are known in USD only, not in {currency}.")
    skip, top = query.get("$skip", "0"), query.get("$top", str(PAGE))
    if not skip.isdigit() or not top.isdigit():
        return _refused(400, "BadRequest", "Invalid OData parameters supplied")
    try:
        test = parse_filter(query.get("$filter", ""))
        matched = [item for item in _items() if test(item)]
    except (FilterInvalid, TypeError):
        return _refused(400, "BadRequest", "Invalid OData parameters supplied")
    start, count = int(skip), min(int(top), PAGE)
    page = matched[start : start + count]
    following = None
    if len(matched) > start + count and "$top" not in query:
        fields = {name: query[name] for name in ("api-version", "$filter") if name in query}
        following = f"{incoming.base}/api/retail/prices?{urlencode({**fields, '$skip': start + count})}"
    body = {
        "BillingCurrency": "USD",
        "CustomerEntityId": "Default",
        "CustomerEntityType": "Retail",
        "Items": page,
        "NextPageLink": following,
        "Count": len(page),
    }
    return Answer(200, body)


def parse_filter(text: str) -> _Test:
    """`eq ne gt ge lt le`, `and`, `or`, parentheses, contains, startswith and endswith. Raises FilterInvalid."""
    tokens: list[str] = []
    at = 0
    stripped = text.strip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise FilterInvalid(text)
        tokens.append(match.group().strip())
        at = match.end()
    if not tokens:
        return lambda _: True
    reader = _Reader(tokens)
    test = reader.any_of()
    if reader.tokens:
        raise FilterInvalid(text)
    return test


class _Reader:
    """Recursive descent: `or` binds less than `and`."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def any_of(self) -> _Test:
        tests = [self._all_of()]
        while self._take("or"):
            tests.append(self._all_of())
        return lambda item: any(test(item) for test in tests)

    def _all_of(self) -> _Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return lambda item: all(test(item) for test in tests)

    def _one(self) -> _Test:
        if self._take("("):
            test = self.any_of()
            self._need(")")
            return test
        word = self._next()
        if word.casefold() in _FUNCTIONS:
            return self._function(_FUNCTIONS[word.casefold()])
        field, operator = _field(word), self._next()
        if operator not in _OPERATORS:
            raise FilterInvalid(operator)
        compare, value = _OPERATORS[operator], _literal(self._next())
        return lambda item: compare(item[field], value)

    def _function(self, call: Callable[[str, str], bool]) -> _Test:
        self._need("(")
        field = _field(self._next())
        self._need(",")
        part = _literal(self._next())
        self._need(")")
        if not isinstance(part, str):
            raise FilterInvalid("a function of texts was given something else")
        if self.tokens and self.tokens[0] in ("eq", "ne"):
            same, wanted = self._next() == "eq", _literal(self._next())
            return lambda item: (call(str(item[field]), part) == wanted) is same
        return lambda item: call(str(item[field]), part)

    def _take(self, wanted: str) -> bool:
        if self.tokens and self.tokens[0].casefold() == wanted:
            self.tokens.pop(0)
            return True
        return False

    def _need(self, wanted: str) -> None:
        if not self._take(wanted):
            raise FilterInvalid(f"{wanted} is missing")

    def _next(self) -> str:
        if not self.tokens:
            raise FilterInvalid("it ends too early")
        return self.tokens.pop(0)


def _field(name: str) -> str:
    """`priceType` in a filter is `type` in an item; names are compared without regard to case."""
    known = {field.casefold(): field for field in _items()[0]} | {"pricetype": "type"}
    found = known.get(name.casefold())
    if found is None:
        raise FilterInvalid(f"there is no field {name}")
    return found


def _literal(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        raise FilterInvalid(text) from None


@cache
def _items() -> tuple[Item, ...]:
    return tuple(_item(row) for row in Prices().all())


def _item(row: Price) -> Item:
    described = _described(row)
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": _number(row.usd),
        "unitPrice": _number(row.usd),
        "armRegionName": "Global" if row.region.casefold() == GLOBAL else row.region,
        "location": "",
        "effectiveStartDate": f"{row.as_of}T00:00:00Z",
        "meterId": "",
        "meterName": described.get("meterName", ""),
        "productId": "",
        "skuId": "",
        "productName": described.get("productName", ""),
        "skuName": described.get("skuName", ""),
        "serviceName": described.get("serviceName", row.service),
        "serviceId": "",
        "serviceFamily": described.get("serviceFamily", ""),
        "unitOfMeasure": row.unit,
        "type": "Consumption",
        "armSkuName": described.get("armSkuName", ""),
    }


def _described(row: Price) -> dict[str, str]:
    """The names under which the API lists a row, where the table's own names tell them."""
    sku = row.sku
    if row.service in (LINUX, WINDOWS):
        names = {"serviceName": "Virtual Machines", "serviceFamily": "Compute", "armSkuName": sku}
        return {**names, "productName": "Virtual Machines Windows" if row.service == WINDOWS else "Virtual Machines"}
    if row.service == "Managed Disks":
        bare = sku.removesuffix(" Operations")
        meter = f"{bare} Disk{' Operations' if bare != sku else ''}"
        product = f"{_DISKS.get(sku[:1], '')} Managed Disks".strip()
        return _named("Storage", "Storage", product, bare, meter)
    if row.service == "General Block Blob v2":
        tier = re.match(r"(Hot|Cool|Cold|Archive) (RA-)?G?Z?[LRG]S", sku)
        return _named("Storage", "Storage", row.service, tier.group() if tier else "", sku)
    if row.service == "IP Addresses":
        return _named("Virtual Network", "Networking", "IP Addresses", "Standard", f"{sku} Public IP")
    return _named(row.service, "Networking", row.service, "Standard", sku)


def _named(service: str, family: str, product: str, sku: str, meter: str) -> dict[str, str]:
    return {
        "serviceName": service,
        "serviceFamily": family,
        "productName": product,
        "skuName": sku,
        "meterName": meter,
    }


def _number(usd: Decimal) -> float:
    return float(usd)


def _refused(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"Error": {"Code": code, "Message": message}})
