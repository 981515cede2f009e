"""Asking Azure afterwards whether it is true: what was to be there is there as wanted, what was to go is gone.

Nothing that a strategy reported is believed here. What Azure could not be asked about is None, which is not success.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from azlin.agentic.acts import STATES_AFTER, action_of, power_state, view_of
from azlin.agentic.conclusion import Finding
from azlin.agentic.difference import Difference, Published, Unreadable, differences
from azlin.agentic.types import Operation, OperationResult, Plan
from azlin.agentic.world import Resource, World
from azlin.errors import AzlinError
from azlin.gateways.long_running import provisioning_state
from azlin.redaction import redact

SHOWN_MAX = 3
PARALLEL_MAX = 16
PATIENCE_S = 20.0
"""How long readers may lag behind: ARM's caches are eventually consistent, mostly within seconds."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 4.0

ABSENT = "it does not exist"
LAGGING = tuple(f"its provisioning state is {state}" for state in ("creating", "updating", "accepted", "running"))

Witnessed = Callable[[Operation], "bool | None"]
"""Whether Azure's activity log shows an act: True, False (it failed), None when it does not show it."""


def validate(
    plan: Plan,
    results: Sequence[OperationResult],
    world: World,
    *,
    witnessed: Witnessed | None = None,
    unreadable: Unreadable | None = None,
    published: Published | None = None,
    patience_s: float = PATIENCE_S,
    wait: Callable[[float], None] = time.sleep,
) -> list[Finding]:
    """What Azure says now about each operation of a plan, whatever its result says; reads need no second look.

    `world` is asked anew, nothing that it remembers counts; again for up to `patience_s` where Azure took something and
    does not show it yet, because its readers lag behind its writers. `unreadable` says which settings Azure never
    returns (`difference.unreadable_by` reads it from the type schemas); `witnessed` asks its activity log about an act
    that leaves nothing to read. Never raises AzlinError: a question that fails is a finding whose `ok` is None.
    """
    reported = {result.operation: result for result in results}
    found: dict[str, Finding] = {}
    asked = [operation for operation in plan.operations if operation.effect != "reads"]
    pending: list[Operation] = asked
    left_s, pause_s = patience_s, FIRST_PAUSE_S
    while pending:
        now = world.anew()
        look = partial(_finding, plan, reported, now, witnessed, unreadable, published)
        with ThreadPoolExecutor(min(PARALLEL_MAX, len(pending)), thread_name_prefix="validate") as hands:
            found.update((finding.operation, finding) for finding in hands.map(look, pending))
        pending = [one for one in pending if _may_lag(one, found[one.id], reported.get(one.id))]
        if left_s <= 0:
            break
        if pending:
            wait(min(pause_s, left_s))
            left_s, pause_s = left_s - pause_s, min(pause_s * 2, LONGEST_PAUSE_S)
    return [found[operation.id] for operation in asked]


def _may_lag(operation: Operation, finding: Finding, result: OperationResult | None) -> bool:
    """Whether a reader that is behind could say this of an operation that was carried out. What was just created is
    either not seen yet or seen as it is; only a change can be seen as it was before."""
    if finding.ok is not False or result is None or result.status != "done":
        return False
    return operation.verb != "ensure" or operation.effect == "changes" or finding.found in (ABSENT, *LAGGING)


def matches(
    operation: Operation,
    there: Resource | None,
    *,
    unreadable: Unreadable | None = None,
    published: Published | None = None,
) -> bool:
    """Whether what Azure has (None: nothing) is what an `ensure` or `delete` wants, finished. A run that takes up the
    work of a dead process decides by this."""
    if operation.verb == "delete":
        return there is None
    if operation.verb != "ensure" or there is None:
        return False
    return _state(there) == "succeeded" and not differences(
        operation, there, unreadable=unreadable, published=published
    )


