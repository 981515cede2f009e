"""A run as it is seen from outside: what happened so far in a few lines, then line by line, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TextIO

import msgspec

from azlin.agentic.types import Failure, Objective, Operation
from azlin.events import Event
from azlin.gateways.journal import Holder
from azlin.views.pen import Pen
from azlin.views.progress import Progress
from azlin.views.words import clean, kind_of, name_of, verb_of

CLEAR = "\r\x1b[K"
"""To the beginning of the line, and delete it (ECMA-48: EL)."""

SAID_EVERY_S = 10.0
"""Where no line can be drawn over, how often it is said where the run stands."""

COUNTED = frozenset({"waited-for", "interrupted", "cancelled"})
"""Why operations are skipped by the dozen; it is enough to count them."""

ENDS: dict[str, tuple[str, str, str]] = {
    "operation-done": ("ok ", "done", "green"),
    "operation-failed": ("bad", "failed", "red"),
    "operation-skipped": ("---", "skipped", "yellow"),
    "operation-undone": ("ok ", "removed again", "yellow"),
}


class WatchView:
    """Draws on `err`. `now` draws the line that says where the run stands; on a terminal it is drawn over and over.

    `find` reads the objective as it is filed: its plan may have been made after the watching began.
    """

    def __init__(self, err: TextIO, objective: Objective, *, find: Callable[[], Objective]) -> None:
        self._err = err
        self._pen = Pen(err, loses=True)
        self._objective = objective
        self._find = find
        self._live = False
        self._line: str = ""
        self._silent_s = 0.0
        self.progress = Progress(self._size())

    def begin(self, holder: Holder | None) -> None:
        """What is watched."""
        one, label = self._objective, " (sandbox)" if self._objective.cloud.casefold() == "sandbox" else ""
        asked = f"{one.request.at:%Y-%m-%d %H:%M:%S} UTC, {clean(one.request.actor)}: {clean(one.request.text)}"
        self._pen.line((f"Objective {one.id[:8]}{label}", "bold"), f"  {asked}")
        if holder is not None and holder.alive:
            self._pen.line(f"carried out by pid {holder.pid} on {clean(holder.host)}", indent=2)

    def show(self, event: Event) -> None:
        if event.kind in ("plan-made", "approval-given", "strategy-chosen") or self._objective.plan is None:
            self._objective = self._find()
            self.progress.total = self._size()
        self.progress.hear(event)
        if event.kind in ENDS and (self._live or event.kind == "operation-failed"):
            self._ended(event)
        elif self._live and event.kind == "operation-retried":
            why = clean(str(event.about.get("why", "")))
            self._tell("...", event, f"again in {event.about.get('wait_s')} s: {why}", "yellow")
        elif self._live and event.kind in ("handed-over", "notice", "rollback-begun", "approval-needed"):
            self._say(_in_words(event))

    def now(self, seconds: float) -> None:
        """So much time passes until the next look: say where the run stands."""
        self._live = True
        self._silent_s += seconds
        sentence = self.progress.sentence()
        width: int | None = self._pen.width
        if width is not None:
            self._line = sentence[: max(1, width - 1)]
            self._write(CLEAR + self._line)
        elif sentence != self._line and (not self._line or self._silent_s >= SAID_EVERY_S):
            self._line, self._silent_s = sentence, 0.0
            self._pen.line(sentence)

    def end(self) -> None:
        """Take the line away that is drawn over."""
        if self._pen.width is not None and self._line:
            self._write(CLEAR)

    def _size(self) -> int | None:
        return len(self._objective.plan.operations) if self._objective.plan is not None else None

    def _ended(self, event: Event) -> None:
        sign, words, style = ENDS[event.kind]
        failure = _failure(event.about.get("failure"))
        if failure is not None and failure.code in COUNTED:
            return
        if failure is not None and event.kind != "operation-done":
            words = f"{words}: {clean(failure.code)}: {clean(failure.message)}"
        self._tell(sign, event, words, style)

    def _tell(self, sign: str, event: Event, words: str, style: str) -> None:
        self.end()
        self._pen.line((sign, style), f"  {self._doing(event)}: ", (words, style), indent=2)

    def _say(self, words: str) -> None:
        self.end()
        self._pen.line(words, indent=2)

    def _doing(self, event: Event) -> str:
        name = str(event.about.get("operation", ""))
        operation = self._operation(name.removeprefix("undo:"))
        if operation is None:
            return clean(name)
        verb = "delete" if name.startswith("undo:") else verb_of(operation)
        return f"{verb} {kind_of(operation)} {name_of(operation)}"

    def _operation(self, name: str) -> Operation | None:
        plan = self._objective.plan
        return next((one for one in plan.operations if one.id == name), None) if plan is not None else None

    def _write(self, text: str) -> None:
        try:
            self._err.write(text)
            self._err.flush()
        except (OSError, ValueError):
            self._line = ""


def _failure(told: Any) -> Failure | None:
    """A failure as the audit log keeps it."""
    try:
        return msgspec.convert(told, Failure)
    except msgspec.ValidationError:
        return None


def _in_words(event: Event) -> str:
    about = event.about
    if event.kind == "handed-over":
        return f"pid {about.get('pid')} took it over"
    if event.kind == "rollback-begun":
        return "removing again what was created"
    if event.kind == "approval-needed":
        return "a question is open where it was started"
    return clean(str(about.get("text") or about.get("what") or ""))
