"""Who may do what in a vault: its access policies, or role assignments where it is set to RBAC.

Where a vault goes by access policies, the policies are asked for everyone, as in Azure.

Source: "Azure built-in roles for Key Vault data plane operations", "Assign a Key Vault access policy".
"""

from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.data_roles import may
from azlin.sandbox.vault.refusals import no_permission, no_role
from azlin.sandbox.vault.visit import Visit

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
        if not may(visit.plane, visit.claims, _place(visit, collection, name), action):
            raise no_role(caller, action, _place(visit, collection, name).lower(), visit.spoken)
        return
    if not _in_policies(visit, collection, permission):
        raise no_permission(caller, collection, permission, visit.spoken)


def _place(visit: Visit, collection: str, name: str) -> str:
    return f"{visit.vault.id.id}/{collection}/{name}".rstrip("/")


def _in_policies(visit: Visit, collection: str, permission: str) -> bool:
    policies: Any = visit.vault.properties.get("accessPolicies") or []
    for policy in map(object_of, policies):
        of_caller = str(policy.get("objectId", "")).casefold() == visit.claims.oid
        of_application = str(policy.get("applicationId") or visit.claims.appid).casefold() == visit.claims.appid
        granted: Any = object_of(policy.get("permissions")).get(collection) or []
        if of_caller and of_application and {str(one).casefold() for one in granted} & {permission.casefold(), "all"}:
            return True
    return False
