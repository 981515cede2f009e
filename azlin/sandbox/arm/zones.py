"""Availability zones that a resource asks for: ARM itself refuses those that its region has not.

Codes and texts as users of Azure met them; of which types a region has no zones though it has some, nothing is known.
"""

from __future__ import annotations

from azlin.sandbox.arm.jsonc import array_of
from azlin.sandbox.arm.locations import find_location
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource


def refuse_zones(resource: Resource) -> None:
    """Raise ArmRefusal where `zones` names one that the region has not."""
    place = find_location(resource.body.get("location"))
    asked = [str(one) for one in array_of(resource.body.get("zones"))]
    if place is None or not asked:
        return
    what = f"{resource.id.type}/{resource.id.name}"
    if not place.zones:
        raise ArmRefusal(
            400,
            "LocationNotSupportAvailabilityZones",
            f"The resource '{what}' does not support availability zones at location '{place.name}'.",
        )
    absent = [one for one in asked if one not in place.zone_names]
    if absent:
        raise ArmRefusal(
            400,
            "InvalidAvailabilityZone",
            f"The zone(s) '{','.join(absent)}' for resource '{what}' is not supported. The supported zones for "
            f"location '{place.name}' are '{','.join(place.zone_names)}'",
        )
