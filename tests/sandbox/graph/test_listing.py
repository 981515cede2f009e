from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.graph.kinds import kinds

EVENTUAL = {"ConsistencyLevel": "eventual"}


@pytest.fixture
def many(graph: Any) -> Any:
    """250 groups, put in as a seed does."""
    for number in range(250):
        body = {"@odata.type": "#microsoft.graph.group", "displayName": f"g{number:03}", "mailNickname": f"m{number}"}
        graph.graph.add(graph.tenant.id, {**body, "description": "even" if number % 2 == 0 else "odd"})
    return graph


def pages(graph: Any, url: str, **more: Any) -> list[list[str]]:
    found: list[list[str]] = []
    while url:
        body = graph.get(url, **more)
        found.append([one["displayName"] for one in body["value"]])
        url = body.get("@odata.nextLink", "")
    return found


@pytest.mark.parametrize(
    ("query", "sizes"),
    [
        ("", [100, 100, 50]),
        ("?$top=120", [120, 120, 10]),
        ("?$top=250", [250]),
        ("?$filter=description eq 'odd'", [100, 25]),
        ("?$filter=startswith(displayName,'g1')&$top=60", [60, 40]),
        ("?$orderby=displayName desc&$top=200", [200, 50]),
    ],
)
def test_pages_hold_every_object_once(many: Any, query: str, sizes: list[int]):
    found = pages(many, f"/groups{query}")
    assert [len(page) for page in found] == sizes
    names = [name for page in found for name in page]
    assert len(set(names)) == len(names)
    assert names == sorted(names, reverse=query.startswith("?$orderby"))


def test_a_count_is_only_for_who_takes_advanced_queries(many: Any):
    assert "@odata.count" not in many.get("/groups?$count=true&$top=1")
    assert many.get("/groups?$count=true&$top=1", headers=EVENTUAL)["@odata.count"] == 250
    assert many.ask("GET", "/groups/$count", headers=EVENTUAL).body == b"250"
    odd = many.ask("GET", "/groups/$count?$filter=description eq 'odd'", headers=EVENTUAL)
    assert odd.body == b"125"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$filter=shoeSize eq 4", "BadRequest"),
        ("$filter=displayName eq", "BadRequest"),
        ("$filter=displayName ne 'a'", "Request_UnsupportedQuery"),
        ("$filter=endswith(displayName,'a')", "Request_UnsupportedQuery"),
        ("$filter=displayName eq 'a'&$orderby=displayName", "Request_UnsupportedQuery"),
        ('$search="displayName:a"', "Request_UnsupportedQuery"),
        ("$select=shoeSize", "BadRequest"),
        ("$top=1000", "Request_BadRequest"),
        ("$top=x", "Request_BadRequest"),
        ("$skiptoken=rubbish", "Directory_ExpiredPageToken"),
        ("$expand=pets", "BadRequest"),
    ],
)
def test_a_query_that_graph_does_not_take_is_refused(graph: Any, query: str, code: str):
    assert graph.refused("GET", f"/groups?{query}") == (400, code)


def test_a_search_finds_words_and_not_parts_of_words(graph: Any):
    for name in ("Blue team", "Red team", "Steamers"):
        graph.graph.add(graph.tenant.id, {"@odata.type": "#microsoft.graph.group", "displayName": name})
    assert graph.names('/groups?$search="displayName:team"', headers=EVENTUAL) == ["Blue team", "Red team"]
    either = '/groups?$search="displayName:red" OR "displayName:steam"'
    assert graph.names(either, headers=EVENTUAL) == ["Red team", "Steamers"]


def test_expand_shows_at_most_twenty(graph: Any):
    group = graph.group("all")
    for number in range(25):
        entry = {"@odata.type": "#microsoft.graph.user", "displayName": f"u{number}"}
        graph.link(f"/groups/{group}/members", graph.graph.add(graph.tenant.id, entry).id)
    body = graph.get("/groups?$expand=members($select=id,displayName)")["value"][0]
    assert [one["displayName"] for one in body["members"]] == [f"u{number}" for number in range(20)]
    assert set(body["members"][0]) == {"@odata.type", "id", "displayName"}
    assert len(graph.get(f"/groups/{group}?$expand=members")["members"]) == 20
    chosen = graph.get("/groups?$select=displayName&$expand=members($select=id)")["value"][0]
    assert (set(chosen), len(chosen["members"])) == ({"displayName", "members"}, 20)


def test_every_indexed_property_is_one_that_its_kind_has():
    for name, kind in kinds().items():
        assert set(kind.indexed) - {"parent"} <= set(kind.defaults), name
