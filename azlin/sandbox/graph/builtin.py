"""What is in every tenant from the start: its user and its principal (`directory.py`), the service principals of
Microsoft's own applications, and the roles. `builtin.json` holds the published ids of those."""

from __future__ import annotations

import uuid
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph.applications import shared
from azlin.sandbox.graph.kinds import Body, kinds
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.users import security_identifier
from azlin.sandbox.graph.writing import now

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
GRAPH = "00000003-0000-0000-c000-000000000000"
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000007")
_MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
"""The tenant that owns Microsoft's applications."""


class _Builtin(msgspec.Struct):
    service_principals: list[Body]
    roles: list[Body]


@cache
def _builtin() -> _Builtin:
    return msgspec.json.decode((files("azlin.sandbox.graph") / "builtin.json").read_bytes(), type=_Builtin)


def role_templates() -> list[Body]:
    """`id`, `displayName` and `description` of the roles of a directory."""
    return _builtin().roles


def ensure(objects: Objects, tenant: Tenant) -> None:
    """Put in what is missing; what is there stays as it is."""
    if objects.get(tenant.id, _made(tenant, f"role/{GLOBAL_ADMINISTRATOR}")) is not None:
        return
    with objects.store.transaction():
        _add(objects, tenant, "user", _user(tenant))
        application = _application(tenant)
        _add(objects, tenant, "application", application)
        _add(
            objects,
            tenant,
            "servicePrincipal",
            {
                **shared({**kinds()["application"].fresh(), **application}),
                "id": tenant.principal_oid,
                "appId": tenant.client_id,
                "appOwnerOrganizationId": tenant.id,
            },
        )
        for one in _builtin().service_principals:
            _add(objects, tenant, "servicePrincipal", _first_party(tenant, one))
        role = activate(objects, tenant.id, GLOBAL_ADMINISTRATOR, _made(tenant, f"role/{GLOBAL_ADMINISTRATOR}"))
        for member in (tenant.user_oid, tenant.principal_oid):
            objects.link(tenant.id, "members", role.id, member)


def activate(objects: Objects, tenant: str, template: str, made_id: str | None = None) -> Entity:
    """The directory role of a template, made when there is none. Raises KeyError for an unknown template."""
    found = objects.first(tenant, "directoryRole", "roleTemplateId", template)
    if found is not None:
        return found
    described = next((one for one in role_templates() if one["id"] == template.casefold()), None)
    if described is None:
        raise KeyError(template)
    body = {"displayName": described["displayName"], "description": described["description"]}
    whole = {**kinds()["directoryRole"].fresh(), **body, "roleTemplateId": described["id"]}
    return objects.add(tenant, "directoryRole", {"id": made_id or str(uuid.uuid4()), **whole})


def _add(objects: Objects, tenant: Tenant, kind: str, body: Body) -> None:
    if objects.get(tenant.id, body["id"]) is not None:
        return
    whole = {**kinds()[kind].fresh(), "createdDateTime": now(), **body}
    objects.add(tenant.id, kind, whole, {"builtin": True})


def _user(tenant: Tenant) -> Body:
    return {
        "id": tenant.user_oid,
        "displayName": "Sandbox user",
        "givenName": "Sandbox",
        "surname": "user",
        "userPrincipalName": tenant.user,
        "mailNickname": "user",
        "securityIdentifier": security_identifier(tenant.user_oid),
        "identities": [{"signInType": "userPrincipalName", "issuer": tenant.domain, "issuerAssignedId": tenant.user}],
    }


def _application(tenant: Tenant) -> Body:
    return {
        "id": _made(tenant, "application"),
        "appId": tenant.client_id,
        "displayName": "azlin sandbox",
        "publisherDomain": tenant.domain,
    }


def _first_party(tenant: Tenant, described: Body) -> Body:
    own: dict[str, Any] = {name: value for name, value in described.items() if name != "names"}
    return {
        **own,
        "id": _made(tenant, described["appId"]),
        "appDisplayName": described["displayName"],
        "appOwnerOrganizationId": _MICROSOFT,
        "servicePrincipalNames": [*described["names"], described["appId"]],
        "signInAudience": "AzureADMultipleOrgs",
    }


def _made(tenant: Tenant, what: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{tenant.id}/{what}"))
