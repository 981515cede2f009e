"""Microsoft.KeyVault as Resource Manager manages it: vaults, their access policies, and vaults that were deleted.

The name of a vault is unique in the world and stays taken after the vault was deleted, until it is purged: a deleted
vault is kept as `.../locations/{location}/deletedVaults/{name}`, with what it was, so that it can be recovered
(`createMode: recover`). Shapes were compared with recordings of the Azure SDKs; texts of refusals are written after
the service's. What is in a vault is the data plane's (`azlin.sandbox.vault`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.private_links import show_connections
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso
from azlin.sandbox.vault.shelf import forget

VAULTS = "Microsoft.KeyVault/vaults"
POLICIES = f"{VAULTS}/accessPolicies"
POOLS = "Microsoft.KeyVault/managedHSMs"
DELETED = "Microsoft.KeyVault/locations/deletedVaults"
_FORM = re.compile(r"(?=.{3,24}$)[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_INVALID = (
    "The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must "
    "begin with a letter, end with a letter or digit, and not contain consecutive hyphens."
)
_TAKEN = "The name '{name}' is already in use."
_RECOVERABLE = (
    "A vault with the same name already exists in deleted state. You need to either recover or purge existing key "
    "vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete."
)
_DAYS = 90
_DAY_S = 86400
_KEPT = "kept"
"""Where a deleted vault holds the body it had; never shown."""
_SINCE: tuple[tuple[str, str, Any], ...] = (
    ("enableSoftDelete", "2015-06-01", True),
    ("softDeleteRetentionInDays", "2020-04-01-preview", _DAYS),
    ("enableRbacAuthorization", "2020-04-01-preview", False),
    ("publicNetworkAccess", "2021-06-01-preview", "Enabled"),
)
"""(property, the api-version that came with it, what it is when it was not said)."""
_RBAC_FIRST = "2026-02-01"
"""From this api-version on a vault is for role assignments unless it says otherwise."""


class Vaults(Typed):
    created_status = 200
    write_pending = None
    delete_pending = False
    implicit_names = frozenset[str]()
    kept = ("vaultUri", "hsmPoolResourceId")
    needs_location = True

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        name, properties = resource.id.name, resource.properties
        if not _FORM.fullmatch(name):
            raise ArmRefusal(400, "VaultNameNotValid", _INVALID.format(name=name))
        recovers = str(properties.get("createMode")).casefold() == "recover"
        if before is None:
            _refuse_taken(resource.id, call, recovers=recovers)
        if recovers:
            return
        if not properties.get("tenantId"):
            raise _bad("An invalid value was provided for 'tenantId'.")
        if str(object_of(properties.get("sku")).get("name") or "").casefold() not in ("standard", "premium"):
            raise _bad("An invalid value was provided for 'sku'.")
        if properties.get("enablePurgeProtection") is False:
            raise _bad(
                'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a '
                "vault is an irreversible action."
            )
        days = properties.get("softDeleteRetentionInDays", _DAYS)
        if not isinstance(days, int) or not 7 <= days <= 90:
            raise _bad("The property 'softDeleteRetentionInDays' must be between 7 and 90 days, both inclusive.")
        kept = before.properties.get("softDeleteRetentionInDays") if before else None
        if kept is not None and "softDeleteRetentionInDays" in properties and days != kept:
            raise _bad('The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.')
        uses_roles = properties.get("enableRbacAuthorization", call.api_version >= _RBAC_FIRST)
        if before is None and not uses_roles and "accessPolicies" not in properties:
            raise _bad("The parameter accessPolicies is not specified.")

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        if str(properties.pop("createMode", "")).casefold() == "recover" and before is None:
            kept = _deleted(resource.id.name, call)
            if kept is not None:
                resource.body.update(object_of(kept.body.get(_KEPT)))
                call.plane.store.delete(kept.id)
            properties = resource.properties
        was = before.properties if before else {}
        for name, since, value in _SINCE:
            if name in was:
                properties.setdefault(name, was[name])
            elif call.api_version >= since:
                fallback = call.api_version >= _RBAC_FIRST if name == "enableRbacAuthorization" else value
                properties.setdefault(name, fallback)
        if was.get("enablePurgeProtection"):
            properties["enablePurgeProtection"] = True
        properties.setdefault("accessPolicies", was.get("accessPolicies", []))
        if "networkAcls" in properties:
            properties["networkAcls"] = {
                "bypass": "AzureServices",
                "defaultAction": "Allow",
                "ipRules": [],
                "virtualNetworkRules": [],
                **object_of(properties["networkAcls"]),
            }
        properties["vaultUri"] = f"https://{resource.id.name.lower()}.vault.azure.net/"
        properties["provisioningState"] = "Succeeded"
        resource.body.setdefault("tags", {})

    def show(self, resource: Resource, call: Call, /) -> Body:
        show_connections(resource, call)
        if not resource.properties["privateEndpointConnections"] and not resource.exported:
            del resource.properties["privateEndpointConnections"]
        return resource.body

    def deleted(self, resource: Resource, call: Call, /) -> None:
        now = call.plane.now()
        days = resource.properties.get("softDeleteRetentionInDays", _DAYS)
        location = resource.body.get("location")
        properties: Body = {
            "vaultId": resource.id.id,
            "location": location,
            "tags": resource.body.get("tags") or {},
            "deletionDate": _second(now),
            "scheduledPurgeDate": _second(now + (days if isinstance(days, int) else _DAYS) * _DAY_S),
        }
        if resource.properties.get("enablePurgeProtection"):
            properties["purgeProtectionEnabled"] = True
        where = f"/subscriptions/{resource.id.subscription}/providers/Microsoft.KeyVault/locations/{location}"
        kept = {name: value for name, value in resource.body.items() if name not in ("id", "name", "type")}
        rid = call.plane.store.parse(f"{where}/deletedVaults/{resource.id.name}", resource.id.tenant)
        call.plane.store.put(rid, {"properties": properties, _KEPT: kept})


class DeletedVaults(Behaviour):
    """Vaults that can be recovered. They come and go with vaults, never by a PUT."""

    provisioning = False
    slow_actions = frozenset(("purge",))
    act_pending = True

    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        raise ArmRefusal(405, "MethodNotAllowed", f"'{resource.id.id}' cannot be written.")

    def absent(self, rid: ResourceId, _call: Call, /) -> Body | None:
        raise ArmRefusal(404, "DeletedVaultNotFound", f"The specified deleted vault '{rid.name}' does not exist.")

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action != "purge":
            return super().act(action, resource, body, call)
        if resource.properties.get("purgeProtectionEnabled"):
            raise ArmRefusal(405, "MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed.")
        call.plane.store.delete(resource.id)
        forget(call.plane.store, str(resource.properties.get("vaultId")))
        return None

    def show(self, resource: Resource, call: Call, /) -> Body:
        if _is_over(resource, call):
            self.absent(resource.id, call)
        shown = {name: value for name, value in resource.body.items() if name != _KEPT}
        return {**shown, "type": "Microsoft.KeyVault/deletedVaults"}


class Policies(Behaviour):
    """`vaults/{vault}/accessPolicies/{add|replace|remove}`: a change of the vault's list, kept nowhere else."""

    provisioning = False
    created_status = 200
    write_pending = None

    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        if resource.id.name.casefold() not in ("add", "replace", "remove"):
            raise _bad(f"The operation kind '{resource.id.name}' is not valid: it must be add, replace or remove.")

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        store = call.plane.store
        vault = call.plane.find(store.parse(resource.id.parent_key, resource.id.tenant), call)
        asked = [object_of(one) for one in array_of(resource.properties.get("accessPolicies"))]
        found = {_holder(one): one for one in map(object_of, array_of(vault.properties.get("accessPolicies")))}
        kind = resource.id.name.casefold()
        for one in asked:
            granted = object_of(one.get("permissions"))
            held = object_of(found.get(_holder(one), {}).get("permissions"))
            if kind == "replace":
                left = granted
            elif kind == "add":
                left = {area: _joined(held.get(area), granted.get(area)) for area in {**held, **granted}}
            else:
                left = {area: _without(held.get(area), granted.get(area)) for area in held}
            if any(left.values()):
                found[_holder(one)] = {**one, "permissions": left}
            else:
                found.pop(_holder(one), None)
        vault.properties["accessPolicies"] = list(found.values())
        store.put(vault.id, vault.body)
        resource.properties["accessPolicies"] = list(found.values())
        store.delete(resource.id)

    def show(self, resource: Resource, _call: Call, /) -> Body:
        shown = {name: value for name, value in resource.body.items() if name != "name"}
        return {**shown, "id": resource.id.id.removesuffix(resource.id.name)}


