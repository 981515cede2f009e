"""One run of one objective, durable before and after every call: what strategies report to.

Nothing is sent before the journal holds `started` with what was there before (the pre-image) and the exact request.
An operation whose end nobody saw is asked about in Azure (`fate`), and done only when Azure does not have it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from msgspec.structs import replace

from azlin.agentic.acts import repeatable
from azlin.agentic.fate import Inquest, Matches, Witness
from azlin.agentic.types import Failure, Operation, OperationResult
from azlin.errors import AnswerLost, AzlinError, OutcomeUnknown, TimedOut
from azlin.events import Telling
from azlin.gateways.journal import Entry, Journal, PreImage
from azlin.gateways.ledger_rows import operation_digest
from azlin.gateways.long_running import provisioning_state
from azlin.redaction import redact

SETTLE_S = 5.0
"""How long a request of a dead process may still be on its way to Azure before we believe that it is not."""

UNSETTLED = frozenset({TimedOut.ref, OutcomeUnknown.ref, AnswerLost.ref})
"""Failures (by code) after which Azure may have done, or still be doing, what was asked."""


CLIENT_REQUEST_ID = "x-ms-client-request-id"
"""The header by which a caller names its request; Azure's activity log keeps it."""

MARKS = UUID("6f6a2b1c-5b5e-4f0e-9f4b-3f1d8f2f7a11")


