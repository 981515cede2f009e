"""Microsoft.ManagedIdentity: user-assigned identities have a principal and a client of their own."""

from __future__ import annotations

import uuid

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.store import Resource

_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000004")


class UserAssignedIdentities(Typed):
    kept = ("principalId", "clientId", "tenantId")
    provisioning = False
    needs_location = True

    def fill(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        properties = resource.properties
        properties.setdefault("principalId", str(uuid.uuid5(_SPACE, f"principal{resource.id.key}")))
        properties.setdefault("clientId", str(uuid.uuid5(_SPACE, f"client{resource.id.key}")))
        properties.setdefault("tenantId", call.tenant)


def register(registry: Registry) -> None:
    registry.type("Microsoft.ManagedIdentity/userAssignedIdentities", UserAssignedIdentities())
