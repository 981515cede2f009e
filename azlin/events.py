"""The story of a run, told once and read by many: the terminal, JSON lines, the audit log.

The engine never prints. It tells events to a `Telling`; whoever wants to know listens. A listener that fails does not
stop the others or the engine: its failure is told as an event of kind `listener-failed`, except for listeners that
were added as `vital` (the audit log), whose failure stops the run before anything else happens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

Kind = Literal[
    "request-received",
    "intent-parsed",
    "plan-made",
    "quote-made",
    "budget-judged",
    "approval-needed",
    "approval-given",
    "approval-refused",
    "strategy-chosen",
    "strategy-changed",
    "handed-over",
    "operation-started",
    "operation-waiting",
    "operation-retried",
    "operation-done",
    "operation-failed",
    "operation-skipped",
    "operation-undone",
    "rollback-begun",
    "failure-explained",
    "result-validated",
    "outcome-reached",
    "notice",
    "listener-failed",
]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `about` holds plain JSON-able values and agentic values; no secret is ever in it."""

    kind: Kind
    objective: str | None
    at: datetime
    about: dict[str, Any] = {}


Listener = Callable[[Event], None]


class Telling:
    """Passes events on, in order, to everyone who listens. Safe to tell from several threads."""

    def __init__(self) -> None:
        self._listeners: list[tuple[Listener, bool]] = []
        self._turn = threading.RLock()

    def listen(self, listener: Listener, *, vital: bool = False) -> None:
        """Add a listener. A vital one is heard first, and when it raises, so does `tell`."""
        self._listeners.append((listener, vital))
        self._listeners.sort(key=lambda pair: not pair[1])

    def tell(self, kind: Kind, objective: str | None = None, **about: Any) -> Event:
        event = Event(kind=kind, objective=objective, at=datetime.now(UTC), about=about)
        with self._turn:
            self._pass_on(event)
        return event

    def _pass_on(self, event: Event) -> None:
        for listener, vital in list(self._listeners):
            try:
                listener(event)
            except Exception as failed:
                if vital:
                    raise
                self._listeners = [pair for pair in self._listeners if pair[0] is not listener]
                self.tell("listener-failed", event.objective, listener=repr(listener), why=str(failed))
