from __future__ import annotations

from typing import Any


def test_a_row_for_each_element(ask: Any):
    rows = ask(
        "Resources | where name == 'nic1' | mv-expand ip = properties.ipConfigurations"
        " | project name, ip.name, address = tostring(ip.properties.privateIPAddress)"
    )
    assert rows == [
        {"name": "nic1", "ip_name": "a", "address": "10.0.0.4"},
        {"name": "nic1", "ip_name": "b", "address": "10.0.0.5"},
    ]


def test_null_keeps_its_row_and_an_empty_array_does_not(ask: Any):
    assert len(ask("Resources | where name == 'nic1' | mv-expand properties.nothing")) == 1
    assert ask("Resources | where name == 'nic1' | mv-expand properties.hostedWorkloads") == []


def test_a_bag_is_expanded_to_bags_or_to_pairs(ask: Any):
    bags = ask("Resources | where name == 'web1' | mv-expand tags | project tags")
    assert bags == [{"tags": {"env": "prod"}}, {"tags": {"Cost Center": "42"}}]
    pairs = ask("Resources | where name == 'web1' | mv-expand kind=array tags | project k = tostring(tags[0]), tags[1]")
    assert pairs == [{"k": "env", "tags_1": "prod"}, {"k": "Cost Center", "tags_1": "42"}]


def test_elements_get_a_type_an_index_and_a_limit(ask: Any):
    rows = ask("Resources | take 1 | mv-expand with_itemindex=i n = dynamic([3, 'x', 5]) to typeof(long) limit 2")
    assert [(row["i"], row["n"]) for row in rows] == [(0, 3), (1, None)]


def test_several_columns_go_side_by_side(ask: Any):
    rows = ask("Resources | take 1 | mv-expand a = dynamic([1, 2]), b = dynamic(['x']) | project a, b")
    assert rows == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]


def test_parse_takes_a_text_apart(ask: Any):
    rows = ask(
        "Resources | where name == 'web2' | parse id with * '/resourceGroups/' group '/providers/' provider '/' *"
        " | parse name with 'web' number:long | project group, provider, number"
    )
    assert rows == [{"group": "app", "provider": "Microsoft.Compute", "number": 2}]


def test_what_does_not_match_is_null_or_goes(ask: Any):
    assert ask("Resources | where name == 'used' | parse name with 'web' n:long | project n") == [{"n": None}]
    assert ask("Resources | parse-where name with 'web' n:long | project n") == [{"n": 1}, {"n": 2}]
