"""Microsoft.Resources/deploymentStacks: the sandbox deploys no stacks, so each of them ends as failed and says so.

Those of an export are shown as they were.
"""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.store import Resource

STACKS = "Microsoft.Resources/deploymentStacks"
_ERROR: Body = {
    "code": "DeploymentStackDeploymentFailed",
    "message": "sandbox: no stack is deployed here, so this one manages nothing. Deploy its template instead.",
}
_MANAGED = ("resources", "detachedResources", "deletedResources", "failedResources")


class Stacks(Typed):
    kept = ("error",)

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        resource.properties["provisioningState"] = "failed"
        resource.properties["error"] = dict(_ERROR)
        resource.properties.update({name: [] for name in _MANAGED})


def register(registry: Registry) -> None:
    registry.type(STACKS, Stacks())
