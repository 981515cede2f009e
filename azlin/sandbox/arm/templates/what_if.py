"""What a deployment would change: `POST {deployment}/whatIf`.

Compared are the leaves the template names, and tags as a whole; what else it leaves out is not counted as a change,
because ARM keeps or defaults it. Shape and words of change types: "Deployments - What If" of the Azure REST reference
and "ARM template deployment what-if operation".
"""

from __future__ import annotations

from typing import Any, cast

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of, same_json
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.templates.expansion import Expansion
from azlin.sandbox.arm.templates.expressions import is_expression
from azlin.sandbox.arm.templates.template import Deployable
from azlin.sandbox.arm.templates.template_places import DEPLOYMENTS

_ENVELOPE = frozenset(("id", "name", "type", "apiVersion"))
_COMPARED_AS_ONE = frozenset(("tags",))


def changes(expansion: Expansion, rid: ResourceId, call: Call, *, complete: bool, brief: bool) -> list[Body]:
    """One entry for each resource, nested ones too: Create, Modify, NoChange, Ignore, Delete, Unsupported, or, with
    `brief`, Deploy for what is there already."""
    made: list[Body] = []
    named: set[str] = set()
    for own, body in expansion.resources:
        named.add(own.id.casefold())
        if own.existing or own.type.casefold() == DEPLOYMENTS.casefold():
            continue
        made.append(_change(own, body, call, brief=brief))
    for one in expansion.closed:
        reason = (
            f"Changes to the resources of the nested deployment '{one.name}' cannot be predicted, because its "
            "parameters cannot be evaluated before the deployment."
        )
        made.append({"resourceId": one.id, "changeType": "Unsupported", "unsupportedReason": reason})
    if rid.group is not None:
        made.extend(_others(rid, named, call, complete=complete, brief=brief))
    return made


def _change(own: Deployable, body: Body, call: Call, *, brief: bool) -> Body:
    if is_expression(own.name):
        reason = "The resource id cannot be evaluated before the deployment."
        return {"resourceId": own.id, "changeType": "Unsupported", "unsupportedReason": reason}
    before = _before(own.id, call)
    if brief:
        return {"resourceId": own.id, "changeType": "Create" if before is None else "Deploy"}
    after: Body = {"apiVersion": own.api_version, "id": own.id, "name": own.name, "type": own.type, **body}
    if before is None:
        return {"resourceId": own.id, "changeType": "Create", "after": after}
    delta = differences(before, after)
    kind = "Modify" if delta else "NoChange"
    told: Body = {"delta": delta} if delta else {}
    return {"resourceId": own.id, "changeType": kind, "before": before, "after": after, **told}


def _others(rid: ResourceId, named: set[str], call: Call, *, complete: bool, brief: bool) -> list[Body]:
    """What is in the group and not in the template."""
    made: list[Body] = []
    plane = call.plane
    group = plane.store.parse(rid.scope, rid.tenant)
    for other in list(plane.store.all(group=group, listed=True)):
        if other.id.key in named:
            continue
        change: Body = {"resourceId": other.id.id, "changeType": "Delete" if complete else "Ignore"}
        if not brief:
            change["before"] = plane.show(other, call)
            if not complete:
                change["after"] = change["before"]
        made.append(change)
    return made


def differences(before: Body, after: Body, at: str = "") -> list[Body]:
    """The leaves of `after` that `before` does not have so, as ARM's `delta` lists them."""
    found: list[Body] = []
    for name, wanted in after.items():
        path = f"{at}.{name}" if at else name
        if path not in _ENVELOPE and wanted is not None:
            found.extend(_field_differences(_field(before, name), wanted, path))
    if at in _COMPARED_AS_ONE or not at:
        found.extend(_gone(before, after, at))
    return found


def _field_differences(kept: Any, wanted: Any, path: str) -> list[Body]:
    if kept is None:
        return [] if wanted in ({}, []) else [{"path": path, "propertyChangeType": "Create", "after": wanted}]
    if isinstance(wanted, dict) and isinstance(kept, dict):
        return differences(object_of(kept), object_of(cast("Any", wanted)), path)
    if isinstance(wanted, list) and isinstance(kept, list):
        children = _array_differences(array_of(kept), array_of(cast("Any", wanted)))
        return [{"path": path, "propertyChangeType": "Array", "children": children}] if children else []
    if _agree(kept, cast("Any", wanted), path):
        return []
    return [{"path": path, "propertyChangeType": "Modify", "before": kept, "after": wanted}]


