"""Microsoft.Resources/deploymentStacks: refused, because the sandbox keeps no stacks in step with their templates.

A stack that were only stored would be shown as succeeded with nothing deployed. Those of an export are kept and shown.
"""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

STACKS = "Microsoft.Resources/deploymentStacks"


class Stacks(Behaviour):
    def refuse(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        del before, call
        raise ArmRefusal(
            409,
            "NotServedBySandbox",
            f"sandbox: deployment stacks are not deployed here. Nothing was changed by '{resource.id.name}'; its "
            "template can be deployed without a stack.",
        )


def register(registry: Registry) -> None:
    registry.type(STACKS, Stacks())
