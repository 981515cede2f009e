"""What was granted: delegated permissions (oauth2PermissionGrants) and application roles (appRoleAssignments).

The id of a grant is made of the ids it joins, as the service makes it: their bytes in base64url.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import Any

from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.kinds import Body, type_name
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.refusals import GraphRefusal
from azlin.sandbox.graph.writing import fresh, now, patched

_NO_ROLE = "00000000-0000-0000-0000-000000000000"
"""The role of a resource that defines none: plain access."""
_CONSENTS = ("AllPrincipals", "Principal")


def grant(objects: Objects, tenant: str, sent: Body) -> Entity:
    """A delegated permission grant. Raises GraphRefusal 400, 404, 409."""
    known = {name: value for name, value in sent.items() if name not in ("startTime", "expiryTime")}
    body = fresh("oauth2PermissionGrant", known)
    if body["consentType"] not in _CONSENTS:
        raise refusals.value_invalid("consentType", "OAuth2PermissionGrant")
    if (body["consentType"] == "Principal") != bool(body["principalId"]):
        raise refusals.bad_request(
            "Invalid value specified for property 'principalId' of resource 'OAuth2PermissionGrant'."
        )
    for name in ("clientId", "resourceId"):
        if objects.get(tenant, str(body[name]), "servicePrincipal") is None:
            raise refusals.not_found(str(body[name]))
    if body["principalId"] and objects.get(tenant, str(body["principalId"])) is None:
        raise refusals.not_found(str(body["principalId"]))
    ids = [body["clientId"], body["resourceId"], *([body["principalId"]] if body["principalId"] else [])]
    body["id"] = _joined(ids)
    body["scope"] = body["scope"] or ""
    if objects.get(tenant, body["id"]) is not None:
        raise GraphRefusal(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
    return objects.add(tenant, "oauth2PermissionGrant", body)


def change(objects: Objects, entity: Entity, sent: Body) -> None:
    entity.body = patched(entity.kind, entity.body, sent)
    objects.save(entity)


def assign(objects: Objects, tenant: str, sent: Body) -> Entity:
    """An application role for a user, group or service principal. Raises GraphRefusal 400, 404."""
    body = fresh("appRoleAssignment", sent)
    principal = objects.get(tenant, str(body["principalId"]), "user", "group", "servicePrincipal")
    resource = objects.get(tenant, str(body["resourceId"]), "servicePrincipal")
    for found, name in ((principal, "principalId"), (resource, "resourceId")):
        if found is None:
            raise refusals.not_found(str(body[name]))
    if principal is None or resource is None:
        raise refusals.not_found("")
    roles = {one["id"].casefold() for one in resource.body["appRoles"]}
    role = str(body["appRoleId"]).casefold()
    if role not in roles and not (role == _NO_ROLE and not roles):
        raise refusals.bad_request(
            "Permission being assigned was not found on application '" + resource.body["appId"] + "'."
        )
    same = objects.find(tenant, "appRoleAssignment", "principalId", principal.id)
    if any(one.body["resourceId"] == resource.id and one.body["appRoleId"].casefold() == role for one in same):
        raise refusals.bad_request("Permission being assigned already exists on the object")
    body.update(
        id=base64.urlsafe_b64encode(uuid.UUID(principal.id).bytes_le + secrets.token_bytes(16)).decode().rstrip("="),
        principalId=principal.id,
        principalDisplayName=principal.name,
        principalType=type_name(principal.kind),
        resourceId=resource.id,
        resourceDisplayName=resource.name,
        createdDateTime=now(),
    )
    return objects.add(tenant, "appRoleAssignment", body)


def forget(objects: Objects, gone: Entity) -> None:
    """Take away what was granted to or on an object that is gone for good."""
    for kind, names in (
        ("oauth2PermissionGrant", ("clientId", "resourceId", "principalId")),
        ("appRoleAssignment", ("principalId", "resourceId")),
        ("unifiedRoleAssignment", ("principalId",)),
    ):
        for name in names:
            for one in objects.find(gone.tenant, kind, name, gone.id):
                objects.remove(one)


def _joined(ids: list[Any]) -> str:
    try:
        data = b"".join(uuid.UUID(str(one)).bytes_le for one in ids)
    except ValueError:
        raise refusals.object_id_invalid(str(ids)) from None
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
