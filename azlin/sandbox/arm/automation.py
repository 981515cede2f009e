"""Microsoft.Automation: the value of an encrypted variable is written and never read.

Source: the Automation REST reference, Variable - Get, api-version 2023-11-01.
"""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.store import Resource


class Variables(Typed):
    provisioning = False

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        properties.setdefault("isEncrypted", False)
        if properties["isEncrypted"]:
            properties.pop("value", None)


def register(registry: Registry) -> None:
    registry.type("Microsoft.Automation/automationAccounts/variables", Variables())
