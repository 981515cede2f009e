"""What may be said at the end: the one place where findings become a verdict, a summary and an exit code.

`achieved` is said only when every operation is done and Azure, asked afterwards, has every wanted state. What Azure
could not be asked about is unknown, and unknown is not success.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from azlin.agentic.explanation import Explanation
from azlin.agentic.retry_policy import failure_of
from azlin.agentic.terms import Terms
from azlin.agentic.types import (
    Failure,
    Intent,
    Objective,
    OperationResult,
    Outcome,
    Plan,
    Value,
    Verdict,
)
from azlin.errors import AzlinError

EXIT_CODES: dict[Verdict, int] = {
    "achieved": 0,
    "previewed": 0,
    "failed": 1,
    "cancelled": 1,
    "refused": 5,
    "undecided": 6,
    "partly": 7,
    "running": 8,
    "timed-out": 9,
    "interrupted": 130,
}
VERDICTS: dict[int, Verdict] = {5: "refused", 6: "undecided", 8: "running", 9: "timed-out"}
"""The verdict for an error that stopped the road before anything ran, by its exit code; all others: failed."""


SHOWN_MAX = 5
"""How many sentences of one kind a summary holds."""

CANCELLED = "cancelled"
"""How the reason begins for which a run was stopped by `azlin objective cancel`."""


class Finding(Value, frozen=True):
    """What Azure said, asked afterwards, about one operation.

    `ok` is None when Azure could not be asked. `wanted` and `found` are short texts for people.
    """

    operation: str
    ok: bool | None
    wanted: str = ""
    found: str = ""


def unclear(intent: Intent) -> Outcome:
    return Outcome(
        verdict="undecided",
        summary=" ".join(intent.questions),
        exit_code=6,
        next_steps=tuple(f'azlin doit "{candidate.text}"' for candidate in intent.candidates),
    )


def previewed(plan: Plan, terms: Terms) -> Outcome:
    would_change = plan.worst_effect != "reads"
    return Outcome(
        verdict="previewed",
        summary="nothing ran: this was a preview",
        exit_code=10 if terms.exit_code and would_change else 0,
    )


def nothing_to_do(objective: Objective) -> Outcome:
    summary = objective.intent.summary if objective.intent else ""
    found = objective.plan.assumptions if objective.plan else ()
    why = "; ".join(found) or "Azure already has it as asked"
    return Outcome(verdict="achieved", summary=f"nothing to do ({summary}): {why}")


def answered(summary: str, data: Any) -> Outcome:
    """What a family knew without Azure."""
    return Outcome(verdict="achieved", summary=summary, data=data)


def stopped_by(error: AzlinError, objective: Objective, *, begun: bool) -> Outcome:
    """The Outcome of a road that an error ended. `begun`: an operation had left before, so that something may have been
    done, which nobody has looked at yet; then the way on is to resume, which asks Azure first."""
    failure = failure_of(error)
    if begun and error.exit_code == 1:
        return Outcome(
            verdict="partly",
            summary=f"{error.what}; what was begun before that is in the journal",
            exit_code=EXIT_CODES["partly"],
            failure=failure,
            next_steps=tuple(step for step in (error.fix, f"azlin objective resume {objective.id[:8]}") if step),
        )
    return Outcome(
        verdict=VERDICTS.get(error.exit_code, "failed"),
        summary=error.what,
        exit_code=error.exit_code,
        failure=failure,
        next_steps=(error.fix,) if error.fix else (),
    )


def of(
    plan: Plan,
    results: Sequence[OperationResult],
    findings: Sequence[Finding],
    *,
    data: Any,
    stopped: str | None,
    out_of_time: bool = False,
    objective: Objective,
) -> Outcome:
    """The Outcome of a plan that was carried out, by what happened and by what Azure says afterwards. `stopped` says
    why it did not go to its end, `out_of_time` that it was the deadline of the run."""
    by_id = {finding.operation: finding for finding in findings}
    good = [r for r in results if r.status == "done" and by_id.get(r.operation, _READ).ok is True]
    undone = [result for result in results if result.status == "undone"]
    verdict = _verdict(plan, results, good, stopped, out_of_time=out_of_time)
    summary = _summary(plan, results, findings, len(good), objective)
    if undone:
        summary += f"; {len(undone)} created {_things(len(undone))} removed again"
    return Outcome(
        verdict=verdict,
        summary=summary,
        exit_code=_exit_code(verdict, results),
        data=data,
        results=tuple(_without_data(result) for result in results),
        failure=next((result.failure for result in results if _failed(result)), None),
        next_steps=() if verdict == "achieved" else _next_steps(objective, results),
    )


def explained(outcome: Outcome, failures: Sequence[Explanation]) -> Outcome:
    """The Outcome with what is known of its failures; the first thing that can be changed is the first step to take."""
    if not failures:
        return outcome
    changes = [one.suggestions[0].command for one in failures if one.suggestions]
    steps = tuple(dict.fromkeys([*changes, *outcome.next_steps]))
    return msgspec.structs.replace(outcome, failures=tuple(failures), next_steps=steps)


def not_gone_on(before: Outcome, stopped: AzlinError) -> Outcome:
    """The Outcome of what was done, when the change that was to cure it was stopped before anything more was done."""
    why = stopped.what.removesuffix("; nothing ran")
    summary = f"{before.summary}; it was not gone on with: {why}"
    return msgspec.structs.replace(before, summary=summary)


def may_go_on(objective: Objective) -> Objective:
    """The objective without its Outcome, unless there is nothing left to do."""
    if objective.outcome is None or objective.outcome.verdict == "achieved":
        return objective
    return msgspec.structs.replace(objective, outcome=None)


_READ = Finding(operation="", ok=True)
"""A read needs no second look: its answer was Azure's own."""


