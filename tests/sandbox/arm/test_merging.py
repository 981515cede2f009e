"""How bodies meet."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.behaviour import Behaviour, Inline
from azlin.sandbox.arm.merging import merge_patch, take_inline

NAMES = st.sampled_from(["a", "b", "properties", "tags"])
BODIES = st.recursive(
    st.dictionaries(NAMES, st.none() | st.integers() | st.lists(st.integers(), max_size=2), max_size=3),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


class Network(Behaviour):
    inline = (Inline("subnets"), Inline("peerings", absent="keep"))


@given(BODIES, BODIES)
def test_a_patch_twice_is_a_patch_once_and_changes_neither_side(before: dict[str, Any], patch: dict[str, Any]):
    held = copy.deepcopy((before, patch))
    once = merge_patch(before, patch)
    assert merge_patch(once, patch) == once
    assert (before, patch) == held


@given(BODIES)
def test_an_empty_patch_changes_nothing(before: dict[str, Any]):
    assert merge_patch(before, {}) == before


def test_tags_and_lists_are_replaced_objects_merge_and_null_removes():
    before = {"tags": {"a": "1"}, "properties": {"x": {"p": 1, "q": 2}, "l": [1, 2], "gone": 1}}
    patch = {"tags": {"b": "2"}, "properties": {"x": {"q": 3}, "l": [9], "gone": None, "never": None}}
    assert merge_patch(before, patch) == {"tags": {"b": "2"}, "properties": {"x": {"p": 1, "q": 3}, "l": [9]}}


def test_null_in_an_object_that_is_new_is_not_stored():
    assert merge_patch({}, {"properties": {"x": {"a": None, "b": 1}}}) == {"properties": {"x": {"b": 1}}}


def test_inline_arrays_leave_the_parent_and_an_absent_one_does_what_its_type_says():
    body: dict[str, Any] = {"properties": {"subnets": [{"name": "s"}], "other": 1}}
    assert take_inline(Network(), body, patch=False) == [("subnets", [{"name": "s"}])]
    assert body == {"properties": {"other": 1}}
    assert take_inline(Network(), {"properties": {}}, patch=False) == [("subnets", [])]
    assert take_inline(Network(), {"properties": {}}, patch=True) == []
    assert take_inline(Network(), {}, patch=False) == [("subnets", [])]


def test_a_type_without_inline_children_keeps_its_body_as_it_came():
    body = {"properties": {"subnets": [1]}}
    assert take_inline(Behaviour(), body, patch=False) == []
    assert body == {"properties": {"subnets": [1]}}


def test_what_a_patch_leaves_alone_is_not_shared_with_what_was():
    before = {"properties": {"kept": {"a": 1}}}
    merge_patch(before, {"tags": {}})["properties"].pop("kept")
    assert before == {"properties": {"kept": {"a": 1}}}
