"""Asking Azure afterwards whether it is true: what was to be there is there as wanted, what was to go is gone.

Nothing that a strategy reported is believed here. What Azure could not be asked about is None, which is not success.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from azlin.agentic.conclusion import Finding
from azlin.agentic.difference import Difference, Published, Unreadable, differences
from azlin.agentic.types import Operation, OperationResult, Plan
from azlin.agentic.world import Resource, World
from azlin.errors import AzlinError
from azlin.redaction import redact

SHOWN_MAX = 3

STATES_AFTER = {
    "start": ("running", "ready", "started"),
    "restart": ("running", "ready", "started"),
    "deallocate": ("deallocated",),
    "poweroff": ("stopped", "deallocated"),
    "stop": ("stopped", "deallocated"),
}
"""Action (case-folded) → the power states that show that it worked."""


def validate(
    plan: Plan,
    results: Sequence[OperationResult],
    world: World,
    *,
    unreadable: Unreadable | None = None,
    published: Published | None = None,
) -> list[Finding]:
    """What Azure says now about each operation of a plan, whatever its result says; reads need no second look.

    `world` is asked anew, nothing that it remembers counts. `unreadable` says which settings Azure never returns
    (`difference.unreadable_by` reads it from the type schemas). Never raises AzlinError: a question that fails is a
    finding whose `ok` is None.
    """
    now = world.anew()
    reported = {result.operation: result for result in results}
    return [
        _finding(operation, plan, reported.get(operation.id), now, unreadable, published)
        for operation in plan.operations
        if operation.effect != "reads"
    ]


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
    operation: Operation,
    plan: Plan,
    result: OperationResult | None,
    world: World,
    unreadable: Unreadable | None,
    published: Published | None,
) -> Finding:
    try:
        match operation.verb:
            case "ensure":
                return _ensured(operation, plan, world, unreadable, published)
            case "delete":
                return _deleted(operation, world)
            case "act":
                return _acted(operation, result, world)
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
        return Finding(operation=operation.id, ok=False, wanted=wanted, found="it does not exist")
    if (state := _state(there)) != "succeeded":
        return Finding(operation=operation.id, ok=False, wanted=wanted, found=f"its provisioning state is {state}")
    if found := differences(operation, there, plan=plan, unreadable=unreadable, published=published):
        return Finding(operation=operation.id, ok=False, wanted=wanted, found=_told(found))
    return Finding(operation=operation.id, ok=True, wanted=wanted, found="as wanted")


def _deleted(operation: Operation, world: World) -> Finding:
    there = world.get(operation.target)
    found = "it does not exist" if there is None else f"it still exists ({_state(there)})"
    return Finding(operation=operation.id, ok=there is None, wanted=_wanted(operation), found=found)


def _acted(operation: Operation, result: OperationResult | None, world: World) -> Finding:
    states = STATES_AFTER.get(str(operation.desired.get("action", "")).casefold())
    wanted = _wanted(operation)
    if states is None:
        done = result is not None and result.status == "done"
        found = "Azure took it; nothing can be read that shows its effect" if done else "it was not done"
        return Finding(operation=operation.id, ok=None if done else False, wanted=wanted, found=found)
    there = world.get(operation.target, expand=_view_of(operation))
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


def power_state(resource: Resource) -> str | None:
    """`running`, `deallocated`, … case-folded, from wherever the type keeps it: a VM's instance view, a cluster's
    `powerState.code`, a gateway's `operationalState`, an app's or a server's `state`. None when Azure does not say."""
    properties = cast("dict[str, Any]", resource.get("properties") or {})
    view = cast("dict[str, Any]", properties.get("instanceView") or {})
    for status in cast("list[dict[str, Any]]", view.get("statuses") or []):
        kind, _, state = str(status.get("code", "")).partition("/")
        if kind.casefold() == "powerstate":
            return state.casefold()
    power = properties.get("powerState")
    if isinstance(power, dict):
        power = cast("dict[str, Any]", power).get("code")
    said = power or properties.get("operationalState") or properties.get("state")
    return said.casefold() if isinstance(said, str) else None


def _view_of(operation: Operation) -> str | None:
    folded = operation.target.type.casefold()
    return "instanceView" if folded.startswith("microsoft.compute/virtualmachine") else None


def _state(there: Resource) -> str:
    """Case-folded provisioningState; none means succeeded (ARM RPC, "ProvisioningState property")."""
    properties = there.get("properties")
    said = cast("dict[str, Any]", properties).get("provisioningState") if isinstance(properties, dict) else None
    return str(said or "Succeeded").casefold()


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
