"""Moving resources to another group or subscription: `POST {group}/moveResources` and `/validateMoveResources`.

A resource moves with everything under it and takes its new id at once; what names the old id in either group then
names the new one. Source: "Resources - Move Resources", "- Validate Move Resources". Which types Azure cannot move is
not known here: a tracked resource moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.faults import Trouble
from azlin.sandbox.arm.ids import GROUP, ResourceId
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.arm.locks import refuse_locked
from azlin.sandbox.arm.operations import operation_path
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource


def _move(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    source, target, moving = _asked(call, groups, body)
    with call.plane.store.transaction():
        for one in moving:
            refuse_locked(one.id, call.plane.store, deleting=True)
        renamed = [pair for one in moving for pair in _relocate(one, source, target, call)]
        for group in (source, target):
            _rename_in(group, renamed, call)
    return _accepted(source, call)


def _validate(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    source, _, _ = _asked(call, groups, body)
    return _accepted(source, call)


def _asked(call: Call, groups: Mapping[str, str], body: Any) -> tuple[ResourceId, ResourceId, list[Resource]]:
    """Source and target group, and what is to move. Raises ArmRefusal."""
    store = call.plane.store
    source = store.parse(groups["group"], call.tenant)
    call.plane.require(source)
    asked = object_of(body)
    names = [str(one) for one in array_of(asked.get("resources"))]
    if not names or not asked.get("targetResourceGroup"):
        raise refusals.content_invalid("resources and targetResourceGroup are required")
    try:
        target = store.parse(str(asked["targetResourceGroup"]), call.tenant)
        moving = [store.parse(one, call.tenant) for one in names]
    except ValueError as malformed:
        raise refusals.content_invalid(str(malformed)) from None
    if target.type != GROUP:
        raise refusals.content_invalid("targetResourceGroup must be the id of a resource group")
    call.plane.require(target)
    if target.key == source.key:
        raise ArmRefusal(
            400, "ResourceMoveFailed", "The source and target resource group of a move must not be the same."
        )
    found: list[Resource] = []
    for one in moving:
        if one.group_key != source.key or one.nested or one.is_extension:
            raise ArmRefusal(
                400,
                "ResourceMoveNotSupported",
                f"The resource '{one.id}' cannot be moved: only top-level resources of the group '{source.name}' can.",
            )
        found.append(call.plane.find(one, call))
        if store.exists(_moved(one.id, source, target, call)):
            raise ArmRefusal(
                409,
                "ResourceMoveProviderValidationFailed",
                f"The resource group '{target.name}' already contains a resource of the name and type of '{one.id}'.",
            )
    return source, target, found


def _relocate(resource: Resource, source: ResourceId, target: ResourceId, call: Call) -> list[tuple[str, str]]:
    """Old and new id of it and of everything under it."""
    store = call.plane.store
    renamed: list[tuple[str, str]] = []
    parts = [resource, *store.below(resource.id)]
    store.delete(resource.id)
    for one in parts:
        rid = _moved(one.id.id, source, target, call)
        store.put(rid, one.body)
        renamed.append((one.id.id, rid.id))
    return renamed


def _moved(path: str, source: ResourceId, target: ResourceId, call: Call) -> ResourceId:
    return call.plane.store.parse(target.id + path[len(source.id) :], call.tenant)


def _rename_in(group: ResourceId, renamed: list[tuple[str, str]], call: Call) -> None:
    by_key = {old.casefold(): new for old, new in renamed}
    for one in list(call.plane.store.all(group=group)):
        body = _renamed(one.body, by_key)
        if body != one.body:
            call.plane.store.put(one.id, body)


def _renamed(value: Any, by_key: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return by_key.get(value.casefold(), value) if value.startswith("/") else value
    if isinstance(value, list):
        return [_renamed(one, by_key) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _renamed(one, by_key) for name, one in cast("dict[str, Any]", value).items()}
    return value


def _accepted(source: ResourceId, call: Call) -> Answer:
    """202; what is polled is done. (A resource of the source group is polled with 204 when a move is valid.)"""
    operation = call.plane.begin("acted", source, call, Trouble(), {"result": None})
    where = operation_path(operation).replace("/operationStatuses/", "/operationResults/")
    location = f"{call.base}{where}?api-version={call.api_version}"
    return Answer(202, None, {"Location": location, "x-ms-retry-after-ms": "100"})


def register(registry: Registry) -> None:
    group = r"(?P<group>/subscriptions/[^/]+/resourceGroups/[^/]+)"
    registry.route("POST", "", group + "/moveResources", _move)
    registry.route("POST", "", group + "/validateMoveResources", _validate)
