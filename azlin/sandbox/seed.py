"""Load an estate: a list of ARM resources as `az resource list` or `az group export` people keep.

A file is a JSON array of resources, or an object whose lists of resources lie anywhere one level
down (`{"resources": [...], "resource_groups": [...], "subscriptions": [...]}`). What a resource
holds is stored as it is; only groups that no entry describes are added, at the location most of
their resources have. Entries with `"@odata.type": "#microsoft.graph.user"` and the like are objects of
the tenant's directory (`graph/adding.py`).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec

from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.ids import GROUP, SUBSCRIPTION, ResourceId, parse_id
from azlin.sandbox.arm.store import Body
from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph.adding import NotADirectoryObject, add, is_object
from azlin.sandbox.graph.objects import Objects

_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000002")


class SeedUnreadable(ValueError):
    """The file is not there, not JSON, or holds something without an ARM id."""


class Seeded(msgspec.Struct, kw_only=True):
    """What was loaded. `groups_added` names groups that no entry described."""

    tenant: str
    tenant_name: str
    subscriptions: list[str]
    resources: int
    groups: int
    groups_added: list[str]


def seed(path: Path, name: str | None, plane: ControlPlane) -> Seeded:
    """Load the file into a tenant called `name` (default: the file's stem), in one transaction.

    Raises SeedUnreadable, and then nothing was loaded.
    """
    entries = list(_bodies(_read(path)))
    bodies = [one for one in entries if not is_object(one)]
    tenant = plane.directory.add_tenant(name or path.stem, _tenant_of(bodies))
    found: list[tuple[ResourceId, Body]] = []
    names: dict[str, str] = {}
    for body in bodies:
        rid = parse_id(str(body.get("id", "")), plane.store.casing, tenant.id)
        if rid is None or (rid.subscription is None and not rid.scope and not rid.id):
            raise SeedUnreadable(f"an entry has no ARM resource id: {str(body)[:120]}")
        if rid.type == SUBSCRIPTION:
            names[rid.name.casefold()] = str(body.get("displayName") or body.get("name") or rid.name)
            continue
        plane.store.casing.learn(rid.type)
        found.extend(_with_children(rid, _as_arm(rid, body), plane))
    subscriptions = list(dict.fromkeys(rid.subscription for rid, _ in found if rid.subscription))
    _claim(subscriptions, names, tenant, plane)
    added = _missing_groups(found, plane)
    groups = sum(rid.type == GROUP for rid, _ in found)
    with plane.store.transaction():
        plane.store.put_many([*added, *found])
        _add_objects([one for one in entries if is_object(one)], tenant, plane)
    return Seeded(
        tenant=tenant.id,
        tenant_name=tenant.name,
        subscriptions=subscriptions,
        resources=len(found) - groups,
        groups=groups + len(added),
        groups_added=[rid.name for rid, _ in added],
    )


def _add_objects(entries: list[Body], tenant: Tenant, plane: ControlPlane) -> None:
    objects = Objects(plane.store)
    for entry in entries:
        try:
            add(objects, tenant.id, entry)
        except (NotADirectoryObject, KeyError, ValueError) as refused:
            raise SeedUnreadable(f"a directory object cannot be read: {refused}") from refused


def _read(path: Path) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as refused:
        raise SeedUnreadable(f"{path} cannot be read: {refused.strerror}") from refused
    except (msgspec.DecodeError, UnicodeDecodeError) as refused:
        raise SeedUnreadable(f"{path} is not JSON: {refused}") from refused


def _bodies(held: Any) -> Iterator[Body]:
    """Every resource in the file: groups first, so that they have their own spelling."""
    lists: list[list[Any]] = []
    if isinstance(held, list):
        lists.append(cast("list[Any]", held))
    elif isinstance(held, dict):
        lists.extend(cast("list[Any]", one) for one in cast("Body", held).values() if isinstance(one, list))
    entries: list[Body] = [cast("Body", one) for some in lists for one in some if isinstance(one, dict)]
    if not entries or not any("id" in one for one in entries):
        raise SeedUnreadable("the file holds no list of resources with ids")
    return iter(sorted(entries, key=lambda one: str(one.get("id", "")).count("/")))


def _tenant_of(bodies: list[Body]) -> str | None:
    """The tenant the export itself names, if it does."""
    for body in bodies:
        named = body.get("tenantId")
        if isinstance(named, str) and named:
            return named
    return None


def _claim(subscriptions: list[str], names: dict[str, str], tenant: Tenant, plane: ControlPlane) -> None:
    for number, subscription in enumerate(subscriptions, start=1):
        owner = plane.directory.owner(subscription)
        if owner is not None and owner.id != tenant.id:
            raise SeedUnreadable(f"subscription {subscription} already belongs to tenant {owner.name}")
        label = names.get(subscription.casefold()) or f"{tenant.name} {number}"
        plane.directory.add_subscription(subscription, label, tenant.id)


def _as_arm(rid: ResourceId, body: Body) -> Body:
    """Without what az and Resource Graph add to ARM's answer: the parts of the id once more (`resourceGroup`,
    `subscriptionId`, `tenantId`), and null for what is not there."""
    said = {"resourceGroup": rid.group, "subscriptionId": rid.subscription, "tenantId": rid.tenant}
    again = {name for name, part in said.items() if str(body.get(name, "")).casefold() == (part or "").casefold()}
    return {name: value for name, value in body.items() if value is not None and name not in again}


def _with_children(rid: ResourceId, body: Body, plane: ControlPlane) -> Iterator[tuple[ResourceId, Body]]:
    """The resource without its inline children, and these as resources (see `Inline`). An entry of
    its own for such a child comes later in the file's order, so it wins."""
    behaviour = plane.registry.behaviour(rid.type)
    properties = body.get("properties")
    children: list[tuple[ResourceId, Body]] = []
    if behaviour.inline and isinstance(properties, dict):
        kept = dict(cast("Body", properties))
        for inline in behaviour.inline:
            for element in cast("list[Body]", kept.pop(inline.segment, None) or []):
                if not element.get("name"):
                    raise SeedUnreadable(f"an element of {inline.segment} of {rid.id} has no name")
                children.append((rid.child(inline.segment, str(element["name"])), element))
        body = {**body, "properties": kept}
    yield rid, body
    for child, element in children:
        yield from _with_children(child, element, plane)


def _missing_groups(found: list[tuple[ResourceId, Body]], plane: ControlPlane) -> list[tuple[ResourceId, Body]]:
    described = {rid.key for rid, _ in found if rid.type == GROUP}
    wanted: dict[str, Counter[str]] = {}
    spelled: dict[str, str] = {}
    for rid, body in found:
        key = rid.group_key
        if key is None or key in described:
            continue
        spelled.setdefault(key, f"/subscriptions/{rid.subscription}/resourceGroups/{rid.group}")
        location = body.get("location")
        wanted.setdefault(key, Counter()).update([location] if isinstance(location, str) else [])
    added: list[tuple[ResourceId, Body]] = []
    for key, locations in wanted.items():
        if plane.store.exists(key):
            continue
        location = locations.most_common(1)[0][0] if locations else "global"
        group: Body = {"location": location, "properties": {"provisioningState": "Succeeded"}}
        added.append((plane.store.parse(spelled[key]), group))
    return added