def _finding(
    plan: Plan,
    reported: Mapping[str, OperationResult],
    world: World,
    witnessed: Witnessed | None,
    unreadable: Unreadable | None,
    published: Published | None,
    operation: Operation,
) -> Finding:
    result = reported.get(operation.id)
    try:
        match operation.verb:
            case "ensure":
                return _ensured(operation, plan, world, unreadable, published)
            case "delete":
                return _deleted(operation, world)
            case "act":
                return _acted(operation, result, world, witnessed)
            case "command":
                return _commanded(operation, world)
            case "read":
                return Finding(operation=operation.id, ok=result is not None and result.status == "done")
    except AzlinError as unknown:
        return Finding(operation=operation.id, ok=None, wanted=_wanted(operation), found=f"not asked: {unknown.what}")


def _ensured(
    operation: Operation,
    plan: Plan,
    world: World,
    unreadable: Unreadable | None,
    published: Published | None,
) -> Finding:
    wanted = _wanted(operation)
    there = world.get(operation.target)
    if there is None:
        return Finding(operation=operation.id, ok=False, wanted=wanted, found=ABSENT)
    if (state := _state(there)) != "succeeded":
        return Finding(operation=operation.id, ok=False, wanted=wanted, found=f"its provisioning state is {state}")
    if found := differences(operation, there, plan=plan, unreadable=unreadable, published=published):
        return Finding(operation=operation.id, ok=False, wanted=wanted, found=_told(found))
    return Finding(operation=operation.id, ok=True, wanted=wanted, found="as wanted")


def _deleted(operation: Operation, world: World) -> Finding:
    there = world.get(operation.target)
    found = "it does not exist" if there is None else f"it still exists ({_state(there)})"
    return Finding(operation=operation.id, ok=there is None, wanted=_wanted(operation), found=found)


def _acted(operation: Operation, result: OperationResult | None, world: World, witnessed: Witnessed | None) -> Finding:
    states = STATES_AFTER.get(action_of(operation))
    wanted = _wanted(operation)
    if states is None:
        seen = witnessed(operation) if witnessed is not None else None
        if seen is not None:
            said = "it was done" if seen else "it failed"
            return Finding(
                operation=operation.id, ok=seen, wanted=wanted, found=f"Azure's activity log says that {said}"
            )
        done = result is not None and result.status == "done"
        found = "Azure took it; nothing can be read that shows its effect" if done else "it was not done"
        return Finding(operation=operation.id, ok=None if done else False, wanted=wanted, found=found)
    there = world.get(operation.target, expand=view_of(operation.target.type))
    if there is None:
        return Finding(operation=operation.id, ok=False, wanted=wanted, found="it does not exist")
    state = power_state(there)
    if state is None:
        return Finding(operation=operation.id, ok=None, wanted=wanted, found="Azure does not say its power state")
    return Finding(operation=operation.id, ok=state in states, wanted=wanted, found=f"it is {state}")


def _commanded(operation: Operation, world: World) -> Finding:
    """An az command says what to do, not what is wanted; only that its target came or went can be looked up."""
    wanted = _wanted(operation)
    target = operation.target
    if not target.name or target.subscription is None or operation.effect not in ("creates", "destroys"):
        found = "az reported success; a command does not say what to look for"
        return Finding(operation=operation.id, ok=None, wanted=wanted, found=found)
    there = world.get(target)
    if operation.effect == "destroys":
        found = "it does not exist" if there is None else "it still exists"
        return Finding(operation=operation.id, ok=there is None, wanted=wanted, found=found)
    ok = there is not None and _state(there) == "succeeded"
    found = "it does not exist" if there is None else f"its provisioning state is {_state(there)}"
    return Finding(operation=operation.id, ok=ok, wanted=wanted, found=found)


def _state(there: Resource) -> str:
    return provisioning_state(there).casefold()


def _wanted(operation: Operation) -> str:
    name = operation.target.name or operation.target.type
    match operation.verb:
        case "ensure":
            return f"{name} exists as planned"
        case "delete":
            return f"{name} does not exist"
        case "act":
            return f"{name} after {operation.desired.get('action')}"
        case "command":
            return " ".join(redact(operation.desired.get("argv") or []))
        case "read":
            return f"{name} is read"


def _told(found: Sequence[Difference]) -> str:
    shown = "; ".join(str(one) for one in found[:SHOWN_MAX])
    return shown + (f"; and {len(found) - SHOWN_MAX} more" if len(found) > SHOWN_MAX else "")
