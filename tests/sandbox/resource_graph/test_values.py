from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.resource_graph import values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(JSON, max_size=3) | st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_a_dynamic_value_comes_back_from_its_text(value: Any):
    assert values.parse_json(values.text(value)) == value


@settings(max_examples=60, deadline=None)
@given(st.timedeltas(timedelta(days=-4000), timedelta(days=4000)))
def test_a_timespan_comes_back_from_its_text(value: timedelta):
    assert values.timespan(values.span(value)) == value


@pytest.mark.parametrize(
    ("written", "stamp"),
    [
        ("2026-01-02", "2026-01-02T00:00:00.0000000Z"),
        ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.1234560Z"),
        ("2026-01-02T03:04:05-0130", "2026-01-02T04:34:05.0000000Z"),
        ("Fri, 02 Jan 2026 03:04:05 GMT", "2026-01-02T03:04:05.0000000Z"),
        ("1/2/2026 3:04:05 AM", "2026-01-02T03:04:05.0000000Z"),
    ],
)
def test_datetimes_are_read_in_the_forms_that_services_write(written: str, stamp: str):
    assert values.text(values.moment(written)) == stamp


@pytest.mark.parametrize("written", ["", "soon", "2026-13-01", "2026-02-30T00:00:00Z"])
def test_what_is_no_datetime_is_null(written: str):
    assert values.moment(written) is None
