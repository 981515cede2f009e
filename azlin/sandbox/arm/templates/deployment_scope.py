"""Where a deployment goes and which template it brings: a group, a subscription, a management group or the tenant.

Above the groups a deployment has a location, which never changes ("Deploy to subscription", "... management group",
"... tenant" of Microsoft's documentation). A template may come by itself or as a template spec's version; nothing is
downloaded, so a link elsewhere is refused as ARM refuses one it cannot read.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.catalog import namespaces
from azlin.sandbox.arm.ids import GROUP, SUBSCRIPTION, TENANT, ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.management_groups import MANAGEMENT_GROUP
from azlin.sandbox.arm.providers import provider
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.templates.expression_parser import TemplateInvalid
from azlin.sandbox.arm.templates.secret_references import with_secrets
from azlin.sandbox.arm.templates.template import Template, open_template
from azlin.sandbox.arm.templates.template_scope import Where

_PLAIN = frozenset(("array", "bool", "int", "object", "string"))
_SPEC = "microsoft.resources/templatespecs/versions"


@dataclass(frozen=True, slots=True)
class Content:
    """What a deployment was sent to deploy. `linked` are a template spec's further templates by their path."""

    template: Any
    linked: Mapping[str, Any] = field(default_factory=dict[str, Any])


def opened(
    rid: ResourceId, body: Body, call: Call, groups: Mapping[str, Body] | None = None
) -> tuple[Template, Content]:
    """The template of a request body. `groups` are taken as there, by casefolded id. Raises ArmRefusal 400 in ARM's
    words."""
    properties = object_of(body.get("properties"))
    found = content(properties, call)
    try:
        parameters = with_secrets(object_of(_parameters(properties)), call)
        template = open_template(found.template, parameters, where(rid, body, found.template, call, groups or {}))
    except TemplateInvalid as invalid:
        raise ArmRefusal(400, invalid.code, invalid.message) from invalid
    return template, found


def _parameters(properties: Body) -> Any:
    link = object_of(properties.get("parametersLink"))
    if link and "parameters" not in properties:
        raise _unreadable(str(link.get("uri")))
    given = properties.get("parameters")
    if "$schema" in object_of(given) and "parameters" in object_of(given):
        return object_of(given)["parameters"]  # a parameter file as a whole, as several clients send it
    return given


def content(properties: Body, call: Call) -> Content:
    """The template that a deployment brings or names. Raises ArmRefusal."""
    link = object_of(properties.get("templateLink"))
    if "template" in properties or not link:
        return Content(properties.get("template"))
    if not isinstance(link.get("id"), str):
        raise _unreadable(str(link.get("uri") or link.get("relativePath")))
    try:
        rid = call.plane.store.parse(str(link["id"]), call.tenant)
    except ValueError:
        raise _unreadable(str(link["id"])) from None
    if rid.type.casefold() != _SPEC:
        raise _unreadable(rid.id)
    spec = call.plane.find(rid, call).properties
    linked = {
        str(object_of(one).get("path")): object_of(one).get("template") for one in array_of(spec.get("linkedTemplates"))
    }
    return Content(spec.get("mainTemplate", spec.get("template")), linked)


def _unreadable(address: str) -> ArmRefusal:
    return ArmRefusal(
        400,
        "InvalidContentLink",
        f"Unable to download deployment content from '{address}'. The tracking Id is '{uuid.uuid4()}'. Please see "
        "https://aka.ms/arm-deploy for usage details.",
    )


