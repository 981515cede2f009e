"""Virtual machines: defaults, disks and interfaces that belong to them, power, resize, what goes when they go."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.compute import vm_profiles
from azlin.sandbox.arm.compute.availability import refuse_unavailable
from azlin.sandbox.arm.compute.disks import give, take
from azlin.sandbox.arm.compute.images import Image, find_image
from azlin.sandbox.arm.compute.power import (
    ACTIONS,
    change_power,
    forget_power,
    generalize,
    instance_view,
    is_generalized,
)
from azlin.sandbox.arm.compute.vm_extensions import show_extensions
from azlin.sandbox.arm.compute.vm_sizes import find_size, sizes_in
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.network import network_interfaces
from azlin.sandbox.arm.references import add_user, drop_user, id_of, referenced
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.arm.times import iso

MACHINES = "Microsoft.Compute/virtualMachines"


class VirtualMachines(Typed):
    kept = ("vmId", "timeCreated")
    implicit_names = frozenset[str]()
    slow_actions = ACTIONS
    act_pending = True
    needs_location = True

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        vm_profiles.check_size(resource, before)
        vm_profiles.check_storage(resource, before, call)
        vm_profiles.check_os(resource, before)
        vm_profiles.check_unchanged(resource, before)
        refuse_unavailable(_size_of(resource), _size_of(before), resource, call)
        create_interfaces(resource, call)
        _check_interfaces(resource, call)
        for name in ("availabilitySet", "proximityPlacementGroup"):
            referenced(resource.properties.get(name), resource.id, call)

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        properties.pop("instanceView", None)
        properties.setdefault("vmId", str(uuid.uuid4()))
        properties.setdefault("timeCreated", iso())
        hardware = object_of(properties.get("hardwareProfile"))
        size = find_size(hardware.get("vmSize"))
        if size is not None:
            hardware["vmSize"] = size.name
        storage = properties.setdefault("storageProfile", {})
        if before is not None and not storage:
            storage.update(before.properties.get("storageProfile") or {})
        vm_profiles.keep_image(storage, before)
        image = image_of(storage)
        premium = size is None or size.premium
        vm_profiles.fill_storage(resource, before, image, premium=premium)
        vm_profiles.fill_os(resource, before)
        interfaces = array_of(object_of(properties.get("networkProfile")).get("networkInterfaces"))
        for at, one in enumerate(interfaces):
            own = object_of(one).setdefault("properties", {})
            if len(interfaces) > 1 or "primary" in own:
                own.setdefault("primary", at == 0)

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        self._tie_disks(resource, before, call)
        self._tie_interfaces(resource, before, call)
        held = id_of(before.properties.get("availabilitySet")) if before else None
        group = referenced(resource.properties.get("availabilitySet"), resource.id, call)
        if group is not None:
            add_user(group, "virtualMachines", resource.id.id, call)
        elif held is not None:
            drop_user(held, "virtualMachines", resource.id.id, call)

    def _tie_disks(self, resource: Resource, before: Resource | None, call: Call) -> None:
        storage = object_of(resource.properties["storageProfile"])
        image = image_of(storage)
        now: set[str] = set()
        for disk in disks_of(resource):
            path = id_of(disk.get("managedDisk"))
            if path is None:
                continue
            rid = call.plane.store.parse(path, call.tenant)
            made = give(rid, resource, vm_profiles.disk_body(disk, storage, image), call)
            now.add(made.id.key)
        for disk in disks_of(before):
            path = id_of(disk.get("managedDisk"))
            if path is not None and path.casefold() not in now:
                take(path, resource.id, call, delete=False)

    def _tie_interfaces(self, resource: Resource, before: Resource | None, call: Call) -> None:
        wanted = interfaces_of(resource)
        for at, one in enumerate(wanted):
            found = referenced(one, resource.id, call)
            if found is not None:
                primary = bool(object_of(one.get("properties")).get("primary", at == 0))
                network_interfaces.attach(found, resource.id.id, primary=primary, call=call)
        now = {str(id_of(one)).casefold() for one in wanted}
        for one in interfaces_of(before):
            path = id_of(one)
            if path is not None and path.casefold() not in now:
                drop_user(path, "virtualMachine", resource.id.id, call)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        forget_power(resource.id, call)
        for one in interfaces_of(resource):
            path = id_of(one)
            drop_user(path, "virtualMachine", resource.id.id, call)
            found = call.plane.store.get(path) if path else None
            if found is not None and _deletes(object_of(one.get("properties"))):
                _delete_interface(found, call)
        for disk in disks_of(resource):
            path = id_of(disk.get("managedDisk"))
            if path is not None:
                take(path, resource.id, call, delete=_deletes(disk))
        drop_user(id_of(resource.properties.get("availabilitySet")), "virtualMachines", resource.id.id, call)

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action in ACTIONS:
            change_power(action, resource, call)
            return Answer(200)
        if action == "generalize":
            generalize(resource, call)
            return Answer(200)
        if action == "capture" and not is_generalized(resource.id, call):
            raise ArmRefusal(
                409,
                "OperationNotAllowed",
                f"Operation 'capture' is not allowed on VM '{resource.id.name}' since the VM is not generalized.",
            )
        if action == "runcommand":
            raise ArmRefusal(
                409,
                "OperationNotAllowed",
                "No operating system runs in a VM of the sandbox, so there is nothing to run a command in.",
            )
        return super().act(action, resource, body, call)

    def show(self, resource: Resource, call: Call, /) -> Body:
        if call.expands("instanceView") or call.query.get("statusonly", "").casefold() == "true":
            resource.properties["instanceView"] = instance_view(resource, call)
        show_extensions(resource, call)
        if call.listing and "resources" in resource.body:  # az cannot read a list with more than the ids
            resource.body["resources"] = [{"id": one["id"]} for one in resource.body["resources"]]
        return resource.body


def _size_of(resource: Resource | None) -> object:
    return object_of(resource.properties.get("hardwareProfile")).get("vmSize") if resource else None


def image_of(storage: Body) -> Image | None:
    """The platform image of a storage profile."""
    return find_image(object_of(storage.get("imageReference")))


def disks_of(resource: Resource | None) -> list[Body]:
    """The OS disk and the data disks in a VM's body."""
    storage = object_of(resource.properties.get("storageProfile")) if resource else {}
    found = [object_of(storage.get("osDisk")), *map(object_of, array_of(storage.get("dataDisks")))]
    return [one for one in found if one]


