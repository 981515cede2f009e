from __future__ import annotations

from azlin.sandbox.resource_graph import syntax
from azlin.sandbox.resource_graph.conditions import Condition, split
from azlin.sandbox.resource_graph.parser import parse


def splits(query: str) -> tuple[list[Condition], list[type]]:
    conditions, rest = split(parse(f"Resources | {query}").query.operators)
    return conditions, [type(one) for one in rest]


def test_what_an_index_says_exactly_is_not_asked_again():
    found = [Condition("type", frozenset({"a/b"})), Condition("name", frozenset({"x", "y"}))]
    assert splits("where type =~ 'A/b' | where name in~ ('X', 'y') | count") == (found, [syntax.Count])


def test_what_it_says_in_another_casing_is_asked_again():
    assert splits("where name == 'x'") == ([Condition("name", frozenset({"x"}))], [syntax.Where])
    assert splits("where type == 'a/b'") == ([Condition("type", frozenset({"a/b"}))], [])


def test_only_what_every_row_must_meet_is_taken():
    for condition in ("type =~ 'a' or name =~ 'b'", "not(type =~ 'a')", "type != 'a'", "kind == 'a'", "type =~ name"):
        assert splits(f"where {condition}") == ([], [syntax.Where])


def test_conditions_after_another_operator_stay_where_they_are():
    assert splits("extend type = 'x' | where type == 'x'") == ([], [syntax.Extend, syntax.Where])
