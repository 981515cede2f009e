"""Dates, formatted as .NET formats them and moved as the reference says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.function_dates import (
    date_time_add,
    date_time_from_epoch,
    date_time_to_epoch,
    formatted_date,
    read_date,
    utc_now,
)

MOMENT = datetime(2026, 3, 5, 7, 8, 9, 123456, UTC)


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("yyyy-MM-dd", "2026-03-05"),
        ("M d", "3 5"),
        ("d", "03/05/2026"),
        ("s", "2026-03-05T07:08:09"),
        ("u", "2026-03-05 07:08:09Z"),
        ("o", "2026-03-05T07:08:09.1234560Z"),
        ("R", "Thu, 05 Mar 2026 07:08:09 GMT"),
        ("dddd, MMMM yyyy", "Thursday, March 2026"),
        ("hh:mm tt", "07:08 AM"),
        ("yyyyMMdd'T'HHmmss'Z'", "20260305T070809Z"),
        ("fff", "123"),
        ("yy \\y", "26 y"),
        ("zzz", "+00:00"),
    ],
)
def test_a_time_has_the_text_that_dotnet_gives_it(how: str, text: str):
    assert formatted_date(MOMENT, how) == text


def test_a_one_letter_format_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="'q'"):
        formatted_date(MOMENT, "q")


@pytest.mark.parametrize(
    ("base", "duration", "found"),
    [
        ("2023-01-01 00:00:00Z", "P1Y", "2024-01-01T00:00:00Z"),
        ("2024-01-01 00:00:00Z", "P1Y", "2024-12-31T00:00:00Z"),
        ("2023-02-01 00:00:00Z", "P1M", "2023-03-03T00:00:00Z"),
        ("2024-02-01 00:00:00Z", "P1M", "2024-03-02T00:00:00Z"),
        ("2020-04-07 14:53:14Z", "-P9D", "2020-03-29T14:53:14Z"),
        ("20200407T145314Z", "PT1H30M", "2020-04-07T16:23:14Z"),
        ("2020-04-07T14:53:14+02:00", "PT0S", "2020-04-07T12:53:14Z"),
    ],
)
def test_a_year_has_365_days_and_a_month_30(base: str, duration: str, found: str):
    assert date_time_add([base, duration]) == found


@pytest.mark.parametrize("duration", ["", "P", "1D", "PT", "P1H"])
def test_what_is_no_duration_is_refused(duration: str):
    with pytest.raises(ValueError, match="duration"):
        date_time_add(["2020-01-01", duration])


@settings(max_examples=40)
@given(st.integers(0, 4_000_000_000))
def test_seconds_since_the_epoch_come_back(seconds: int):
    assert date_time_to_epoch([date_time_from_epoch([seconds])]) == seconds


def test_now_is_read_back_from_every_form_that_is_given_out():
    for how in ("u", "s", "o", "R", "G"):
        assert abs((datetime.now(UTC) - read_date(utc_now([how]))).total_seconds()) < 5
    assert abs((datetime.now(UTC) - read_date(utc_now([]))).total_seconds()) < 5
