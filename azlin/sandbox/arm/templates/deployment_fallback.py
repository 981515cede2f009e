"""`onErrorDeployment`: which earlier deployment is deployed again when one fails ("Rollback on error to successful
deployment" of Microsoft's documentation). Only a resource group has it."""

from __future__ import annotations

from dataclasses import dataclass

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.templates.deployment_requests import TEMPLATE
from azlin.sandbox.arm.templates.template_places import DEPLOYMENTS


@dataclass(frozen=True, slots=True)
class Fallback:
    """`kind` is `LastSuccessful` or `SpecificDeployment`."""

    kind: str
    deployment: ResourceId

    @classmethod
    def of(cls, asked: Body, rid: ResourceId, call: Call) -> Fallback | None:
        """What the request asks for, None when it does not. Raises ArmRefusal when there is no such deployment."""
        wanted = object_of(asked.get("onErrorDeployment"))
        if not wanted:
            return None
        kind = str(wanted.get("type", "LastSuccessful"))
        if kind.casefold() == "specificdeployment":
            named = call.plane.store.parse(
                f"{rid.scope}/providers/{DEPLOYMENTS}/{wanted.get('deploymentName')}", rid.tenant
            )
            return cls("SpecificDeployment", call.plane.find(named, call).id)
        before = _succeeded(rid, call)
        if before is None:
            raise ArmRefusal(
                400,
                "OnErrorDeploymentNotFound",
                f"There is no successful deployment to roll '{rid.name}' back to at its scope.",
            )
        return cls("LastSuccessful", before.id)

    def shown(self, state: str = "NotStarted") -> Body:
        """As `onErrorDeployment` is read."""
        return {"type": self.kind, "deploymentName": self.deployment.name, "provisioningState": state}

    def carried_out(self, failed: ResourceId, call: Call) -> Body:
        """Deploy it again; what came of it."""
        plane = call.plane
        kept = plane.store.get(self.deployment)
        template = plane.store.recall(TEMPLATE + self.deployment.key)
        if kept is None or template is None or self.deployment.key == failed.key:
            return self.shown("Failed")
        told = object_of(kept.properties.get("parameters"))
        parameters = {name: {"value": one["value"]} for name, one in told.items() if "value" in object_of(one)}
        body: Body = {
            "properties": {"mode": kept.properties.get("mode"), "template": template, "parameters": parameters}
        }
        try:
            written = plane.write(self.deployment, body, call)
        except ArmRefusal as refused:
            return {**self.shown("Failed"), "error": refused.error()}
        return self.shown("Running" if written.operation else "Succeeded")


def _succeeded(rid: ResourceId, call: Call) -> Resource | None:
    scope = call.plane.store.parse(rid.scope, rid.tenant)
    found = [
        one
        for one in call.plane.store.all(type=DEPLOYMENTS, parent=scope)
        if one.properties.get("provisioningState") == "Succeeded" and one.id.key != rid.key
    ]
    return max(found, key=lambda one: one.changed_at, default=None)