def _verdict(
    plan: Plan,
    results: Sequence[OperationResult],
    good: Sequence[OperationResult],
    stopped: str | None,
    *,
    out_of_time: bool,
) -> Verdict:
    if len(good) == len(plan.operations):
        return "achieved"
    if out_of_time:
        return "timed-out"
    if stopped:
        return "cancelled" if stopped.startswith(CANCELLED) else "interrupted"
    if any(result.failure and result.failure.type == "timed_out" for result in results):
        return "timed-out"
    changed = [r for r in results if r.status == "done" and _acted(plan, r.operation)]
    return "partly" if changed else "failed"


def _exit_code(verdict: Verdict, results: Sequence[OperationResult]) -> int:
    failures = [result.failure for result in results if result.failure is not None]
    if verdict == "failed" and any(f.type == "sign_in" or f.action == "reauthenticate" for f in failures):
        return 4
    told = [failure for failure in failures if failure.type != "skipped"]
    if verdict == "failed" and told and all(map(_absent, told)):
        return 3
    return EXIT_CODES[verdict]


def _absent(failure: Failure) -> bool:
    """Whether what was named does not exist: the thing itself, or what it stands on."""
    return failure.type == "not_found" or failure.action == "create_dependency" or failure.status in (404, 410)


def _summary(
    plan: Plan,
    results: Sequence[OperationResult],
    findings: Sequence[Finding],
    good: int,
    objective: Objective,
) -> str:
    if good == len(plan.operations):
        asked = objective.intent.summary if objective.intent else "done"
        return asked if plan.worst_effect == "reads" else f"{asked}: Azure confirms {_all_of(good)}"
    done = {result.operation for result in results if result.status == "done"}
    parts = [f"{good} of {len(plan.operations)} operations are as wanted in Azure"]
    parts += _some(
        f"{r.operation} failed: {r.failure.code}: {r.failure.message}" for r in results if _failed(r) and r.failure
    )
    # Of what failed or was not begun, nobody expects that Azure has it.
    told = [finding for finding in findings if finding.operation in done]
    parts += _some(f"{f.operation} is not as wanted: {f.found}" for f in told if f.ok is False)
    parts += _some(f"{f.operation} is unknown: {f.found}" for f in told if f.ok is None)
    skipped = sum(result.status == "skipped" for result in results)
    parts += [f"{skipped} skipped"] if skipped else []
    return "; ".join(parts)


def _failed(result: OperationResult) -> bool:
    """Also when what it had left behind was removed again."""
    return result.status in ("failed", "undone") and result.failure is not None


def _some(sentences: Iterable[str]) -> list[str]:
    """The first few, and how many more."""
    every = list(sentences)
    return every[:SHOWN_MAX] + ([f"and {len(every) - SHOWN_MAX} more"] if len(every) > SHOWN_MAX else [])


def _all_of(count: int) -> str:
    return "it" if count == 1 else f"all {count} operations"


def _things(count: int) -> str:
    return "resource was" if count == 1 else "resources were"


def _acted(plan: Plan, operation_id: str) -> bool:
    return any(o.id == operation_id and o.effect != "reads" for o in plan.operations)


def _next_steps(objective: Objective, results: Sequence[OperationResult]) -> tuple[str, ...]:
    short = objective.id[:8]
    steps = [f"azlin objective resume {short}"]
    if any(result.created and result.status == "done" for result in results):
        steps.append(f"azlin objective undo {short}")
    return tuple(steps)


def _without_data(result: OperationResult) -> OperationResult:
    """Results are filed; what a read returned is shown once, in `Outcome.data`."""
    if result.data is None:
        return result
    return OperationResult(
        operation=result.operation,
        status=result.status,
        strategy=result.strategy,
        attempts=result.attempts,
        resource_id=result.resource_id,
        created=result.created,
        failure=result.failure,
    )
