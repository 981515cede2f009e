from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.errors import AnswerLost, AzureRefused, CloudUnreachable
from azlin.gateways.outage import LONGEST_S, Outage, patience


class Clock:
    """Time that passes by waiting only."""

    def __init__(self) -> None:
        self.total_s = 0.0

    def now(self) -> float:
        return self.total_s

    def wait(self, _: threading.Event, wait_s: float) -> None:
        self.total_s += wait_s


def calls(*outcomes: Any) -> Callable[[], Any]:
    """Each call's outcome in turn; the last one for ever."""
    left = list(outcomes)

    def call() -> Any:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return call


def away(worth_waiting_s: float | None = None) -> CloudUnreachable:
    error = CloudUnreachable("https://management.azure.com cannot be reached", why="no route to host")
    if worth_waiting_s is not None:
        error.worth_waiting_s = worth_waiting_s
    return error


def outage(clock: Clock, told: list[str] | None = None, budget_s: float = 600.0) -> Outage:
    at = datetime(2026, 3, 1, 14, 3, 22)
    notice = (told if told is not None else []).append
    return Outage(budget_s, notice=notice, now=clock.now, wait=clock.wait, clock=lambda: at)


@given(st.integers(1, 1000), st.floats(0, 700), st.floats(0, 600))
def test_waits_are_bounded_and_end_with_the_budget(tries: int, waited_s: float, budget_s: float):
    wait_s = patience(tries, waited_s, budget_s)
    assert (wait_s is None) == (waited_s >= budget_s)
    assert wait_s is None or (0 < wait_s <= LONGEST_S and waited_s + wait_s <= budget_s + 1e-6)


def test_a_network_that_comes_back_is_waited_for_and_told_twice():
    clock, told = Clock(), list[str]()
    assert outage(clock, told).ride_out(calls(*[away()] * 12, "here"), repeatable=False) == "here"
    assert 120 < clock.total_s < 300
    assert told == [
        "the network is away since 14:03:22 (https://management.azure.com cannot be reached: no route to host); waiting"
        " for it, at most 600 s",
        f"the network is back after {clock.total_s:.0f} s; going on",
    ]


def test_a_network_that_stays_away_is_given_up_when_the_time_is_over():
    clock = Clock()
    gone = outage(clock)
    with pytest.raises(CloudUnreachable) as lost:
        gone.ride_out(calls(away()), repeatable=True)
    assert clock.total_s == pytest.approx(600)
    assert lost.value.worth_waiting_s == 0  # nobody above tries it again and again
    with pytest.raises(CloudUnreachable):
        gone.ride_out(calls(away()), repeatable=True)
    assert clock.total_s == pytest.approx(600)  # the next ones do not wait the same time again


def test_what_fails_while_others_get_through_is_given_up_too():
    clock = Clock()
    gone, error = outage(clock), AnswerLost("no answer", repeatable=True)

    def call() -> None:
        assert gone.ride_out(lambda: "here", repeatable=True) == "here"
        raise error

    with pytest.raises(AnswerLost):
        gone.ride_out(call, repeatable=True)
    assert 590 < clock.total_s <= 601


def test_a_hiccup_is_not_told():
    told: list[str] = []
    outage(Clock(), told).ride_out(calls(away(), "here"), repeatable=False)
    assert told == []


def test_a_stopped_sandbox_is_given_up_after_a_few_seconds():
    clock, told = Clock(), list[str]()
    with pytest.raises(CloudUnreachable):
        outage(clock, told).ride_out(calls(away(5.0)), repeatable=True)
    assert clock.total_s == pytest.approx(5)
    assert told == []


def test_what_waiting_cannot_cure_is_not_waited_for():
    clock = Clock()
    for error, repeatable in ((away(0.0), True), (AnswerLost("no answer", repeatable=True), False)):
        with pytest.raises(CloudUnreachable):
            outage(clock).ride_out(calls(error), repeatable=repeatable)
    with pytest.raises(AzureRefused):
        outage(clock).ride_out(calls(AzureRefused("Busy", "later", status=503)), repeatable=True)
    assert clock.total_s == 0


def test_a_lost_answer_is_asked_for_again_where_that_does_no_harm():
    clock = Clock()
    lost = AnswerLost("no answer", repeatable=True)
    assert outage(clock).ride_out(calls(lost, lost, "here"), repeatable=True) == "here"


def test_without_a_budget_nothing_is_waited_for():
    clock = Clock()
    with pytest.raises(CloudUnreachable):
        outage(clock, budget_s=0.0).ride_out(calls(away()), repeatable=True)
    assert clock.total_s == 0


def test_whoever_is_told_to_stop_waits_no_longer():
    clock = Clock()
    gone = outage(clock)
    gone.stopped = lambda: "interrupted" if clock.total_s > 20 else None
    with pytest.raises(CloudUnreachable):
        gone.ride_out(calls(away()), repeatable=True)
    assert 20 < clock.total_s < 22


def test_who_reaches_the_cloud_wakes_all_who_wait():
    gone, here = Outage(60.0), threading.Event()

    def call() -> str:
        if not here.is_set():
            raise away()
        return "here"

    def answers() -> Iterable[str]:
        with ThreadPoolExecutor(4) as hands:
            waiting = [hands.submit(gone.ride_out, call, repeatable=True) for _ in range(4)]
            time.sleep(0.05)
            here.set()
            gone.ride_out(call, repeatable=True)
            yield from (one.result(timeout=0.7) for one in waiting)

    assert list(answers()) == ["here"] * 4
