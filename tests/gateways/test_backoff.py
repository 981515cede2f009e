from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from azlin.gateways.backoff import backoff

numbers = st.floats(0, 1, exclude_max=True)


@given(attempt=st.integers(1, 10_000), number=numbers)
def test_a_wait_is_within_a_fifth_of_its_doubling_and_never_over_a_minute(attempt: int, number: float):
    steady_s = min(60.0, 2.0 * 2.0 ** min(attempt - 1, 30))
    wait_s = backoff(attempt, random=lambda: number)
    assert steady_s * 0.8 - 1e-9 <= wait_s <= min(60.0, steady_s * 1.2)


@given(attempt=st.integers(1, 50), number=numbers, asked_s=st.floats(0, 3600))
def test_what_the_server_asks_for_wins(attempt: int, number: float, asked_s: float):
    assert backoff(attempt, asked_s, lambda: number) == asked_s


@given(attempt=st.integers(1, 20), number=numbers)
def test_the_base_scales_the_wait(attempt: int, number: float):
    assert backoff(attempt, None, lambda: number, base_s=0.01) <= min(60.0, 0.01 * 2.0 ** (attempt - 1) * 1.2)


def test_waits_differ_so_that_clients_do_not_come_back_together():
    assert len({backoff(3) for _ in range(20)}) > 1
