"""A vault's certificate issuers and the people it writes to: `/certificates/issuers`, `/certificates/contacts`."""

from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Body
from azlin.sandbox.vault.access import allow
from azlin.sandbox.vault.refusals import VaultRefusal, bad_parameter, no_such_door
from azlin.sandbox.vault.visit import Visit

Reply = tuple[int, Body | None]
_ISSUERS, _CONTACTS = "issuers", "contacts"


def issuer(visit: Visit, name: str) -> Body | None:
    return object_of(visit.shelf.setting(_ISSUERS)).get(name.casefold())


def answer(visit: Visit) -> Reply:
    """Raises VaultRefusal."""
    if visit.parts[1].casefold() == _CONTACTS and len(visit.parts) == 2:
        return 200, _contacts(visit)
    if len(visit.parts) == 2 and visit.method == "GET":
        allow(visit, "certificates", "listissuers")
        kept = object_of(visit.shelf.setting(_ISSUERS))
        items: list[Body] = [
            {"id": one["id"], "provider": one["provider"]} for _, one in sorted(kept.items(), key=lambda pair: pair[0])
        ]
        return 200, visit.page(items)
    if len(visit.parts) == 3:
        return 200, _issuer(visit, visit.parts[2])
    raise no_such_door(visit.method, "/" + "/".join(visit.parts))


def _issuer(visit: Visit, name: str) -> Body:
    kept = object_of(visit.shelf.setting(_ISSUERS))
    before, now = kept.get(name.casefold()), visit.shelf.now
    permissions = {"GET": "getissuers", "PUT": "setissuers", "PATCH": "setissuers", "DELETE": "deleteissuers"}
    if visit.method not in permissions:
        raise no_such_door(visit.method, "/" + "/".join(visit.parts))
    allow(visit, "certificates", permissions[visit.method])
    if before is None and visit.method != "PUT":
        raise VaultRefusal(404, "CertificateIssuerNotFound", f"Certificate issuer not found: {name}")
    if visit.method == "GET":
        return object_of(before)
    if visit.method == "DELETE":
        del kept[name.casefold()]
        visit.shelf.keep_setting(_ISSUERS, kept)
        return object_of(before)
    asked = {part: visit.body[part] for part in ("provider", "credentials", "org_details") if part in visit.body}
    if visit.method == "PUT" and not asked.get("provider"):
        raise bad_parameter("The issuer's provider is missing.")
    attributes = {"enabled": True, "created": now, **object_of(object_of(before).get("attributes"))}
    enabled = object_of(visit.body.get("attributes")).get("enabled", attributes["enabled"])
    made = {
        "id": f"{visit.base}/certificates/issuers/{name}",
        **(object_of(before) if visit.method == "PATCH" else {}),
        **asked,
        "attributes": {**attributes, "enabled": enabled, "updated": now},
    }
    object_of(made.get("credentials")).pop("pwd", None)
    kept[name.casefold()] = made
    visit.shelf.keep_setting(_ISSUERS, kept)
    return made


def _contacts(visit: Visit) -> Body:
    allow(visit, "certificates", "managecontacts")
    kept: Any = visit.shelf.setting(_CONTACTS)
    shown: Body = {"id": f"{visit.base}/certificates/contacts"}
    if visit.method == "PUT":
        kept = visit.body.get("contacts") or []
        visit.shelf.keep_setting(_CONTACTS, kept)
        return {**shown, "contacts": kept}
    if kept is None:
        raise VaultRefusal(404, "ContactsNotFound", "Contacts not found")
    if visit.method == "DELETE":
        visit.shelf.keep_setting(_CONTACTS, None)
    elif visit.method != "GET":
        raise no_such_door(visit.method, "/certificates/contacts")
    return {**shown, "contacts": kept}
