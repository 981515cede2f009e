"""Functions over lambdas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.expressions import Layered, TemplateInvalid, evaluate_text
from azlin.sandbox.arm.templates.template_functions import PURE

NUMBERS = st.lists(st.integers(-50, 50), max_size=8)
NAME = "lambdaVariables('x')"


def do(text: str, items: Any) -> Any:
    return evaluate_text(f"[{text}]", Layered({"variables": lambda _: items}, PURE))


@settings(max_examples=40)
@given(NUMBERS)
def test_a_sort_has_the_same_items_in_order(items: list[int]):
    text = "sort(variables('i'), lambda('x', 'y', less(lambdaVariables('x'), lambdaVariables('y'))))"
    assert do(text, items) == sorted(items)


@settings(max_examples=40)
@given(NUMBERS)
def test_groups_hold_every_item_once(items: list[int]):
    groups = do(f"groupBy(variables('i'), lambda('x', string(mod({NAME}, 3))))", items)
    assert sorted(one for group in groups.values() for one in group) == sorted(items)
    counted = do("mapValues(variables('i'), lambda('v', length(lambdaVariables('v'))))", groups)
    assert counted == {name: len(group) for name, group in groups.items()}


@settings(max_examples=40)
@given(NUMBERS)
def test_a_filter_keeps_what_a_map_says_yes_to(items: list[int]):
    test = f"lambda('x', greater({NAME}, 0))"
    kept = do(f"filter(variables('i'), {test})", items)
    assert len(kept) == sum(do(f"map(variables('i'), {test})", items))
    assert do(
        "reduce(variables('i'), 0, lambda('a', 'x', add(lambdaVariables('a'), lambdaVariables('x'))))", items
    ) == sum(items)


def test_lambdas_take_an_index_and_see_the_ones_around_them():
    assert do("map(variables('i'), lambda('x', 'n', add(lambdaVariables('n'), lambdaVariables('x'))))", [5, 5]) == [
        5,
        6,
    ]
    inner = "lambda('y', concat(lambdaVariables('x'), lambdaVariables('y')))"
    pairs = f"map(variables('i'), lambda('x', map(variables('i'), {inner})))"
    assert do(pairs, ["a", "b"]) == [["aa", "ab"], ["ba", "bb"]]
    keyed = "toObject(variables('i'), lambda('x', lambdaVariables('x').n), lambda('x', lambdaVariables('x').v))"
    assert do(keyed, [{"n": "a", "v": 1}]) == {"a": 1}


@pytest.mark.parametrize(
    "text",
    [
        "map(variables('i'), 1)",
        "map('text', lambda('x', 1))",
        "filter(variables('i'), lambda('x', 1))",
        "groupBy(variables('i'), lambda('x', 1))",
        "mapValues(variables('i'), lambda('x', 1))",
        "map(variables('i'), lambda('x', lambdaVariables('other')))",
    ],
)
def test_what_is_no_lambda_or_gives_the_wrong_thing_is_refused(text: str):
    with pytest.raises(TemplateInvalid):
        do(text, [1])
