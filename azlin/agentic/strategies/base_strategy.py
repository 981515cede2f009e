"""What every strategy promises, and what it is given to keep the promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from azlin.agentic.types import Operation, OperationResult, Plan


class Fit(msgspec.Struct, frozen=True):
    """How well a strategy suits a plan: 0 (cannot) to 1, and why, in words for the preview."""

    score: float
    because: str


class Run(Protocol):
    """One execution of one objective: what a strategy tells, and asks, while it works.

    The orchestrator implements it over the journal: `start` is durable before it returns.
    """

    @property
    def objective(self) -> str: ...

    def finished(self, operation: Operation) -> OperationResult | None:
        """What the journal says of an operation that is already over; such a one is skipped."""
        ...

    def start(self, operation: Operation, strategy: str, request: dict[str, Any]) -> None:
        """Look at the resource (its pre-image) and commit `started` with the exact request. Call before acting."""
        ...

    def submitted(self, operation: Operation, async_url: str) -> None:
        """Azure has taken the request and will answer at this URL."""
        ...

    def finish(self, result: OperationResult) -> None:
        """Commit what became of an operation and tell it."""
        ...

    def stopped(self) -> str | None:
        """Why nothing new may be started (interrupted, deadline, cancelled); None to go on."""
        ...


class ExecutionStrategy(Protocol):
    """A way to carry a plan out."""

    name: str

    def missing(self) -> str | None:
        """What stops it on this machine, in one sentence with the cure; None if nothing. No side effects."""
        ...

    def fit(self, plan: Plan) -> Fit: ...

    def render(self, plan: Plan) -> str:
        """Exactly what would run. This is the dry run."""
        ...

    def apply(self, plan: Plan, run: Run) -> list[OperationResult]:
        """Carry the plan out, wave by wave, skipping what the run says is finished. Never raises for a failed
        operation: its result says so, and what waited for it is `skipped` with the reason."""
        ...

    def undo(self, plan: Plan, results: Sequence[OperationResult], run: Run) -> list[OperationResult]:
        """Remove what `created` proves we made, newest first, each removal verified."""
        ...