class JournalledRun:
    """The `Run` that strategies are given. Safe to use from several threads. `timeout_s` bounds one operation,
    `deadline_s` the run: when it has passed nothing new begins."""

    def __init__(
        self,
        objective: str,
        journal: Journal,
        azure: Witness,
        matches: Matches,
        telling: Telling,
        *,
        timeout_s: float,
        deadline_s: float | None = None,
        settle_s: float = SETTLE_S,
    ) -> None:
        self._objective = objective
        self._journal = journal
        self._azure = azure
        self._matches = matches
        self._telling = telling
        self._timeout_s = timeout_s
        self._ends = None if deadline_s is None else time.monotonic() + deadline_s
        self._deadline_s = deadline_s
        self._settle_s = settle_s
        self._settled_at = time.monotonic() + settle_s
        self._stop = threading.Event()
        self._why_stopped: str | None = None
        self._decided: dict[str, OperationResult] = {}
        self._handed_on: dict[str, OperationResult] = {}
        self._in_flight: dict[str, int] = {}
        self.waited: dict[str, tuple[Failure, float]] = {}
        """What was tried again in this run: why the last time, and the seconds waited in all, by operation id."""
        self.others = False
        """Whether another strategy could take over from the one that runs."""

    @property
    def objective(self) -> str:
        return self._objective

    @property
    def telling(self) -> Telling:
        return self._telling

    @property
    def timeout_s(self) -> float:
        if self._ends is None:
            return self._timeout_s
        return max(1.0, min(self._timeout_s, self._ends - time.monotonic()))

    def stop(self, why: str) -> None:
        """Let what is in flight finish, and start nothing new."""
        self._why_stopped = self._why_stopped or why
        self._stop.set()

    @property
    def in_flight(self) -> int:
        """How many operations have left, or are about to, and are not decided."""
        return len(self._in_flight)

    def stopped(self) -> str | None:
        if self._why_stopped is None and self.out_of_time:
            return f"the deadline of {self._deadline_s:g} s has passed"
        return self._why_stopped

    @property
    def out_of_time(self) -> bool:
        return self._ends is not None and time.monotonic() >= self._ends

    def finished(self, operation: Operation, *, lost: bool = False) -> OperationResult | None:
        if decided := self._decided.get(operation.id):
            return decided
        if operation.verb == "read":
            return None
        entry = self._journal.entry(self._objective, operation.id)
        if entry is not None and entry.state == "done" and entry.result is not None and not entry.removed:
            return entry.result
        if entry is None or not (lost or _unsettled(entry)):
            return None
        return self._adopted(operation, entry, lost=lost)

    def start(self, operation: Operation, strategy: str, request: str) -> int:
        if operation.verb == "read":
            self._telling.tell("operation-started", self._objective, operation=operation.id, strategy=strategy)
            return 1
        entry = self._journal.entry(self._objective, operation.id)
        attempt = 1 if entry is None else entry.attempts + 1
        pre_image = self._pre_image(operation)  # anew each time: the journal keeps the better proof
        told: str = redact(request)
        self._in_flight[operation.id] = attempt
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

    def leaving(self, operation: Operation) -> Mapping[str, str]:
        """A process that slept for long (a laptop's lid, SIGSTOP) may wake up with its lease gone: then another has
        gone on with what it had begun, and what it still wants to send must not leave."""
        if repeatable(operation):
            self._journal.confirm(self._objective)
        else:
            self._journal.leaving(self._objective, operation.id)
        return {CLIENT_REQUEST_ID: self._mark(operation, self._in_flight.get(operation.id, 1))}

    def submitted(self, operation: Operation, async_url: str) -> None:
        self._journal.submitted(self._objective, operation.id, async_url)
        self._telling.tell("operation-waiting", self._objective, operation=operation.id)

    def waiting(self, operation: Operation, wait_s: float, why: str, failure: Failure | None = None) -> None:
        if failure is not None:
            _, before_s = self.waited.get(operation.id, (failure, 0.0))
            self.waited[operation.id] = (failure, before_s + wait_s)
        self._telling.tell(
            "operation-retried",
            self._objective,
            operation=operation.id,
            wait_s=round(wait_s, 1),
            why=redact(why),
        )
        self._stop.wait(wait_s)

    def hand_on(self, operation: Operation, result: OperationResult) -> bool:
        if not self.others or self.stopped():
            return False
        if operation.verb != "read" and self._journal.entry(self._objective, operation.id) is not None:
            self._journal.finished(self._objective, result)
        self._handed_on[operation.id] = result
        return True

    def handed_on(self) -> dict[str, OperationResult]:
        """What the last strategy left to others, by operation id, with why; asked once."""
        left, self._handed_on = self._handed_on, {}
        return left

    def finish(self, operation: Operation, result: OperationResult) -> OperationResult:
        if result is self._decided.get(operation.id):
            return result  # found done in Azure, and told so already
        quiet = operation.verb == "read" or result.status == "skipped"
        kept = result if quiet else self._commit(operation, result)
        self._decided[operation.id] = kept
        self._in_flight.pop(operation.id, None)
        self._telling.tell(f"operation-{result.status}", self._objective, **_told(operation, kept))  # type: ignore[arg-type]
        return kept

    def witnessed(self, operation: Operation) -> bool | None:
        """Whether Azure's activity log shows an act of this objective: True, False (it failed), None when it does not
        show it (yet). Raises what asking raises."""
        entry = self._journal.entry(self._objective, operation.id)
        if operation.verb != "act" or entry is None or entry.started_at is None:
            return None
        status = self._azure.acted(operation.target.id, entry.started_at, self._marks(operation, entry))
        return None if status is None else status.casefold() not in ("failed", "canceled")

    def _adopted(self, operation: Operation, entry: Entry, *, lost: bool) -> OperationResult | None:
        """The result of what somebody else, or a call whose answer was lost, has done; None when Azure lacks it."""
        self._telling.tell("operation-waiting", self._objective, operation=operation.id, why="asking Azure about it")
        if self._inquest(lost=lost).fate(operation, entry) == "not-done":
            return None
        adopted = OperationResult(
            operation=operation.id,
            status="done",
            strategy=entry.strategy or "",
            attempts=entry.attempts,
            resource_id=entry.resource_id,
        )
        return self.finish(operation, adopted)

    def _marks(self, operation: Operation, entry: Entry) -> list[str]:
        return [self._mark(operation, attempt) for attempt in range(1, entry.attempts + 1)]

    def _mark(self, operation: Operation, attempt: int) -> str:
        """What the requests of an attempt are called: the same whatever the operation is called in a plan made again,
        and different for two acts that only their bodies tell apart."""
        return str(uuid5(MARKS, f"{self._objective}/{operation_digest(operation)}/{attempt}"))

    def _inquest(self, *, lost: bool) -> Inquest:
        settled_at = time.monotonic() + self._settle_s if lost else self._settled_at
        return Inquest(
            self._azure,
            self._matches,
            marks=self._marks,
            left=lambda operation: self._journal.left(self._objective, operation.id),
            deadline_s=self.timeout_s,
            settled_at=settled_at,
            wait=self._stop.wait,
        )

    def _commit(self, operation: Operation, result: OperationResult) -> OperationResult:
        entry = self._journal.entry(self._objective, operation.id)
        ours = operation.verb == "ensure" and entry is not None and _was_absent(entry)
        if ours and entry is not None and result.status == "failed":
            ours = entry.async_url is not None or self._left_failed(operation)
        kept = replace(result, created=ours if operation.verb == "ensure" else None)
        self._journal.finished(self._objective, replace(kept, data=None))
        return kept

    def _left_failed(self, operation: Operation) -> bool:
        """Whether a creation that failed has left something behind: it was absent just before, and is there now as
        failed. Not every tool tells that Azure took its request, so it is noted here."""
        try:
            there = self._azure.get(operation.target.id)
        except AzlinError:
            return False  # then nothing proves that it is ours
        if provisioning_state(there).casefold() not in ("failed", "canceled"):
            return False
        self._journal.submitted(self._objective, operation.id, "")
        return True

    def _pre_image(self, operation: Operation) -> PreImage:
        if operation.verb not in ("ensure", "delete"):
            return PreImage(known=False)
        there = self._azure.get(operation.target.id)
        if there is None:
            return PreImage(known=True, absent=True)
        return PreImage(known=True, absent=False, etag=there.get("etag"))


def _unsettled(entry: Entry) -> bool:
    """Whether the operation left, or may have left, and nobody saw its end."""
    if entry.state in ("started", "submitted"):
        return True
    failure = entry.result.failure if entry.result is not None else None
    return entry.state == "failed" and failure is not None and failure.code in UNSETTLED


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
