"""Who belongs to what, also through groups in groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azlin.sandbox.arm.jsonc import array_of
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.objects import Entity, Objects

MEMBERS = "members"
_CONTAINERS = ("group", "directoryRole")
_MOST_CHECKED = 20


def members(objects: Objects, group: Entity) -> list[Entity]:
    return _entities(objects, group.tenant, objects.targets(group.tenant, MEMBERS, group.id))


def member_of(objects: Objects, one: Entity) -> list[Entity]:
    return _entities(objects, one.tenant, objects.sources(one.tenant, MEMBERS, one.id))


def transitive_members(objects: Objects, group: Entity) -> list[Entity]:
    """Each once, however many ways lead to it."""
    return _reached(objects, group, lambda name: objects.targets(group.tenant, MEMBERS, name))


def transitive_member_of(objects: Objects, one: Entity) -> list[Entity]:
    return _reached(objects, one, lambda name: objects.sources(one.tenant, MEMBERS, name))


def check(objects: Objects, one: Entity, ids: Any, *, groups_only: bool) -> list[str]:
    """Of these ids, those of which it is a member. At most 20 (checkMemberGroups). Raises GraphRefusal 400."""
    names = array_of(ids)
    if not names:
        raise refusals.value_required("groupIds" if groups_only else "ids", "DirectoryObject")
    if len(names) > _MOST_CHECKED:
        raise refusals.bad_request(
            "The number of values specified exceeds the limit of 20.", "Directory_ResultSizeLimitExceeded"
        )
    wanted = {str(name).casefold() for name in names}
    return [found.id for found in containers(objects, one, groups_only=groups_only) if found.id in wanted]


def containers(objects: Objects, one: Entity, *, groups_only: bool, security_only: bool = False) -> list[Entity]:
    """Every group (and role) it is in."""
    return [
        found
        for found in transitive_member_of(objects, one)
        if found.kind in (("group",) if groups_only else _CONTAINERS)
        and (not security_only or found.body.get("securityEnabled") is True)
    ]


def _reached(objects: Objects, start: Entity, step: Callable[[str], list[str]]) -> list[Entity]:
    seen: dict[str, None] = {}
    waiting = [start.id]
    while waiting:
        for name in step(waiting.pop()):
            if name not in seen and name != start.id:
                seen[name] = None
                waiting.append(name)
    return _entities(objects, start.tenant, list(seen))


def _entities(objects: Objects, tenant: str, names: list[str]) -> list[Entity]:
    return [found for name in names if (found := objects.get(tenant, name)) is not None]
