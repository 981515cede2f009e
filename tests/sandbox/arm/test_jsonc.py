"""JSON as `az deployment ... create` sends it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.jsonc import JsonInvalid, read_json, same_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_the_body_that_az_sends_is_read() -> None:
    body = '{"properties": {"mode": "Incremental", template:{ // what\r\n "a": "b//c", /* so */ \'d\': [1, -2.5e3,],}}}'
    assert read_json(body) == {"properties": {"mode": "Incremental", "template": {"a": "b//c", "d": [1, -2500.0]}}}


def test_a_string_may_span_lines() -> None:
    assert read_json('{"a": "x\ny"}') == {"a": "x\ny"}


@pytest.mark.parametrize("text", ["", "{", '{"a" 1}', "[1 2]", '{"a": "b}', "{} x", "{a: nope}", '"\\uZZZZ"'])
def test_what_is_not_even_that_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(JsonInvalid) as refused:
        read_json(text)
    assert refused.value.line == 1


@given(JSON)
def test_a_comment_before_any_json_changes_nothing(value: object) -> None:
    text = json.dumps(value)
    assert read_json(f"/* so */ {text} // end") == read_json(text) == json.loads(text)


def test_one_is_not_true_and_not_a_fraction_at_any_depth():
    assert same_json({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]})
    for left, right in ((1, True), (0, False), (1, 1.0), ([1], [True]), ({"a": 1}, {"a": True}), ({}, []), ("a", "A")):
        assert not same_json(left, right)
        assert not same_json([left], [right])
