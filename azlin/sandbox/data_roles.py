"""Who may touch the data of a resource, by role assignments with data actions (Azure RBAC).

The tenant's own principals (the service principal and the user that every sandbox has) own all subscriptions and count
as owners of the data too; whoever else signs in needs an assignment of a role with the data action, at the resource or
above it.

Source: "Understand Azure role definitions", data actions and their wildcards.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body
from azlin.sandbox.entra import Claims

_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"


def may(plane: ControlPlane, claims: Claims, place: str, action: str) -> bool:
    """Whether the caller has a data action at `place`, an ARM id of any casing."""
    tenant = plane.directory.tenant(claims.tid)
    if tenant is not None and claims.oid in (tenant.principal_oid, tenant.user_oid):
        return True
    folded = place.casefold()
    for assignment in plane.store.all(type=_ASSIGNMENTS, tenant=claims.tid):
        if str(assignment.properties.get("principalId", "")).casefold() != claims.oid:
            continue
        scope = str(assignment.properties.get("scope") or assignment.id.scope).casefold().rstrip("/")
        if folded == scope or folded.startswith(f"{scope}/"):
            role = _permissions(plane, claims, str(assignment.properties.get("roleDefinitionId", "")))
            if any(_grants(object_of(one), action) for one in role):
                return True
    return False


def _permissions(plane: ControlPlane, claims: Claims, role_id: str) -> list[Any]:
    try:
        rid = plane.store.parse(role_id, claims.tid)
        call = Call(plane, "GET", "2022-04-01", claims.tid, claims.oid)
        found: list[Any] = object_of(plane.show(plane.find(rid, call), call).get("properties")).get("permissions") or []
    except (ArmRefusal, ValueError):
        return []
    return found


def _grants(permission: Body, action: str) -> bool:
    def named(field: str) -> bool:
        patterns: list[Any] = permission.get(field) or []
        return any(fnmatchcase(action.casefold(), str(one).casefold()) for one in patterns)

    return named("dataActions") and not named("notDataActions")