def _holder(policy: Body) -> tuple[str, ...]:
    return tuple(str(policy.get(name) or "").casefold() for name in ("tenantId", "objectId", "applicationId"))


def _joined(held: Any, more: Any) -> list[str]:
    """Both lists; permissions are the same in any casing."""
    found = {one.casefold(): one for one in map(str, (*array_of(more), *array_of(held)))}
    return [found[one] for one in dict.fromkeys(str(one).casefold() for one in (*array_of(held), *array_of(more)))]


def _without(held: Any, less: Any) -> list[str]:
    gone = {str(one).casefold() for one in array_of(less)}
    return [one for one in map(str, array_of(held)) if one.casefold() not in gone]


def _deleted(name: str, call: Call) -> Resource | None:
    """The deleted vault of that name, unless its time is up and it was purged."""
    return next((one for one in call.plane.store.named(DELETED, name) if not _is_over(one, call)), None)


def _is_over(deleted: Resource, call: Call) -> bool:
    """Purge one whose time is up, with what was in it; says whether it was."""
    if str(deleted.properties.get("scheduledPurgeDate", "~")) > _second(call.plane.now()):
        return False
    call.plane.store.delete(deleted.id)
    forget(call.plane.store, str(deleted.properties.get("vaultId")))
    return True


def _refuse_taken(rid: ResourceId, call: Call, *, recovers: bool) -> None:
    if call.plane.store.named(VAULTS, rid.name):
        raise ArmRefusal(
            409,
            "VaultAlreadyExists",
            f"The vault name '{rid.name}' is already in use. Vault names are globally unique so it is possible that "
            "the name is already taken. If you are sure that the vault name was not taken then it is possible that a "
            "vault with the same name was recently deleted but not purged after being placed in a recoverable state. "
            "If the vault is in a recoverable state then the vault will need to be purged before reusing the name. "
            "For more information on soft delete and purging a vault follow this link "
            "https://go.microsoft.com/fwlink/?linkid=2147740.",
        )
    kept = _deleted(rid.name, call)
    if kept is None and recovers:
        raise ArmRefusal(404, "DeletedVaultNotFound", f"The specified deleted vault '{rid.name}' does not exist.")
    if kept is not None and not recovers:
        raise ArmRefusal(409, "ConflictError", _RECOVERABLE)


