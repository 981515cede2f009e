"""How far a run is: every operation is counted once, and what a dead runner had in flight is not in flight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.events import Event, Kind
from azlin.views.progress import Progress

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
KINDS: tuple[Kind, ...] = (
    "operation-started",
    "operation-waiting",
    "operation-retried",
    "operation-done",
    "operation-failed",
    "operation-skipped",
)


def event(kind: Kind, operation: str = "", **about: Any) -> Event:
    return Event(kind=kind, objective="x", at=NOW, about={"operation": operation, **about})


def heard(*events: Event, total: int | None = 31) -> Progress:
    progress = Progress(total)
    for one in events:
        progress.hear(one)
    return progress


def test_it_says_what_is_done_in_flight_and_waited_for():
    done = [event("operation-done", f"d{n}") for n in range(12)]
    started = [event("operation-started", name) for name in ("a", "b", "c", "w", "d0")]
    again = event("operation-done", "d0")
    throttled = event("operation-retried", "w", wait_s=17.0, why="Azure refused: TooManyRequests: slow down")
    progress = heard(*done, *started, again, throttled)
    assert progress.sentence(NOW) == "12 of 31 done, 3 in flight, 1 waiting (throttled 17 s)"
    assert progress.sentence(NOW + timedelta(seconds=16.5)).endswith("(throttled 1 s)")
    assert progress.sentence(NOW + timedelta(seconds=60)).endswith("(throttled 0 s)")


def test_what_is_waited_for_has_azures_name_when_it_is_one_word():
    wait = event("operation-retried", "w", wait_s=2, why="Azure refused: AnotherOperationInProgress: wait")
    assert "1 waiting (AnotherOperationInProgress 2 s)" in heard(wait).sentence(NOW)
    lost = event("operation-retried", "w", wait_s=2, why="the answer did not come")
    assert "1 waiting (will be tried again 2 s)" in heard(lost).sentence(NOW)


def test_trouble_is_counted_and_the_total_may_be_unknown():
    progress = heard(
        event("operation-failed", "a"), event("operation-skipped", "b"), event("operation-undone", "c"), total=None
    )
    assert progress.sentence(NOW) == "0 done, 1 failed, 1 skipped, 1 removed again"


def test_a_new_runner_has_nothing_in_flight_and_what_is_done_stays_done():
    before = [
        event("operation-done", "a"),
        event("operation-started", "b"),
        event("operation-failed", "c"),
        event("operation-retried", "d", wait_s=9, why="x"),
    ]
    for begins in ("strategy-chosen", "handed-over"):
        assert heard(*before, event(begins)).sentence(NOW) == "1 of 31 done"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from("abcd")), max_size=20))
def test_an_operation_is_in_one_place_at_a_time(story: list[tuple[Kind, str]]):
    progress = heard(*(event(kind, name, wait_s=1, why="x") for kind, name in story))
    places = (progress.done, progress.failed, progress.skipped, progress.in_flight, set(progress.waiting))
    assert sum(map(len, places)) == len({name for _, name in story})
