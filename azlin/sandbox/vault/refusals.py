"""What Key Vault says when it says no: `{"error": {"code", "message", "innererror"?: {"code"}}}`.

Codes and texts are those of the service, as recordings of its SDKs and public issues show them.
"""

from __future__ import annotations

from azlin.sandbox.arm.store import Body

_HELP_MISSING = "https://go.microsoft.com/fwlink/?linkid=2125182"
_HELP_POLICY = "https://go.microsoft.com/fwlink/?linkid=2125287"


class VaultRefusal(Exception):
    """Raise it anywhere below the service: it becomes the HTTP answer."""

    def __init__(
        self, status: int, code: str, message: str, inner: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.headers = headers or {}
        error: Body = {"code": code, "message": message}
        if inner is not None:
            error["innererror"] = {"code": inner}
        self.body: Body = {"error": error}


def unauthorized(why: str, login: str) -> VaultRefusal:
    """The challenge: clients read from it where to get a token and for what."""
    challenge = f'Bearer authorization="{login}", resource="https://vault.azure.net"'
    return VaultRefusal(401, "Unauthorized", why, headers={"WWW-Authenticate": challenge})


def bad_parameter(why: str) -> VaultRefusal:
    return VaultRefusal(400, "BadParameter", why)


def not_found(noun: str, name: str) -> VaultRefusal:
    return VaultRefusal(
        404,
        f"{noun.capitalize()}NotFound",
        f"A {noun} with (name/id) {name} was not found in this key vault. If you recently deleted this {noun} you may "
        f"be able to recover it using the correct recovery command. For help resolving this issue, please see "
        f"{_HELP_MISSING}",
    )


def deleted_not_found(noun: str, name: str) -> VaultRefusal:
    return VaultRefusal(404, f"{noun.capitalize()}NotFound", f"Deleted {noun.capitalize()} not found: {name}")


def is_deleted(noun: str, name: str) -> VaultRefusal:
    return VaultRefusal(
        409,
        "Conflict",
        f"{noun.capitalize()} {name} is currently in a deleted but recoverable state, and its name cannot be reused; "
        f"in this state, the {noun} can only be recovered or purged.",
        "ObjectIsDeletedButRecoverable",
    )


def purge_protected(vault: str) -> VaultRefusal:
    return VaultRefusal(
        403,
        "Forbidden",
        'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will '
        f"automatically purge it after the retention period has passed.\r\nVault: {vault}",
        "ForbiddenByPolicy",
    )


def disabled(noun: str, operation: str) -> VaultRefusal:
    return VaultRefusal(
        403,
        "Forbidden",
        f"Operation {operation} is not allowed on a disabled {noun}.",
        f"{noun.capitalize()}Disabled",
    )


def no_permission(caller: str, collection: str, permission: str, vault: str) -> VaultRefusal:
    return VaultRefusal(
        403,
        "Forbidden",
        f"The user, group or application '{caller}' does not have {collection} {permission} permission on key vault "
        f"'{vault}'. For help resolving this issue, please see {_HELP_POLICY}",
        "AccessDenied",
    )


def no_role(caller: str, action: str, resource: str, vault: str) -> VaultRefusal:
    return VaultRefusal(
        403,
        "Forbidden",
        "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role "
        f"definitions were changed recently, please observe propagation time.\r\nCaller: {caller}\r\nAction: "
        f"'{action}'\r\nResource: '{resource}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\n"
        f"DecisionReason: null \r\nVault: {vault}\r\n",
        "ForbiddenByRbac",
    )


def no_such_door(method: str, path: str) -> VaultRefusal:
    return VaultRefusal(405, "MethodNotAllowed", f"The method {method} is not allowed at {path}.")
