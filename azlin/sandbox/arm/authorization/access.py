"""Who may do what: role assignments at a scope and above it, their roles' actions, wildcards and exceptions.

The principal and the user that every sandbox tenant comes with own everything. Whoever else signs in may do what its
roles, and those of its groups, allow. Source: "Understand Azure role definitions" and "How Azure RBAC determines if a
user has access to a resource"; deny assignments and conditions are not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from azlin.sandbox.arm.authorization.role_assignments import ASSIGNMENTS
from azlin.sandbox.arm.authorization.role_definitions import permissions_of
from azlin.sandbox.arm.authorization.scopes import above
from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.ids import GROUP, SUBSCRIPTION, TENANT, Address, ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal

_NAMES = {GROUP: "Microsoft.Resources/subscriptions/resourceGroups", SUBSCRIPTION: "Microsoft.Resources/subscriptions"}
_EVERYTHING: Body = {"actions": ["*"], "notActions": [], "dataActions": ["*"], "notDataActions": []}


def refuse_unauthorized(call: Call, rid: ResourceId, verb: str) -> None:
    """Raise ArmRefusal 403 unless the caller may: `verb` is read, write, delete or `{action}/action`."""
    if owns(call):
        return
    action = f"{_NAMES.get(rid.type, rid.type)}/{verb}"
    if not may(call, rid.id, action):
        raise _refusal(call, rid, action)


def _refusal(call: Call, rid: ResourceId, action: str) -> ArmRefusal:
    return ArmRefusal(
        403,
        "AuthorizationFailed",
        f"The client '{call.appid or call.oid}' with object id '{call.oid}' does not have authorization to perform "
        f"action '{action}' over scope '{rid.id or '/'}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials.",
    )


def refuse_unseen(address: Address, call: Call) -> None:
    """Raise ArmRefusal 403 for a request that needs more than the caller has; writes, deletes and actions of resources
    are judged where they happen, also inside deployments. A list needs some role near its scope: `only_readable` does
    the rest."""
    rid = address.resource
    collection = address.collection_type is not None or address.namespace is not None
    if rid.type == TENANT or (rid.type == SUBSCRIPTION and call.method == "GET" and sees(call, rid.id)):
        return
    if collection or (address.tail is not None and call.method == "GET"):
        if not sees(call, rid.id):
            raise _refusal(call, rid, f"{address.collection_type or _NAMES.get(rid.type, rid.type)}/read")
    elif call.method in ("GET", "HEAD"):
        refuse_unauthorized(call, rid, "read")
    elif call.method == "POST" and address.tail is not None:
        refuse_unauthorized(call, rid, f"{address.tail}/action")


def only_readable(answer: Answer, call: Call) -> Answer:
    """A list without what the caller may not read."""
    body = object_of(answer.body)
    if "value" in body:
        body["value"] = [one for one in array_of(body["value"]) if _readable(object_of(one), call)]
    return answer


def _readable(entry: Body, call: Call) -> bool:
    path = str(entry.get("id") or "")
    if not path.startswith("/subscriptions/"):
        return True
    if path.count("/") == 2:
        return sees(call, path)
    try:
        rid = call.plane.store.parse(path, call.tenant)
    except ValueError:
        return True
    return may(call, path, f"{_NAMES.get(rid.type, rid.type)}/read")


def owns(call: Call) -> bool:
    """Whether it is one of the principals that the sandbox's tenant came with, or a service acting by itself (no oid):
    the data planes have judged their callers already."""
    if not call.oid:
        return True
    tenant = call.plane.directory.tenant(call.tenant)
    return tenant is not None and call.oid in (tenant.principal_oid, tenant.user_oid)


def may(call: Call, place: str, action: str, *, data: bool = False) -> bool:
    """Whether the caller has an action (or a data action) at `place`, an ARM id of any casing."""
    if owns(call):
        return True
    return any(grants(one, action, data=data) for one in _permissions(call, place))


def sees(call: Call, place: str) -> bool:
    """Whether the caller has any role at `place`, above it or below it."""
    if owns(call):
        return True
    who, folded = _identities(call), place.casefold().rstrip("/")
    for one in call.plane.store.all(type=ASSIGNMENTS, tenant=call.tenant):
        scope = one.id.scope.casefold()
        near = scope == folded or scope.startswith(f"{folded}/") or folded.startswith(f"{scope}/")
        if near and str(one.properties.get("principalId", "")).casefold() in who:
            return True
    return False


def readable(call: Call, types: Iterable[str]) -> list[tuple[str, tuple[str, ...]]] | None:
    """Where the caller may read what: (scope, those of `types` that a role there lets it read), both casefolded. None
    when it may read everything."""
    if owns(call):
        return None
    who, found = _identities(call), dict[str, set[str]]()
    known = [one.casefold() for one in types]
    for one in call.plane.store.all(type=ASSIGNMENTS, tenant=call.tenant):
        if str(one.properties.get("principalId", "")).casefold() not in who:
            continue
        permissions = [object_of(each) for each in permissions_of(str(one.properties.get("roleDefinitionId")), call)]
        seen = {name for name in known if any(grants(each, f"{_action_type(name)}/read") for each in permissions)}
        found.setdefault(one.id.scope.casefold(), set()).update(seen)
    return [(scope, tuple(sorted(names))) for scope, names in found.items() if names]


def _action_type(type_name: str) -> str:
    return next((shown for known, shown in _NAMES.items() if known.casefold() == type_name), type_name)


def grants(permission: Body, action: str, *, data: bool = False) -> bool:
    """Whether one permission of a role has the action, and does not take it out again."""

    def named(field: str) -> bool:
        return any(fnmatchcase(action.casefold(), str(one).casefold()) for one in array_of(permission.get(field)))

    return named("dataActions" if data else "actions") and not named("notDataActions" if data else "notActions")


def _permissions(call: Call, place: str) -> Iterator[Body]:
    """Of every role that the caller has at a place or above it."""
    if owns(call):
        yield _EVERYTHING
        return
    who, store = _identities(call), call.plane.store
    for scope in above(place):
        for one in store.all(parent=store.parse(scope, call.tenant), type=ASSIGNMENTS):
            if str(one.properties.get("principalId", "")).casefold() in who:
                for permission in permissions_of(str(one.properties.get("roleDefinitionId", "")), call):
                    yield object_of(permission)


def _identities(call: Call) -> set[str]:
    principals = call.plane.principals
    groups = principals.groups_of(call.tenant, call.oid) if principals else []
    return {call.oid.casefold(), *(one.casefold() for one in groups)}


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """`GET {scope}/providers/Microsoft.Authorization/permissions`: the caller's own."""
    listed = ("actions", "notActions", "dataActions", "notDataActions")
    mine = _permissions(call, groups["scope"])
    return Answer(200, {"value": [{name: array_of(one.get(name)) for name in listed} for one in mine]})


def register(registry: Registry) -> None:
    registry.route("GET", "*", r"(?P<scope>.*)/providers/Microsoft\.Authorization/permissions", _list)
