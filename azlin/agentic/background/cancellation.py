"""Calling an objective off that nobody carries out: it is concluded, and nothing is said that Azure was not asked.

What a dead runner had sent may still be under way. So each operation that was started and never seen to end is asked
about first; where Azure cannot be asked, the objective stays cut off, because "cancelled" would say that it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from azlin.agentic import conclusion
from azlin.agentic.conclusion import CANCELLED, EXIT_CODES, Finding
from azlin.agentic.retry_policy import failure_of
from azlin.agentic.strategies.base_strategy import Run
from azlin.agentic.types import Failure, Objective, Operation, OperationResult, Outcome, Plan, Status
from azlin.errors import AzlinError, CloudUnreachable, SignInNeeded, UsageRefused

Ask = Callable[[Plan, Sequence[OperationResult]], Sequence[Finding]]
"""Asks Azure about every operation of a plan (`result_validator.validate`)."""

OVER = frozenset({"achieved", "failed", "refused", "undecided", "previewed", "cancelled"})


def refuse_if_over(objective: Objective) -> None:
    """Raise UsageRefused for an objective in which there is nothing left to call off."""
    outcome = objective.outcome
    if outcome is not None and outcome.verdict in OVER:
        raise UsageRefused(
            f"objective {objective.id[:8]} is over ({outcome.verdict}): there is nothing to cancel",
            fix=f"azlin objective undo {objective.id[:8]}   (removes what it made)",
        )


def why(actor: str) -> str:
    """The reason a runner is given; `conclusion.of` knows a cancelled run by its beginning."""
    return f"{CANCELLED} by {actor}"


def before_anything_began(objective: Objective, reason: str) -> Outcome:
    """The Outcome of an objective that never sent anything."""
    return Outcome(
        verdict="cancelled",
        summary=f"{reason}; nothing had been sent to Azure",
        exit_code=EXIT_CODES["cancelled"],
        next_steps=(f"azlin objective resume {objective.id[:8]}",),
    )


def after_asking(objective: Objective, plan: Plan, run: Run, ask: Ask, reason: str) -> Outcome:
    """The Outcome by what Azure says now. Raises CloudUnreachable or SignInNeeded when Azure cannot be asked about
    something that may be under way; then nothing is concluded."""
    results = [_as_it_stands(operation, run, reason) for operation in plan.operations]
    return conclusion.of(plan, results, ask(plan, results), data=None, stopped=reason, objective=objective)


def _as_it_stands(operation: Operation, run: Run, reason: str) -> OperationResult:
    try:
        if (known := run.finished(operation)) is not None:
            return known
    except (CloudUnreachable, SignInNeeded):
        raise
    except AzlinError as unknown:
        return _result(operation, "failed", failure_of(unknown))
    return _result(operation, "skipped", Failure(type="skipped", code=CANCELLED, message=reason))


def _result(operation: Operation, status: Status, failure: Failure) -> OperationResult:
    return OperationResult(operation=operation.id, status=status, strategy="", attempts=0, failure=failure)
