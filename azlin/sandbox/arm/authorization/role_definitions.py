"""Roles: the built-in ones that people assign most, and custom ones.

`built_in_roles.json` maps a role's GUID to its name, actions, notActions, dataActions and notDataActions, as the page
"Azure built-in roles" has them. Azure has some five hundred; the sandbox has those that its users name, and says
`RoleDefinitionDoesNotExist` of the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from azlin.sandbox.arm.authorization.scopes import above
from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.filters import Filter
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

DEFINITIONS = "Microsoft.Authorization/roleDefinitions"
_FILE = Path(__file__).with_name("built_in_roles.json")
_MADE = "2015-02-02T21:55:09.8806423Z"
"""When Azure made its first roles."""


class Role(msgspec.Struct, frozen=True, array_like=True):
    """A built-in role, without its GUID."""

    name: str
    actions: list[str]
    not_actions: list[str]
    data_actions: list[str]
    not_data_actions: list[str]


@cache
def built_in() -> Mapping[str, Role]:
    """By GUID."""
    return msgspec.convert(json.loads(_FILE.read_text(encoding="utf-8")), dict[str, Role])


def permissions_of(definition: str, call: Call) -> list[Body]:
    """The permissions of a role by its id at any scope; nothing for one that does not exist."""
    role = built_in().get(_guid(definition))
    if role is not None:
        return array_of(_body("", _guid(definition), role)["properties"]["permissions"])
    found = custom(definition, call)
    return [] if found is None else array_of(found.properties.get("permissions"))


def exists(definition: str, call: Call) -> bool:
    """Whether there is such a role, by its id at any scope."""
    return _guid(definition) in built_in() or custom(definition, call) is not None


def custom(definition: str, call: Call) -> Resource | None:
    """A custom role by its GUID: it has one id at each scope that it may be assigned at."""
    wanted = _guid(definition)
    for one in call.plane.store.all(type=DEFINITIONS, tenant=call.tenant):
        if one.id.name.casefold() == wanted:
            return one
    return None


def _guid(definition: str) -> str:
    return definition.rpartition("/")[2].casefold()


class RoleDefinitions(Behaviour):
    provisioning = False
    write_pending = None
    delete_pending = False
    implicit_names = frozenset[str]()
    created_status = updated_status = 201

    def refuse(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        name = str(resource.properties.get("roleName") or "")
        if _guid(resource.id.id) in built_in():
            raise ArmRefusal(403, "RoleDefinitionUpdateNotAllowed", "Built-in roles cannot be changed.")
        if not name or not array_of(resource.properties.get("assignableScopes")):
            what = "roleName" if not name else "assignableScopes"
            raise ArmRefusal(400, "InvalidRoleDefinition", f"The role definition has no '{what}'.")
        for path, body in _all(call):
            same = str(body["properties"].get("roleName", "")).casefold() == name.casefold()
            if same and _guid(path) != resource.id.name.casefold():
                raise ArmRefusal(
                    409,
                    "RoleDefinitionWithSameNameExists",
                    "A custom role with the same name already exists in this directory. Use a different name: "
                    f"'{name}'.",
                )

    def complete(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        properties["type"] = "CustomRole"
        for one in array_of(properties.get("permissions")):
            for part in ("actions", "notActions", "dataActions", "notDataActions"):
                one.setdefault(part, [])
        was = before.properties if before else {}
        properties["createdOn"] = was.get("createdOn") or iso()
        properties["createdBy"] = was.get("createdBy") or call.oid
        properties["updatedOn"], properties["updatedBy"] = iso(), call.oid

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        wanted = resource.id.name.casefold()
        for one in call.plane.store.all(type="Microsoft.Authorization/roleAssignments", tenant=call.tenant):
            if _guid(str(one.properties.get("roleDefinitionId", ""))) == wanted:
                raise ArmRefusal(
                    400,
                    "RoleDefinitionHasAssignments",
                    "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments)",
                )

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        """A built-in role is there at every scope, and so is a custom one below where it may be assigned."""
        role = built_in().get(rid.name.casefold())
        if role is not None:
            return _body(rid.scope, rid.name.casefold(), role)
        found = custom(rid.name, call)
        if found is None or not _assignable(found.body, rid.scope):
            return None
        return found.body


def _all(call: Call) -> Iterator[tuple[str, Body]]:
    for guid, role in built_in().items():
        yield guid, _body("", guid, role)
    for one in call.plane.store.all(type=DEFINITIONS, tenant=call.tenant):
        yield one.id.id, one.body


def _assignable(body: Body, scope: str) -> bool:
    scopes = [str(one).casefold().rstrip("/") for one in array_of(body["properties"].get("assignableScopes"))]
    return any(one in above(scope) for one in scopes)


def _list(call: Call, groups: Mapping[str, str], _sent: Any) -> Answer:
    """Those that can be assigned at the scope; `$filter` by roleName and type."""
    scope, text = groups["scope"], call.query.get("$filter")
    wanted = Filter(text, scope) if text else None
    shown: list[Body] = []
    for path, body in _all(call):
        own = _body(scope, path, built_in()[path]) if path in built_in() else body
        if path not in built_in() and not _assignable(body, scope):
            continue
        rid = call.plane.store.parse(own["id"], call.tenant)
        if wanted is None or wanted.keeps(Resource(rid, {"properties": own["properties"]}, "", 0.0, 0.0)):
            shown.append(own)
    return Answer(200, {"value": shown})


def _body(scope: str, guid: str, role: Role) -> Body:
    return {
        "id": f"{scope}/providers/{DEFINITIONS}/{guid}",
        "name": guid,
        "type": DEFINITIONS,
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": f"Azure's built-in role {role.name}.",
            "assignableScopes": ["/"],
            "permissions": [
                {
                    "actions": role.actions,
                    "notActions": role.not_actions,
                    "dataActions": role.data_actions,
                    "notDataActions": role.not_data_actions,
                }
            ],
            "createdOn": _MADE,
            "updatedOn": _MADE,
            "createdBy": None,
            "updatedBy": None,
        },
    }


def register(registry: Registry) -> None:
    registry.type(DEFINITIONS, RoleDefinitions())
    registry.route("GET", "*", r"(?P<scope>.*)/providers/Microsoft\.Authorization/roleDefinitions", _list)
