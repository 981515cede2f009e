"""Directory objects from elsewhere: seeds and generated tenants put them in as they are, ids included.

An entry is what Graph answers: `{"@odata.type": "#microsoft.graph.user", "id": ..., "displayName": ...}`. Beyond that
`members`, `owners` and `manager` may hold ids (or objects with ids), `passwordProfile.password` and the `secretText`
of a `passwordCredentials` entry make it possible to sign in; both are kept as hashes only.
"""

from __future__ import annotations

import uuid
from typing import Any, cast

from azlin.sandbox.graph.kinds import Body, kinds
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.secrets import hashed
from azlin.sandbox.graph.users import security_identifier
from azlin.sandbox.graph.writing import now

TYPE = "@odata.type"
_PREFIX = "#microsoft.graph."
_LINKS = ("members", "owners", "manager")


class NotADirectoryObject(ValueError):
    """The entry's type is not one that the sandbox keeps."""


def is_object(entry: Body) -> bool:
    """Whether an entry of a seed says that it is a directory object."""
    return str(entry.get(TYPE, "")).startswith(_PREFIX)


def add(objects: Objects, tenant: str, entry: Body) -> Entity:
    """Put one in; one of the same id is replaced. Links may lead to objects that come later.

    Raises NotADirectoryObject.
    """
    kind = str(entry.get(TYPE, "")).removeprefix(_PREFIX)
    if kind not in kinds():
        raise NotADirectoryObject(f"{entry.get(TYPE)} is not kept by the sandbox")
    hidden: Body = {}
    body = {**kinds()[kind].fresh(), **_own(entry, hidden)}
    name = str(body.get("id") or uuid.uuid4())
    body["id"] = name.casefold() if kind in ("user", "group", "application", "servicePrincipal") else name
    if "createdDateTime" in body and body["createdDateTime"] is None:
        body["createdDateTime"] = now()
    if kind in ("user", "group") and not body["securityIdentifier"]:
        body["securityIdentifier"] = security_identifier(body["id"])
    if kind == "servicePrincipal" and not body["servicePrincipalNames"]:
        body["servicePrincipalNames"] = [body["appId"]]
    with objects.store.transaction():
        entity = objects.add(tenant, kind, body, hidden)
        for relation in _LINKS:
            for target in _ids(entry.get(relation)):
                objects.link(tenant, relation, entity.id, target.casefold())
    return entity


def _own(entry: Body, hidden: Body) -> Body:
    body = {name: value for name, value in entry.items() if not name.startswith("@") and name not in _LINKS}
    profile = body.pop("passwordProfile", None)
    if isinstance(profile, dict) and "password" in profile:
        hidden["password"] = hashed(str(cast("Body", profile)["password"]))
    if "parent" in body:
        hidden["parent"] = body.pop("parent")
    for one in cast("list[Body]", body.get("passwordCredentials") or []):
        one.setdefault("keyId", str(uuid.uuid4()))
        one.setdefault("startDateTime", now())
        one.setdefault("endDateTime", "2299-12-31T00:00:00Z")
        if one.get("secretText"):
            hidden.setdefault("secrets", {})[one["keyId"]] = hashed(str(one["secretText"]))
            one["hint"] = str(one["secretText"])[:3]
        one["secretText"] = None
    return body


def _ids(value: Any) -> list[str]:
    entries = cast("list[Any]", value if isinstance(value, list) else [] if value is None else [value])
    return [str(cast("Body", one)["id"]) if isinstance(one, dict) else str(one) for one in entries]
