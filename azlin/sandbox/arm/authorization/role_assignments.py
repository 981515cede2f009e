"""Role assignments: a principal, a role, and the scope that the assignment hangs on.

Codes and texts: "Troubleshoot Azure RBAC". A principal must exist in the directory unless the request says what kind it
is (`principalType`), as Azure has it for principals that were made a moment ago.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.authorization import role_definitions
from azlin.sandbox.arm.authorization.scopes import above, reaches
from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.filters import Filter
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_FIXED = ("principalId", "roleDefinitionId", "scope")


class RoleAssignments(Behaviour):
    provisioning = False
    write_pending = None
    delete_pending = False
    implicit_names = frozenset[str]()
    created_status = updated_status = 201

    def refuse(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        properties["scope"] = resource.id.scope or "/"
        role, principal = (str(properties.get(one) or "") for one in ("roleDefinitionId", "principalId"))
        if not role or not principal:
            what = "role definition id" if not role else "principal id"
            raise ArmRefusal(400, "InvalidRoleAssignment", f"The role assignment has no {what}.")
        if not role_definitions.exists(role, call):
            name = role.rpartition("/")[2]
            raise ArmRefusal(
                400, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{name}' does not exist."
            )
        if before is not None and any(_same(before, one) != _same(resource, one) for one in _FIXED):
            raise ArmRefusal(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            )
        store = call.plane.store
        for other in store.all(parent=store.parse(resource.id.scope, call.tenant), type=ASSIGNMENTS):
            if other.id.key != resource.id.key and all(_same(other, one) == _same(resource, one) for one in _FIXED):
                raise ArmRefusal(409, "RoleAssignmentExists", "The role assignment already exists.")
        if "principalType" not in properties:
            properties["principalType"] = self._kind(principal, call)

    def complete(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        was, properties = (before.properties if before else {}), resource.properties
        properties["createdOn"] = was.get("createdOn") or iso()
        properties["createdBy"] = was.get("createdBy") or call.oid
        properties["updatedOn"], properties["updatedBy"] = iso(), call.oid

    def not_found(self, rid: ResourceId, /, *, as_scope: bool) -> ArmRefusal | None:
        if as_scope:
            return None
        return ArmRefusal(404, "RoleAssignmentNotFound", f"The role assignment '{rid.name}' is not found.")

    def shown_deleted(self, resource: Resource, call: Call, /) -> Body:
        return call.plane.show(resource, call)

    def _kind(self, principal: str, call: Call) -> str:
        principals = call.plane.principals
        kind = principals.kind(call.tenant, principal) if principals else "ServicePrincipal"
        if kind is None:
            raise ArmRefusal(
                400,
                "PrincipalNotFound",
                f"Principal {principal.replace('-', '')} does not exist in the directory {call.tenant}. Check that you "
                "have the correct principal ID. If you are creating this principal and then immediately assigning a "
                "role, this error might be related to a replication delay. In this case, set the role assignment "
                "principalType property to a value, such as ServicePrincipal, User, or Group.",
            )
        return kind


def _same(assignment: Resource, field: str) -> str:
    """What two assignments may not have in common, in one spelling: of a role only its GUID counts."""
    if field == "scope":
        return assignment.id.scope.casefold()
    text = str(assignment.properties.get(field) or "").casefold().rstrip("/")
    return text.rpartition("/")[2] if field == "roleDefinitionId" else text


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """At the scope, above it and (unless `atScope()`) below it; `$filter` by principal."""
    scope, text = groups["scope"], call.query.get("$filter")
    wanted = Filter(text, scope) if text else None
    higher = set(above(scope))
    only_above = "atscope()" in (text or "").casefold().replace(" ", "")
    shown: list[Body] = []
    for one in call.plane.store.all(type=ASSIGNMENTS, tenant=call.tenant):
        here = one.id.scope.casefold()
        if here not in higher and (only_above or not reaches(scope, here)):
            continue
        if wanted is None or wanted.keeps(one):
            shown.append(call.plane.show(one, call))
    return Answer(200, {"value": shown})


def register(registry: Registry) -> None:
    registry.type(ASSIGNMENTS, RoleAssignments())
    registry.route("GET", "*", r"(?P<scope>.*)/providers/Microsoft\.Authorization/roleAssignments", _list)
