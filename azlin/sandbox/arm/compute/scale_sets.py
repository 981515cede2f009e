"""Virtual machine scale sets: one model, and as many instances of it as the capacity says.

In Uniform orchestration an instance is a child resource (`.../virtualMachines/0`); in Flexible it is a virtual machine
of the group that names its set, made by `scale_set_machines.py`. Source: "Orchestration modes for scale sets" of the
Azure documentation, and the operations of Microsoft.Compute.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.compute import vm_profiles
from azlin.sandbox.arm.compute.availability import refuse_unavailable
from azlin.sandbox.arm.compute.power import ACTIONS, change_power, forget_power, instance_view, power_of
from azlin.sandbox.arm.compute.scale_set_machines import FLEXIBLE, is_flexible, machine_for, machines_of
from azlin.sandbox.arm.compute.virtual_machines import image_of
from azlin.sandbox.arm.compute.vm_sizes import find_size
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Resource
from azlin.sandbox.arm.times import iso

SCALE_SETS = "Microsoft.Compute/virtualMachineScaleSets"
INSTANCES = f"{SCALE_SETS}/virtualMachines"
_SERVICES = f"{ABOUT}orchestration/"
_MOST = 1000
_APPLIES = frozenset(("manualupgrade", "extensionrollingupgrade", "osrollingupgrade"))
"""Actions after which instances are as the model says."""
_MODEL = ("hardwareProfile", "storageProfile", "osProfile", "diagnosticsProfile", "licenseType", "securityProfile")


class ScaleSets(Typed):
    kept = ("uniqueId", "timeCreated")
    needs_location = True
    implicit_names = frozenset[str]()
    slow_actions = frozenset((*ACTIONS, *_APPLIES, "reimageall", "delete", "setorchestrationservicestate"))
    act_pending = True

    def check(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        name = object_of(resource.body.get("sku")).get("name")
        if name and find_size(name) is None:
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"The value {name} provided for the VM size is not valid.",
                target="sku.name",
            )
        if name:
            refuse_unavailable(name, _sku(before).get("name") if before else None, resource, call)
        capacity = _capacity(resource)
        if not 0 <= capacity <= _MOST:
            raise ArmRefusal(
                400,
                "InvalidParameter",
                f"The value {capacity} of parameter 'sku.capacity' is out of range. The value must be between 0 and "
                f"{_MOST}, inclusive.",
                target="sku.capacity",
            )
        if before is not None and is_flexible(before) != is_flexible(resource) and resource.properties.get(FLEXIBLE):
            raise ArmRefusal(
                409,
                "PropertyChangeNotAllowed",
                f"Changing property '{FLEXIBLE}' is not allowed.",
                target=FLEXIBLE,
            )
        profile = object_of(resource.properties.get("virtualMachineProfile"))
        if before is None and profile:
            own = object_of(profile.get("osProfile"))
            named = {**own, "computerName": own.get("computerNamePrefix") or resource.id.name[:9]} if own else {}
            hardware = {"vmSize": name}
            properties = {**profile, "osProfile": named, "hardwareProfile": hardware}
            model = Resource(resource.id, {**resource.body, "properties": properties}, "", 0.0, 0.0)
            vm_profiles.check_storage(model, None, call)
            vm_profiles.check_os(model, None)

    def fill(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        properties, body = resource.properties, resource.body
        if before is not None and FLEXIBLE in before.properties:
            properties.setdefault(FLEXIBLE, before.properties[FLEXIBLE])
        properties.setdefault(FLEXIBLE, "Uniform")
        properties.setdefault("uniqueId", str(uuid.uuid4()))
        properties.setdefault("timeCreated", iso())
        sku = object_of(body.get("sku"))
        if sku:
            sku.setdefault("tier", "Standard")
            sku.setdefault("capacity", 0)
        profile = object_of(properties.get("virtualMachineProfile"))
        if profile:
            _fill_profile(profile)
            profile.setdefault("timeCreated", properties["timeCreated"])
        if is_flexible(resource):
            properties.setdefault("platformFaultDomainCount", 1)
            return
        properties.setdefault("upgradePolicy", {"mode": "Manual"})
        properties.setdefault("overprovision", True)
        properties.setdefault("doNotRunExtensionsOnOverprovisionedVMs", False)
        properties.setdefault("singlePlacementGroup", True)
        properties.setdefault("platformFaultDomainCount", 5)

    def written(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        have = list(instances(resource, call))
        wanted = _capacity(resource) if resource.properties.get("virtualMachineProfile") else len(have)
        for one in have[wanted:]:
            call.plane.purge(one, call)
        if is_flexible(resource):
            for _ in range(wanted - len(have)):
                machine_for(resource, call)
            return
        changed = before is not None and before.properties.get("virtualMachineProfile") != resource.properties.get(
            "virtualMachineProfile"
        )
        mode = str(object_of(resource.properties.get("upgradePolicy")).get("mode", "")).casefold()
        for one in have[:wanted] if changed else ():
            apply_model(resource, one, call, latest=mode == "automatic")
        first = max((int(one.id.name) for one in have if one.id.name.isdigit()), default=-1) + 1
        for number in range(first, first + wanted - len(have)):
            _make_instance(resource, str(number), call)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        call.plane.store.forget(_SERVICES + resource.id.key)
        for one in list(machines_of(resource, call)):
            call.plane.purge(one, call)

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        chosen = _chosen(resource, object_of(body), call)
        if action in ACTIONS or action == "reimageall":
            for one in chosen:
                change_power("reimage" if action == "reimageall" else action, one, call)
        elif action in _APPLIES:
            for one in chosen:
                apply_model(resource, one, call, latest=True)
        elif action == "delete":
            for one in chosen:
                call.plane.purge(one, call)
            object_of(resource.body.get("sku"))["capacity"] = sum(1 for _ in instances(resource, call))
            call.plane.store.put(resource.id, resource.body)
        elif action == "setorchestrationservicestate":
            _set_service(resource, object_of(body), call)
        else:
            return super().act(action, resource, body, call)
        return Answer(200)


class Instances(Typed):
    """The instances of a Uniform set; only the set makes them."""

    implicit_names = frozenset[str]()
    provisioning = True
    slow_actions = ACTIONS
    act_pending = True
    kept = ("vmId", "timeCreated", "latestModelApplied", "modelDefinitionApplied")

    def check(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if before is None:
            raise refusals.resource_not_found(resource.id.id.rpartition("/providers/")[2], resource.id.group)

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        resource.body["instanceId"] = resource.id.name
        call.plane.store.put(resource.id, resource.body)

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        if action in ACTIONS:
            change_power(action, resource, call)
            return Answer(200)
        if action == "runcommand":
            raise ArmRefusal(
                409,
                "OperationNotAllowed",
                "No operating system runs in a VM of the sandbox, so there is nothing to run a command in.",
            )
        return super().act(action, resource, body, call)

    def deleted(self, resource: Resource, call: Call, /) -> None:
        forget_power(resource.id, call)

    def show(self, resource: Resource, call: Call, /) -> Body:
        if call.expands("instanceView"):
            resource.properties["instanceView"] = instance_view(resource, call)
        return resource.body


def instances(resource: Resource, call: Call) -> Iterator[Resource]:
    """Of either orchestration, oldest first."""
    if is_flexible(resource):
        yield from machines_of(resource, call)
    else:
        yield from call.plane.store.all(parent=resource.id, type=INSTANCES)


def apply_model(resource: Resource, instance: Resource, call: Call, *, latest: bool) -> None:
    """Say whether an instance of a Uniform set is as its model says, and make it so where it is."""
    if is_flexible(resource):
        return
    instance.properties["latestModelApplied"] = latest
    if latest:
        profile = object_of(resource.properties.get("virtualMachineProfile"))
        instance.body["sku"] = {key: value for key, value in _sku(resource).items() if key != "capacity"}
        for name in _MODEL:
            if name in profile:
                held = instance.properties.get(name)
                both = isinstance(held, dict) and isinstance(profile[name], dict)
                instance.properties[name] = {**object_of(held), **profile[name]} if both else profile[name]
    call.plane.store.put(instance.id, instance.body)


def _sku(resource: Resource) -> Body:
    return object_of(resource.body.get("sku"))


def _capacity(resource: Resource) -> int:
    capacity = _sku(resource).get("capacity", 0)
    return capacity if isinstance(capacity, int) else 0


def _fill_profile(profile: Body) -> None:
    storage: Body = profile.setdefault("storageProfile", {})
    image = image_of(storage)
    disk = storage["osDisk"] = {**object_of(storage.get("osDisk"))}
    disk.setdefault("createOption", "FromImage")
    disk.setdefault("caching", "ReadWrite")
    if not disk.get("vhdContainers"):
        disk.setdefault("managedDisk", {"storageAccountType": "Premium_LRS"})
    if image is not None:
        disk.setdefault("osType", image.os)
        disk.setdefault("diskSizeGB", image.disk_size_gb)
    own = object_of(profile.get("osProfile"))
    if own:
        own.setdefault("secrets", [])
        own.setdefault("allowExtensionOperations", True)
        own.setdefault("requireGuestProvisionSignal", True)
        if disk.get("osType") or "windowsConfiguration" in own or "linuxConfiguration" in own:
            windows = disk.get("osType") == "Windows" or "windowsConfiguration" in own
            vm_profiles.fill_os_configuration(own, windows=windows)
    network = object_of(profile.get("networkProfile"))
    for one in array_of(network.get("networkInterfaceConfigurations")):
        _fill_interface(object_of(object_of(one).get("properties")))


def _fill_interface(properties: Body) -> None:
    if isinstance(properties.get("primary"), str):  # az sends a text; Compute reads it, and shows what it read
        properties["primary"] = properties["primary"].casefold() == "true"
    properties.setdefault("enableAcceleratedNetworking", False)
    properties.setdefault("enableIPForwarding", False)
    for one in array_of(properties.get("ipConfigurations")):
        object_of(object_of(one).get("properties")).setdefault("privateIPAddressVersion", "IPv4")


def _storage(model: Body, disk_name: str) -> Body:
    """The disks of one instance."""
    image = image_of(model)
    reference = {**object_of(model.get("imageReference")), **({"exactVersion": image.version} if image else {})}
    return {
        **model,
        **({"imageReference": reference} if reference else {}),
        "osDisk": {"name": disk_name, **object_of(model.get("osDisk"))},
        "dataDisks": array_of(model.get("dataDisks")),
    }


def _make_instance(resource: Resource, number: str, call: Call) -> None:
    profile = object_of(resource.properties.get("virtualMachineProfile"))
    rid = resource.id.child("virtualMachines", number)
    own = object_of(profile.get("osProfile"))
    prefix = str(own.get("computerNamePrefix") or resource.id.name)
    storage = object_of(profile.get("storageProfile"))
    disk_name = f"{resource.id.name}_{resource.id.name}_{number}_OsDisk_1_{uuid.uuid4().hex}"
    configurations = array_of(object_of(profile.get("networkProfile")).get("networkInterfaceConfigurations"))
    nics = [{"id": f"{rid.id}/networkInterfaces/{object_of(one).get('name')}"} for one in configurations]
    properties: Body = {
        **{name: profile[name] for name in _MODEL if name in profile},
        "latestModelApplied": True,
        "modelDefinitionApplied": "VirtualMachineScaleSet",
        "vmId": str(uuid.uuid4()),
        "hardwareProfile": {"vmSize": _sku(resource).get("name")},
        "storageProfile": _storage(storage, disk_name),
        "osProfile": {
            **{key: value for key, value in own.items() if key != "computerNamePrefix"},
            "computerName": f"{prefix}{int(number):06d}",
        },
        "networkProfile": {"networkInterfaces": nics},
        "networkProfileConfiguration": {"networkInterfaceConfigurations": configurations},
        "timeCreated": iso(),
        "provisioningState": "Succeeded",
    }
    body: Body = {
        "location": resource.body.get("location"),
        "instanceId": number,
        "sku": {key: value for key, value in _sku(resource).items() if key != "capacity"},
        "properties": properties,
    }
    zones = array_of(resource.body.get("zones"))
    if zones:
        body["zones"] = [zones[int(number) % len(zones)]]
    call.plane.store.put(rid, body)


def _chosen(resource: Resource, body: Body, call: Call) -> list[Resource]:
    """The instances that an action names, all without a name. Raises ArmRefusal for one that is not there."""
    named = {str(one).casefold() for one in array_of(body.get("instanceIds"))}
    found = list(instances(resource, call))
    if not named or named == {"*"}:
        return found
    chosen = [one for one in found if one.id.name.casefold() in named]
    absent = named - {one.id.name.casefold() for one in chosen}
    if absent:
        raise ArmRefusal(
            400,
            "InvalidParameter",
            f"The provided instanceId {sorted(absent)[0]} is not an active Virtual Machine Scale Set VM instanceId.",
            target="instanceIds",
        )
    return chosen


def _set_service(resource: Resource, body: Body, call: Call) -> None:
    name, action = str(body.get("serviceName", "")), str(body.get("action", ""))
    policies = {
        "automaticrepairs": "automaticRepairsPolicy",
        "automaticosupgrade": "automaticOSUpgradePolicy",
    }
    policy = policies.get(name.casefold())
    properties = resource.properties
    held = object_of(properties.get(policy or "")) or object_of(
        object_of(properties.get("upgradePolicy")).get(policy or "")
    )
    if policy is None or not held:
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"The orchestration service '{name}' is not enabled on VM scale set '{resource.id.name}'.",
        )
    states: Body = call.plane.store.recall(_SERVICES + resource.id.key) or {}
    states[name] = "Suspended" if action.casefold() == "suspend" else "Running"
    call.plane.store.remember(_SERVICES + resource.id.key, states)


def set_view(resource: Resource, call: Call) -> Body:
    """As `GET .../instanceView` of a set answers."""
    states = Counter(f"PowerState/{power_of(one.id, call)}" for one in instances(resource, call))
    count = states.total()
    if count:
        states["ProvisioningState/succeeded"] = count
    services: Body = call.plane.store.recall(_SERVICES + resource.id.key) or {}
    return {
        "virtualMachine": {"statusesSummary": [{"code": code, "count": number} for code, number in states.items()]},
        "statuses": [
            {
                "code": "ProvisioningState/succeeded",
                "level": "Info",
                "displayStatus": "Provisioning succeeded",
                "time": iso(resource.changed_at),
            }
        ],
        "orchestrationServices": [{"serviceName": name, "serviceState": state} for name, state in services.items()],
    }


def register(registry: Registry) -> None:
    registry.type(SCALE_SETS, ScaleSets())
    registry.type(INSTANCES, Instances())
