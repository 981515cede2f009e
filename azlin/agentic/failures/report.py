"""What a user is told about each distinct failure: what Azure said, why, what to do, what worked before, what to read.

Nothing here decides anything or asks Azure. Microsoft Learn is asked about all failures at once, and never holds a
report up for longer than its client's own limit (3 s).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from azlin.agentic.explanation import Account, Explanation, Reading
from azlin.agentic.failures.history import FailureHistory, Met, signature_of
from azlin.agentic.families.bodies import pairs, properties_of
from azlin.agentic.learn.findings import Findings
from azlin.agentic.types import GROUP_TYPE, Failure, Objective, Operation, OperationResult, Plan
from azlin.redaction import redact

SAID_MAX = 600
"""Azure's messages may list hundreds of sizes; the results of the objective hold the whole."""
LOOKS_MAX = 8
OURS = frozenset({"unreachable", "timed_out", "sign_in", "tool", "skipped"})
"""Classes of failures that are not Azure's, and so not Microsoft Learn's either."""

AFTER = "after "
"""How the reason of a plan begins that was given up because of a failure: `after CODE: what was changed`."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_COMMAND = re.compile(r": (az(?:lin)? [^:]*(?::[^ ][^:]*)*)$")
_ELLIPSIS = '"…"'

LookUp = Callable[[str, str], Findings]
"""Azure's code and an ARM type → what Microsoft Learn has about it (`MsLearnClient.look_up`)."""


class Failed(NamedTuple):
    """An operation and why it failed."""

    operation: Operation
    failure: Failure


def failed_in(plan: Plan, results: Sequence[OperationResult]) -> list[Failed]:
    """What failed of a plan, in its order; what only waited for it is left out."""
    by_id = {operation.id: operation for operation in plan.operations}
    return [
        Failed(by_id[result.operation], result.failure)
        for result in results
        if result.status == "failed" and result.failure is not None and result.operation in by_id
    ]


def explain(
    objective: Objective,
    failed: Sequence[Failed],
    *,
    history: FailureHistory,
    look_up: LookUp,
) -> tuple[Explanation, ...]:
    """One Explanation per signature, in the order of the failures; nothing is suggested in it yet."""
    alike: dict[str, list[Failed]] = {}
    for one in failed:
        alike.setdefault(signature_of(one.failure), []).append(one)
    met = history.all()
    with ThreadPoolExecutor(max(1, min(LOOKS_MAX, len(alike))), thread_name_prefix="learn") as hands:
        found = list(hands.map(partial(_looked_up, look_up), alike.values()))
    return tuple(
        _explanation(objective, group, met.get(signature), findings)
        for (signature, group), findings in zip(alike.items(), found, strict=True)
    )


def _looked_up(look_up: LookUp, group: Sequence[Failed]) -> Findings | None:
    operation, failure = group[0]
    return None if failure.type in OURS else look_up(failure.code, operation.target.type)


def _explanation(
    objective: Objective,
    group: Sequence[Failed],
    met: Met | None,
    findings: Findings | None,
) -> Explanation:
    operation, failure = group[0]
    remedy = filled(failure.hint, operation, objective)
    said = str(redact(failure.message))
    command = _COMMAND.search(remedy)
    return Explanation(
        signature=signature_of(failure),
        type=failure.type,
        code=failure.code,
        status=failure.status,
        said=said if len(said) <= SAID_MAX else f"{said[:SAID_MAX]}…",
        operations=tuple(one.operation.id for one in group),
        resource_type=operation.target.type,
        location=str(operation.desired.get("location") or operation.target.location or ""),
        cause=filled(failure.cause, operation, objective),
        remedy=remedy,
        command=command[1] if command else "",
        before=met.resolved if met is not None else "",
        seen=met.count if met is not None else 0,
        pages=tuple(
            Reading(title=page.title, url=page.url, passage=page.passage)
            for page in (findings.pages if findings else ())
        ),
        note=findings.note if findings is not None else "",
        links=failure.links,
    )


