"""Users: made with a password, found by id or userPrincipalName."""

from __future__ import annotations

import re
import uuid
from typing import Any

from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.secrets import hashed
from azlin.sandbox.graph.writing import fresh, now, patched

_NAME = re.compile(r"[A-Za-z0-9'._!#^~$&+*=`{|}-]+")
_SHORTEST_PASSWORD = 8


def create(objects: Objects, tenant: Tenant, sent: Body) -> Entity:
    """Raises GraphRefusal 400 as the service does."""
    body = fresh("user", sent)
    _check_name(objects, tenant, body["userPrincipalName"])
    password = _password(sent.get("passwordProfile"))
    if password is None:
        raise refusals.bad_request("A password must be specified to create a new user.")
    body["passwordProfile"] = None
    body["id"] = str(uuid.uuid4())
    body["securityIdentifier"] = security_identifier(body["id"])
    body["lastPasswordChangeDateTime"] = body["signInSessionsValidFromDateTime"] = now()
    _name_identity(body, tenant)
    return objects.add(tenant.id, "user", body, {"password": hashed(password)})


def update(objects: Objects, tenant: Tenant, user: Entity, sent: Body) -> None:
    body = patched("user", user.body, sent)
    if body["userPrincipalName"].casefold() != user.body["userPrincipalName"].casefold():
        _check_name(objects, tenant, body["userPrincipalName"])
        _name_identity(body, tenant)
    password = _password(sent.get("passwordProfile"))
    if password is not None:
        user.hidden["password"] = hashed(password)
        body["lastPasswordChangeDateTime"] = now()
    body["passwordProfile"] = None
    user.body = body
    objects.save(user)


def find(objects: Objects, tenant: str, name: str) -> Entity | None:
    """By id or userPrincipalName."""
    found = objects.get(tenant, name, "user")
    return found if found is not None else objects.first(tenant, "user", "userPrincipalName", name)


def security_identifier(object_id: str) -> str:
    """The SID that Entra derives from an object's id: its bytes as four little-endian numbers."""
    data = uuid.UUID(object_id).bytes_le
    return "S-1-12-1-" + "-".join(str(int.from_bytes(data[at : at + 4], "little")) for at in range(0, 16, 4))


def _check_name(objects: Objects, tenant: Tenant, name: Any) -> None:
    local, _, domain = str(name).rpartition("@")
    if not _NAME.fullmatch(local):
        raise refusals.bad_request("Property userPrincipalName is invalid.")
    if domain.casefold() != tenant.domain:
        raise refusals.bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified "
            "domain names in your organization."
        )
    if objects.first(tenant.id, "user", "userPrincipalName", str(name)) is not None:
        raise refusals.value_taken("userPrincipalName")


def _password(profile: Any) -> str | None:
    if not isinstance(profile, dict) or "password" not in profile:
        return None
    password = str(profile["password"])  # pyright: ignore[reportUnknownArgumentType]
    if len(password) < _SHORTEST_PASSWORD:
        raise refusals.bad_request(
            "The specified password does not comply with password complexity requirements. Please provide a "
            "different password."
        )
    return password


def _name_identity(body: Body, tenant: Tenant) -> None:
    name = body["userPrincipalName"]
    body["identities"] = [{"signInType": "userPrincipalName", "issuer": tenant.domain, "issuerAssignedId": name}]
