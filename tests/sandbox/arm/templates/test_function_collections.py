"""Arrays and objects: laws of union and intersection, and the documented edges."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.jsonc import same_json
from azlin.sandbox.arm.templates.expressions import TemplateInvalid, evaluate_text
from azlin.sandbox.arm.templates.template_functions import PURE

SCALARS = st.one_of(st.booleans(), st.integers(-3, 3), st.sampled_from(["a", "A", ""]))
LISTS = st.lists(SCALARS, max_size=5)
OBJECTS = st.dictionaries(st.sampled_from("abc"), st.one_of(SCALARS, st.dictionaries(st.sampled_from("xy"), SCALARS)))


def do(name: str, *arguments: Any) -> Any:
    return PURE[name](list(arguments))


@settings(max_examples=60)
@given(LISTS, LISTS)
def test_a_union_has_everything_once_and_an_intersection_what_both_have(left: list[Any], right: list[Any]):
    union, both = do("union", left, right), do("intersection", left, right)
    assert all(do("contains", union, one) for one in [*left, *right])
    assert all(sum(same_json(one, other) for other in union) == 1 for one in union)
    assert all(do("contains", left, one) and do("contains", right, one) for one in both)
    assert same_json(do("union", union, union), union)


@settings(max_examples=60)
@given(OBJECTS, OBJECTS, OBJECTS)
def test_merging_objects_is_associative_and_the_last_one_wins(one: Any, two: Any, three: Any):
    assert do("union", do("union", one, two), three) == do("union", one, two, three)
    merged = do("union", one, two)
    assert all(merged[name] == value for name, value in two.items() if not isinstance(value, dict))
    assert do("union", one, one) == one
    assert do("shallowmerge", [one, two]) == {**one, **two}


@settings(max_examples=40)
@given(LISTS, st.integers(-2, 8))
def test_what_is_taken_and_what_is_skipped_make_the_whole(items: list[Any], count: int):
    assert do("concat", do("take", items, count), do("skip", items, count)) == items


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("equals(1, true())", False),
        ("contains(createArray(1), true())", False),
        ("contains(createObject('One', 1), 'one')", True),
        ("contains('One', 'one')", False),
        ("indexOf('One', 'one')", 0),
        ("lastIndexOf('abcABC', 'B')", 4),
        ("items(createObject('b', 1, 'A', 2))[0].key", "A"),
        ("split('a,b;c', createArray(',', ';'))", ["a", "b", "c"]),
        ("indexFromEnd(createArray(1, 2, 3), 1)", 3),
        ("tryIndexFromEnd(createArray(1, 2, 3), 4)", None),
        ("tryIndexFromEnd(createArray(createObject('a', 5)), 1, 'a')", 5),
        ("tryGet(createObject('a', createArray(7)), 'A', 0)", 7),
        ("tryGet(createObject('a', 1), 'b', 'c')", None),
        ("tryGet(createObject('a', createArray(1, 2)), 'a', createObject('value', 1, 'fromEnd', true()))", 2),
        ("first('')", ""),
        ("last(createArray())", None),
        ("union(createObject('a', createArray(1)), createObject('a', createArray(2)))", {"a": [2]}),
        ("intersection(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', true()))", {"b": 2}),
        ("length(createObject('a', 1))", 1),
        ("min(createArray(3, 1))", 1),
    ],
)  # fmt: skip
def test_a_documented_edge_is_as_documented(text: str, found: Any):
    assert same_json(evaluate_text(f"[{text}]", PURE), found)


@pytest.mark.parametrize("text", ["indexFromEnd(createArray(1), 2)", "length(1)", "items('a')", "range(0, 10001)"])
def test_what_is_not_there_is_refused(text: str):
    with pytest.raises(TemplateInvalid):
        evaluate_text(f"[{text}]", PURE)
