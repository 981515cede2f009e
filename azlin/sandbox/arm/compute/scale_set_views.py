"""What Compute tells of a scale set besides its body: instance views, sizes it may scale to, its machines, interfaces.

An interface of a Uniform instance has no resource of its own. Addresses of those are not kept, and so not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.compute.power import instance_view
from azlin.sandbox.arm.compute.scale_set_machines import is_flexible, machines_of
from azlin.sandbox.arm.compute.scale_sets import INSTANCES, instances, set_view
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.listing import list_type
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.refusals import resource_not_found
from azlin.sandbox.arm.store import Resource

_OWN = r"(?P<id>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute/virtualMachineScaleSets/[^/]+)"
_INSTANCE = _OWN + "/virtualMachines/(?P<instance>[^/]+)"


def _set(call: Call, groups: Mapping[str, str]) -> Resource:
    return call.plane.find(call.plane.store.parse(groups["id"], call.tenant), call)


def _instance(call: Call, groups: Mapping[str, str]) -> Resource:
    resource = _set(call, groups)
    named = groups["instance"].casefold()
    found = next((one for one in instances(resource, call) if one.id.name.casefold() == named), None)
    if found is None:
        path = f"{resource.id.id}/virtualMachines/{groups['instance']}"
        raise resource_not_found(path.rpartition("/providers/")[2], resource.id.group)
    return found


def _set_view(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, set_view(_set(call, groups), call))


def _instance_view(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, instance_view(_instance(call, groups), call))


def _skus(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    sku = object_of(_set(call, groups).body.get("sku"))
    row: Body = {
        "resourceType": INSTANCES,
        "sku": {key: sku[key] for key in ("name", "tier") if key in sku},
        "capacity": {"minimum": 0, "maximum": 1000, "defaultCapacity": 1, "scaleType": "Automatic"},
    }
    return Answer(200, {"value": [row] if sku else []})


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    resource = _set(call, groups)
    if not is_flexible(resource):
        return Answer(200, list_type(resource.id, INSTANCES, f"{resource.id.id}/virtualMachines", call))
    shown = [_member(one, resource, replace(call, listing=True)) for one in machines_of(resource, call)]
    return Answer(200, {"value": shown})


def _one(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    resource, found = _set(call, groups), _instance(call, groups)
    shown = _member(found, resource, call) if is_flexible(resource) else call.plane.show(found, call)
    return Answer(200, shown, {"ETag": f'"{found.etag}"'})


def _member(machine: Resource, resource: Resource, call: Call) -> Body:
    """A machine of a Flexible set as the set lists it."""
    path = f"{resource.id.id}/virtualMachines/{machine.id.name}"
    shown = call.plane.show(machine, call)
    return {**shown, "id": path, "type": INSTANCES, "instanceId": machine.id.name}


def _interfaces(call: Call, chosen: Iterator[Resource] | list[Resource]) -> list[Body]:
    found: list[Body] = []
    for instance in chosen:
        profile = object_of(instance.properties.get("networkProfile"))
        configured = array_of(
            object_of(instance.properties.get("networkProfileConfiguration")).get("networkInterfaceConfigurations")
        )
        for at, raw in enumerate(array_of(profile.get("networkInterfaces"))):
            path = str(id_of(raw))
            real = call.plane.store.get(path)
            if real is not None:
                found.append(call.plane.show(real, call))
            elif at < len(configured):
                found.append(_interface(path, object_of(configured[at]), instance))
    return found


def _interface(path: str, configured: Body, instance: Resource) -> Body:
    properties = object_of(configured.get("properties"))
    configurations = [
        {**object_of(one), "id": f"{path}/ipConfigurations/{object_of(one).get('name')}"}
        for one in array_of(properties.get("ipConfigurations"))
    ]
    own: Body = {
        **properties,
        "provisioningState": "Succeeded",
        "ipConfigurations": configurations,
        "virtualMachine": {"id": instance.id.id},
    }
    return {"id": path, "name": configured.get("name"), "properties": own}


def _all_interfaces(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": _interfaces(call, instances(_set(call, groups), call))})


def _own_interfaces(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": _interfaces(call, [_instance(call, groups)])})


def _own_interface(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    named = groups["nic"].casefold()
    for one in _interfaces(call, [_instance(call, groups)]):
        if str(one.get("name")).casefold() == named:
            return Answer(200, one)
    path = f"{groups['id']}/virtualMachines/{groups['instance']}/networkInterfaces/{groups['nic']}"
    raise resource_not_found(path.rpartition("/providers/")[2], None)


def _addresses(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    found: list[Body] = []
    for interface in _interfaces(call, instances(_set(call, groups), call)):
        for raw in array_of(object_of(interface.get("properties")).get("ipConfigurations")):
            one = object_of(raw)
            own = object_of(one.get("properties"))
            real = call.plane.store.get(str(id_of(own.get("publicIPAddress"))))
            wanted = object_of(own.get("publicIPAddressConfiguration"))
            if real is not None:
                found.append(call.plane.show(real, call))
            elif wanted:
                path = f"{one.get('id')}/publicIPAddresses/{wanted.get('name')}"
                found.append({"id": path, "name": wanted.get("name"), "properties": {"provisioningState": "Succeeded"}})
    return Answer(200, {"value": found})


def register(registry: Registry) -> None:
    for pattern, handler in (
        (_OWN + "/instanceView", _set_view),
        (_OWN + "/skus", _skus),
        (_OWN + "/virtualMachines", _list),
        (_INSTANCE, _one),
        (_INSTANCE + "/instanceView", _instance_view),
        (_INSTANCE + "/networkInterfaces", _own_interfaces),
        (_INSTANCE + "/networkInterfaces/(?P<nic>[^/]+)", _own_interface),
        (_OWN + "/networkInterfaces", _all_interfaces),
        (_OWN + "/publicIPAddresses", _addresses),
    ):
        registry.route("GET", "Microsoft.Compute", pattern, handler)