def _gone(before: Body, after: Body, at: str) -> list[Body]:
    """Tags that the template does not name are removed by it."""
    if at:
        absent = [name for name in before if name not in after]
        return [{"path": f"{at}.{name}", "propertyChangeType": "Delete", "before": before[name]} for name in absent]
    missing = [name for name in _COMPARED_AS_ONE if before.get(name) and name not in after]
    return [{"path": name, "propertyChangeType": "Delete", "before": before[name]} for name in missing]


def _array_differences(kept: list[Any], wanted: list[Any]) -> list[Body]:
    """Objects are matched by their name, else by their place; other values by being the same."""
    if any(isinstance(one, dict | list) for one in (*kept, *wanted)):
        return _matched(kept, wanted)
    made: list[Body] = []
    for at, one in enumerate(kept):
        if not any(_agree(one, other, "") for other in wanted):
            made.append({"path": str(at), "propertyChangeType": "Delete", "before": one})
    for at, one in enumerate(wanted):
        if not any(_agree(other, one, "") for other in kept):
            made.append({"path": str(at), "propertyChangeType": "Create", "after": one})
    if not made and len(kept) == len(wanted):
        moved = [
            (at, one, other)
            for at, (one, other) in enumerate(zip(kept, wanted, strict=True))
            if not _agree(one, other, "")
        ]
        return [
            {"path": str(at), "propertyChangeType": "Modify", "before": one, "after": other} for at, one, other in moved
        ]
    return made or _repeated(kept, wanted)


def _repeated(kept: list[Any], wanted: list[Any]) -> list[Body]:
    """The same values, some of them more often or less often than before."""
    longer, kind, word = (wanted, "Create", "after") if len(wanted) > len(kept) else (kept, "Delete", "before")
    shorter = min(len(kept), len(wanted))
    return [{"path": str(at), "propertyChangeType": kind, word: longer[at]} for at in range(shorter, len(longer))]


def _matched(kept: list[Any], wanted: list[Any]) -> list[Body]:
    made: list[Body] = []
    left = dict(enumerate(kept))
    for at, one in enumerate(wanted):
        name = object_of(one).get("name")
        same_name = [
            place for place, other in left.items() if name is not None and object_of(other).get("name") == name
        ]
        place = same_name[0] if same_name else at if name is None and at in left else None
        if place is None:
            made.append({"path": str(at), "propertyChangeType": "Create", "after": one})
            continue
        other = left.pop(place)
        children = _element(other, one)
        if children:
            made.append({"path": str(at), "propertyChangeType": "Modify", "children": children})
    made.extend({"path": str(at), "propertyChangeType": "Delete", "before": one} for at, one in left.items())
    return made


def _element(kept: Any, wanted: Any) -> list[Body]:
    if isinstance(kept, dict) and isinstance(wanted, dict):
        told = {name: value for name, value in object_of(wanted).items() if name not in _ENVELOPE}
        found = differences({"_": {**object_of(kept)}}, {"_": told})
        return [{**one, "path": str(one["path"]).removeprefix("_.")} for one in found]
    if isinstance(kept, list) and isinstance(wanted, list):
        return _array_differences(array_of(kept), array_of(wanted))
    return (
        []
        if _agree(cast("object", kept), cast("object", wanted), "")
        else [{"path": "", "propertyChangeType": "Modify", "before": kept, "after": wanted}]
    )


def _field(fields: Body, name: str) -> Any:
    if name in fields:
        return fields[name]
    return next((value for key, value in fields.items() if key.casefold() == name.casefold()), None)


def _agree(kept: object, wanted: object, path: str) -> bool:
    if isinstance(kept, str) and isinstance(wanted, str):
        if path == "location":
            return kept.replace(" ", "").casefold() == wanted.replace(" ", "").casefold()
        return kept.casefold() == wanted.casefold()
    if isinstance(kept, int | float) and isinstance(wanted, int | float):
        return isinstance(kept, bool) == isinstance(wanted, bool) and kept == wanted
    return same_json(kept, wanted)


def _before(path: str, call: Call) -> Body | None:
    try:
        return call.plane.show(call.plane.find(call.plane.store.parse(path, call.tenant), call), call)
    except (ArmRefusal, ValueError):
        return None
