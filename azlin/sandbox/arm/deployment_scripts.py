"""Microsoft.Resources/deploymentScripts: the sandbox runs no scripts, so each of them ends as failed and says so."""

from __future__ import annotations

import time
from typing import Any

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

SCRIPTS = "Microsoft.Resources/deploymentScripts"
LOGS = f"{SCRIPTS}/logs"
_DAY_S = 86400
_ERROR: Body = {
    "code": "DeploymentScriptOperationFailed",
    "message": "sandbox: no script is run here, so this one has no outputs and changed nothing.",
}


class Scripts(Typed):
    kept = ("status", "outputs")
    implicit_names = frozenset[str]()
    needs_location = True

    def check(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        if str(resource.body.get("kind") or "").casefold() not in ("azurecli", "azurepowershell"):
            raise ArmRefusal(
                400, "DeploymentScriptInvalidKind", "The kind of a deployment script is AzureCLI or AzurePowerShell."
            )

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        now = time.time()
        properties = resource.properties
        properties.setdefault("cleanupPreference", "Always")
        properties.setdefault("containerSettings", {})
        properties.setdefault("timeout", "P1D")
        ended = {"startTime": iso(now), "endTime": iso(now), "expirationTime": iso(now + _DAY_S)}
        properties.setdefault("status", {**ended, "error": _ERROR})
        properties["provisioningState"] = "Failed"
        made = object_of(before.body.get("systemData")) if before else {}
        who = {"By": call.oid, "ByType": "Application", "At": iso(now)}
        resource.body["systemData"] = {
            **{f"created{part}": made.get(f"created{part}", value) for part, value in who.items()},
            **{f"lastModified{part}": value for part, value in who.items()},
        }
        if "identity" in resource.body:
            object_of(resource.body["identity"]).setdefault("tenantId", call.tenant)

    def listed(self, resource: Resource, segment: str, _call: Call, /) -> list[Any] | None:
        return [_log(f"{resource.id.id}/logs/default")] if segment.casefold() == "logs" else None


class Logs(Typed):
    """What a script wrote: nothing."""

    provisioning = False

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        there = rid.name.casefold() == "default" and call.plane.store.exists(rid.parent_key)
        return _log(rid.id) if there else None


def _log(path: str) -> Body:
    return {"id": path, "name": "default", "type": LOGS, "properties": {}}


def register(registry: Registry) -> None:
    registry.type(SCRIPTS, Scripts())
    registry.type(LOGS, Logs())
