"""One deployment on its way: which resources are written, wait, are done or failed.

Every resource goes through the same `ControlPlane.write` as a direct PUT, so faults, locks and refusals are the same.
A failed resource stops what waits for it and nothing else, as in ARM.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from azlin.sandbox.arm.behaviour import Answer, Call
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.operations import Operation
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.templates.expression_parser import TemplateInvalid
from azlin.sandbox.arm.templates.template import Deployable, OutputsInvalid, Template
from azlin.sandbox.arm.templates.template_scope import Functions, running
from azlin.sandbox.arm.times import duration, iso

Refuse = Callable[[Deployable, Body, Call], None]
"""Raises ArmRefusal for a type, an api-version or a location that is not there."""

_AGAIN_S = 0.05
_ENDED = ("done", "failed", "skipped")
FAILED_MESSAGE = (
    "At least one resource deployment operation failed. Please list deployment operations for details. "
    "Please see https://aka.ms/arm-deployment-operations for usage details."
)


def _number() -> str:
    return uuid.uuid4().hex[:16].upper()


@dataclass(slots=True)
class Unit:
    """One resource of the deployment. Times are seconds since the epoch."""

    deployable: Deployable
    state: Literal["todo", "running", "held", "done", "failed", "skipped"] = "todo"
    operation: Operation | None = None
    until: float = 0.0
    started_at: float = 0.0
    ended_at: float = 0.0
    created: bool = True
    error: Body | None = None
    status: int = 200
    number: str = field(default_factory=_number)


class Run:
    """A template being deployed under a call."""

    def __init__(self, template: Template, call: Call, refuse: Refuse, linked: Mapping[str, Any] | None = None) -> None:
        """`linked` are templates that nested deployments name by a path relative to this one."""
        self.template = template
        self._linked = linked or {}
        self.units = [Unit(one) for one in template.resources]
        self._call, self._refuse, self._now = call, refuse, call.plane.now
        self.started_at = self._now()
        self._states = {unit.deployable.id.casefold(): unit for unit in self.units}

    @property
    def functions(self) -> Functions:
        """The template's functions with `reference` and `list*` over what is there now."""
        return self._live(self.template.functions)

    @property
    def failed(self) -> list[Unit]:
        return [unit for unit in self.units if unit.state == "failed"]

    def advance(self) -> float | None:
        """Do what can be done now; the seconds until the next look, or None when all has ended."""
        moved = True
        while moved:
            moved = False
            for unit in self.units:
                before = unit.state
                if unit.state == "todo":
                    self._start(unit)
                elif unit.state in ("running", "held"):
                    self._look(unit)
                moved = moved or unit.state != before
        if all(unit.state in _ENDED for unit in self.units):
            return None
        due = [self._due(unit) for unit in self.units if unit.state in ("running", "held")]
        return max(_AGAIN_S, min(due, default=0.0) - self._now())

    def error(self) -> Body:
        """The deployment's error, made of those of its resources."""
        return {
            "code": "DeploymentFailed",
            "message": FAILED_MESSAGE,
            "details": [unit.error for unit in self.failed],
        }

    def outputs(self, *, secure: bool = False) -> Body:
        """Raises ArmRefusal when one cannot be evaluated; `secure` as in `Template.outputs_of`."""
        try:
            return self.template.outputs_of(self.functions, secure=secure)
        except OutputsInvalid as invalid:
            code = "DeploymentOutputEvaluationFailed"
            raise ArmRefusal(
                400,
                code,
                f"Unable to evaluate template outputs: '{','.join(invalid.wrong)}'. Please see error details and "
                "deployment operations. Please see https://aka.ms/arm-common-errors for usage details.",
                details=[
                    {"code": code, "target": name, "message": f"The template output '{name}' is not valid: {why}."}
                    for name, why in invalid.wrong.items()
                ],
            ) from invalid

    def output_resources(self) -> list[Body]:
        return [{"id": unit.deployable.id} for unit in self.units if not unit.deployable.existing]

    def operations(self, deployment: str) -> list[Body]:
        """As `GET {deployment}/operations` lists them, newest first."""
        now = self._now()
        ran = [unit for unit in self.units if unit.started_at and not unit.deployable.existing]
        shown = [_shown(unit, deployment, now) for unit in ran]
        if all(unit.state == "done" for unit in self.units) and self.template.outputs:
            shown.append(_outputs_shown(deployment, now))
        return list(reversed(shown))

    def _start(self, unit: Unit) -> None:
        waits_for = [self._states[key] for key in unit.deployable.after]
        if any(one.state in ("failed", "skipped") for one in waits_for):
            unit.state = "skipped"
            return
        if any(one.state != "done" for one in waits_for):
            return
        unit.started_at = self._now()
        if unit.deployable.existing:
            unit.state = "done"
            return
        try:
            self._write(unit)
        except TemplateInvalid as invalid:
            self._fail(unit, 400, expression_error(unit.deployable, invalid))
        except ArmRefusal as refused:
            self._fail(unit, refused.status, refused.error())

    def _write(self, unit: Unit) -> None:
        own = unit.deployable
        body = with_linked(own.body(self._live(own.functions)), self._linked)
        call = replace(self._call, method="PUT", api_version=own.api_version, query={}, headers={})
        self._refuse(own, body, call)
        rid = self._parse(own.id)
        written = call.plane.write(rid, body, call)
        unit.created = written.created
        unit.operation = written.operation
        if written.operation is not None:
            unit.state = "running"
            self._look(unit)
        elif written.delay_s > 0:
            unit.state, unit.until = "held", self._now() + written.delay_s
        else:
            self._end(unit)

    def _look(self, unit: Unit) -> None:
        if unit.state == "held":
            if unit.until <= self._now():
                self._end(unit)
            return
        operation = unit.operation
        if operation is None or not operation.ended:
            return
        if operation.error is None:
            self._end(unit)
        elif unit.deployable.type.casefold() == "microsoft.resources/deployments":
            self._fail(unit, 409, operation.error)
        else:
            self._fail(unit, 409, _provisioning_error(unit.deployable, operation.error))

    def _end(self, unit: Unit) -> None:
        unit.state, unit.ended_at, unit.status = "done", self._now(), 201 if unit.created else 200

    def _fail(self, unit: Unit, status: int, error: Body) -> None:
        unit.state, unit.ended_at, unit.status, unit.error = "failed", self._now(), status, error

    def _due(self, unit: Unit) -> float:
        return unit.until if unit.operation is None else unit.operation.ready_at

    def _parse(self, path: str) -> ResourceId:
        return self._call.plane.store.parse(path, self._call.tenant)

    def _live(self, functions: Functions) -> Functions:
        return running(functions, self._read, self._post, self.template.ids, self.template.loops)

    def _read(self, path: str, version: str | None) -> Body | None:
        plane = self._call.plane
        call = replace(self._call, method="GET", api_version=version or self._call.api_version, query={}, headers={})
        try:
            return plane.show(plane.find(self._parse(path), call), call)
        except (ArmRefusal, ValueError):
            return None

    def _post(self, function: str, path: str, version: str, body: Any) -> Any:
        call = replace(self._call, method="POST", api_version=version, query={}, headers={})
        try:
            acted = call.plane.act(self._parse(path), function, body, call)
        except ValueError as invalid:
            raise TemplateInvalid(f"The resource id '{path}' given to '{function}' is not valid.") from invalid
        return acted.body if isinstance(acted, Answer) else {}


