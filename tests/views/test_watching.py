"""A run from outside: the past in a few lines, then every end of an operation, and where it stands."""

from __future__ import annotations

import io
from typing import Any

import pytest

from azlin.agentic.types import Objective, Request
from azlin.events import Event, Kind
from azlin.gateways.journal import Holder
from azlin.views.watching import CLEAR, WatchView
from tests.views.conftest import NOW, VM, VNET, plan_of

ID = "aaaaaaaa-0000-4000-8000-000000000000"
OBJECTIVE = Objective(
    id=ID, cloud="sandbox", request=Request(text="create a vm", actor="me", at=NOW), plan=plan_of(VNET, VM)
)
HOLDER = Holder(runner="azlin 7", host="here", pid=7, fence=1, heartbeat_age_s=1.0, alive=True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def event(kind: Kind, operation: str = "vm", **about: Any) -> Event:
    return Event(kind=kind, objective=ID, at=NOW, about={"operation": operation, **about})


def told(*, before: tuple[Event, ...] = (), after: tuple[Event, ...] = (), screen: io.StringIO | None = None) -> str:
    screen = screen or io.StringIO()
    view = WatchView(screen, OBJECTIVE, find=lambda: OBJECTIVE)
    view.begin(HOLDER)
    for one in before:
        view.show(one)
    view.now(0.25)
    for one in after:
        view.show(one)
    view.now(0.25)
    view.end()
    return screen.getvalue()


def failed() -> Event:
    return event("operation-failed", failure={"type": "quota", "code": "QuotaExceeded", "message": "no cores left"})


def test_it_begins_with_what_is_watched_and_who_carries_it_out():
    lines = told().splitlines()
    assert lines[0] == "Objective aaaaaaaa (sandbox)  2026-05-01 12:00:00 UTC, me: create a vm"
    assert lines[1] == "  carried out by pid 7 on here"


def test_the_past_is_counted_and_only_its_failures_are_told():
    said = told(before=(event("operation-done", "vnet"), failed()))
    assert "Sam-vnet" not in said
    assert "bad  create virtualMachines Sam: failed: QuotaExceeded: no cores left" in said
    assert said.splitlines()[-1] == "1 of 2 done, 1 failed"


def test_the_present_is_told_line_by_line():
    said = told(
        after=(
            event("operation-done", "vnet"),
            event("operation-retried", why="Azure refused: TooManyRequests: slow", wait_s=17.0),
            event("handed-over", pid=9),
        )
    )
    assert "ok   create virtualNetworks Sam-vnet: done" in said
    assert "...  create virtualMachines Sam: again in 17.0 s: Azure refused: TooManyRequests: slow" in said
    assert "  pid 9 took it over" in said


def test_what_is_skipped_by_the_dozen_is_counted_only():
    because = {"type": "skipped", "code": "waited-for", "message": "vnet was not done"}
    said = told(after=(event("operation-skipped", failure=because),))
    assert "Sam" not in said


def test_on_a_terminal_the_last_line_is_drawn_over_and_gone_at_the_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "xterm")
    said = told(after=(event("operation-started", "vnet"),), screen=Terminal())
    assert f"{CLEAR}0 of 2 done{CLEAR}0 of 2 done, 1 in flight{CLEAR}" in said
    assert said.endswith(CLEAR)


def test_elsewhere_no_line_is_drawn_over():
    assert "\x1b" not in told(after=(event("operation-done", "vnet"),))


def test_words_from_azure_cannot_steer_the_terminal():
    evil = {"type": "x", "code": "Bad\x1b[2J", "message": "a\nb"}
    said = told(after=(event("operation-failed", failure=evil),))
    assert "\x1b" not in said
    assert "failed: Bad" in said
