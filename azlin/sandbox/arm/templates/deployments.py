"""Microsoft.Resources/deployments at resource group and subscription scope.

A deployment that ends at once is answered as ended; one that waits for a slow resource, or has failed, is answered as
running with an operation to poll, because that is where the real clients look for its error. Shapes: "Deployments" of
the Azure REST reference and the recordings of the Azure CLI. Secret values are kept in memory only while the deployment
runs, and never stored.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.bodies import refuse_unknown
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.operations import Operation
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.templates.deployment_run import Run
from azlin.sandbox.arm.templates.expression_parser import TemplateInvalid
from azlin.sandbox.arm.templates.template import DEPLOYMENTS, Template, open_template
from azlin.sandbox.arm.templates.template_scope import Where
from azlin.sandbox.arm.templates.unique_string import murmur_64
from azlin.sandbox.arm.templates.what_if import changes
from azlin.sandbox.arm.times import duration, iso

if TYPE_CHECKING:
    from azlin.sandbox.arm.control_plane import ControlPlane

_KIND = "deployment"
_OPERATIONS = "deployment-operations/"
_TEMPLATE = "deployment-template/"
_HIDDEN = "********"
_DEPLOYMENT = r"(?P<id>/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?/providers/Microsoft\.Resources/deployments/[^/]+)"
_SHORT = r"(?P<scope>/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?)/deployments/(?P<name>[^/]+)/operations"


@dataclass(slots=True)
class _Open:
    """A deployment that is going on."""

    run: Run
    template: Any
    complete: bool


class Deployments(Behaviour):
    """PUT runs the template; GET shows what became of it."""

    provisioning = False
    write_pending = 201
    guards_itself = True
    implicit_names = frozenset[str]()

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._secrets: list[str] = []

    def refuse(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if resource.id.group is None and not resource.body.get("location"):
            raise ArmRefusal(
                400, "LocationRequired", "The location property is required for this deployment.", details=[]
            )
        if before is not None and before.properties.get("provisioningState") in ("Running", "Accepted"):
            raise ArmRefusal(
                409,
                "DeploymentActive",
                f"Unable to edit or replace deployment '{resource.id.name}': previous deployment from "
                f"'{before.properties.get('timestamp')}' is still active. Please see https://aka.ms/arm-deploy for "
                "usage details.",
            )
        _mode(resource.properties)

    def complete(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        asked = resource.properties
        raw = asked.get("template")
        template = opened(resource.id, resource.body, call)
        self._open[resource.id.key] = _Open(
            Run(template, call, refuse_unknown), raw, _mode(asked).casefold() == "complete"
        )
        resource.body["properties"] = {
            **shown_template(template, raw),
            "mode": _mode(asked),
            "provisioningState": "Running",
            "timestamp": iso(),
            "duration": duration(0),
            "correlationId": str(uuid.uuid4()),
        }

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> Operation | None:
        call.plane.store.remember(_TEMPLATE + resource.id.key, self._without_secrets(resource.id.key))
        again_in_s = self._advance(resource, call.plane, call)
        outcome = dict(resource.properties)
        if again_in_s is None and outcome["provisioningState"] == "Succeeded":
            return None
        if again_in_s is None:
            # Clients read the error of a failed deployment from its operation, so it is still running at the PUT.
            resource.properties["provisioningState"] = "Running"
            resource.properties.pop("error", None)
            call.plane.store.put(resource.id, resource.body)
        return call.plane.operations.begin(
            _KIND,
            resource.id.id,
            tenant=call.tenant,
            oid=call.oid,
            method=call.method,
            api_version=call.api_version,
            ready_in_s=again_in_s or 0.0,
            state={"outcome": outcome} if again_in_s is None else None,
        )

    def go_on(self, operation: Operation, plane: ControlPlane) -> float | None:
        """The next look at a running deployment (`Registry.kind`)."""
        resource = plane.store.get(plane.store.parse(operation.target, operation.tenant))
        if resource is None:
            operation.status = "Canceled"
            return None
        outcome = operation.state.get("outcome")
        if outcome is not None:
            resource.body["properties"] = outcome
            plane.store.put(resource.id, resource.body)
        elif resource.properties.get("provisioningState") == "Running":
            if resource.id.key not in self._open:
                self._interrupted(resource, plane)
            else:
                again_in_s = self._advance(resource, plane, plane.call_of(operation))
                if again_in_s is not None:
                    return again_in_s
        if resource.properties.get("provisioningState") == "Canceled":
            operation.status = "Canceled"
        elif resource.properties.get("provisioningState") == "Failed":
            operation.status, operation.error = "Failed", resource.properties.get("error")
        return None

    def deleted(self, resource: Resource, call: Call, /) -> None:
        self._open.pop(resource.id.key, None)
        call.plane.store.forget(_OPERATIONS + resource.id.key)
        call.plane.store.forget(_TEMPLATE + resource.id.key)

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action == "exporttemplate":
            return {"template": call.plane.store.recall(_TEMPLATE + resource.id.key) or {}}
        if action == "cancel":
            if resource.properties.get("provisioningState") != "Running":
                raise ArmRefusal(
                    409,
                    "DeploymentCannotBeCancelled",
                    f"The deployment '{resource.id.name}' cannot be cancelled: it has reached the terminal state "
                    f"'{resource.properties.get('provisioningState')}'.",
                )
            resource.properties["provisioningState"] = "Canceled"
            self._open.pop(resource.id.key, None)
            call.plane.store.put(resource.id, resource.body)
            return Answer(204)
        return super().act(action, resource, body, call)

    def _advance(self, resource: Resource, plane: ControlPlane, call: Call) -> float | None:
        opened_one = self._open[resource.id.key]
        run = opened_one.run
        mine = [str(one.value) for one in run.template.parameters.values() if one.secure and one.value]
        self._secrets.extend(mine)
        try:
            again_in_s = run.advance()
        finally:
            del self._secrets[len(self._secrets) - len(mine) :]
        properties = resource.properties
        if again_in_s is None:
            self._open.pop(resource.id.key)
            self._end(run, resource, plane, call, remove_others=opened_one.complete)
        properties["timestamp"] = iso()
        properties["duration"] = duration(plane.now() - run.started_at)
        plane.store.remember(_OPERATIONS + resource.id.key, run.operations(resource.id.id))
        plane.store.put(resource.id, resource.body)
        return again_in_s

    def _end(self, run: Run, resource: Resource, plane: ControlPlane, call: Call, *, remove_others: bool) -> None:
        properties = resource.properties
        error = run.error() if run.failed else None
        try:
            if error is None and remove_others:
                self._remove_others(run, resource.id, plane, call)
            outputs = run.outputs() if error is None else None
        except ArmRefusal as refused:
            outputs, error = None, refused.error()
        if error is not None:
            properties["provisioningState"] = "Failed"
            properties["error"] = {**error, "target": resource.id.id}
            return
        properties["provisioningState"] = "Succeeded"
        properties["outputs"] = outputs or {}
        properties["outputResources"] = run.output_resources()

    def _remove_others(self, run: Run, rid: ResourceId, plane: ControlPlane, call: Call) -> None:
        """Mode Complete: what is in the group and not in the template goes."""
        kept = {str(one["id"]).casefold() for one in run.output_resources()}
        group = plane.store.parse(rid.scope, rid.tenant)
        others = [one for one in plane.store.all(group=group, listed=True) if one.id.key not in kept]
        for _ in others:
            # What is in use can go only after its user: as many rounds as there are resources suffice.
            left = [one for one in others if plane.store.exists(one.id)]
            for other in left:
                try:
                    plane.remove(other.id, call)
                except ArmRefusal as refused:
                    if len(left) == 1:
                        raise refused from None

    def _interrupted(self, resource: Resource, plane: ControlPlane) -> None:
        resource.properties["provisioningState"] = "Failed"
        resource.properties["error"] = {
            "code": "DeploymentFailed",
            "message": "The sandbox was stopped while this deployment ran; secret parameters are not kept, so it "
            "cannot go on. Deploy it again.",
            "target": resource.id.id,
        }
        plane.store.put(resource.id, resource.body)

    def _without_secrets(self, key: str) -> Any:
        """The template as exportTemplate shows it: values that an outer deployment filled in are hidden."""
        return _hidden(self._open[key].template, self._secrets)


def _hidden(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        return _HIDDEN if any(secret in value for secret in secrets) else value
    if isinstance(value, list):
        return [_hidden(one, secrets) for one in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _hidden(one, secrets) for name, one in cast("Body", value).items()}
    return value


def opened(rid: ResourceId, body: Body, call: Call) -> Template:
    """The template of a request body. Raises ArmRefusal 400 in ARM's words."""
    properties = object_of(body.get("properties"))
    link = object_of(properties.get("templateLink"))
    if "template" not in properties and link:
        raise ArmRefusal(
            400,
            "InvalidContentLink",
            f"Unable to download deployment content from '{link.get('uri') or link.get('id')}'. The tracking Id is "
            f"'{uuid.uuid4()}'. Please see https://aka.ms/arm-deploy for usage details.",
        )
    try:
        return open_template(properties.get("template"), properties.get("parameters"), where(rid, body, call))
    except TemplateInvalid as invalid:
        raise ArmRefusal(400, invalid.code, invalid.message) from invalid


