"""Approved Plan → results: the run that strategies report to, durable before and after every call.

Nothing is sent before the journal holds `started` with what was there before (the pre-image) and the exact request.
An operation that a dead process had started is asked about in Azure, and only done when Azure does not have it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from azlin.agentic.strategies.base_strategy import ExecutionStrategy
from azlin.agentic.types import Operation, OperationResult, Plan
from azlin.errors import TimedOut
from azlin.events import Telling
from azlin.gateways.journal import Entry, Journal, PreImage
from azlin.redaction import redact

SETTLE_S = 3.0
"""How long a request of a dead process may still be on its way to Azure before we believe that it is not."""

POLL_S = 1.0

WHY_STOPPED: dict[int, str] = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "told to stop",
    signal.SIGHUP: "the terminal closed",
}
"""The signals that let what is in flight finish and start nothing new."""


Look = Callable[[str], dict[str, Any] | None]
"""Asks Azure for a resource by id, now: the resource, or None if it does not exist."""

Matches = Callable[[Operation, dict[str, Any] | None], bool]
"""Whether what Azure has (None: nothing) is what the operation wants."""


class JournalledRun:
    """The `Run` that strategies are given. Safe to use from several threads."""

    def __init__(
        self,
        objective: str,
        journal: Journal,
        look: Look,
        matches: Matches,
        telling: Telling,
        *,
        timeout_s: float,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._objective = objective
        self._journal = journal
        self._look = look
        self._matches = matches
        self._telling = telling
        self._timeout_s = timeout_s
        self._settle_s = settle_s
        self._stop = threading.Event()
        self._why_stopped: str | None = None
        self._earlier = journal.results(objective)

    @property
    def objective(self) -> str:
        return self._objective

    @property
    def timeout_s(self) -> float:
        return self._timeout_s

    def stop(self, why: str) -> None:
        """Let what is in flight finish, and start nothing new."""
        self._why_stopped = why
        self._stop.set()

    def stopped(self) -> str | None:
        return self._why_stopped

    def finished(self, operation: Operation) -> OperationResult | None:
        earlier = self._earlier.get(operation.id)
        if earlier is not None and earlier.status == "done":
            return earlier
        if operation.verb not in ("ensure", "delete"):
            return None
        entry = self._journal.entry(self._objective, operation.id)
        if entry is None or entry.state not in ("started", "submitted"):
            return None
        if not self._has_what_was_wanted(operation):
            return None
        adopted = OperationResult(
            operation=operation.id,
            status="done",
            strategy=entry.strategy or "",
            attempts=entry.attempts,
            resource_id=operation.target.id,
        )
        return self.finish(operation, adopted)

    def start(self, operation: Operation, strategy: str, request: str) -> int:
        if operation.verb == "read":
            self._telling.tell("operation-started", self._objective, operation=operation.id, strategy=strategy)
            return 1
        entry = self._journal.entry(self._objective, operation.id)
        attempt = 1 if entry is None else entry.attempts + 1
        pre_image = self._pre_image(operation)  # anew each time: the journal keeps the better proof
        told: str = redact(request)
        self._journal.started(
            self._objective,
            operation,
            strategy=strategy,
            attempt=attempt,
            request={"as": told},
            pre_image=pre_image,
        )
        self._telling.tell(
            "operation-started",
            self._objective,
            operation=operation.id,
            strategy=strategy,
            attempt=attempt,
            request=told,
        )
        return attempt

    def submitted(self, operation: Operation, async_url: str) -> None:
        self._journal.submitted(self._objective, operation.id, async_url)
        self._telling.tell("operation-waiting", self._objective, operation=operation.id)

    def waiting(self, operation: Operation, wait_s: float, why: str) -> None:
        self._telling.tell(
            "operation-retried",
            self._objective,
            operation=operation.id,
            wait_s=round(wait_s, 1),
            why=redact(why),
        )
        self._stop.wait(wait_s)

    def finish(self, operation: Operation, result: OperationResult) -> OperationResult:
        quiet = operation.verb == "read" or result.status == "skipped"
        kept = result if quiet else self._commit(operation, result)
        self._telling.tell(f"operation-{result.status}", self._objective, **_told(operation, kept))  # type: ignore[arg-type]
        return kept

    def _commit(self, operation: Operation, result: OperationResult) -> OperationResult:
        entry = self._journal.entry(self._objective, operation.id)
        ours = operation.verb == "ensure" and entry is not None and _was_absent(entry)
        kept = OperationResult(
            operation=result.operation,
            status=result.status,
            strategy=result.strategy,
            attempts=result.attempts,
            resource_id=result.resource_id,
            created=ours if operation.verb == "ensure" else None,
            failure=result.failure,
        )
        self._journal.finished(self._objective, kept)
        if operation.verb == "delete" and result.status in ("done", "undone"):
            self._journal.removed(operation.target.id)
        return kept

    def _pre_image(self, operation: Operation) -> PreImage:
        if operation.verb not in ("ensure", "delete"):
            return PreImage(known=False)
        there = self._look(operation.target.id)
        if there is None:
            return PreImage(known=True, absent=True)
        return PreImage(known=True, absent=False, etag=there.get("etag"))

    def _has_what_was_wanted(self, operation: Operation) -> bool:
        """Ask Azure about an operation that somebody started: wait while it is in progress, and let a request that
        may still be on its way land before saying no."""
        deadline = time.monotonic() + self._timeout_s
        settled = time.monotonic() + self._settle_s
        while True:
            there = self._look(operation.target.id)
            if self._matches(operation, there):
                return True
            if time.monotonic() > deadline:
                raise TimedOut(f"{operation.target.name} was still in progress after {self._timeout_s:.0f} s")
            if not _in_progress(there) and time.monotonic() >= settled:
                return False
            if self._stop.wait(POLL_S):
                return False


def execute(strategy: ExecutionStrategy, plan: Plan, run: JournalledRun) -> list[OperationResult]:
    """Let the strategy carry the plan out. Ctrl-C, SIGTERM and a closed terminal stop new operations and let those in
    flight finish; a second Ctrl-C leaves them to Azure (KeyboardInterrupt)."""
    with _stoppable(run):
        return strategy.apply(plan, run)


def undo(
    strategy: ExecutionStrategy, plan: Plan, results: Sequence[OperationResult], run: JournalledRun
) -> list[OperationResult]:
    """Remove what this run made, newest first."""
    with _stoppable(run):
        return strategy.undo(plan, results, run)


@contextmanager
def _stoppable(run: JournalledRun) -> Generator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        if run.stopped() and number == signal.SIGINT:
            raise KeyboardInterrupt
        run.stop(WHY_STOPPED[number])

    before = {number: signal.signal(number, stop) for number in WHY_STOPPED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _told(operation: Operation, result: OperationResult) -> dict[str, Any]:
    about: dict[str, Any] = {
        "operation": operation.id,
        "strategy": result.strategy,
        "resource_id": result.resource_id,
        "attempts": result.attempts,
    }
    if result.created is not None:
        about["created"] = result.created
    if result.failure is not None:
        about["failure"] = result.failure
    return about


def _was_absent(entry: Entry) -> bool:
    return entry.pre_image is not None and entry.pre_image.absent is True


def _in_progress(there: dict[str, Any] | None) -> bool:
    properties: dict[str, Any] = (there or {}).get("properties") or {}
    state = str(properties.get("provisioningState", "Succeeded"))
    return state.casefold() not in {"succeeded", "failed", "canceled"}
