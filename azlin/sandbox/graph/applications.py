"""Applications: registrations with an appId, identifier URIs, roles and scopes."""

from __future__ import annotations

import re
import uuid
from typing import Any

from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.credentials import take_credentials
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.writing import fresh, patched, take_binds

_AUDIENCES = frozenset(
    ("AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+")


def create(objects: Objects, tenant: Tenant, sent: Body, owner: str | None) -> Entity:
    """`owner` is the user (or the principal) that makes it. Raises GraphRefusal 400."""
    sent = dict(sent)
    hidden: Body = {}
    take_credentials(sent, hidden, [])
    body = fresh("application", sent)
    body["id"], body["appId"] = str(uuid.uuid4()), str(uuid.uuid4())
    body["publisherDomain"] = tenant.domain
    if body["signInAudience"] in ("AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"):
        body["api"].setdefault("requestedAccessTokenVersion", 2)
        body["api"]["requestedAccessTokenVersion"] = body["api"]["requestedAccessTokenVersion"] or 2
    _check(objects, tenant, body, "")
    made = objects.add(tenant.id, "application", body, hidden)
    for one in take_binds(sent, "owners") or ([owner] if owner else []):
        objects.link(tenant.id, "owners", made.id, one.casefold())
    return made


def update(objects: Objects, tenant: Tenant, application: Entity, sent: Body) -> None:
    """What its service principal shows of it changes with it."""
    sent = dict(sent)
    take_credentials(sent, application.hidden, application.body["keyCredentials"])
    body = patched("application", application.body, sent)
    _check(objects, tenant, body, application.id)
    _refuse_enabled_gone(application.body, body)
    application.body = body
    with objects.store.transaction():
        objects.save(application)
        for principal in objects.find(tenant.id, "servicePrincipal", "appId", body["appId"]):
            principal.body.update(shared(body))
            objects.save(principal)


def shared(application: Body) -> Body:
    """The properties that a service principal takes from its application."""
    return {
        "appDisplayName": application["displayName"],
        "displayName": application["displayName"],
        "appDescription": application["description"],
        "homepage": application["web"].get("homePageUrl"),
        "logoutUrl": application["web"].get("logoutUrl"),
        "replyUrls": [
            *application["web"].get("redirectUris", []),
            *application["publicClient"].get("redirectUris", []),
            *application["spa"].get("redirectUris", []),
        ],
        "servicePrincipalNames": [*application["identifierUris"], application["appId"]],
        "signInAudience": application["signInAudience"],
        "appRoles": application["appRoles"],
        "oauth2PermissionScopes": application["api"].get("oauth2PermissionScopes", []),
        "verifiedPublisher": application["verifiedPublisher"],
        "info": application["info"],
    }


def _check(objects: Objects, tenant: Tenant, body: Body, own: str) -> None:
    if body["signInAudience"] not in _AUDIENCES:
        raise refusals.value_invalid("signInAudience", "Application")
    for uri in body["identifierUris"]:
        if not isinstance(uri, str) or not _URI.fullmatch(uri):
            raise refusals.bad_request(
                "Invalid value specified for property 'identifierUris' of resource 'Application'."
            )
        if uri.casefold().startswith(("http://", "https://")) and not _verified(uri, tenant):
            raise refusals.bad_request(
                "Values of identifierUris property must use a verified domain of the organization or its "
                f"subdomain: '{uri}'",
                "HostNameNotOnVerifiedDomain",
            )
        if any(one.id != own for one in objects.find(tenant.id, "application", "identifierUris", uri)):
            raise refusals.value_taken("identifierUris")
    for name, values in (("appRoles", body["appRoles"]), ("api", array_of(body["api"].get("oauth2PermissionScopes")))):
        _check_ids(name, values)


def _check_ids(name: str, values: list[Any]) -> None:
    """Roles and scopes have ids of their own, and values that differ."""
    seen: set[str] = set()
    for one in values:
        entry = object_of(one)
        try:
            uuid.UUID(str(entry.get("id")))
        except ValueError:
            raise refusals.value_invalid(name, "Application") from None
        entry.setdefault("isEnabled", True)
        if name == "appRoles":
            entry.setdefault("origin", "Application")
        value = str(entry.get("value") or entry["id"]).casefold()
        if value in seen:
            raise refusals.bad_request("Request contains a property with duplicate values.", "Request_BadRequest")
        seen.add(value)


def _refuse_enabled_gone(before: Body, body: Body) -> None:
    """A role or scope is switched off before it is taken away."""
    for old, new in (
        (before["appRoles"], body["appRoles"]),
        (array_of(before["api"].get("oauth2PermissionScopes")), array_of(body["api"].get("oauth2PermissionScopes"))),
    ):
        stays = {one["id"] for one in new}
        if any(one.get("isEnabled") and one["id"] not in stays for one in old):
            raise refusals.bad_request(
                "Property value cannot be deleted unless it is disabled first.",
                "CannotDeleteOrUpdateEnabledEntitlement",
            )


def _verified(uri: str, tenant: Tenant) -> bool:
    host = uri.partition("://")[2].partition("/")[0].partition(":")[0].casefold()
    return host == tenant.domain or host.endswith(f".{tenant.domain}")