def expression_error(own: Deployable, invalid: TemplateInvalid) -> Body:
    """What ARM says when an expression of a resource cannot be evaluated."""
    if invalid.code != "InvalidTemplate":
        return {"code": invalid.code, "message": invalid.message, "target": own.id}
    return {
        "code": "InvalidTemplate",
        "message": f"Unable to process template language expressions for resource '{own.id}' at line '1' and column "
        f"'1'. '{invalid.message}'",
        "target": own.id,
    }


def _provisioning_error(own: Deployable, error: Body) -> Body:
    return {
        "code": "ResourceDeploymentFailure",
        "target": own.id,
        "message": "The resource write operation failed to complete successfully, because it reached terminal "
        "provisioning state 'Failed'.",
        "details": [error],
    }


def with_linked(body: Body, linked: Mapping[str, Any]) -> Body:
    """A nested deployment's body with the template that its `templateLink.relativePath` names, if it is known."""
    properties = object_of(body.get("properties"))
    path = object_of(properties.get("templateLink")).get("relativePath")
    if not isinstance(path, str) or path not in linked:
        return body
    rest = {name: value for name, value in properties.items() if name != "templateLink"}
    return {**body, "properties": {**rest, "template": linked[path]}}


_STATUS_WORDS = {200: "OK", 201: "Created", 400: "BadRequest", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}


def _outputs_shown(deployment: str, now: float) -> Body:
    """The last operation of a deployment with outputs; it has no target."""
    number = str(9_223_372_036_854_775_807 - int(now * 10_000_000)).rjust(20, "0")
    properties = {
        "provisioningOperation": "EvaluateDeploymentOutput",
        "provisioningState": "Succeeded",
        "timestamp": iso(now),
        "duration": duration(0),
        "trackingId": str(uuid.uuid5(uuid.NAMESPACE_URL, deployment)),
        "statusCode": "OK",
        "statusMessage": None,
    }
    return {"id": f"{deployment}/operations/{number}", "operationId": number, "properties": properties}


def _shown(unit: Unit, deployment: str, now: float) -> Body:
    states = {"done": "Succeeded", "failed": "Failed", "running": "Running", "held": "Running"}
    ended_at = unit.ended_at or now
    properties: Body = {
        "provisioningOperation": "Create",
        "provisioningState": states.get(unit.state, "Running"),
        "timestamp": iso(ended_at),
        "duration": duration(ended_at - unit.started_at),
        "trackingId": str(uuid.uuid5(uuid.NAMESPACE_URL, unit.number)),
        "serviceRequestId": str(uuid.uuid5(uuid.NAMESPACE_OID, unit.number)),
        "statusCode": _STATUS_WORDS.get(unit.status, str(unit.status)),
        "targetResource": {
            "id": unit.deployable.id,
            "resourceType": unit.deployable.type,
            "resourceName": unit.deployable.name,
        },
    }
    if unit.error is not None:
        properties["statusMessage"] = {"status": "Failed", "error": object_of(unit.error)}
    return {"id": f"{deployment}/operations/{unit.number}", "operationId": unit.number, "properties": properties}
