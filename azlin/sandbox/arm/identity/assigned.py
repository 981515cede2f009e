"""What `identity` of a resource becomes: the principal of its own, and those of the user-assigned ones it names.

Source: "What are managed identities for Azure resources", the shape of `identity` in ARM's resource provider contract.
"""

from __future__ import annotations

import uuid

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Resource, Store

_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000001")


def complete_identity(resource: Resource, store: Store, tenant: str) -> None:
    """Fill, in place, what only Azure knows. A user-assigned identity that is not there stays as it was sent."""
    identity = resource.body.get("identity")
    if not isinstance(identity, dict):
        return
    fields = object_of(identity)
    kind = str(fields.get("type", "")).casefold()
    if "systemassigned" in kind:
        fields["principalId"] = str(uuid.uuid5(_SPACE, resource.id.key))
        fields["tenantId"] = tenant
    named = object_of(fields.get("userAssignedIdentities"))
    for path in named:
        found = store.get(path) if path.startswith("/") else None
        if found is not None:
            named[path] = {name: found.properties.get(name) for name in ("principalId", "clientId")}
