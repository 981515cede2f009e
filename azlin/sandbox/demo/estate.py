"""One made estate while it is being built: everything is written through the control plane, as a client would.

So what Azure refuses is refused here too, and what Azure adds (an OS disk, the NIC of a private endpoint, back
references, GUIDs) is there. Every choice comes from one seed: the same recipe and seed make the same estate.
"""

from __future__ import annotations

import base64
import random
import uuid
from dataclasses import dataclass, field
from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.catalog import versions
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.store import Body
from azlin.sandbox.directory import Subscription, Tenant

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
"""Built-in role definitions: the GUIDs are the same in every tenant."""


@dataclass(frozen=True, slots=True)
class Group:
    """A resource group that resources are put into; `location` is theirs unless they say otherwise."""

    id: str
    name: str
    location: str
    tags: dict[str, str]


@dataclass(slots=True)
class Estate:
    """`prefix` begins globally unique names; `tags` go on every group made here."""

    plane: ControlPlane
    tenant: Tenant
    subscription: Subscription
    prefix: str
    random: random.Random
    tags: dict[str, str] = field(default_factory=dict[str, str])
    made: list[str] = field(default_factory=list[str])
    """The ids of what was written, in order."""

    # ------------------------------------------------------------- writing

    def group(self, name: str, location: str, managed_by: str | None = None, **tags: str) -> Group:
        """A resource group."""
        path = f"/subscriptions/{self.subscription.id}/resourceGroups/{name}"
        body: Body = {"location": location, "tags": {**self.tags, **tags}}
        if managed_by is not None:
            body["managedBy"] = managed_by
        self.write(path, body, "2024-11-01")
        return Group(path, name, location, {**self.tags, **tags})

    def put(self, home: Group, type_name: str, name: str, properties: Body | None = None, **envelope: Any) -> str:
        """A resource of a group; `location=None` leaves the location out. Returns its id."""
        body: Body = {"location": home.location, "properties": properties or {}, **envelope}
        if body["location"] is None:
            del body["location"]
        return self.write(f"{home.id}/providers/{type_name}/{name}", body)

    def under(self, parent: str, segment: str, name: str, properties: Body | None = None, **envelope: Any) -> str:
        """A child of a resource: `segment` is the last part of its type."""
        return self.write(f"{parent}/{segment}/{name}", {"properties": properties or {}, **envelope})

    def on(self, scope: str, type_name: str, name: str, properties: Body, **envelope: Any) -> str:
        """An extension of any scope: a lock, a role assignment, a diagnostic setting."""
        return self.write(f"{scope}/providers/{type_name}/{name}", {"properties": properties, **envelope})

    def write(self, path: str, body: Body, version: str | None = None) -> str:
        """PUT; returns the id as stored. Raises ArmRefusal when the sandbox would not take it from a client either."""
        rid = self.plane.store.parse(path, self.tenant.id)
        written = self.plane.write(rid, body, self.call(rid, "PUT", version))
        self.made.append(written.resource.id.id)
        return written.resource.id.id

    def remove(self, path: str) -> None:
        """DELETE: what referred to it is left dangling, as in any estate that has lived."""
        rid = self.plane.store.parse(path, self.tenant.id)
        self.plane.remove(rid, self.call(rid, "DELETE"))

    def act(self, path: str, action: str, body: Any = None) -> None:
        """POST an action on a resource."""
        rid = self.plane.store.parse(path, self.tenant.id)
        self.plane.act(rid, action, body, self.call(rid, "POST"))

    def call(self, rid: ResourceId, method: str, version: str | None = None) -> Call:
        """A request of the tenant's user with the newest api-version that clients use."""
        known = [one for one in versions(rid.type) if len(one) == 10] or list(versions(rid.type)) or ["2024-01-01"]
        return Call(self.plane, method, version or known[0], self.tenant.id, self.tenant.user_oid)

    # ------------------------------------------------------------- choosing

    def guid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def unique(self, stem: str, most: int = 24) -> str:
        """A name that must be free in all of Azure: lower-case letters and digits, at most `most`."""
        suffix = f"{self.random.getrandbits(20):05x}"
        letters = "".join(letter for letter in f"{self.prefix}{stem}".casefold() if letter.isalnum())
        return letters[: most - len(suffix)] + suffix

    def ssh_key(self) -> str:
        """A public key in OpenSSH's form (RFC 8709) to which nobody has the private half."""
        kind = b"ssh-ed25519"
        key = self.random.randbytes(32)
        blob = len(kind).to_bytes(4, "big") + kind + len(key).to_bytes(4, "big") + key
        return f"ssh-ed25519 {base64.b64encode(blob).decode()} ops@{self.prefix}"

    def password(self) -> str:
        """Long enough, with all four kinds of characters. The sandbox forgets it like Azure does."""
        return f"A!{self.random.getrandbits(64):016x}z9"

    # ------------------------------------------------------------- governing

    def role(self, scope: str, role: str, principal: str, kind: str) -> str:
        """A role assignment; `kind` is User, Group or ServicePrincipal. Its name follows from what it says."""
        name = str(uuid.uuid5(uuid.UUID(role), f"{scope.casefold()}/{principal}"))
        definition = f"/subscriptions/{self.subscription.id}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        return self.on(
            scope,
            "Microsoft.Authorization/roleAssignments",
            name,
            {"roleDefinitionId": definition, "principalId": principal, "principalType": kind},
        )

    def watch(self, resource: str, workspace: str, *categories: str) -> str:
        """A diagnostic setting that sends a resource's logs (all, when none is named) to a workspace."""
        logs: list[Body] = [{"category": one, "enabled": True} for one in categories]
        return self.on(
            resource,
            "Microsoft.Insights/diagnosticSettings",
            "to-central-log",
            {
                "workspaceId": workspace,
                "logs": logs or [{"categoryGroup": "allLogs", "enabled": True}],
                "metrics": [{"category": "AllMetrics", "enabled": True}],
            },
        )

    def principal_of(self, resource: str) -> str:
        """The principal id of a managed identity that Azure gave to this resource."""
        found = self.plane.store.get(resource)
        if found is None:
            raise LookupError(f"{resource} is not there")
        identity: Body = found.body.get("identity") or {}
        return str(identity.get("principalId") or found.properties["principalId"])
