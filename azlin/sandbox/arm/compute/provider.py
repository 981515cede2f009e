"""Microsoft.Compute: its types together, and what it tells of a region (SKUs, sizes, usages)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.compute import (
    disks,
    extension_images,
    images,
    managed_images,
    scale_set_views,
    scale_sets,
    virtual_machines,
)
from azlin.sandbox.arm.compute.availability import can_be_had, restricted_skus
from azlin.sandbox.arm.compute.vm_sizes import sizes_in
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.arm.locations import find_location, location_name
from azlin.sandbox.arm.quota import usages
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

_LOCATION = re.compile(r"location\s+eq\s+'([^']*)'", re.IGNORECASE)


class AvailabilitySets(Typed):
    kept = ("virtualMachines",)
    needs_location = True

    def fill(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        resource.body["sku"] = {"name": "Classic", **object_of(resource.body.get("sku"))}
        resource.properties.setdefault("platformUpdateDomainCount", 5)
        resource.properties.setdefault("platformFaultDomainCount", 2)
        resource.properties.setdefault("virtualMachines", [])

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        if array_of(resource.properties.get("virtualMachines")):
            raise ArmRefusal(
                409,
                "OperationNotAllowed",
                f"Availability Set '{resource.id.name}' cannot be deleted. Before deleting an Availability Set please "
                "ensure that it does not contain any VM.",
            )


def _skus(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    named = _LOCATION.search(call.query.get("$filter", ""))
    return Answer(200, {"value": restricted_skus(named[1] if named else None, groups["subscription"], call)})


def _sizes(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    if find_location(groups["location"]) is None:
        raise ArmRefusal(
            400,
            "NoRegisteredProviderFound",
            f"No registered resource provider found for location '{groups['location']}' for type 'locations/vmSizes'.",
        )
    location, subscription = groups["location"], groups["subscription"]
    listed = (size for size in sizes_in(location) if can_be_had(size.name, location, subscription, call))
    return Answer(200, {"value": [size.short() for size in listed]})


def _machines_in(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    """Of a region, whatever group they are in."""
    found = call.plane.store.all(type=f"Microsoft.Compute/{groups['kind']}", subscription=groups["subscription"])
    wanted = location_name(groups["location"])
    here = [one for one in found if location_name(one.body.get("location")) == wanted]
    return Answer(200, {"value": [call.plane.show(one, call) for one in here]})


def _usages(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    found = usages.usages(usages.COMPUTE, groups["subscription"], groups["location"], call)
    return Answer(200, {"value": [usages.usage(*one) for one in found]})


def register(registry: Registry) -> None:
    for part in (disks, images, virtual_machines, scale_sets, scale_set_views, managed_images, extension_images):
        part.register(registry)
    registry.type("Microsoft.Compute/availabilitySets", AvailabilitySets())
    under = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Compute"
    registry.route("GET", "Microsoft.Compute", under + "/skus", _skus)
    here = under + "/locations/(?P<location>[^/]+)"
    registry.route("GET", "Microsoft.Compute", here + "/vmSizes", _sizes)
    registry.route("GET", "Microsoft.Compute", here + "/usages", _usages)
    machines = "/(?P<kind>virtualMachines|virtualMachineScaleSets)"
    registry.route("GET", "Microsoft.Compute", here + machines, _machines_in)
