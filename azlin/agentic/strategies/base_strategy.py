"""What every strategy promises, and what it is given to keep the promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

import msgspec

from azlin.agentic.types import Failure, Operation, OperationResult, Plan


class Fit(msgspec.Struct, frozen=True):
    """How well a strategy suits a plan: 0 (cannot) to 1, and why, in words for the preview."""

    score: float
    because: str


class Run(Protocol):
    """One execution of one objective: what a strategy tells, and asks, while it works.

    The orchestrator implements it over the journal; what `start` and `finish` are told is durable when they return.
    """

    @property
    def objective(self) -> str: ...

    @property
    def timeout_s(self) -> float:
        """How long one operation that begins now may take."""
        ...

    def finished(self, operation: Operation, *, lost: bool = False) -> OperationResult | None:
        """The result of an operation that needs nothing more in this run: it is decided already, or it was started by
        somebody who cannot tell (a process that died, a call whose answer was `lost` just now) and Azure, asked now,
        shows that it was carried out. None: it is to be done.

        Raises what asking raises, and OutcomeUnknown when nothing shows it and doing it again could do harm."""
        ...

    def start(self, operation: Operation, strategy: str, request: str) -> int:
        """Look at the resource as it is before we touch it, commit `started` with the exact request (redacted), and
        return the number of this attempt, from 1. Call before acting; raises what looking or committing raises."""
        ...

    def leaving(self, operation: Operation) -> Mapping[str, str]:
        """Call just before a change leaves, after any waiting, and send the headers along. Raises StillRunning when
        another runner has taken over meanwhile: then nothing may leave."""
        ...

    def submitted(self, operation: Operation, async_url: str) -> None:
        """Azure has taken the request and will answer at this URL."""
        ...

    def waiting(self, operation: Operation, wait_s: float, why: str, failure: Failure | None = None) -> None:
        """Tell that this operation will be tried again, and wait that long (less, if the run is stopped). `failure` is
        what went wrong, to be remembered if trying again resolves it."""
        ...

    def finish(self, operation: Operation, result: OperationResult) -> OperationResult:
        """Commit what became of an operation, tell it, and return it with `created` filled in from the journal."""
        ...

    def hand_on(self, operation: Operation, result: OperationResult) -> bool:
        """Leave an operation, and all that is not decided yet, to another strategy, because this one cannot go on (a
        failure of the class `tool`, which is not Azure's). False when there is no other: then it has failed."""
        ...

    def stopped(self) -> str | None:
        """Why nothing new may be started (interrupted, cancelled); None to go on."""
        ...


class ExecutionStrategy(Protocol):
    """A way to carry a plan out."""

    name: ClassVar[str]

    def missing(self) -> str | None:
        """What stops it on this machine, in one sentence with the cure; None if nothing. No side effects."""
        ...

    def fit(self, plan: Plan) -> Fit: ...

    def render(self, plan: Plan) -> str:
        """Exactly what would run. This is the dry run."""
        ...

    def apply(self, plan: Plan, run: Run) -> list[OperationResult]:
        """Carry the plan out, skipping what the run says is finished, and return what was decided. Never raises for a
        failed operation: its result says so, and what waited for it is `skipped` with the reason. A strategy that
        cannot go on says `run.hand_on` and leaves out what it did not decide."""
        ...


def skipped(operation: Operation, strategy: str, code: str, reason: str) -> OperationResult:
    """The result of an operation that was not begun."""
    failure = Failure(type="skipped", code=code, message=reason)
    return OperationResult(operation=operation.id, status="skipped", strategy=strategy, attempts=0, failure=failure)
