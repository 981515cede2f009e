"""The far end of a private endpoint: connections that a service shows and its owner approves, and what can be linked.

A connection is a child of the linked resource, `{resource}/privateEndpointConnections/{name}`, made and removed by the
endpoint (`network/private_endpoints.py`); the resource shows all of them in its own body. Sources: "Private Endpoint
Connections - Put / Delete" and "Private Link Resources - List" of the services; Azure's list of private DNS zone names.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

_SEGMENT = "privateEndpointConnections"
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000006")
_STATE = "privateLinkServiceConnectionState"
_LINKED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Microsoft.Storage/storageAccounts": {
        part: (f"{{name}}.{part}.core.windows.net", f"privatelink.{part}.core.windows.net")
        for part in ("blob", "table", "queue", "file", "web", "dfs")
    },
    "Microsoft.KeyVault/vaults": {"vault": ("{name}.vault.azure.net", "privatelink.vaultcore.azure.net")},
    "Microsoft.Sql/servers": {"sqlServer": ("{name}.database.windows.net", "privatelink.database.windows.net")},
    "Microsoft.ContainerRegistry/registries": {"registry": ("{name}.azurecr.io", "privatelink.azurecr.io")},
    "Microsoft.Web/sites": {"sites": ("{name}.azurewebsites.net", "privatelink.azurewebsites.net")},
    "Microsoft.DocumentDB/databaseAccounts": {"Sql": ("{name}.documents.azure.com", "privatelink.documents.azure.com")},
    "Microsoft.ServiceBus/namespaces": {
        "namespace": ("{name}.servicebus.windows.net", "privatelink.servicebus.windows.net")
    },
    "Microsoft.EventHub/namespaces": {
        "namespace": ("{name}.servicebus.windows.net", "privatelink.servicebus.windows.net")
    },
}
"""Type -> group -> (host, private DNS zone)."""
_GROUPS = {kind.casefold(): groups for kind, groups in _LINKED.items()}


class Connections(Typed):
    """Made by an endpoint; its owner approves or rejects it, and what it says shows in the endpoint too."""

    kept = ("privateEndpoint", "groupIds", "linkIdentifier")
    implicit_names = frozenset[str]()
    needs_location = False

    def check(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if before is None:
            raise ArmRefusal(
                404, "ResourceNotFound", f"The private endpoint connection '{resource.id.name}' was not found."
            )

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        held = object_of(before.properties.get(_STATE)) if before else {}
        resource.properties[_STATE] = {**held, **object_of(resource.properties.get(_STATE))}
        resource.properties["provisioningState"] = "Succeeded"

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        _tell(resource, object_of(resource.properties.get(_STATE)), call)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        _tell(resource, {"status": "Disconnected", "description": "Deleted state"}, call)


def _tell(connection: Resource, state: Body, call: Call) -> None:
    """Let the endpoint show what the far end said."""
    path = id_of(connection.properties.get("privateEndpoint"))
    endpoint = call.plane.store.get(path) if path else None
    if endpoint is None:
        return
    owner = connection.id.parent_key
    for one in links_of(endpoint):
        properties = object_of(one.get("properties"))
        if str(properties.get("privateLinkServiceId")).casefold() == owner:
            told = {"status": state.get("status"), "description": state.get("description", "")}
            properties[_STATE] = {**object_of(properties.get(_STATE)), **told}
    call.plane.store.put(endpoint.id, endpoint.body)


def links_of(endpoint: Resource) -> list[Body]:
    """Its connections, those that were approved at once and those that wait for somebody."""
    names = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")
    return [object_of(one) for name in names for one in array_of(endpoint.properties.get(name))]


def connect(target: Resource, endpoint: Resource, state: Body, call: Call) -> None:
    """Make, or make again, the connection of an endpoint at its far end."""
    known = connection_to(target, endpoint.id, call)
    if known is not None:
        return
    network = target.id.namespace == "Microsoft.Network"
    action = "actionRequired" if target.id.namespace == "Microsoft.Storage" else "actionsRequired"
    key = uuid.uuid5(_SPACE, f"{endpoint.id.key} {target.id.key}")
    name = f"{endpoint.id.name if network else target.id.name}.{key}"
    properties: Body = {
        "provisioningState": "Succeeded",
        "privateEndpoint": {"id": endpoint.id.id},
        _STATE: {"status": state.get("status"), "description": state.get("description", ""), action: "None"},
    }
    if network:
        properties["linkIdentifier"] = str(key.int % 2**29)
    call.plane.store.put(target.id.child(_SEGMENT, name), {"properties": properties})


def disconnect(target: Resource, endpoint: ResourceId, call: Call) -> None:
    """The endpoint is gone: so is its connection."""
    known = connection_to(target, endpoint, call)
    if known is not None:
        call.plane.store.delete(known.id)


def connection_to(target: Resource, endpoint: ResourceId, call: Call) -> Resource | None:
    found = call.plane.store.all(parent=target.id, type=f"{target.id.type}/{_SEGMENT}")
    return next(
        (one for one in found if str(id_of(one.properties.get("privateEndpoint"))).casefold() == endpoint.key), None
    )


def show_connections(resource: Resource, call: Call) -> None:
    """Put the connections into the body that is shown, in place."""
    found = call.plane.store.all(parent=resource.id, type=f"{resource.id.type}/{_SEGMENT}")
    resource.properties[_SEGMENT] = [call.plane.show(one, call) for one in found]


def hosts_of(target: ResourceId, groups: list[str]) -> list[str]:
    """The public names that an endpoint to these groups stands for; [] for a service that is not known here."""
    known = {name.casefold(): host for name, (host, _) in _GROUPS.get(target.type.casefold(), {}).items()}
    wanted = [one.casefold() for one in groups if one.casefold() in known]
    return [known[one].format(name=target.name.lower()) for one in wanted]


def _resources(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """What can be linked of one resource."""
    owner = call.plane.find(call.plane.store.parse(groups["id"], call.tenant), call)
    kind = f"{owner.id.type}/privateLinkResources"
    value = [
        {
            "id": f"{owner.id.id}/privateLinkResources/{name}",
            "name": name,
            "type": kind,
            "properties": {"groupId": name, "requiredMembers": [name], "requiredZoneNames": [zone]},
        }
        for name, (_, zone) in _GROUPS[owner.id.type.casefold()].items()
    ]
    return Answer(200, {"value": value})


def register(registry: Registry) -> None:
    for kind in (*_LINKED, "Microsoft.Network/privateLinkServices"):
        registry.type(f"{kind}/{_SEGMENT}", Connections())
    for kind in _LINKED:
        namespace, _, name = kind.partition("/")
        own = rf"(?P<id>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/{namespace}/{name}/[^/]+)"
        registry.route("GET", namespace, own + "/privateLinkResources", _resources)
