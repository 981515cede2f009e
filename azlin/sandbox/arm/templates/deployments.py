"""Microsoft.Resources/deployments at every scope: resource group, subscription, management group, tenant.

A deployment that ends at once is answered as ended; one that waits for a slow resource, or has failed, is answered as
running with an operation to poll, because that is where the real clients look for its error. Shapes: "Deployments" of
the Azure REST reference and the recordings of the Azure CLI. Secret values are kept in memory only while the deployment
runs, and never stored.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from azlin.sandbox.arm.behaviour import Answer, Behaviour, Call, Registry
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.operations import Operation
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.templates import deployment_requests
from azlin.sandbox.arm.templates.deployment_fallback import Fallback
from azlin.sandbox.arm.templates.deployment_requests import OPERATIONS, TEMPLATE, refuse_resource, shown_template
from azlin.sandbox.arm.templates.deployment_run import Run
from azlin.sandbox.arm.templates.deployment_scope import location_taken, mode_of, opened, refuse_location
from azlin.sandbox.arm.templates.template_places import DEPLOYMENTS
from azlin.sandbox.arm.times import duration, iso

if TYPE_CHECKING:
    from azlin.sandbox.arm.control_plane import ControlPlane

_KIND = "deployment"
_HIDDEN = "********"
_LONGEST_NAME = 64


@dataclass(slots=True)
class _Open:
    """A deployment that is going on."""

    run: Run
    template: Any
    complete: bool
    fallback: Fallback | None


class Deployments(Behaviour):
    """PUT runs the template; GET shows what became of it."""

    provisioning = False
    write_pending = 201
    guards_itself = True
    implicit_names = frozenset[str]()

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}
        self._secrets: list[str] = []
        self._outputs: dict[str, Body] = {}
        """With the secure ones, in memory only."""

    def refuse(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if len(resource.id.name) > _LONGEST_NAME:
            raise ArmRefusal(
                400,
                "InvalidDeployment",
                f"The provided deployment name '{resource.id.name}' has a length of '{len(resource.id.name)}' which "
                f"exceeds the maximum length of '{_LONGEST_NAME}'.",
            )
        refuse_location(resource, before)
        if before is not None and before.properties.get("provisioningState") in ("Running", "Accepted"):
            raise ArmRefusal(
                409,
                "DeploymentActive",
                f"Unable to edit or replace deployment '{resource.id.name}': previous deployment from "
                f"'{before.properties.get('timestamp')}' is still active. Please see https://aka.ms/arm-deploy for "
                "usage details.",
            )
        mode_of(resource.properties, resource.id)

    def complete(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        asked = resource.properties
        mode = mode_of(asked, resource.id)
        fallback = Fallback.of(asked, resource.id, call)
        template, content = opened(resource.id, resource.body, call)
        run = Run(template, call, refuse_resource, content.linked)
        self._open[resource.id.key] = _Open(run, content.template, mode == "Complete", fallback)
        link = {name: asked[name] for name in ("templateLink", "debugSetting") if name in asked}
        resource.body["properties"] = {
            **shown_template(template, content.template),
            **link,
            "mode": mode,
            **({"onErrorDeployment": fallback.shown()} if fallback else {}),
            "provisioningState": "Running",
            "timestamp": iso(),
            "duration": duration(0),
            "correlationId": str(uuid.uuid4()),
        }

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> Operation | None:
        call.plane.store.remember(TEMPLATE + resource.id.key, self._without_secrets(resource.id.key))
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

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        if resource.properties.get("provisioningState") == "Running":
            raise ArmRefusal(
                409,
                "DeploymentActive",
                f"Unable to delete deployment '{resource.id.name}': it is still active. Please see "
                "https://aka.ms/arm-deploy for usage details.",
            )

    def location_conflict(self, rid: ResourceId, kept: str, asked: str, /) -> ArmRefusal | None:
        return location_taken(rid.name, kept, asked)

    def not_found(self, rid: ResourceId, /, *, as_scope: bool) -> ArmRefusal | None:
        return None if as_scope else deployment_requests.missing_deployment(rid)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        self._open.pop(resource.id.key, None)
        self._outputs.pop(resource.id.key, None)
        call.plane.store.forget(OPERATIONS + resource.id.key)
        call.plane.store.forget(TEMPLATE + resource.id.key)

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action == "exporttemplate":
            return {"template": call.plane.store.recall(TEMPLATE + resource.id.key) or {}}
        if action == "listoutputswithsecurevalues":
            return {**resource.properties.get("outputs", {}), **self._outputs.get(resource.id.key, {})}
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
            self._end(opened_one, resource, plane, call)
        properties["timestamp"] = iso()
        properties["duration"] = duration(plane.now() - run.started_at)
        plane.store.remember(OPERATIONS + resource.id.key, run.operations(resource.id.id))
        plane.store.put(resource.id, resource.body)
        return again_in_s

    def _end(self, ended: _Open, resource: Resource, plane: ControlPlane, call: Call) -> None:
        properties, run = resource.properties, ended.run
        error = run.error() if run.failed else None
        try:
            if error is None and ended.complete:
                self._remove_others(run, resource.id, plane, call)
            outputs = run.outputs() if error is None else None
        except ArmRefusal as refused:
            outputs, error = None, refused.error()
        if error is not None:
            properties["provisioningState"] = "Failed"
            properties["error"] = {**error, "target": resource.id.id}
            if ended.fallback is not None:
                properties["onErrorDeployment"] = ended.fallback.carried_out(resource.id, call)
            return
        properties["provisioningState"] = "Succeeded"
        properties["outputs"] = outputs or {}
        if any("value" not in one for one in properties["outputs"].values()):
            self._outputs[resource.id.key] = run.outputs(secure=True)
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


def register(registry: Registry) -> None:
    behaviour = Deployments()
    registry.type(DEPLOYMENTS, behaviour)
    registry.kind(_KIND, behaviour.go_on)
    deployment_requests.register(registry)