def _bad(message: str) -> ArmRefusal:
    return ArmRefusal(400, "BadRequest", message)


def _second(at: float) -> str:
    """Deleted vaults tell their times by the second."""
    return f"{iso(at)[:19]}Z"


def _check_name(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    name = str(object_of(body).get("name") or "")
    if not _FORM.fullmatch(name):
        refused = {"nameAvailable": False, "reason": "AccountNameInvalid", "message": _INVALID.format(name=name)}
        return Answer(200, refused)
    if call.plane.store.named(VAULTS, name) or _deleted(name, call) is not None:
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": _TAKEN.format(name=name)})
    return Answer(200, {"nameAvailable": True})


def _check_pool_name(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    """Managed HSMs have names of their own."""
    name = str(object_of(body).get("name") or "")
    if call.plane.store.named(POOLS, name):
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": _TAKEN.format(name=name)})
    return Answer(200, {"nameAvailable": True})


def _list_deleted(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    found = list(call.plane.store.all(type=DELETED, subscription=groups["subscription"]))
    return Answer(200, {"value": [call.plane.show(one, call) for one in found if not _is_over(one, call)]})


def register(registry: Registry) -> None:
    registry.type(VAULTS, Vaults())
    registry.type(POLICIES, Policies())
    registry.type(DELETED, DeletedVaults())
    under = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.KeyVault"
    registry.route("POST", "Microsoft.KeyVault", under + "/checkNameAvailability", _check_name)
    registry.route("POST", "Microsoft.KeyVault", under + "/checkMhsmNameAvailability", _check_pool_name)
    registry.route("GET", "Microsoft.KeyVault", under + "/deletedVaults", _list_deleted)