def filled(text: str, operation: Operation, objective: Objective) -> str:
    """A remedy that can be pasted: its placeholders filled from the operation, each quoted for a shell where it must
    be; what nothing is known of stands in capitals."""
    target = operation.target
    group = target.name if target.type.casefold() == GROUP_TYPE.casefold() else target.group
    whole_id = target.id if target.subscription and target.name else None
    known: dict[str, object] = {
        "group": group,
        "name": target.leaf or None,
        "location": operation.desired.get("location") or target.location,
        "subscription": target.subscription,
        "size": size_of(operation),
        "id": whole_id,
        "namespace": target.type.partition("/")[0],
        "scope": f"/subscriptions/{target.subscription}/resourceGroups/{group}"
        if target.subscription and group
        else None,
    }

    def value(found: re.Match[str]) -> str:
        said = known.get(found[1])
        return shlex.quote(str(said)) if said else found[1].upper()

    text = _PLACEHOLDER.sub(value, text)
    text = re.sub(r"azlin objective resume( last\b|(?! \w))", f"azlin objective resume {objective.id[:8]}", text)
    if _ELLIPSIS in text and "{secret:" not in objective.request.text:
        text = text.replace(_ELLIPSIS, shlex.quote(objective.request.text))
    return text


def size_of(operation: Operation) -> str | None:
    """The size or SKU that an operation asks for, wherever its type keeps it."""
    hardware = pairs(properties_of(operation.desired).get("hardwareProfile"))
    said = hardware.get("vmSize") or pairs(operation.desired.get("sku")).get("name")
    return str(said) if said else None


def account_of(objective: Objective, history: FailureHistory, look_up: LookUp) -> Account:
    """What became of an objective and why, by its record; what could be changed is as it was when it failed."""
    where = ", sandbox" if objective.cloud.casefold() == "sandbox" else ""
    asked = f"“{objective.request.text}” ({objective.id[:8]}{where})"
    outcome = objective.outcome
    if outcome is None:
        step = f"azlin objective resume {objective.id[:8]}"
        summary = (
            f"{asked} was cut off before it ended, or is still going on; what is missing is not known until resumed"
        )
        return _account(objective, True, summary, (), (step,))
    if outcome.verdict in ("achieved", "previewed", "running"):
        summary = f"{asked} did not fail: {outcome.verdict}: {outcome.summary}"
        first = [one.why.removeprefix(AFTER) for one in objective.history if one.why.startswith(AFTER)]
        cured = f" (it had failed before, and was changed: {'; '.join(first)})" if first else ""
        return _account(objective, False, summary + cured, (), ())
    failed = failed_in(objective.plan, outcome.results) if objective.plan is not None else []
    suggested = {one.signature: one.suggestions for one in outcome.failures}
    explained = explain(objective, failed, history=history, look_up=look_up)
    failures = tuple(replace(one, suggestions=suggested.get(one.signature, ())) for one in explained)
    if not failures and outcome.failure is not None:
        failures = (_before_anything_ran(outcome.failure),)
    summary = f"{asked} ended {outcome.verdict}: {outcome.summary}"
    return _account(objective, True, summary, failures, outcome.next_steps)


def _before_anything_ran(failure: Failure) -> Explanation:
    return Explanation(
        signature=signature_of(failure),
        type=failure.type,
        code=failure.code,
        status=failure.status,
        said=str(redact(failure.message)),
        cause=failure.cause,
        remedy=failure.hint,
        links=failure.links,
    )


def _account(
    objective: Objective, failed: bool, summary: str, failures: tuple[Explanation, ...], steps: tuple[str, ...]
) -> Account:
    return Account(
        failed=failed,
        summary=summary,
        objective=objective.id,
        request=objective.request.text,
        verdict=objective.outcome.verdict if objective.outcome is not None else "",
        failures=failures,
        next_steps=steps,
    )
