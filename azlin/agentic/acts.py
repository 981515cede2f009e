"""What an act (a POST below a resource) leaves behind, by which it can be seen afterwards.

Some acts leave the same state however often they are sent; some (a restart, a new key) do something each time, and are
never sent again by azlin once they may have left.
"""

from __future__ import annotations

from typing import Any, cast

from azlin.agentic.types import Operation

STATES_AFTER = {
    "start": ("running", "ready", "started"),
    "restart": ("running", "ready", "started"),
    "deallocate": ("deallocated",),
    "poweroff": ("stopped", "deallocated"),
    "stop": ("stopped", "deallocated"),
    "register": ("registered", "registering"),
}
"""Action (case-folded) → the power states that show that it worked."""

REPEATABLE = frozenset({"start", "deallocate", "poweroff", "stop", "generalize", "register"})
"""Actions (case-folded) that leave the same state when they are sent twice. `restart` and `regenerateKey` do something
each time."""


def action_of(operation: Operation) -> str:
    """The action of an `act`, case-folded; empty for other verbs."""
    return str(operation.desired.get("action", "")).casefold() if operation.verb == "act" else ""


def repeatable(operation: Operation) -> bool:
    """Whether carrying an operation out twice is no worse than once. Of an az command nobody knows."""
    if operation.effect == "reads" or operation.verb in ("read", "ensure", "delete"):
        return True
    return operation.verb == "act" and action_of(operation) in REPEATABLE


def power_of(resource: dict[str, Any]) -> str | None:
    """`running`, `deallocated`, `stopped` … of a VM read with its instance view; None when that is not there."""
    properties = cast("dict[str, Any]", resource.get("properties") or {})
    view = cast("dict[str, Any]", properties.get("instanceView") or {})
    for status in cast("list[dict[str, Any]]", view.get("statuses") or []):
        kind, _, state = str(status.get("code", "")).partition("/")
        if kind.casefold() == "powerstate":
            return state.casefold()
    return None


def power_state(resource: dict[str, Any]) -> str | None:
    """`running`, `deallocated`, … case-folded, from wherever the type keeps it: a VM's instance view, a cluster's
    `powerState.code`, a gateway's `operationalState`, an app's or a server's `state`, a provider's
    `registrationState`. None when Azure does not say."""
    if (seen := power_of(resource)) is not None:
        return seen
    properties = cast("dict[str, Any]", resource.get("properties") or {})
    power = properties.get("powerState")
    if isinstance(power, dict):
        power = cast("dict[str, Any]", power).get("code")
    said = power or properties.get("operationalState") or properties.get("state") or resource.get("registrationState")
    return said.casefold() if isinstance(said, str) else None


def view_of(type_: str) -> str | None:
    """The `$expand` with which a type shows its power state; None where it shows it anyway, or has none."""
    return "instanceView" if type_.casefold().startswith("microsoft.compute/virtualmachine") else None
