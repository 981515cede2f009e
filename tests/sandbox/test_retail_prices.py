from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.gateways.prices import LINUX, Prices
from azlin.sandbox import retail_prices
from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.retail_prices import FilterInvalid, parse_filter


def ask(path: str = "/api/retail/prices", **query: str) -> Answer:
    fields = {name.replace("_", "-"): value for name, value in query.items()}
    return retail_prices.answer(Incoming("GET", path, fields, {}, b"", "https://prices.azure.com"))


def items(text: str) -> list[dict[str, Any]]:
    answer = ask(**{"$filter": text})
    assert answer.status == 200, answer.body
    return answer.body["Items"]


def test_every_price_is_the_table_s_own():
    table = {(row.sku, row.region): float(row.usd) for row in Prices().of(LINUX)}
    listed = items("serviceName eq 'Virtual Machines' and endswith(productName,'Windows') ne true")
    assert {(one["armSkuName"], one["armRegionName"]): one["retailPrice"] for one in listed} == table


def test_one_size_in_one_region_is_one_price_for_linux_and_one_for_windows():
    size = "serviceName eq 'Virtual Machines' and armSkuName eq 'Standard_B2s' and armRegionName eq 'eastus'"
    listed = items(f"{size} and priceType eq 'Consumption'")
    assert len([one for one in listed if not one["productName"].endswith("Windows")]) == 1
    assert items(f"{size} and priceType eq 'Reservation'") == []


def test_disks_and_addresses_are_found_by_the_names_of_the_api():
    disks = items(
        "serviceName eq 'Storage' and productName eq 'Premium SSD Managed Disks' and meterName eq 'P10 LRS Disk'"
    )
    assert disks
    assert {one["unitOfMeasure"] for one in disks} == {"1/Month"}
    assert items("contains(meterName, 'Standard IPv4 Static Public IP')")


def test_pages_are_followed_and_lose_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retail_prices, "PAGE", 300)
    seen, query = 0, {}
    while True:
        body = ask(**query).body
        seen += body["Count"]
        if body["NextPageLink"] is None:
            break
        query = {"$skip": body["NextPageLink"].rpartition("=")[2]}
    assert seen == len(Prices())


def test_what_cannot_be_answered_is_refused():
    assert ask(currencycode="'EUR'").status == 400
    assert ask(currencycode="'USD'").status == 200
    assert ask("/other").status == 404
    for text in (
        "armRegionName eq",
        "nothing eq 'x'",
        "retailPrice gt 'x'",
        "armRegionName like 'x'",
        "(skuName eq 'x'",
    ):
        assert ask(**{"$filter": text}).body["Error"]["Code"] == "BadRequest", text


WORDS = st.text("ab' ", max_size=3)


@settings(max_examples=60)
@given(WORDS, WORDS, st.sampled_from(["eq", "ne"]), st.sampled_from(["and", "or"]), WORDS)
def test_a_filter_means_what_it_says(value: str, wanted: str, operator: str, joint: str, part: str):
    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    test = parse_filter(f"skuName {operator} {quoted(wanted)} {joint} contains(skuName, {quoted(part)})")
    left, right = (value == wanted) is (operator == "eq"), part in value
    assert test({"skuName": value}) is ((left and right) if joint == "and" else (left or right))


def test_or_binds_less_than_and():
    test = parse_filter("skuName eq 'a' or skuName eq 'b' and meterName eq 'c'")
    assert test({"skuName": "a", "meterName": ""})
    grouped = parse_filter("(skuName eq 'a' or skuName eq 'b') and meterName eq 'c'")
    assert not grouped({"skuName": "a", "meterName": ""})
    with pytest.raises(FilterInvalid):
        parse_filter("skuName eq 'a' skuName")