def where(rid: ResourceId, body: Body, call: Call) -> Where:
    """The scope a deployment runs in. Raises ArmRefusal 404 when the group is not there."""
    subscription = call.plane.directory.subscription(rid.subscription or "", call.tenant)
    group: Body | None = None
    if rid.group is not None:
        call_get = Call(call.plane, "GET", call.api_version, call.tenant, call.oid)
        found = call.plane.find(call.plane.store.parse(rid.scope, rid.tenant), call_get)
        group = call.plane.show(found, call_get)
    asked = object_of(body.get("properties"))
    about: Body = {
        "name": rid.name,
        "properties": {"mode": asked.get("mode"), "template": asked.get("template"), "provisioningState": "Accepted"},
        "deployer": call.oid,
    }
    if "location" in body:
        about["location"] = body["location"]
    return Where(subscription=subscription.body(), tenant_id=call.tenant, deployment=about, group=group)


def shown_template(template: Template, raw: Any) -> Body:
    """What a deployment tells of its template: hash, parameters, providers and dependencies."""
    minified = json.dumps(raw, separators=(",", ":"), ensure_ascii=False).upper()
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
        "templateHash": str(murmur_64(minified.encode())),
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


def _mode(properties: Body) -> str:
    mode = str(properties.get("mode", "Incremental"))
    if mode.casefold() not in ("incremental", "complete"):
        raise ArmRefusal(
            400,
            "InvalidDeploymentMode",
            f"The deployment mode '{mode}' is not valid. The supported modes are 'Incremental,Complete'.",
        )
    return mode.capitalize()