def where(rid: ResourceId, body: Body, template: Any, call: Call, groups: Mapping[str, Body]) -> Where:
    """The scope a deployment runs in. Raises ArmRefusal 404 when its group or management group is not there."""
    plane = call.plane
    scope = plane.store.parse(rid.scope, rid.tenant) if rid.scope else None
    kind = TENANT if scope is None else scope.type
    if kind not in (GROUP, SUBSCRIPTION, TENANT, MANAGEMENT_GROUP):
        raise refusals.type_unknown(rid.type, call.api_version)
    subscription = plane.directory.subscription(rid.subscription, call.tenant) if rid.subscription else None
    above: Body | None = None
    if scope is not None and kind in (GROUP, MANAGEMENT_GROUP):
        reading = Call(plane, "GET", call.api_version, call.tenant, call.oid)
        above = groups.get(scope.id.casefold())
        if above is None and kind == MANAGEMENT_GROUP:
            plane.require(scope, as_scope=True)
        above = above or plane.show(plane.find(scope, reading), reading)
    asked = object_of(body.get("properties"))
    about: Body = {"name": rid.name, "properties": {**_about(asked, template), "template": template}}
    if "location" in body:
        about["location"] = body["location"]
    tenant = plane.directory.tenant(call.tenant)
    return Where(
        subscription=None if subscription is None else subscription.body(),
        tenant_id=call.tenant,
        deployment=about,
        group=above if kind == GROUP else None,
        management_group=above if kind == MANAGEMENT_GROUP else None,
        tenant={
            "countryCode": "",
            "displayName": "" if tenant is None else tenant.name,
            "id": f"/tenants/{call.tenant}",
            "tenantId": call.tenant,
        },
        deployer={"tenantId": call.tenant, "objectId": call.oid},
        providers=lambda namespace: _provider(namespace, rid.subscription),
    )


def _about(asked: Body, template: Any) -> Body:
    """What `deployment()` tells of the request: nothing of a secure parameter, which an output could let out."""
    shown = {name: asked[name] for name in ("templateLink", "mode") if name in asked}
    declared = object_of(object_of(template).get("parameters"))
    plain = {name.casefold() for name, one in declared.items() if str(object_of(one).get("type")).casefold() in _PLAIN}
    told = {name: one for name, one in object_of(_parameters(asked)).items() if name.casefold() in plain}
    return {**shown, "parameters": told, "provisioningState": "Accepted"}


def _provider(namespace: str, subscription: str | None) -> Body | None:
    spelled = namespaces().get(namespace.casefold())
    return None if spelled is None else provider(spelled, subscription)


def refuse_location(resource: Resource, before: Resource | None) -> None:
    """Raise ArmRefusal where the location is missing, may not be given, or was another."""
    rid, asked = resource.id, resource.body.get("location")
    if bool(asked) == (rid.group is not None):
        why = (
            f"The 'location' property is not allowed for '{rid.name}' at resource group scope."
            if asked
            else f"The 'location' property must be specified for '{rid.name}'."
        )
        help_at = "Please see https://aka.ms/deploy-to-subscription for usage details."
        raise ArmRefusal(400, "InvalidDeployment", f"{why} {help_at}")
    kept = None if before is None else before.body.get("location")
    if kept and str(kept).replace(" ", "").casefold() != str(asked).replace(" ", "").casefold():
        raise location_taken(rid.name, str(kept), str(asked))


def location_taken(name: str, kept: str, asked: str) -> ArmRefusal:
    """A deployment of that name is kept in another place."""
    return ArmRefusal(
        409,
        "InvalidDeploymentLocation",
        f"Invalid deployment location '{asked}'. The deployment '{name}' already exists in location '{kept}'.",
    )


def mode_of(properties: Body, rid: ResourceId) -> str:
    """`Incremental` or `Complete`, which only a group can have. Raises ArmRefusal."""
    mode = str(properties.get("mode", "Incremental"))
    if mode.casefold() not in ("incremental", "complete"):
        raise ArmRefusal(
            400,
            "InvalidDeploymentMode",
            f"The deployment mode '{mode}' is not valid. The supported modes are 'Incremental,Complete'.",
        )
    if mode.casefold() == "complete" and rid.group is None:
        raise ArmRefusal(
            400,
            "InvalidDeploymentMode",
            "The 'Complete' deployment mode is not supported at this scope. Only the 'Incremental' mode is.",
        )
    return mode.capitalize()
