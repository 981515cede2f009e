"""What may be asked of a deployment besides PUT, GET and DELETE: validate, whatIf, its operations, and lists of them.

One pattern for every scope: resource group, subscription, management group and tenant have the same requests
("Deployments" of the Azure REST reference).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.bodies import known_flags, refuse_unknown
from azlin.sandbox.arm.catalog import versions
from azlin.sandbox.arm.ids import ResourceId, parse_address
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Resource
from azlin.sandbox.arm.templates.deployment_scope import mode_of, opened, refuse_location
from azlin.sandbox.arm.templates.expansion import Expansion
from azlin.sandbox.arm.templates.template import Deployable, Template
from azlin.sandbox.arm.templates.template_places import DEPLOYMENTS, GROUPS
from azlin.sandbox.arm.templates.unique_string import murmur_64
from azlin.sandbox.arm.templates.what_if import changes
from azlin.sandbox.arm.times import duration, iso

OPERATIONS = f"{ABOUT}deployment-operations/"
TEMPLATE = f"{ABOUT}deployment-template/"
_SCOPE = (
    r"(?P<scope>/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?"
    r"|/providers/Microsoft\.Management/managementGroups/[^/]+|)"
)
_SPACE = r"/providers/Microsoft\.Resources"
_STATE = re.compile(r"\s*provisioningState\s+eq\s+'([^']*)'\s*", re.IGNORECASE)
_PAGE = 100


def refuse_resource(own: Deployable, body: Body, call: Call) -> None:
    """Raise ArmRefusal for a type, an api-version or a location that is not there, or a type that cannot be here."""
    refuse_unknown(own, body, call)
    flags = known_flags(own.type)
    rid = call.plane.store.parse(own.id, call.tenant)
    if flags is None or not flags.scopes or rid.nested or rid.type in (DEPLOYMENTS, GROUPS):
        return
    scope = _scope_of(rid)
    if scope != "Extension" and scope not in flags.scopes and "Extension" not in flags.scopes:
        raise refusals.version_not_registered(own.type, own.api_version, None, list(versions(own.type)), [])


def _scope_of(rid: ResourceId) -> str:
    if rid.scope.casefold().startswith("/providers/microsoft.management/managementgroups/"):
        return "ManagementGroup"
    if rid.is_extension:
        return "Extension"
    return "ResourceGroup" if rid.group else "Subscription" if rid.subscription else "Tenant"


def shown_template(template: Template, raw: Any) -> Body:
    """What a deployment tells of its template: hash, parameters, providers and dependencies."""
    providers: dict[str, dict[str, set[str]]] = {}
    dependencies: list[Body] = []
    named = {one.id.casefold(): one for one in template.resources}
    for one in template.resources:
        namespace, _, rest = one.type.partition("/")
        location = one.raw.get("location")
        places = providers.setdefault(namespace, {}).setdefault(rest, set())
        if isinstance(location, str) and not location.startswith("["):
            places.add(location)
        if one.after:
            waits_for = [_named(named[key].id, named[key].type, named[key].name) for key in sorted(one.after)]
            dependencies.append({"dependsOn": waits_for, **_named(one.id, one.type, one.name)})
    return {
        "templateHash": _template_hash(raw),
        "parameters": {name: one.shown() for name, one in template.parameters.items()},
        "providers": [
            {
                "namespace": namespace,
                "resourceTypes": [
                    {"resourceType": rest, "locations": sorted(places) or [None]} for rest, places in types.items()
                ],
            }
            for namespace, types in providers.items()
        ],
        "dependencies": dependencies,
    }


def _named(path: str, kind: str, name: str) -> Body:
    return {"id": path, "resourceType": kind, "resourceName": name}


def _template_hash(raw: Any) -> str:
    return str(murmur_64(_minified(raw).upper().encode()))


def _minified(raw: Any) -> str:
    return json.dumps(raw, separators=(",", ":"), ensure_ascii=False)


def _calculate_hash(_call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
    return Answer(200, {"minifiedTemplate": _minified(body), "templateHash": _template_hash(body)})


def _rid(call: Call, groups: Mapping[str, str]) -> ResourceId:
    path = f"{groups['scope']}/providers/{DEPLOYMENTS}/{groups['name']}"
    return call.plane.store.parse(path, call.tenant)


def _validate(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    rid, asked = _rid(call, groups), object_of(body)
    _refuse_request(rid, asked, call)
    template, content = opened(rid, asked, call)
    refused: list[Body] = []
    expansion = Expansion(template, content.linked, call)
    for one, shown in expansion.resources:
        try:
            refuse_resource(one, shown, call)
        except ArmRefusal as problem:
            refused.append(problem.error())
    refused.extend(problem.error() for problem in expansion.refused)
    if refused:
        raise ArmRefusal(
            400,
            "InvalidTemplateDeployment",
            f"The template deployment '{rid.name}' is not valid according to the validation procedure. The tracking id "
            f"is '{uuid.uuid4()}'. See inner errors for details.",
            details=refused,
        )
    properties = {
        **shown_template(template, content.template),
        "mode": mode_of(object_of(asked.get("properties")), rid),
        "provisioningState": "Succeeded",
        "timestamp": iso(),
        "duration": duration(0),
        "correlationId": str(uuid.uuid4()),
        "validatedResources": [{"id": one.id} for one, _ in expansion.resources if not one.existing],
    }
    location = {"location": asked["location"]} if "location" in asked else {}
    return Answer(200, {"id": rid.id, "name": rid.name, "type": DEPLOYMENTS, **location, "properties": properties})


def _refuse_request(rid: ResourceId, asked: Body, call: Call) -> None:
    refuse_location(Resource(rid, asked, "", 0.0, 0.0), call.plane.store.get(rid))


def _what_if(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    rid, asked = _rid(call, groups), object_of(body)
    _refuse_request(rid, asked, call)
    properties = object_of(asked.get("properties"))
    template, content = opened(rid, asked, call)
    expansion = Expansion(template, content.linked, call)
    if expansion.refused:
        raise expansion.refused[0]
    complete = mode_of(properties, rid) == "Complete"
    settings = object_of(properties.get("whatIfSettings"))
    brief = str(settings.get("resultFormat", "")).casefold() == "resourceidonly"
    found = changes(expansion, rid, call, complete=complete, brief=brief)
    return Answer(200, {"status": "Succeeded", "properties": {"correlationId": str(uuid.uuid4()), "changes": found}})


def _operations(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    rid = _rid(call, groups)
    call.plane.find(rid, call)
    return Answer(200, {"value": call.plane.store.recall(OPERATIONS + rid.key) or []})


def _operation(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    rid, wanted = _rid(call, groups), groups["operation"]
    call.plane.find(rid, call)
    for one in array_of(call.plane.store.recall(OPERATIONS + rid.key)):
        if str(one["operationId"]).casefold() == wanted.casefold():
            return Answer(200, one)
    raise ArmRefusal(
        404, "DeploymentOperationNotFound", f"Deployment operation '{wanted}' could not be found for '{rid.name}'."
    )


def missing_deployment(rid: ResourceId) -> ArmRefusal:
    """A deployment that is not there."""
    return ArmRefusal(404, "DeploymentNotFound", f"Deployment '{rid.name}' could not be found.")


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """Those of this very scope, newest first; each scope lists its own."""
    scope = groups["scope"]
    address = parse_address(scope, call.plane.store.casing, call.tenant)
    if address is None:
        raise ArmRefusal(404, "InvalidRequestUri", f"The request URI is not valid: '{scope}'.")
    if scope and address.resource.type != "Microsoft.Resources/subscriptions":
        call.plane.find(address.resource, call)
    found = list(call.plane.store.all(type=DEPLOYMENTS, parent=address.resource))
    wanted = _STATE.fullmatch(call.query.get("$filter", ""))
    if wanted is not None:
        state = wanted[1].casefold()
        found = [one for one in found if str(one.properties.get("provisioningState")).casefold() == state]
    found.sort(key=lambda one: one.changed_at, reverse=True)
    return _page(found, scope, call)


def _page(found: list[Resource], scope: str, call: Call) -> Answer:
    top, skip = call.query.get("$top", ""), call.query.get("$skiptoken", "")
    size = int(top) if top.isdigit() and int(top) > 0 else _PAGE
    start = int(skip) if skip.isdigit() else 0
    body: Body = {"value": [call.plane.show(one, call) for one in found[start : start + size]]}
    if start + size < len(found):
        query = {name: value for name, value in call.query.items() if name != "$skiptoken"}
        told = urlencode({**query, "$skiptoken": str(start + size)})
        body["nextLink"] = f"{call.base}{scope}/providers/{DEPLOYMENTS}?{told}"
    return Answer(200, body)


def register(registry: Registry) -> None:
    every = _SCOPE + _SPACE + "/deployments"
    one = every + "/(?P<name>[^/]+)"
    short = _SCOPE + "/deployments/(?P<name>[^/]+)/operations"
    number = "/(?P<operation>[^/]+)"
    registry.route("POST", "Microsoft.Resources", _SPACE + "/calculateTemplateHash", _calculate_hash)
    for space in ("Microsoft.Resources", "Microsoft.Management"):
        registry.route("POST", space, one + "/validate", _validate)
        registry.route("POST", space, one + "/whatIf", _what_if)
        registry.route("GET", space, one + "/operations", _operations)
        registry.route("GET", space, one + "/operations" + number, _operation)
        registry.route("GET", space, every, _list)
    for space in ("", "Microsoft.Management"):
        registry.route("GET", space, short, _operations)
        registry.route("GET", space, short + number, _operation)