def interfaces_of(resource: Resource | None) -> list[Body]:
    network = object_of(resource.properties.get("networkProfile")) if resource else {}
    return [object_of(one) for one in array_of(network.get("networkInterfaces"))]


def _deletes(part: Body) -> bool:
    return str(part.get("deleteOption", "")).casefold() == "delete"


def _delete_interface(found: Resource, call: Call) -> None:
    addresses: list[str] = []
    for one in array_of(found.properties.get("ipConfigurations")):
        reference = object_of(object_of(object_of(one).get("properties")).get("publicIPAddress"))
        path = id_of(reference)
        if path is not None and _deletes(object_of(reference.get("properties"))):
            addresses.append(path)
    call.plane.purge(found, call)
    for path in addresses:
        address = call.plane.store.get(path)
        if address is not None:
            call.plane.purge(address, call)


def _check_interfaces(resource: Resource, call: Call) -> None:
    network = object_of(resource.properties.get("networkProfile"))
    wanted = interfaces_of(resource)
    if not wanted and not array_of(network.get("networkInterfaceConfigurations")):
        raise ArmRefusal(
            400,
            "InvalidParameter",
            "Required parameter 'networkProfile' is missing (null)."
            if not network
            else f"Virtual machine {resource.id.name} must have at least one network interface.",
            target="networkProfile",
        )
    for one in wanted:
        path = id_of(one)
        found = call.plane.store.get(path) if path else None
        if found is None:
            raise ArmRefusal(
                404,
                "NotFound",
                f"Resource {path} not found.",
                details=[],
            )
        user = id_of(found.properties.get("virtualMachine"))
        if user is not None and user.casefold() != resource.id.key:
            raise ArmRefusal(
                400,
                "NicInUse",
                f"Network Interface {found.id.id} is used by existing VM {user}.",
                details=[],
            )
        if found.body.get("location") != resource.body.get("location"):
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"Network interface {found.id.id} is in location {found.body.get('location')}, the VM is in "
                f"{resource.body.get('location')}.",
                target="networkProfile",
            )


def create_interfaces(resource: Resource, call: Call) -> None:
    """`networkInterfaceConfigurations`: Compute makes the interfaces itself, and the VM has them from then on."""
    network = object_of(resource.properties.get("networkProfile"))
    made: list[Body] = []
    for raw in array_of(network.pop("networkInterfaceConfigurations", None)):
        one = object_of(raw)
        asked = object_of(one.get("properties"))
        rid = sibling(resource.id, network_interfaces.INTERFACES, str(one.get("name")), call)
        body: Body = {
            "location": resource.body.get("location"),
            "properties": {key: value for key, value in asked.items() if key not in ("primary", "deleteOption")},
        }
        version = str(network.get("networkApiVersion") or "2024-05-01")
        call.plane.write(rid, body, replace(call, method="PUT", api_version=version, query={}, headers={}))
        own = {key: asked[key] for key in ("primary", "deleteOption") if key in asked}
        made.append({"id": rid.id, "properties": own})
    network.pop("networkApiVersion", None)
    if made:
        network["networkInterfaces"] = [*interfaces_of(resource), *made]


def sibling(rid: ResourceId, kind: str, name: str, call: Call) -> ResourceId:
    """A resource of another type in the same group."""
    return call.plane.store.parse(f"{rid.scope}/providers/{kind}/{name}", rid.tenant)


def _instance_view(call: Call, groups: Any, _body: Any) -> Answer:
    resource = call.plane.find(call.plane.store.parse(groups["id"], call.tenant), call)
    return Answer(200, instance_view(resource, call))


def _sizes(call: Call, groups: Any, _body: Any) -> Answer:
    resource = call.plane.find(call.plane.store.parse(groups["id"], call.tenant), call)
    return Answer(200, {"value": [size.short() for size in sizes_in(resource.body.get("location"))]})


def register(registry: Registry) -> None:
    registry.type(MACHINES, VirtualMachines())
    own = r"(?P<id>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute/virtualMachines/[^/]+)"
    registry.route("GET", "Microsoft.Compute", own + "/instanceView", _instance_view)
    registry.route("GET", "Microsoft.Compute", own + "/vmSizes", _sizes)