def _validate(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    rid = call.plane.store.parse(groups["id"], call.tenant)
    asked = object_of(body)
    template = opened(rid, asked, call)
    refused: list[Body] = []
    for one in template.resources:
        try:
            refuse_unknown(one, one.raw, call)
        except ArmRefusal as problem:
            refused.append(problem.error())
    if refused:
        raise ArmRefusal(
            400,
            "InvalidTemplateDeployment",
            f"The template deployment '{rid.name}' is not valid according to the validation procedure. The tracking id "
            f"is '{uuid.uuid4()}'. See inner errors for details.",
            details=refused,
        )
    properties = {
        **shown_template(template, object_of(asked.get("properties")).get("template")),
        "mode": _mode(object_of(asked.get("properties"))),
        "provisioningState": "Succeeded",
        "timestamp": iso(),
        "duration": duration(0),
        "correlationId": str(uuid.uuid4()),
        "validatedResources": [{"id": one.id} for one in template.resources],
    }
    return Answer(200, {"id": rid.id, "name": rid.name, "type": DEPLOYMENTS, "properties": properties})


def _what_if(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    rid = call.plane.store.parse(groups["id"], call.tenant)
    asked = object_of(body)
    run = Run(opened(rid, asked, call), call, refuse_unknown)
    complete = _mode(object_of(asked.get("properties"))).casefold() == "complete"
    found = changes(run, rid, call, complete=complete)
    return Answer(200, {"status": "Succeeded", "properties": {"correlationId": str(uuid.uuid4()), "changes": found}})


def _operations(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    path = groups.get("id") or f"{groups['scope']}/providers/{DEPLOYMENTS}/{groups['name']}"
    rid = call.plane.store.parse(path, call.tenant)
    call.plane.find(rid, call)
    return Answer(200, {"value": call.plane.store.recall(_OPERATIONS + rid.key) or []})


def _of_subscription(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """Only those of the subscription itself; each group lists its own."""
    found = call.plane.store.all(type=DEPLOYMENTS, subscription=groups["subscription"])
    return Answer(200, {"value": [call.plane.show(one, call) for one in found if one.id.group is None]})


def register(registry: Registry) -> None:
    behaviour = Deployments()
    registry.type(DEPLOYMENTS, behaviour)
    registry.kind(_KIND, behaviour.go_on)
    registry.route("POST", "Microsoft.Resources", _DEPLOYMENT + "/validate", _validate)
    registry.route("POST", "Microsoft.Resources", _DEPLOYMENT + "/whatIf", _what_if)
    registry.route("GET", "Microsoft.Resources", _DEPLOYMENT + "/operations", _operations)
    registry.route("GET", "", _SHORT, _operations)
    listed = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Resources/deployments"
    registry.route("GET", "Microsoft.Resources", listed, _of_subscription)
