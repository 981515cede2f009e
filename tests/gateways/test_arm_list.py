from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.errors import AzureRefused
from azlin.gateways.arm_error import refusal
from azlin.gateways.arm_list import Lists
from azlin.gateways.http import Answer

VNETS = "/subscriptions/s/providers/N.S/vnets"


def lists(pages: dict[str, Any]) -> tuple[Lists, list[str]]:
    """Lists over pages by path or link; what is not there does not exist. The second value is what was asked."""
    asked: list[str] = []

    def ask(where: str, type_: str = "") -> Answer:
        asked.append(where)
        if where not in pages:
            raise refusal(Answer(404, {}, b'{"error":{"code":"ResourceNotFound","message":"no"}}', where))
        page = pages[where]
        if isinstance(page, Exception):
            raise page
        return Answer(200, {}, (page if isinstance(page, str) else json.dumps(page)).encode(), where)

    return Lists(ask, ask), asked


def named(*names: str) -> list[dict[str, str]]:
    return [{"id": f"/x/vnets/{name}", "name": name} for name in names]


def names_of(found: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in found]


def test_every_page_is_read():
    found, asked = lists(
        {
            VNETS: {"value": named("a", "b"), "nextLink": "https://arm/2"},
            "https://arm/2": {"value": [], "nextLink": "https://arm/3"},
            "https://arm/3": {"value": named("c"), "nextLink": None},
        }
    )
    assert names_of(found.all("N.S/vnets", "s", None)) == ["a", "b", "c"]
    assert asked == [VNETS, "https://arm/2", "https://arm/3"]


@pytest.mark.parametrize("page", [{"value": []}, {"value": None}, {"value": [], "nextLink": ""}, []])
def test_a_list_may_be_empty(page: Any):
    assert lists({VNETS: page})[0].all("N.S/vnets", "s", None) == []


def test_a_group_that_does_not_exist_has_none():
    assert lists({})[0].all("N.S/vnets", "s", "ghost") == []


@pytest.mark.parametrize("page", [{}, {"error": {}}, "<html>", '"text"', "null"])
def test_an_answer_that_is_no_list_is_not_an_empty_one(page: Any):
    with pytest.raises(AzureRefused):
        lists({VNETS: page})[0].all("N.S/vnets", "s", None)


def test_half_a_list_is_not_a_list():
    broken = AzureRefused("Forbidden", "no", status=403)
    with pytest.raises(AzureRefused):
        lists({VNETS: {"value": named("a"), "nextLink": "2"}, "2": broken})[0].all("N.S/vnets", "s", None)


def test_pages_that_go_in_a_circle_are_refused():
    page = {"value": named("a"), "nextLink": "again"}
    with pytest.raises(AzureRefused) as circle:
        lists({VNETS: page, "again": page})[0].all("N.S/vnets", "s", None)
    assert circle.value.code == "PagesRepeat"


def test_children_are_listed_below_each_parent_in_order_and_a_parent_that_vanished_has_none():
    pages = {
        VNETS: {"value": named("a", "gone", "b")},
        "/x/vnets/a/subnets": {"value": named("a1", "a2")},
        "/x/vnets/b/subnets": {"value": named("b1")},
    }
    assert names_of(lists(pages)[0].all("N.S/vnets/subnets", "s", None)) == ["a1", "a2", "b1"]


def test_a_missing_subscription_is_not_an_empty_list():
    wrong = AzureRefused("SubscriptionNotFound", "no", status=404)
    with pytest.raises(AzureRefused):
        lists({VNETS: wrong})[0].all("N.S/vnets", "s", None)
