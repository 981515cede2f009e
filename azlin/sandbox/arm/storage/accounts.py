"""Microsoft.Storage: accounts with names of the whole world, their keys, services and containers.

Shapes were compared with recordings of the Azure CLI; the texts of refusals are written after the service's.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.locations import find_location
from azlin.sandbox.arm.private_links import show_connections
from azlin.sandbox.arm.quota import usages
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.storage.signatures import account_signature, service_signature
from azlin.sandbox.arm.store import ABOUT, Resource, Store
from azlin.sandbox.arm.times import iso

ACCOUNTS = "Microsoft.Storage/storageAccounts"
CONTAINERS = f"{ACCOUNTS}/blobServices/containers"
_KEYS = f"{ABOUT}storage-keys/"
_REVOKED = f"{ABOUT}storage-revoked/"
_FORM = re.compile(r"[a-z0-9]{3,24}")
_INVALID = (
    "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length "
    "and use numbers and lower-case letters only."
)
_TAKEN = "The storage account named {name} is already taken."
_SERVICES = ("blobServices", "fileServices", "queueServices", "tableServices")
_SECONDARY = re.compile(r"Standard_RA-?G(Z)?RS", re.IGNORECASE)
_GEO = re.compile(r"Standard_(RA)?G(Z)?RS", re.IGNORECASE)


class Accounts(Typed):
    created_status = 200
    kept = ("creationTime", "keyCreationTime", "primaryEndpoints", "secondaryEndpoints")
    implicit_names = frozenset[str]()
    write_pending = 202
    delete_pending = False
    needs_location = True

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        name = resource.id.name
        if not _FORM.fullmatch(name):
            raise ArmRefusal(400, "AccountNameInvalid", _INVALID.format(name=name))
        if before is None:
            if call.plane.store.named(ACCOUNTS, name):
                raise ArmRefusal(409, "StorageAccountAlreadyTaken", _TAKEN.format(name=name))
            if not object_of(resource.body.get("sku")).get("name"):
                raise ArmRefusal(
                    400,
                    "InvalidRequestPropertyValue",
                    "The value '' is not allowed for property sku.name.",
                )
        sku = str(object_of(resource.body.get("sku")).get("name") or "")
        if sku and not re.fullmatch(r"(Standard|Premium)(V2)?_(RA)?G?Z?[LRGZ]*S", sku, re.IGNORECASE):
            raise ArmRefusal(
                400, "InvalidRequestPropertyValue", f"The value '{sku}' is not allowed for property sku.name."
            )

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        body, properties, name = resource.body, resource.properties, resource.id.name
        sku = {**object_of(before.body.get("sku") if before else None), **object_of(body.get("sku"))}
        sku["tier"] = "Premium" if str(sku.get("name")).startswith("Premium") else "Standard"
        body["sku"] = sku
        body.setdefault("kind", before.body.get("kind", "StorageV2") if before else "StorageV2")
        body.setdefault("tags", {})
        created = properties.setdefault("creationTime", iso())
        properties.setdefault("keyCreationTime", {"key1": created, "key2": created})
        properties.setdefault("minimumTlsVersion", "TLS1_0")
        properties.setdefault("allowBlobPublicAccess", False)
        properties.setdefault("allowCrossTenantReplication", False)
        properties.setdefault("supportsHttpsTrafficOnly", True)
        properties.setdefault("accessTier", "Hot")
        rules = object_of(properties.get("networkAcls"))
        properties["networkAcls"] = {
            "bypass": "AzureServices",
            "virtualNetworkRules": [],
            "ipRules": [],
            "defaultAction": "Allow",
            **rules,
        }
        properties["encryption"] = _encryption(object_of(properties.get("encryption")), str(created))
        properties["primaryEndpoints"] = _endpoints(name, str(body["kind"]))
        properties["primaryLocation"] = body.get("location")
        properties["statusOfPrimary"] = "available"
        place = find_location(body.get("location"))
        if _GEO.fullmatch(str(sku.get("name"))) and place is not None and place.paired_region:
            properties["secondaryLocation"] = place.paired_region
            properties["statusOfSecondary"] = "available"
        if _SECONDARY.fullmatch(str(sku.get("name"))):
            found = _endpoints(f"{name}-secondary", str(body["kind"]))
            found.pop("file", None)
            properties["secondaryEndpoints"] = found

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        if before is None:
            call.plane.store.remember(_KEYS + resource.id.name, [_new_key(), _new_key()])

    def deleted(self, resource: Resource, call: Call, /) -> None:
        call.plane.store.forget(_KEYS + resource.id.name)

    def show(self, resource: Resource, call: Call, /) -> Body:
        show_connections(resource, call)
        return resource.body

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action == "listkeys":
            return {"keys": _keys(resource, call)}
        if action == "regeneratekey":
            return self._regenerate(resource, str(object_of(body).get("keyName")), call)
        if action == "revokeuserdelegationkeys":
            call.plane.store.remember(_REVOKED + resource.id.name, iso())
            return None
        if action in ("listaccountsas", "listservicesas"):
            sign = account_signature if action == "listaccountsas" else service_signature
            return sign(resource.id.name, account_keys(resource, call.plane.store), object_of(body))
        return super().act(action, resource, body, call)

    def _regenerate(self, resource: Resource, name: str, call: Call) -> Body:
        if name not in ("key1", "key2"):
            raise ArmRefusal(
                400, "InvalidRequestPropertyValue", f"The value '{name}' is not allowed for property keyName."
            )
        kept = account_keys(resource, call.plane.store)
        kept[0 if name == "key1" else 1] = _new_key()
        call.plane.store.remember(_KEYS + resource.id.name, kept)
        resource.properties["keyCreationTime"][name] = iso()
        call.plane.store.put(resource.id, resource.body)
        return {"keys": _keys(resource, call)}


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(64)).decode()


def revoked_at(account: Resource, store: Store) -> str:
    """When the user delegation keys of an account were last revoked, "" when never. Older ones sign nothing."""
    return store.recall(_REVOKED + account.id.name) or ""


def account_keys(account: Resource, store: Store) -> list[str]:
    """The two keys of an account, base64, made when somebody first asks."""
    kept: list[str] | None = store.recall(_KEYS + account.id.name)
    if kept is None:
        kept = [_new_key(), _new_key()]
        store.remember(_KEYS + account.id.name, kept)
    return kept


def _keys(resource: Resource, call: Call) -> list[Body]:
    kept = account_keys(resource, call.plane.store)
    created = object_of(resource.properties.get("keyCreationTime"))
    return [
        {"keyName": name, "value": value, "permissions": "FULL", "creationTime": created.get(name)}
        for name, value in zip(("key1", "key2"), kept, strict=True)
    ]


def _endpoints(name: str, kind: str) -> Body:
    """What a kind of account serves; the web zone is a figure between 1 and 99 as in Azure."""
    zone = hashlib.sha256(name.removesuffix("-secondary").encode()).digest()[0] % 99 + 1
    made = {
        "dfs": f"https://{name}.dfs.core.windows.net/",
        "web": f"https://{name}.z{zone}.web.core.windows.net/",
        "blob": f"https://{name}.blob.core.windows.net/",
        "queue": f"https://{name}.queue.core.windows.net/",
        "table": f"https://{name}.table.core.windows.net/",
        "file": f"https://{name}.file.core.windows.net/",
    }
    served = {
        "BlobStorage": ("dfs", "blob", "table"),
        "BlockBlobStorage": ("dfs", "web", "blob"),
        "FileStorage": ("file",),
    }
    return {part: made[part] for part in served.get(kind, tuple(made))}


def _encryption(asked: Body, created: str) -> Body:
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": created}
    services = object_of(asked.get("services"))
    return {
        "keySource": "Microsoft.Storage",
        **asked,
        "services": {name: {**service, **object_of(services.get(name))} for name in ("file", "blob")},
    }


class Services(Typed):
    """`blobServices/default` and its like: there with the account, so a PUT never creates one."""

    created_status = 200
    provisioning = False

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        if rid.name.casefold() != "default":
            return None
        account = call.plane.store.get(rid.parent_key)
        if account is None:
            return None
        return {"sku": account.body.get("sku"), "properties": _service_defaults(rid.type)}

    def fill(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        account = call.plane.store.get(resource.id.parent_key)
        if account is not None:
            resource.body["sku"] = account.body.get("sku")
        for name, value in _service_defaults(resource.id.type).items():
            resource.properties.setdefault(name, value)


def _service_defaults(type_name: str) -> Body:
    rules: Body = {"cors": {"corsRules": []}}
    if type_name.endswith("/blobServices"):
        rules["deleteRetentionPolicy"] = {"allowPermanentDelete": False, "enabled": False}
    if type_name.endswith("/fileServices"):
        rules["shareDeleteRetentionPolicy"] = {"enabled": True, "days": 7}
        rules["protocolSettings"] = {"smb": {"multichannel": {"enabled": False}}}
    return rules


class Shares(Typed):
    provisioning = False
    etag_in_body = True
    implicit_names = frozenset[str]()
    kept = ("leaseStatus", "leaseState")

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        properties.setdefault("shareQuota", 5120)
        properties.setdefault("accessTier", "TransactionOptimized")
        properties.setdefault("enabledProtocols", "SMB")
        properties.setdefault("leaseStatus", "unlocked")
        properties.setdefault("leaseState", "available")
        properties["lastModifiedTime"] = iso()

    def show(self, resource: Resource, call: Call, /) -> Body:
        if call.expands("stats"):
            resource.properties["shareUsageBytes"] = 0
        return resource.body


class Dated(Typed):
    """Encryption scopes and lifecycle policies tell when they were made and changed."""

    provisioning = False
    implicit_names = frozenset[str]()
    kept = ("creationTime",)

    def __init__(self, *, tells_creation: bool) -> None:
        self._tells_creation = tells_creation

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        resource.properties["lastModifiedTime"] = iso()
        if self._tells_creation:
            resource.properties.setdefault("creationTime", resource.properties["lastModifiedTime"])


def _check_name(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    name = str(object_of(body).get("name") or "")
    if not _FORM.fullmatch(name):
        return Answer(
            200, {"nameAvailable": False, "reason": "AccountNameInvalid", "message": _INVALID.format(name=name)}
        )
    if call.plane.store.named(ACCOUNTS, name):
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": _TAKEN.format(name=name)})
    return Answer(200, {"nameAvailable": True})


def _usages(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    found = usages.usages(usages.STORAGE, groups["subscription"], groups["location"], call)
    return Answer(200, {"value": [usages.usage(*one) for one in found]})


def register(registry: Registry) -> None:
    registry.type(ACCOUNTS, Accounts())
    for name in _SERVICES:
        registry.type(f"{ACCOUNTS}/{name}", Services())
    registry.type(f"{ACCOUNTS}/fileServices/shares", Shares())
    registry.type(f"{ACCOUNTS}/encryptionScopes", Dated(tells_creation=True))
    registry.type(f"{ACCOUNTS}/managementPolicies", Dated(tells_creation=False))
    under = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Storage"
    registry.route("POST", "Microsoft.Storage", under + "/checkNameAvailability", _check_name)
    registry.route("GET", "Microsoft.Storage", under + "/locations/(?P<location>[^/]+)/usages", _usages)
