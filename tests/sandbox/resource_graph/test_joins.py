from __future__ import annotations

from typing import Any

import pytest

LEFT = "Resources | where type has 'disks' | project name, k = iff(name == 'used', 'a', 'b')"
RIGHT = "Resources | where type has 'virtualMachines' | project name, k = iff(name == 'web1', 'a', 'c')"


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("inner", [("used", "web1")]),
        ("innerunique", [("used", "web1")]),
        ("leftouter", [("Spare", ""), ("used", "web1")]),
        ("rightouter", [("used", "web1"), ("", "web2")]),
        ("fullouter", [("Spare", ""), ("used", "web1"), ("", "web2")]),
    ],
)
def test_a_join_keeps_what_its_kind_says(ask: Any, kind: str, found: list[tuple[str, str]]):
    rows = ask(f"{LEFT} | join kind={kind} ({RIGHT}) on k | project name, name1")
    assert [(row["name"], row["name1"]) for row in rows] == found


@pytest.mark.parametrize(
    ("kind", "found"),
    [("leftanti", ["Spare"]), ("leftsemi", ["used"]), ("rightanti", ["web2"]), ("rightsemi", ["web1"])],
)
def test_semi_and_anti_joins_keep_one_side(ask: Any, kind: str, found: list[str]):
    assert [row["name"] for row in ask(f"{LEFT} | join kind={kind} ({RIGHT}) on k")] == found


def test_innerunique_takes_one_left_row_for_each_key_and_inner_all(ask: Any):
    both = "(Resources | where type has 'disks' | project location, d = name)"
    left = "Resources | where type has 'disks' | project location, name"
    assert len(ask(f"{left} | join {both} on location")) == 2
    assert len(ask(f"{left} | join kind=inner {both} on location")) == 4


def test_names_that_are_taken_get_a_number_and_keys_may_differ(ask: Any):
    rows = ask(
        "Resources | where name == 'web1' | join kind=inner (ResourceContainers | where type has 'resourcegroups')"
        " on $left.resourceGroup == $right.name, subscriptionId"
    )
    assert [(row["name"], row["name1"], row["type1"]) for row in rows] == [
        ("web1", "app", "microsoft.resources/subscriptions/resourcegroups")
    ]


def test_a_union_has_every_column_of_its_legs(ask: Any):
    rows = ask(f"{LEFT} | where name == 'used' | union (Resources | where name == 'web1' | project name, zones)")
    assert rows == [{"name": "used", "k": "a", "zones": None}, {"name": "web1", "k": "", "zones": ["1"]}]


def test_a_union_may_begin_a_query_and_name_its_sources(ask: Any):
    rows = ask("union withsource=t Resources, ResourceContainers | summarize count() by t")
    assert rows == [{"t": "Resources", "count_": 5}, {"t": "ResourceContainers", "count_": 5}]


def test_an_inner_union_has_the_columns_that_all_legs_have(ask: Any):
    rows = ask(
        "Resources | where name == 'web1' | project name, id | union kind=inner (Resources | take 1 | project name)"
    )
    assert [list(row) for row in rows] == [["name"], ["name"]]
