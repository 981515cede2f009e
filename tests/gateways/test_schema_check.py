"""One value held against one shape: what is said, and that no secret is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.schema_check import check, check_paths, holders, lookup, nearest
from azlin.gateways.schema_shape import ANYTHING, REQUIRED, Definition, Member, Shape

TEXT = Shape(kind="string")
CHOICE = Shape(kind="choice", values=("Red", "Green"))


def told(shape: Shape, value: Any) -> list[str]:
    body = Shape(kind="object", properties={"it": Member(shape)})
    return [str(problem) for problem in check(Definition("Contoso.Things/things", "1", body), {"it": value})]


@pytest.mark.parametrize(
    ("shape", "value", "problem"),
    [
        (Shape(kind="int"), True, "must be a whole number, not true or false"),
        (Shape(kind="int"), 1.5, "must be a whole number, not a number"),
        (Shape(kind="bool"), 0, "must be true or false, not a number"),
        (Shape(kind="list", of=TEXT), {}, "must be a list, not an object"),
        (TEXT, 7, "must be a text, not a number"),
        (Shape(kind="string", low=3), "ab", "at least 3 characters allowed, not 2"),
        (Shape(kind="string", high=3), "abcd", "at most 3 characters allowed, not 4"),
        (Shape(kind="list", of=TEXT, low=1, high=2), [], "1 to 2 items allowed, not 0"),
        (Shape(kind="string", pattern="^a+$"), "b", "'b' does not match ^a+$"),
        (CHOICE, "Blue", "'Blue' is not one of Red, Green"),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_words(shape: Shape, value: Any, problem: str):
    assert told(shape, value) == [f"it: {problem}"]


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (Shape(kind="int"), 2.0),
        (Shape(kind="int", low=0), 0),
        (CHOICE, "GREEN"),
        (Shape(kind="choice", values=("Red",), open=True), "Blue"),
        (Shape(kind="list", of=TEXT), ("a", "b")),
        (Shape(kind="object", properties={"a": Member(TEXT, REQUIRED)}), None),
        (Shape(kind="string", pattern="(?<bad"), "x"),
        (Shape(kind="string", pattern="^a$", high=1), "{secret:password}"),
        (ANYTHING, object()),
    ],
)
def test_a_value_that_azure_would_take_or_judge_better_is_no_problem(shape: Shape, value: Any):
    assert told(shape, value) == []


def test_a_secret_that_does_not_match_is_not_repeated():
    (problem,) = told(Shape(kind="string", pattern="^a$", secret=True), "c4n4ry")
    assert problem == "it: the value does not match ^a$"


def test_a_long_list_of_values_is_shortened():
    (problem,) = told(Shape(kind="choice", values=tuple(f"v{number}x" for number in range(20))), "?")
    assert problem.endswith("v11x, …")


def test_a_null_does_not_stand_for_what_is_required():
    body = Shape(kind="object", properties={"a": Member(TEXT, REQUIRED), "name": Member(TEXT, REQUIRED)})
    assert [str(p) for p in check(Definition("t", "1", body), {"a": None})] == ["'a' is required"]


def test_what_only_a_variant_requires_is_not_missed_while_none_is_chosen():
    kind = Member(Shape(kind="choice", values=("Steam",)), REQUIRED)
    steam = Shape(kind="object", properties={"kind": kind, "coal": Member(TEXT, REQUIRED)})
    shape = Shape(kind="object", discriminator="kind", variants={"Steam": steam})
    assert told(shape, {}) == []
    assert told(shape, {"kind": "steam"}) == ["it: 'coal' is required"]


def test_an_object_of_which_no_property_is_known_takes_every_property():
    assert told(Shape(kind="object"), {"any": 1}) == []
    assert told(Shape(kind="object", of=Shape(kind="int")), {"any": "x"}) == [
        "it.any: must be a whole number, not a text"
    ]


def test_paths_alone_tell_what_is_missing_only_where_its_parent_is():
    body = {"disks": [{"lun": 0}, {}], "Tags": {"a": 1}}
    problems = check_paths({"disks[].lun", "absent.lun", "name"}, {"tags"}, body)
    assert [str(problem) for problem in problems] == [
        "no property 'tags'; Azure refused it before",
        "disks[1]: 'lun' is required",
    ]


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("x", [""]),
        ("a.x", ["A"]),
        ("l[].x", ["l[0]"]),
        ("ll[][].x", ["ll[0][0]", "ll[1][0]"]),
        ("m.*.x", ["m.one", "m.two"]),
        ("a.b.x", []),
        ("a[].x", []),
    ],
)
def test_every_object_that_could_hold_the_last_name_of_a_path_is_found(path: str, places: list[str]):
    body = {"A": {"b": 1}, "l": [{}, 1], "ll": [[{}], [{}]], "m": {"one": {}, "two": {}}}
    assert [where for where, _, name in holders(body, path) if name == "x"] == places


def test_a_name_is_only_near_when_it_could_be_meant():
    assert nearest("VMSIZ", {"vmSize": 1, "vmId": 1}) == "vmSize"
    assert nearest("colour", {"vmSize": 1}) is None


@given(name=st.text(alphabet="abcXYZ", min_size=1), value=st.integers())
def test_a_key_is_looked_up_in_any_casing(name: str, value: int):
    assert lookup({name.upper(): value}, name.lower()) == value
    assert lookup({}, name) is None
