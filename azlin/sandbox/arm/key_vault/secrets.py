"""Microsoft.KeyVault/vaults/secrets as templates write them: one store with the data plane, and no value ever shown.

Nothing is kept as a resource: what ARM shows is read from what the vault holds, so both views are one. As in Azure a
PUT sets a new version, and only the data plane deletes.
Source: Key Vault management REST API 2023-07-01 and later, operation group Secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.refusals import ArmRefusal, method_not_allowed
from azlin.sandbox.arm.store import Body, Resource
from azlin.sandbox.vault.shelf import Held, Shelf, Version, new_version_id

SECRETS = "Microsoft.KeyVault/vaults/secrets"


class VaultSecrets(Behaviour):
    provisioning = False
    created_status = 200

    def refuse(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        known = _shelf(resource.id.parent_key, call).get("secrets", resource.id.name)
        if known is not None and known.deleted is not None:
            raise ArmRefusal(
                409,
                "Conflict",
                f"Secret {resource.id.name} is currently in a deleted but recoverable state, and its name cannot be "
                "reused; in this state, the secret can only be recovered or purged.",
            )
        if known is None and not isinstance(resource.properties.get("value"), str):
            raise ArmRefusal(400, "BadRequest", "The value of the secret is missing.")

    def complete(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        shelf, properties = _shelf(resource.id.parent_key, call), resource.properties
        held = shelf.get("secrets", resource.id.name) or Held(name=resource.id.name, versions=[])
        value = properties.pop("value", None)
        if isinstance(value, str):
            data = {"value": value}
            held.versions.append(Version(id=new_version_id(), created=shelf.now, updated=shelf.now, data=data))
        newest = held.newest
        newest.updated = shelf.now
        if isinstance(properties.get("contentType"), str):
            newest.data["contentType"] = properties["contentType"]
        asked = object_of(properties.get("attributes"))
        newest.enabled = bool(asked.get("enabled", newest.enabled))
        newest.nbf, newest.exp = asked.get("nbf", newest.nbf), asked.get("exp", newest.exp)
        if isinstance(resource.body.get("tags"), dict):
            newest.tags = {name: str(one) for name, one in object_of(resource.body["tags"]).items()}
        shelf.put("secrets", held)
        resource.body = {**resource.body, **_shown(resource.id, held, call)}

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        call.plane.store.delete(resource.id)

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        if not call.plane.store.exists(rid.parent_key):
            return None
        held = _shelf(rid.parent_key, call).get("secrets", rid.name)
        return _shown(rid, held, call) if held is not None and held.deleted is None else None

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        raise method_not_allowed("DELETE", resource.id.id)


def _shelf(vault_key: str, call: Call) -> Shelf:
    vault = call.plane.store.get(vault_key)
    days = vault.properties.get("softDeleteRetentionInDays") if vault is not None else None
    return Shelf(call.plane.store, vault_key, days if isinstance(days, int) else 90, call.plane.now())


def _shown(rid: ResourceId, held: Held, call: Call) -> Body:
    newest, vault = held.newest, call.plane.store.get(rid.parent_key)
    address = f"https://{rid.id.split('/')[-3].lower()}.vault.azure.net/secrets/{held.name}"
    attributes: Body = {"enabled": newest.enabled, "created": newest.created, "updated": newest.updated}
    attributes |= {name: value for name, value in (("nbf", newest.nbf), ("exp", newest.exp)) if value is not None}
    properties: Body = {"attributes": attributes}
    if newest.data.get("contentType") is not None:
        properties["contentType"] = newest.data["contentType"]
    properties |= {"secretUri": address, "secretUriWithVersion": f"{address}/{newest.id}"}
    location = vault.body.get("location") if vault is not None else None
    return {"location": location, "tags": newest.tags or {}, "properties": properties}


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    vault = call.plane.store.parse(groups["vault"], call.tenant)
    call.plane.require(vault)
    held = (one for one in _shelf(vault.key, call).all("secrets") if one.deleted is None)
    ids = ((vault.child("secrets", one.name), one) for one in held)
    value: list[Body] = [
        {"id": rid.id, "name": rid.name, "type": SECRETS, **_shown(rid, one, call)} for rid, one in ids
    ]
    return Answer(200, {"value": value})


def register(registry: Registry) -> None:
    registry.type(SECRETS, VaultSecrets())
    vault = r"(?P<vault>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.KeyVault/vaults/[^/]+)"
    registry.route("GET", "Microsoft.KeyVault", vault + "/secrets", _list)
