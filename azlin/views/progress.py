"""How far a run is, counted from its story: done, in flight, waiting, and what went wrong."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from azlin.events import Event

THROTTLED = ("throttl", "toomanyrequests", "429")


class Progress:
    """Hears the events of one objective, and says where it stands. `total` is the number of operations of its plan."""

    def __init__(self, total: int | None = None) -> None:
        self.total = total
        self.done: set[str] = set()
        self.failed: set[str] = set()
        self.skipped: set[str] = set()
        self.undone: set[str] = set()
        self.in_flight: set[str] = set()
        self.waiting: dict[str, tuple[datetime, str]] = {}

    def hear(self, event: Event) -> None:
        name = str(event.about.get("operation", ""))
        if event.kind in ("strategy-chosen", "handed-over"):
            # A runner begins: what an earlier one had in flight, it had to leave.
            self.in_flight.clear()
            self.waiting.clear()
            self.failed.clear()
            self.skipped.clear()
        elif event.kind == "operation-retried":
            self._leave(name)
            wait_s = float(event.about.get("wait_s") or 0)
            self.waiting[name] = (event.at + timedelta(seconds=wait_s), _in_a_word(str(event.about.get("why", ""))))
        elif event.kind in ("operation-started", "operation-waiting"):
            self._leave(name)
            self.in_flight.add(name)
        elif event.kind in ("operation-done", "operation-failed", "operation-skipped", "operation-undone"):
            self._leave(name)
            into = event.kind.removeprefix("operation-")
            getattr(self, into).add(name)

    def sentence(self, now: datetime | None = None) -> str:
        """`12 of 31 done, 3 in flight, 1 waiting (throttled, 17 s)`."""
        of = f" of {self.total}" if self.total is not None else ""
        parts = [f"{len(self.done)}{of} done"]
        parts += [f"{len(self.in_flight)} in flight"] if self.in_flight else []
        if self.waiting:
            until, why = min(self.waiting.values())
            left_s = max(0, math.ceil((until - (now or datetime.now(UTC))).total_seconds()))
            parts.append(f"{len(self.waiting)} waiting ({why} {left_s} s)")
        for count, word in ((self.failed, "failed"), (self.skipped, "skipped"), (self.undone, "removed again")):
            parts += [f"{len(count)} {word}"] if count else []
        return ", ".join(parts)

    def _leave(self, name: str) -> None:
        for group in (self.in_flight, self.done, self.failed, self.skipped):
            group.discard(name)
        self.waiting.pop(name, None)


def _in_a_word(why: str) -> str:
    """What is waited for: `throttled`, or Azure's own code."""
    if any(mark in why.casefold() for mark in THROTTLED):
        return "throttled"
    words = why.removeprefix("Azure refused: ").split(":")[0].split()
    return words[0] if len(words) == 1 else "will be tried again"
