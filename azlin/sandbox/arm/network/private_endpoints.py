"""Private endpoints: the interface that Azure makes for one, the connection at its far end, the names it stands for.

Shapes were compared with recordings of the Azure SDKs.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network.network_interfaces import INTERFACES
from azlin.sandbox.arm.network.network_parts import NetworkTyped
from azlin.sandbox.arm.private_links import connect, disconnect, hosts_of, links_of, show_connections
from azlin.sandbox.arm.references import id_of, referenced
from azlin.sandbox.arm.store import Resource

ENDPOINTS = "Microsoft.Network/privateEndpoints"
SERVICES = "Microsoft.Network/privateLinkServices"
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000007")
_STATE = "privateLinkServiceConnectionState"
_MANUAL = "manualPrivateLinkServiceConnections"


class Endpoints(NetworkTyped):
    empty = ("privateLinkServiceConnections", _MANUAL)
    kept = ("networkInterfaces", "customDnsConfigs")
    needs_location = True

    def check(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        referenced(resource.properties.get("subnet"), resource.id, call)
        for one in links_of(resource):
            path = object_of(one.get("properties")).get("privateLinkServiceId")
            if isinstance(path, str) and path.startswith("/"):
                referenced({"id": path}, resource.id, call)

    def fill(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        super().fill(resource, before, call)
        held = {
            str(object_of(one.get("properties")).get("privateLinkServiceId")).casefold(): one
            for one in (links_of(before) if before else [])
        }
        manual = [object_of(one) for one in array_of(resource.properties.get(_MANUAL))]
        for one in links_of(resource):
            own = object_of(one.setdefault("properties", {}))
            known = held.get(str(own.get("privateLinkServiceId")).casefold())
            first = ("Pending", "Awaiting Approval") if one in manual else ("Approved", "Auto-Approved")
            made: Body = {"status": first[0], "description": first[1], "actionsRequired": "None"}
            own[_STATE] = {**made, **object_of(object_of(known.get("properties")).get(_STATE) if known else None)}

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        addresses = self._interface(resource, call)
        fqdns: list[str] = []
        for one in links_of(resource):
            own = object_of(one.get("properties"))
            target = _target(own, call)
            if target is not None:
                connect(target, resource, object_of(own.get(_STATE)), call)
                fqdns += hosts_of(target.id, [str(group) for group in array_of(own.get("groupIds"))])
        named = {str(object_of(one.get("properties")).get("privateLinkServiceId")) for one in links_of(resource)}
        for one in links_of(before) if before else []:
            own = object_of(one.get("properties"))
            target = _target(own, call)
            if target is not None and str(own.get("privateLinkServiceId")) not in named:
                disconnect(target, resource.id, call)
        resource.properties["customDnsConfigs"] = [{"fqdn": one, "ipAddresses": addresses} for one in fqdns]
        call.plane.store.put(resource.id, resource.body)

    def _interface(self, resource: Resource, call: Call) -> list[str]:
        """The one that carries the address; made with the endpoint and tied to it. Returns its addresses."""
        subnet = id_of(resource.properties.get("subnet"))
        if subnet is None:
            resource.properties["networkInterfaces"] = []
            return []
        key = uuid.uuid5(_SPACE, resource.id.key)
        name = str(resource.properties.get("customNetworkInterfaceName") or f"{resource.id.name}.nic.{key}")
        rid = _interface_id(resource.id, name, call)
        held = call.plane.store.get(rid)
        if held is None:
            one = {"name": f"privateEndpointIpConfig.{key}", "properties": {"subnet": {"id": subnet}}}
            body: Body = {"location": resource.body.get("location"), "properties": {"ipConfigurations": [one]}}
            call.plane.write(rid, body, replace(call, method="PUT", query={}, headers={}))
            held = call.plane.store.get(rid)
        resource.properties["networkInterfaces"] = [{"id": rid.id}]
        if held is None:
            return []
        held.properties["privateEndpoint"] = {"id": resource.id.id}
        call.plane.store.put(held.id, held.body)
        configurations = [object_of(object_of(one).get("properties")) for one in _configurations(held)]
        return [str(one["privateIPAddress"]) for one in configurations if one.get("privateIPAddress")]

    def deleted(self, resource: Resource, call: Call, /) -> None:
        for one in links_of(resource):
            target = _target(object_of(one.get("properties")), call)
            if target is not None:
                disconnect(target, resource.id, call)
        for one in array_of(resource.properties.get("networkInterfaces")):
            path = id_of(one)
            held = call.plane.store.get(path) if path else None
            if held is not None:
                call.plane.purge(held, call)


class Services(NetworkTyped):
    """Private link services: what others connect to."""

    def show(self, resource: Resource, call: Call, /) -> Body:
        show_connections(resource, call)
        return super().show(resource, call)


def _configurations(interface: Resource) -> list[Body]:
    return [object_of(one) for one in array_of(interface.properties.get("ipConfigurations"))]


def _target(link: Body, call: Call) -> Resource | None:
    path = link.get("privateLinkServiceId")
    return call.plane.store.get(path) if isinstance(path, str) and path.startswith("/") else None


def _interface_id(rid: ResourceId, name: str, call: Call) -> ResourceId:
    return call.plane.store.parse(f"{rid.scope}/providers/{INTERFACES}/{name}", rid.tenant)


def register(registry: Registry) -> None:
    registry.type(ENDPOINTS, Endpoints())
    registry.type(SERVICES, Services())
