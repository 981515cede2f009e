"""The instances of a scale set in Flexible orchestration: virtual machines of the group, made after the set's model."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator
from dataclasses import replace

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.virtual_machines import MACHINES, sibling
from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.references import id_of
from azlin.sandbox.arm.store import Resource

FLEXIBLE = "orchestrationMode"
_ADDRESSES = "Microsoft.Network/publicIPAddresses"
_MACHINE_VERSION = "2024-07-01"
_NETWORK_VERSION = "2024-05-01"
_COPIED = (
    "storageProfile",
    "osProfile",
    "diagnosticsProfile",
    "licenseType",
    "securityProfile",
    "priority",
    "userData",
)


def is_flexible(resource: Resource) -> bool:
    return str(resource.properties.get(FLEXIBLE, "")).casefold() == "flexible"


def machines_of(resource: Resource, call: Call) -> Iterator[Resource]:
    """The machines that name this set, oldest first."""
    if not is_flexible(resource):
        return
    group = call.plane.store.get(resource.id.group_key or "")
    for one in call.plane.store.all(type=MACHINES, group=group.id if group else None):
        if str(id_of(one.properties.get("virtualMachineScaleSet"))).casefold() == resource.id.key:
            yield one


def machine_for(resource: Resource, call: Call) -> None:
    """Make one more. Raises ArmRefusal as making the machine by itself would."""
    profile = object_of(copy.deepcopy(resource.properties.get("virtualMachineProfile")))
    suffix = secrets.token_hex(4)
    properties: Body = {name: profile[name] for name in _COPIED if name in profile}
    own = object_of(properties.get("osProfile"))
    if own:
        prefix = str(own.pop("computerNamePrefix", None) or resource.id.name)[:9]
        own["computerName"] = f"{prefix}{suffix[:6].upper()}"
        if not array_of(object_of(object_of(own.get("linuxConfiguration")).get("ssh")).get("publicKeys")):
            # The set's own password was forgotten when the set was stored; nobody signs in to this machine.
            own["adminPassword"] = f"aA1-{secrets.token_hex(12)}"
    properties["hardwareProfile"] = {"vmSize": object_of(resource.body.get("sku")).get("name")}
    properties["virtualMachineScaleSet"] = {"id": resource.id.id}
    properties["networkProfile"] = {
        "networkApiVersion": _NETWORK_VERSION,
        "networkInterfaceConfigurations": [
            _interface(object_of(one), resource, suffix, call)
            for one in array_of(object_of(profile.get("networkProfile")).get("networkInterfaceConfigurations"))
        ],
    }
    object_of(object_of(properties.get("storageProfile")).get("osDisk")).setdefault("deleteOption", "Delete")
    body: Body = {"location": resource.body.get("location"), "properties": properties}
    if resource.body.get("zones"):
        body["zones"] = array_of(resource.body["zones"])[:1]
    machine = sibling(resource.id, MACHINES, f"{resource.id.name}_{suffix}", call)
    call.plane.write(machine, body, replace(call, method="PUT", api_version=_MACHINE_VERSION, query={}, headers={}))


def _interface(one: Body, resource: Resource, suffix: str, call: Call) -> Body:
    """An interface as a machine asks for it: a set names addresses that it wants made, a machine those that it has."""
    properties = object_of(one.get("properties"))
    for raw in array_of(properties.get("ipConfigurations")):
        configuration = object_of(object_of(raw).get("properties"))
        wanted = object_of(configuration.pop("publicIPAddressConfiguration", None))
        if wanted:
            address = sibling(resource.id, _ADDRESSES, f"{wanted.get('name')}-{suffix}", call)
            made: Body = {
                "location": resource.body.get("location"),
                "sku": wanted.get("sku") or {"name": "Standard"},
                "properties": {"publicIPAllocationMethod": "Static"},
            }
            call.plane.write(
                address, made, replace(call, method="PUT", api_version=_NETWORK_VERSION, query={}, headers={})
            )
            configuration["publicIPAddress"] = {"id": address.id, "properties": {"deleteOption": "Delete"}}
    return {**one, "name": f"{one.get('name')}-{suffix}", "properties": {**properties, "deleteOption": "Delete"}}
