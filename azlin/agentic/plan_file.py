"""A plan and its price, handed to a colleague or to CI in a file.

The file holds the fingerprint that a yes would be bound to; a file that was edited is refused. It holds no secret: a
plan refers to them by name.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from azlin import __version__
from azlin.agentic.types import Intent, Objective, Plan, Quote, Request, Value, approval_fingerprint
from azlin.errors import NotFound, PlanStale, UsageRefused
from azlin.gateways.cloud import Cloud
from azlin.gateways.files import write_whole

SCHEMA = 1


class SavedPlan(Value, frozen=True):
    """What the file says. `azlin` is the version that wrote it."""

    request: Request
    intent: Intent
    plan: Plan
    quote: Quote
    fingerprint: str
    schema: int = SCHEMA
    azlin: str = __version__


def write(path: Path, objective: Objective) -> None:
    """Save the plan of an objective (mode 0600, whole or not at all). Raises UsageRefused if there is none yet,
    StateUnwritable."""
    if objective.intent is None or objective.plan is None or objective.quote is None:
        raise UsageRefused(f"there is no plan to save in {path}: the request was not planned")
    saved = SavedPlan(
        request=objective.request,
        intent=objective.intent,
        plan=objective.plan,
        quote=objective.quote,
        fingerprint=approval_fingerprint(objective.plan, objective.quote),
    )
    write_whole(path, msgspec.json.format(msgspec.json.encode(saved), indent=1) + b"\n")


def read(path: Path, cloud: Cloud) -> SavedPlan:
    """Read a plan for this cloud. Raises NotFound, UsageRefused (not a plan, a newer form), PlanStale (edited, or made
    for another cloud, tenant or subscription)."""
    try:
        text = path.read_bytes()
    except OSError as refused:
        raise NotFound(f"cannot read {path}", why=refused.strerror or "") from refused
    try:
        saved = msgspec.json.decode(text, type=SavedPlan)
    except (msgspec.DecodeError, ValueError) as invalid:
        raise UsageRefused(
            f"{path} is not a saved plan", why=str(invalid), fix=f'azlin doit "…" -n --save {path}'
        ) from invalid
    if saved.schema != SCHEMA:
        raise UsageRefused(f"{path} was written by azlin {saved.azlin} in a form this version does not know")
    again = f"azlin doit {saved.request.text!r} -n --save {path}"
    if approval_fingerprint(saved.plan, saved.quote) != saved.fingerprint:
        raise PlanStale(f"{path} was changed after it was saved; nothing ran", fix=again)
    made, here = saved.plan.made_against, (cloud.name, cloud.tenant, cloud.subscription)
    if (made.cloud, made.tenant, made.subscription) != here:
        raise PlanStale(
            f"{path} was made for {made.cloud}, subscription {made.subscription}; this is {cloud.name}, "
            f"subscription {cloud.subscription}",
            fix=again,
        )
    return saved


def taken_up(objective: Objective, saved: SavedPlan) -> Objective:
    """The objective with everything that the file settles; its next step is the budget."""
    return replace(objective, intent=saved.intent, plan=saved.plan, quote=saved.quote)
