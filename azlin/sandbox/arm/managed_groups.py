"""Resource groups that a service makes for one of its resources: named in it, managed by it, and gone with it.

Only the group is made (and for a cluster the identity that its nodes have); what else a service puts there is not known
here. Some services deny everybody else to delete their group, with a deny assignment. Sources: "Node resource group" of
AKS, "Managed resource group" of Databricks and of managed applications; text: as users of Azure met it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

CLUSTERS = "Microsoft.ContainerService/managedClusters"
_IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000009")


@dataclass(frozen=True, slots=True)
class Managed:
    """`names` is the property with the id or the name of the group; `denies` says that nobody else deletes it."""

    type: str
    names: str
    denies: bool


MANAGED: tuple[Managed, ...] = (
    Managed(CLUSTERS, "nodeResourceGroup", denies=False),
    Managed("Microsoft.Databricks/workspaces", "managedResourceGroupId", denies=True),
    Managed("Microsoft.Solutions/applications", "managedResourceGroupId", denies=True),
)
_BY_TYPE = {one.type.casefold(): one for one in MANAGED}


class Owners(Typed):
    """A type whose resources have a group of their own."""

    def __init__(self, managed: Managed) -> None:
        self._managed = managed

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        path = _group_of(self._managed, resource)
        if before is not None or path is None:
            return
        store = call.plane.store
        rid = store.parse(path, resource.id.tenant)
        if store.exists(rid):
            return
        body: Body = {"location": resource.body.get("location"), "managedBy": resource.id.id}
        store.put(rid, {**body, "properties": {"provisioningState": "Succeeded"}})
        if (
            self._managed.type == CLUSTERS
            and str(object_of(resource.body.get("identity")).get("type") or "None") != "None"
        ):
            _give_nodes_an_identity(resource, path, call)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        path = _group_of(self._managed, resource)
        group = call.plane.store.get(path) if path else None
        if group is not None and str(group.body.get("managedBy")).casefold() == resource.id.key:
            call.plane.purge(group, call)


def refuse_denied(group: Resource, call: Call) -> None:
    """Raise ArmRefusal 403 for a group that a service keeps to itself, as long as what it is for is there."""
    owner = call.plane.store.get(str(group.body.get("managedBy") or ""))
    managed = _BY_TYPE.get(owner.id.type.casefold()) if owner else None
    if managed is None or not managed.denies:
        return
    name = str(uuid.uuid5(_SPACE, group.id.key))
    raise ArmRefusal(
        403,
        "DenyAssignmentAuthorizationFailed",
        f"The client '{call.appid or call.oid}' with object id '{call.oid}' has permission to perform action "
        f"'Microsoft.Resources/subscriptions/resourceGroups/delete' on scope '{group.id.id}'; however, the access is "
        f"denied because of the deny assignment with name '{name}' and Id '{name.replace('-', '')}' at scope "
        f"'{group.id.id}'.",
    )


def _group_of(managed: Managed, resource: Resource) -> str | None:
    named = resource.properties.get(managed.names)
    if not isinstance(named, str) or not named:
        return None
    path = named if "/" in named else f"/subscriptions/{resource.id.subscription}/resourceGroups/{named}"
    return path if path.casefold().startswith("/subscriptions/") and path.count("/") == 4 else None


def _give_nodes_an_identity(cluster: Resource, group: str, call: Call) -> None:
    """`{cluster}-agentpool`, which the kubelets use where the cluster has an identity and said no other."""
    profile = object_of(object_of(cluster.properties.get("identityProfile")).get("kubeletidentity"))
    path = profile.get("resourceId") or f"{group}/providers/{_IDENTITIES}/{cluster.id.name}-agentpool"
    store = call.plane.store
    rid = store.parse(str(path), cluster.id.tenant)
    if store.exists(rid) or rid.group_key != store.parse(group).key:
        return
    made = {"principalId": str(uuid.uuid4()), "clientId": str(uuid.uuid4()), "tenantId": cluster.id.tenant}
    store.put(rid, {"location": cluster.body.get("location"), "tags": {}, "properties": made})
    kubelet = {"resourceId": rid.id, "clientId": made["clientId"], "objectId": made["principalId"]}
    cluster.properties["identityProfile"] = {"kubeletidentity": kubelet}
    store.put(cluster.id, cluster.body)


def register(registry: Registry) -> None:
    for managed in MANAGED:
        registry.type(managed.type, Owners(managed))
