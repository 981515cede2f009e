"""What counts as a difference (whole answers are in `test_deployments.py`)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.what_if import differences

NAMES = st.sampled_from(["a", "b", "tags", "location"])
BODIES = st.dictionaries(
    NAMES,
    st.recursive(
        st.integers() | st.booleans() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
        max_leaves=5,
    ),
    max_size=3,
)


@given(BODIES)
def test_nothing_differs_from_itself(body: dict[str, Any]):
    assert differences(body, body) == []


@given(BODIES, st.dictionaries(st.just("extra"), st.integers()))
def test_what_the_template_leaves_out_is_no_change(body: dict[str, Any], more: dict[str, Any]):
    assert differences({**body, **more}, body) == []


def test_a_leaf_is_named_by_its_path_with_both_values():
    assert differences({"properties": {"x": {"y": 1}}}, {"properties": {"x": {"y": 2, "z": 3}}}) == [
        {"path": "properties.x.y", "propertyChangeType": "Modify", "before": 1, "after": 2},
        {"path": "properties.x.z", "propertyChangeType": "Create", "after": 3},
    ]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"location": "West Europe"}, {"location": "westeurope"}, 0),
        ({"kind": "storagev2"}, {"kind": "StorageV2"}, 0),
        ({"x": [{"a": 1, "given": 2}]}, {"x": [{"a": 1}]}, 0),
        ({"x": [{"a": 1}]}, {"x": [{"a": 2}]}, 1),
        ({"x": [1, 2]}, {"x": [2, 1]}, 1),
        ({"x": [1]}, {"x": [1, 2]}, 1),
        ({"x": "text"}, {"x": ["text"]}, 1),
        ({"id": "/a", "name": "a"}, {"id": "/b", "name": "b", "apiVersion": "v"}, 0),
        ({"properties": {"name": "a"}}, {"properties": {"name": "b"}}, 1),
        ({}, {"properties": {"x": 1}}, 1),
    ],
)
def test_spelling_is_no_change_and_everything_else_is(before: dict[str, Any], after: dict[str, Any], changes: int):
    assert len(differences(before, after)) == changes
