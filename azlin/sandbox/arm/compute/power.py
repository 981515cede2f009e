"""Whether a VM runs: its power state, and the instance view that shows it."""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.vm_extensions import add_to_view
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Resource
from azlin.sandbox.arm.times import iso

_KEPT = f"{ABOUT}power/"
_AFTER = {
    "start": "running",
    "restart": "running",
    "redeploy": "running",
    "reimage": "running",
    "poweroff": "stopped",
    "deallocate": "deallocated",
    "simulateeviction": "deallocated",
}
ACTIONS = frozenset((*_AFTER, "reapply", "performmaintenance"))


def power_of(rid: ResourceId, call: Call) -> str:
    """running, stopped or deallocated; a VM runs once it was made."""
    return call.plane.store.recall(_KEPT + rid.key) or "running"


def forget_power(rid: ResourceId, call: Call) -> None:
    call.plane.store.forget(_KEPT + rid.key)
    call.plane.store.forget(_KEPT + "generalized/" + rid.key)


def change_power(action: str, resource: Resource, call: Call) -> None:
    """Carry an action out. Raises ArmRefusal where the state does not allow it."""
    _refuse_ineligible(action, resource)
    state = power_of(resource.id, call)
    if action == "restart" and state != "running":
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Operation 'restart' is not allowed on VM '{resource.id.name}' since the VM is not running.",
        )
    if action == "start" and is_generalized(resource.id, call):
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Operation 'start' is not allowed on VM '{resource.id.name}' since the VM is generalized.",
        )
    after = _AFTER.get(action)
    if after is not None:
        call.plane.store.remember(_KEPT + resource.id.key, after)


def _refuse_ineligible(action: str, resource: Resource) -> None:
    """No maintenance is ever planned here, and only an OS disk that is not kept can be set back."""
    if action == "performmaintenance":
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Operation 'performMaintenance' is not allowed on VM '{resource.id.name}' since the Subscription of this "
            "VM is not eligible.",
        )
    in_scale_set = resource.id.nested or "virtualMachineScaleSet" in resource.properties
    storage = object_of(resource.properties.get("storageProfile"))
    kept = not object_of(storage.get("osDisk")).get("diffDiskSettings")
    if action == "reimage" and kept and not in_scale_set:
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            "The Reimage and OSUpgrade Virtual Machine actions require that the virtual machine has Automatic OS "
            "Upgrades enabled.",
        )


def generalize(resource: Resource, call: Call) -> None:
    """Mark it; only a VM that does not run can be."""
    if power_of(resource.id, call) == "running":
        raise ArmRefusal(
            409,
            "OperationNotAllowed",
            f"Generalization of a VM is not allowed while it is running: VM '{resource.id.name}'.",
        )
    call.plane.store.remember(_KEPT + "generalized/" + resource.id.key, True)


def is_generalized(rid: ResourceId, call: Call) -> bool:
    return call.plane.store.recall(_KEPT + "generalized/" + rid.key) is not None


def instance_view(resource: Resource, call: Call) -> Body:
    """As `$expand=instanceView` adds it."""
    state = power_of(resource.id, call)
    changed = iso(resource.changed_at)
    storage = object_of(resource.properties.get("storageProfile"))
    disks = [object_of(storage.get("osDisk")), *map(object_of, array_of(storage.get("dataDisks")))]
    view: Body = {}
    provisioning = str(resource.properties.get("provisioningState", "Succeeded"))
    if state == "running" and provisioning == "Succeeded":
        os_profile = object_of(resource.properties.get("osProfile"))
        reference = object_of(storage.get("imageReference"))
        view["computerName"] = os_profile.get("computerName", resource.id.name)
        view["osName"] = str(reference.get("offer", "")).casefold() or str(disks[0].get("osType", "")).casefold()
        view["osVersion"] = str(reference.get("exactVersion", ""))
        view["vmAgent"] = {
            "vmAgentVersion": "2.14.0.1",
            "statuses": [
                {
                    "code": "ProvisioningState/succeeded",
                    "level": "Info",
                    "displayStatus": "Ready",
                    "message": "Guest Agent is running",
                    "time": changed,
                }
            ],
            "extensionHandlers": [],
        }
        add_to_view(view, resource, call)
    view["hyperVGeneration"] = "V2" if object_of(resource.properties.get("securityProfile")) else "V1"
    view["disks"] = [
        {
            "name": disk.get("name"),
            "statuses": [
                {
                    "code": "ProvisioningState/succeeded",
                    "level": "Info",
                    "displayStatus": "Provisioning succeeded",
                    "time": changed,
                }
            ],
        }
        for disk in disks
        if disk.get("name")
    ]
    view["statuses"] = [
        {
            "code": f"ProvisioningState/{provisioning.casefold()}",
            "level": "Error" if provisioning == "Failed" else "Info",
            "displayStatus": f"Provisioning {provisioning.casefold()}",
            "time": changed,
        },
        {"code": f"PowerState/{state}", "level": "Info", "displayStatus": f"VM {state}"},
    ]
    if is_generalized(resource.id, call):
        view["statuses"].append({"code": "OSState/generalized", "level": "Info", "displayStatus": "VM generalized"})
    return view
