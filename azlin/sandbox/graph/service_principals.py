"""Service principals: an application's (or a managed identity's) presence in a tenant."""

from __future__ import annotations

import uuid

from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.applications import shared
from azlin.sandbox.graph.credentials import take_credentials
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.refusals import GraphRefusal
from azlin.sandbox.graph.writing import fresh, patched

_BY_APPLICATION = ("servicePrincipalNames", "servicePrincipalType", "appRoles", "oauth2PermissionScopes")


def create(objects: Objects, tenant: Tenant, sent: Body, owner: str | None) -> Entity:
    """Of an application of this tenant. Raises GraphRefusal 400, 409 when there is one already."""
    body = fresh("servicePrincipal", sent)
    app_id = str(body["appId"])
    application = objects.first(tenant.id, "application", "appId", app_id)
    if objects.find(tenant.id, "servicePrincipal", "appId", app_id):
        raise GraphRefusal(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            "The service principal cannot be created, updated, or restored because the service principal name "
            f"{app_id} is already in use.",
            details=[{"code": "ObjectConflict", "message": "The service principal name is in use.", "target": "appId"}],
        )
    if application is None:
        raise refusals.bad_request(
            f"The appId '{app_id}' of the service principal does not reference a valid application object.",
            "NoBackingApplicationObject",
        )
    own = shared(application.body)
    body.update({name: value for name, value in own.items() if name not in sent or name in _BY_APPLICATION})
    body["appId"], body["appOwnerOrganizationId"] = application.body["appId"], tenant.id
    body["id"] = str(uuid.uuid4())
    made = objects.add(tenant.id, "servicePrincipal", body)
    if owner is not None:
        objects.link(tenant.id, "owners", made.id, owner)
    return made


def update(objects: Objects, principal: Entity, sent: Body) -> None:
    sent = dict(sent)
    if "appId" in sent and sent["appId"] != principal.body["appId"]:
        raise refusals.property_read_only("appId")
    take_credentials(sent, principal.hidden, principal.body["keyCredentials"])
    principal.body = patched("servicePrincipal", principal.body, sent)
    objects.save(principal)
