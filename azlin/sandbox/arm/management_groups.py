"""Management groups: a tree per tenant, with the tenant's root group at its top and subscriptions as its leaves.

The root is named by the tenant's id and exists without having been made; a subscription that was put nowhere hangs on
it. Shapes: "Management Groups", "Management Group Subscriptions" and "Entities" of the Azure REST reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.catalog import versions
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso
from azlin.sandbox.directory import Subscription

MANAGEMENT_GROUP = "Microsoft.Management/managementGroups"
_MEMBERS = f"{MANAGEMENT_GROUP}/subscriptions"
_PREFIX = f"/providers/{MANAGEMENT_GROUP}/"
_DEEPEST = 6
"""Levels under the root, "Azure subscription limits"."""


class ManagementGroups(Behaviour):
    """A group names its parent; whoever is asked for its children looks for those that name it."""

    provisioning = False
    created_status = 200
    deleted_status = 204
    knows_statuses = True

    def implies(self, rid: ResourceId, /) -> bool:
        return rid.name.casefold() == rid.tenant.casefold()

    def absent(self, rid: ResourceId, _call: Call, /) -> Body | None:
        if not self.implies(rid):
            return None
        details: Body = {"version": 1, "updatedTime": iso(0), "updatedBy": rid.tenant, "parent": None}
        return {"properties": {"tenantId": rid.tenant, "displayName": "Tenant Root Group", "details": details}}

    def not_found(self, rid: ResourceId, /, *, as_scope: bool) -> ArmRefusal | None:
        if as_scope:
            return missing(rid.name)
        return ArmRefusal(404, "NotFound", f"'{rid.id}' not found")

    def refuse(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if resource.id.scope:
            known = list(versions(MANAGEMENT_GROUP))
            raise refusals.version_not_registered(MANAGEMENT_GROUP, call.api_version, None, known, [])
        if self.implies(resource.id):
            raise _bad("The root management group cannot be changed.")
        parent = _asked_parent(resource.body)
        if parent is None and before is not None:
            parent = str(before.properties["details"]["parent"]["id"])
        name = resource.id.tenant if parent is None else _name_of(parent)
        tree = _Tree(call)
        if name.casefold() not in tree.names:
            raise missing(name)
        above = list(tree.above(name))
        if resource.id.name.casefold() in (one.casefold() for one in above):
            raise _bad(f"The management group '{resource.id.name}' cannot be moved under itself.")
        if len(above) > _DEEPEST:
            raise _bad(f"The hierarchy of management groups can have {_DEEPEST} levels under the root.")

    def complete(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        asked, kept = resource.properties, {} if before is None else before.properties
        parent = _asked_parent(resource.body)
        name = _name_of(parent) if parent else None
        known = object_of(object_of(kept.get("details")).get("parent"))
        if name is None:
            name = str(known.get("name", resource.id.tenant))
        resource.body.clear()
        resource.body["properties"] = {
            "tenantId": resource.id.tenant,
            "displayName": asked.get("displayName") or kept.get("displayName") or resource.id.name,
            "details": {
                "version": int(object_of(kept.get("details")).get("version", 0)) + 1,
                "updatedTime": iso(call.plane.now()),
                "updatedBy": call.oid,
                "parent": {"id": _PREFIX + name, "name": name},
            },
        }

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        tree = _Tree(call)
        if tree.groups_under(resource.id.name) or tree.subscriptions_under(resource.id.name):
            raise _bad(f"The management group '{resource.id.name}' cannot be deleted: it has children.")

    def show(self, resource: Resource, call: Call, /) -> Body:
        body = resource.body
        tree = _Tree(call)
        details = object_of(body["properties"]["details"])
        parent = details.get("parent")
        if isinstance(parent, dict):
            details["parent"] = {**object_of(parent), "displayName": tree.display(str(object_of(parent)["name"]))}
        if call.expands("children"):
            deep = call.query.get("$recurse", "").casefold() == "true"
            body["properties"]["children"] = tree.children(resource.id.name, deep=deep) or None
        above = list(tree.above(str(object_of(parent)["name"]))) if isinstance(parent, dict) else []
        chain = [{"name": name, "displayName": tree.display(name)} for name in above]
        if call.expands("path"):
            details["path"] = list(reversed(chain))
        if call.expands("ancestors"):
            details["managementGroupAncestors"] = [one["name"] for one in chain]
            details["managementGroupAncestorsChain"] = chain
        return body


class _Tree:
    """The groups and subscriptions of the caller's tenant as they are now."""

    def __init__(self, call: Call) -> None:
        store, tenant = call.plane.store, call.tenant
        self._root = tenant
        groups = list(store.all(type=MANAGEMENT_GROUP, tenant=tenant))
        self.names = {tenant.casefold(): tenant} | {one.id.name.casefold(): one.id.name for one in groups}
        self._display = {one.id.name.casefold(): str(one.properties.get("displayName")) for one in groups}
        self._parents = {one.id.name.casefold(): str(one.properties["details"]["parent"]["name"]) for one in groups}
        put = {
            one.id.name.casefold(): _name_of(one.id.id.rsplit("/", 2)[0])
            for one in store.all(type=_MEMBERS, tenant=tenant)
        }
        self.subscriptions = [
            (one, put.get(one.id.casefold(), tenant)) for one in call.plane.directory.subscriptions(tenant)
        ]

    def display(self, name: str) -> str:
        return self._display.get(name.casefold(), "Tenant Root Group")

    def above(self, name: str) -> Iterator[str]:
        """The group and those above it, the root last."""
        at: str | None = name
        while at is not None:
            yield self.names.get(at.casefold(), at)
            at = self._parents.get(at.casefold())

    def groups_under(self, name: str) -> list[str]:
        return [self.names[key] for key, parent in self._parents.items() if parent.casefold() == name.casefold()]

    def subscriptions_under(self, name: str) -> list[Subscription]:
        return [one for one, parent in self.subscriptions if parent.casefold() == name.casefold()]

    def children(self, name: str, *, deep: bool) -> list[Body]:
        """As `$expand=children` shows them."""
        made: list[Body] = []
        for one in self.groups_under(name):
            shown = self.brief(one, MANAGEMENT_GROUP)
            if deep:
                shown["children"] = self.children(one, deep=True) or None
            made.append(shown)
        for one in self.subscriptions_under(name):
            shown = {"type": "/subscriptions", "id": f"/subscriptions/{one.id}", "name": one.id}
            made.append({**shown, "displayName": one.name})
        return made

    def brief(self, name: str, kind: str) -> Body:
        return {"type": kind, "id": _PREFIX + name, "name": name, "displayName": self.display(name)}

    def below(self, name: str) -> Iterator[tuple[str, str, Body]]:
        """(kind, parent, the child) of everything under a group."""
        for one in self.children(name, deep=False):
            yield str(one["type"]), name, one
            if one["type"] == MANAGEMENT_GROUP:
                yield from self.below(str(one["name"]))


