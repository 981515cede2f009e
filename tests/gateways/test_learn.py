from __future__ import annotations

import time
from typing import Any

import pytest

from azlin.errors import CloudUnreachable, OutsideLoopback
from azlin.gateways.http import Http
from azlin.gateways.learn import HITS_MAX, TEXT_MAX, hits_in, search
from tests.learn_stand_in import SKU_PAGE, LearnStandIn


def asked(http: Http, url: str, within_s: float = 10) -> Any:
    return search(http, url, "SkuNotAvailable", until=time.monotonic() + within_s)


def test_the_search_is_asked_as_the_site_asks_it(http: Http, learn: LearnStandIn):
    (hit,) = asked(http, learn.url)
    assert learn.searched[0] | {"search": "SkuNotAvailable", "locale": "en-us", "$top": "10"} == learn.searched[0]
    assert (hit.title, hit.url) == (SKU_PAGE["title"], SKU_PAGE["url"])
    assert any("<b>SkuNotAvailable</b>" in text for text in hit.texts)


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("hang", "timed out"),
        ("drip", "too slow"),
        ("huge", "more than"),
        ("circle", "circle"),
        ("page", "not JSON"),
        ("broken", "status 500"),
        ("deep", "not JSON"),
        ("closed", ""),
    ],
)
def test_whatever_is_not_an_answer_is_refused_in_time_with_its_reason(
    hurried: Http, learn: LearnStandIn, trouble: str, why: str
):
    learn.trouble["/api/search"] = getattr(learn, trouble)
    began_at = time.monotonic()
    with pytest.raises(CloudUnreachable) as refused:
        asked(hurried, learn.url, 0.3)
    assert why in refused.value.why
    assert time.monotonic() - began_at < 2.5


def test_a_redirect_on_the_same_site_is_followed_and_one_elsewhere_is_not(http: Http, learn: LearnStandIn):
    from tests.learn_stand_in import send

    learn.trouble["/api/search"] = lambda handler: (
        learn.trouble.clear(),
        send(handler, 301, b"", {"Location": "/api/search?search=again"}),
    )[1]
    assert len(asked(http, learn.url)) == 1
    assert learn.searched == [{"search": "again"}]
    learn.trouble["/api/search"] = lambda handler: send(handler, 302, b"", {"Location": "http://127.0.0.1:1/"})
    with pytest.raises(CloudUnreachable, match="127"):
        asked(http, learn.url)


def test_the_sandbox_does_not_leave_this_machine_for_documentation(http: Http):
    with pytest.raises(OutsideLoopback):
        asked(http, "https://learn.microsoft.com")


def test_fields_that_are_missing_or_of_another_kind_are_left_out():
    odd = [
        None,
        7,
        {},
        {"title": "no address"},
        {"url": "/azure/x"},
        {"url": "/y", "title": 3, "descriptions": [1, {}]},
    ]
    assert [(hit.url, hit.title, hit.texts) for hit in hits_in({"results": odd})] == [
        ("/azure/x", "", ()),
        ("/y", "", ()),
    ]
    assert [hits_in(answer) for answer in (None, 3, "x", {}, {"results": None}, [])] == [[]] * 6


def test_an_answer_without_measure_is_cut(http: Http, learn: LearnStandIn):
    learn.pages = [
        {"url": f"/{n}", "description": "x" * (2 * TEXT_MAX), "descriptions": ["y"] * 50} for n in range(100)
    ]
    hits = asked(http, learn.url)
    assert len(hits) == 2 * HITS_MAX
    assert max(len(text) for hit in hits for text in hit.texts) == TEXT_MAX
    assert max(len(hit.texts) for hit in hits) <= 5
