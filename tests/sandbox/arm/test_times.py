"""Times as Azure writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.times import duration, iso


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))
def test_a_time_has_seven_digits_and_is_read_back_as_it_was(moment: datetime):
    written = iso(moment.replace(tzinfo=UTC).timestamp())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", written)
    read = datetime.fromisoformat(written)
    assert abs((read - moment.replace(tzinfo=UTC)).total_seconds()) < 1e-5


def test_without_a_time_it_is_now():
    before = datetime.now(UTC)
    assert before.timestamp() - 1 <= datetime.fromisoformat(iso()).timestamp() <= datetime.now(UTC).timestamp() + 1


def test_the_epoch_is_a_time_and_not_now():
    assert iso(0) == "1970-01-01T00:00:00.0000000Z"


def test_a_duration_is_never_negative_nor_in_powers_of_ten():
    assert duration(1.2345678) == "PT1.2345678S"
    assert duration(-1) == duration(0) == "PT0.0000000S"
    assert duration(1e-6) == "PT0.0000010S"
