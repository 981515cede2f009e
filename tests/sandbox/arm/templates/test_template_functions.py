"""Rules that hold for whole families of functions (single values are in `test_expressions.py`)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.expressions import TemplateInvalid
from azlin.sandbox.arm.templates.template_functions import NOT_HERE, PURE, text_of

INTEGERS = st.integers(-(2**40), 2**40)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def do(name: str, *arguments: Any) -> Any:
    return PURE[name](list(arguments))


@given(INTEGERS, INTEGERS.filter(bool))
def test_division_cuts_towards_zero_and_the_rest_makes_it_whole(left: int, right: int):
    assert do("add", do("mul", do("div", left, right), right), do("mod", left, right)) == left
    assert do("div", left, right) == int(left / right)


@given(TEXT, TEXT)
def test_a_part_of_a_text_is_where_it_is_said_to_be(text: str, part: str):
    whole = text + part + text
    assert do("contains", whole, part) is True
    assert do("startswith", whole, text.upper()) is whole.casefold().startswith(text.upper().casefold())
    assert do("join", do("split", whole, ","), ",") == whole


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 5)))
def test_union_and_intersection_are_those_of_sets(left: list[int], right: list[int]):
    union = do("union", left, right)
    assert (set(union), len(union)) == ({*left, *right}, len({*left, *right}))
    assert set(do("intersection", left, right)) == {*left} & {*right}


@given(st.lists(INTEGERS, min_size=1))
def test_take_and_skip_share_a_list_between_them(items: list[int]):
    for count in (-1, 0, 1, len(items), len(items) + 1):
        assert do("take", items, count) + do("skip", items, count) == items
    assert (do("first", items), do("last", items)) == (items[0], items[-1])
    assert (do("min", items), do("max", *items)) == (min(items), max(items))


@given(st.dictionaries(TEXT, INTEGERS))
def test_an_object_and_its_items_are_the_same_thing(fields: dict[str, int]):
    assert {one["key"]: one["value"] for one in do("items", fields)} == fields
    assert do("json", do("string", fields)) == fields
    assert do("objectkeys", fields) == sorted(fields, key=lambda name: (name.upper(), name))
    assert do("length", fields) == len(fields)
    assert do("empty", fields) is not bool(fields)


def test_equal_values_of_different_types_are_different():
    assert do("equals", 1, True) is do("equals", 1, "1") is do("equals", 0, False) is False
    assert do("indexof", [True, 1], 1) == 1
    assert do("lastindexof", [1, 1, True], 1) == 1
    with pytest.raises(TypeError):
        do("less", 1, "2")


def test_objects_merge_deeply_in_a_union_and_not_in_a_shallow_merge():
    left, right = {"a": {"x": 1}}, {"a": {"y": 2}}
    assert do("union", left, right) == {"a": {"x": 1, "y": 2}}
    assert do("shallowmerge", [left, right]) == {"a": {"y": 2}}
    assert left == {"a": {"x": 1}}


@pytest.mark.parametrize(
    ("value", "text"), [(True, "True"), (None, ""), ({"a": [1, "é"]}, '{"a":[1,"é"]}'), (7, "7"), ("x", "x")]
)
def test_a_text_is_made_as_net_makes_it(value: Any, text: str):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("substring", ["abc", 2, 2]),
        ("substring", ["abc", -1]),
        ("range", [0, 10_001]),
        ("createobject", ["a"]),
        ("bool", ["yes"]),
        ("base64tostring", ["!"]),
        ("add", [1, True]),
        ("toupper", [1]),
        ("format", ["{1}", "only one"]),
    ],
)
def test_what_a_function_does_not_take_is_an_error_of_the_call(name: str, arguments: list[Any]):
    with pytest.raises((TypeError, ValueError, IndexError, KeyError)):
        PURE[name](arguments)


@pytest.mark.parametrize("name", NOT_HERE)
def test_what_may_not_stand_here_names_itself(name: str):
    with pytest.raises(TemplateInvalid) as refused:
        NOT_HERE[name]([])
    assert f"'{name}'" in refused.value.message.casefold()


def test_try_get_finds_its_way_or_gives_null():
    tree = {"a": [{"b": 1}]}
    assert do("tryget", tree, "a", 0, "b") == 1
    assert do("tryget", tree, "a", 1) is do("tryget", tree, "x", "y") is do("tryget", tree, "a", -1) is None
