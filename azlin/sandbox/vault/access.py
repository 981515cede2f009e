"""Who may do what in a vault: its access policies, or role assignments where it is set to RBAC.

The tenant's own principals (the service principal and the user that every sandbox has) own all subscriptions and count
as data administrators of vaults with RBAC; whoever else signs in needs an assignment of a role with the data action.
Where a vault goes by access policies, the policies are asked for everyone, as in Azure.

Source: "Azure built-in roles for Key Vault data plane operations", "Assign a Key Vault access policy".
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body
from azlin.sandbox.vault.refusals import no_permission, no_role
from azlin.sandbox.vault.visit import Visit

_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_SPACE = "Microsoft.KeyVault/vaults/"
_ACTIONS: dict[tuple[str, str], str] = {
    ("secrets", "get"): "secrets/getSecret/action",
    ("secrets", "set"): "secrets/setSecret/action",
    ("secrets", "list"): "secrets/readMetadata/action",
    ("keys", "get"): "keys/read",
    ("keys", "list"): "keys/read",
    ("keys", "wrapKey"): "keys/wrap/action",
    ("keys", "unwrapKey"): "keys/unwrap/action",
    ("keys", "getrotationpolicy"): "keyrotationpolicies/read",
    ("keys", "setrotationpolicy"): "keyrotationpolicies/write",
    ("certificates", "get"): "certificates/read",
    ("certificates", "list"): "certificates/read",
    ("certificates", "managecontacts"): "certificatecontacts/write",
    ("certificates", "getissuers"): "certificatecas/read",
    ("certificates", "listissuers"): "certificatecas/read",
    ("certificates", "setissuers"): "certificatecas/write",
    ("certificates", "deleteissuers"): "certificatecas/delete",
}


def data_action(collection: str, permission: str) -> str:
    """The RBAC data action that stands for a permission of access policies."""
    found = _ACTIONS.get((collection, permission))
    if found is None:
        found = f"{collection}/delete" if permission == "delete" else f"{collection}/{permission}/action"
    return _SPACE + found


def allow(visit: Visit, collection: str, permission: str, name: str = "") -> None:
    """Raises VaultRefusal 403 in the service's words."""
    caller = f"appid={visit.claims.appid};oid={visit.claims.oid};iss=https://sts.windows.net/{visit.claims.tid}/"
    if visit.vault.properties.get("enableRbacAuthorization") is True:
        action = data_action(collection, permission)
        if not _owner(visit) and not _assigned(visit, action, collection, name):
            resource = f"{visit.vault.id.id}/{collection}/{name}".rstrip("/").lower()
            raise no_role(caller, action, resource, visit.spoken)
        return
    if not _in_policies(visit, collection, permission):
        raise no_permission(caller, collection, permission, visit.spoken)


def _owner(visit: Visit) -> bool:
    tenant = visit.plane.directory.tenant(visit.claims.tid)
    return tenant is not None and visit.claims.oid in (tenant.principal_oid, tenant.user_oid)


def _in_policies(visit: Visit, collection: str, permission: str) -> bool:
    policies: Any = visit.vault.properties.get("accessPolicies") or []
    for policy in map(object_of, policies):
        of_caller = str(policy.get("objectId", "")).casefold() == visit.claims.oid
        of_application = str(policy.get("applicationId") or visit.claims.appid).casefold() == visit.claims.appid
        granted: Any = object_of(policy.get("permissions")).get(collection) or []
        if of_caller and of_application and {str(one).casefold() for one in granted} & {permission.casefold(), "all"}:
            return True
    return False


def _assigned(visit: Visit, action: str, collection: str, name: str) -> bool:
    """An assignment at the object, the vault, or anything above it, whose role has the data action."""
    place = f"{visit.vault.id.id}/{collection}/{name}".rstrip("/").casefold()
    for assignment in visit.plane.store.all(type=_ASSIGNMENTS, tenant=visit.vault.id.tenant):
        scope = str(assignment.properties.get("scope") or assignment.id.scope).casefold().rstrip("/")
        if str(assignment.properties.get("principalId", "")).casefold() != visit.claims.oid:
            continue
        if place == scope or place.startswith(f"{scope}/"):
            role = _role(visit, str(assignment.properties.get("roleDefinitionId", "")))
            if any(_grants(object_of(one), action) for one in role):
                return True
    return False


def _role(visit: Visit, role_id: str) -> list[Any]:
    from azlin.sandbox.arm.behaviour import Call

    plane = visit.plane
    try:
        rid = plane.store.parse(role_id, visit.claims.tid)
        call = Call(plane, "GET", "2022-04-01", visit.claims.tid, visit.claims.oid)
        return plane.show(plane.find(rid, call), call).get("properties", {}).get("permissions") or []
    except (ArmRefusal, ValueError):
        return []


def _grants(permission: Body, action: str) -> bool:
    def named(field: str) -> bool:
        patterns: list[Any] = permission.get(field) or []
        return any(fnmatchcase(action.casefold(), str(one).casefold()) for one in patterns)

    return named("dataActions") and not named("notDataActions")
