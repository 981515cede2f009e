"""What a deployment would change: `POST {deployment}/whatIf`.

Compared are the leaves the template names; what it leaves out is not counted as a change, because ARM keeps or
defaults it.
"""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.templates.deployment_run import Run
from azlin.sandbox.arm.templates.expression_parser import TemplateInvalid
from azlin.sandbox.arm.templates.template import DEPLOYMENTS


def changes(run: Run, rid: ResourceId, call: Call, *, complete: bool) -> list[Body]:
    """One entry for each resource: Create, Modify, NoChange, Ignore or Delete. Shape: "What-If" REST reference."""
    plane = call.plane
    made: list[Body] = []
    named: set[str] = set()
    for unit in run.units:
        own = unit.deployable
        key = own.id.casefold()
        named.add(key)
        if own.existing:
            continue
        try:
            after: Body = {
                "id": own.id,
                "name": own.name,
                "type": own.type,
                "apiVersion": own.api_version,
                **own.body(run.functions),
            }
        except TemplateInvalid:
            made.append({"resourceId": own.id, "changeType": "Deploy"})
            continue
        after.pop("dependsOn", None)
        before = _before(own.id, call)
        if before is None or own.type == DEPLOYMENTS:
            made.append({"resourceId": own.id, "changeType": "Create", "after": after})
            continue
        delta = differences(before, after)
        made.append(
            {
                "resourceId": own.id,
                "changeType": "Modify" if delta else "NoChange",
                "before": before,
                "after": after,
                **({"delta": delta} if delta else {}),
            }
        )
    if rid.group is not None:
        group = plane.store.parse(rid.scope, rid.tenant)
        for other in plane.store.all(group=group, listed=True):
            if other.id.key not in named:
                kind = "Delete" if complete else "Ignore"
                made.append({"resourceId": other.id.id, "changeType": kind, "before": plane.show(other, call)})
    return made


def differences(before: Body, after: Body, at: str = "") -> list[Body]:
    """The leaves of `after` that `before` does not have so."""
    found: list[Body] = []
    for name, wanted in after.items():
        path = f"{at}.{name}" if at else name
        if path in ("id", "name", "type", "apiVersion"):
            continue
        kept = before.get(name)
        if isinstance(wanted, dict):
            found.extend(differences(object_of(kept), object_of(wanted), path))
        elif name not in before:
            found.append({"path": path, "propertyChangeType": "Create", "after": wanted})
        elif not _agrees(kept, wanted, path):
            found.append({"path": path, "propertyChangeType": "Modify", "before": kept, "after": wanted})
    return found


def _agrees(kept: object, wanted: object, path: str) -> bool:
    if isinstance(wanted, list):
        left, right = array_of(kept), array_of(wanted)
        return len(left) == len(right) and all(
            not differences({"value": one}, {"value": other}, path) for one, other in zip(left, right, strict=True)
        )
    if isinstance(kept, str) and isinstance(wanted, str):
        if path == "location":
            return kept.replace(" ", "").casefold() == wanted.replace(" ", "").casefold()
        return kept.casefold() == wanted.casefold()
    return kept == wanted


def _before(path: str, call: Call) -> Body | None:
    try:
        return call.plane.show(call.plane.find(call.plane.store.parse(path, call.tenant), call), call)
    except (ArmRefusal, ValueError):
        return None