def missing(name: str) -> ArmRefusal:
    """Something was to be put on a management group that is not there."""
    return ArmRefusal(404, "ManagementGroupNotFound", f"The management group '{name}' cannot be found.")


def _bad(why: str) -> ArmRefusal:
    return ArmRefusal(400, "BadRequest", why)


def _asked_parent(body: Body) -> str | None:
    details = object_of(object_of(body.get("properties")).get("details"))
    found = object_of(details.get("parent")).get("id")
    return str(found) if found else None


def _name_of(group: str) -> str:
    return group.rstrip("/").rpartition("/")[2]


def _all(call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    tree = _Tree(call)
    value: list[Body] = []
    for name in tree.names.values():
        shown = {"tenantId": call.tenant, "displayName": tree.display(name)}
        value.append({"id": _PREFIX + name, "type": MANAGEMENT_GROUP, "name": name, "properties": shown})
    return Answer(200, {"value": value})


def _patch(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    rid = call.plane.store.parse(_PREFIX + groups["group"], call.tenant)
    call.plane.find(rid, call)
    asked = object_of(body)
    wanted: Body = {"displayName": asked.get("displayName")}
    if asked.get("parentGroupId"):
        wanted["details"] = {"parent": {"id": asked["parentGroupId"]}}
    written = call.plane.write(rid, {"properties": wanted}, call)
    return Answer(200, call.plane.show(written.resource, call))


def _member(call: Call, groups: Mapping[str, str]) -> tuple[ResourceId, ResourceId, Subscription]:
    parent = call.plane.store.parse(_PREFIX + groups["group"], call.tenant)
    subscription = call.plane.directory.subscription(groups["subscription"], call.tenant)
    return parent, parent.child("subscriptions", subscription.id), subscription


def _member_body(rid: ResourceId, one: Subscription) -> Body:
    parent = rid.id.rsplit("/", 2)[0]
    shown = {"tenant": one.tenant, "displayName": one.name, "parent": {"id": parent}, "state": "Active"}
    return {"id": rid.id, "name": rid.name, "type": _MEMBERS, "properties": shown}


def _put_member(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    parent, rid, one = _member(call, groups)
    call.plane.find(parent, call)
    _take_out(call, one)
    if parent.name.casefold() != call.tenant.casefold():
        call.plane.store.put(rid, {"properties": {}})
    return Answer(200, _member_body(rid, one))


def _take_out(call: Call, one: Subscription) -> None:
    for kept in list(call.plane.store.all(type=_MEMBERS, tenant=call.tenant)):
        if kept.id.name.casefold() == one.id.casefold():
            call.plane.store.delete(kept.id)


def _get_member(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    parent, rid, one = _member(call, groups)
    call.plane.find(parent, call)
    if one not in _Tree(call).subscriptions_under(parent.name):
        raise ArmRefusal(404, "NotFound", f"'{rid.id}' not found")
    return Answer(200, _member_body(rid, one))


def _delete_member(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    parent, _, one = _member(call, groups)
    if one not in _Tree(call).subscriptions_under(parent.name):
        return Answer(204)
    _take_out(call, one)
    return Answer(200)


def _members(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    parent = call.plane.store.parse(_PREFIX + groups["group"], call.tenant)
    call.plane.find(parent, call)
    found = _Tree(call).subscriptions_under(parent.name)
    return Answer(200, {"value": [_member_body(parent.child("subscriptions", one.id), one) for one in found]})


def _descendants(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    parent = call.plane.store.parse(_PREFIX + groups["group"], call.tenant)
    call.plane.find(parent, call)
    value = [
        {
            "id": one["id"],
            "type": _MEMBERS if kind == "/subscriptions" else kind,
            "name": one["name"],
            "properties": {"displayName": one["displayName"], "parent": {"id": _PREFIX + above}},
        }
        for kind, above, one in _Tree(call).below(parent.name)
    ]
    return Answer(200, {"value": value})


def _entities(call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    tree = _Tree(call)
    root = tree.brief(call.tenant, MANAGEMENT_GROUP)
    value: list[Body] = []
    for kind, above, one in [(MANAGEMENT_GROUP, "", root), *tree.below(call.tenant)]:
        chain = list(reversed(list(tree.above(above)))) if above else []
        direct = tree.children(str(one["name"]), deep=False) if kind == MANAGEMENT_GROUP else []
        descendants = list(tree.below(str(one["name"]))) if kind == MANAGEMENT_GROUP else []
        value.append(
            {
                "id": one["id"],
                "type": kind,
                "name": one["name"],
                "properties": {
                    "tenantId": call.tenant,
                    "displayName": one["displayName"],
                    "parent": {"id": _PREFIX + above} if above else {"id": None},
                    "permissions": "edit",
                    "inheritedPermissions": "edit",
                    "numberOfDescendants": len(descendants),
                    "numberOfChildren": len(direct),
                    "numberOfChildGroups": sum(1 for child in direct if child["type"] == MANAGEMENT_GROUP),
                    "parentDisplayNameChain": [tree.display(name) for name in chain],
                    "parentNameChain": chain,
                },
            }
        )
    return Answer(200, {"value": value, "count": len(value)})


def _name_is_free(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    name = str(object_of(body).get("name", ""))
    if name.casefold() in _Tree(call).names:
        said = "The group with the specified name already exists"
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": said})
    return Answer(200, {"nameAvailable": True})


def register(registry: Registry) -> None:
    registry.type(MANAGEMENT_GROUP, ManagementGroups())
    space = "Microsoft.Management"
    every = r"/providers/Microsoft\.Management/managementGroups"
    one = every + r"/(?P<group>[^/]+)"
    member = one + r"/subscriptions/(?P<subscription>[^/]+)"
    registry.route("GET", space, every, _all)
    registry.route("PATCH", space, one, _patch)
    registry.route("GET", space, one + "/subscriptions", _members)
    registry.route("GET", space, one + "/descendants", _descendants)
    registry.route("PUT", space, member, _put_member)
    registry.route("GET", space, member, _get_member)
    registry.route("DELETE", space, member, _delete_member)
    registry.route("POST", space, r"/providers/Microsoft\.Management/getEntities", _entities)
    registry.route("POST", space, r"/providers/Microsoft\.Management/checkNameAvailability", _name_is_free)
