"""VM sizes that cannot be had though they exist: what a scenario says, as `skus` and refusals tell it.

Shape of a restriction: the Resource SKUs reference of Microsoft.Compute, 2021-07-01. Text: as users of Azure met it.
"""

from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.vm_sizes import skus
from azlin.sandbox.arm.jsonc import Body, array_of
from azlin.sandbox.arm.locations import find_location, location_name
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource


def refuse_unavailable(size: object, kept: object, resource: Resource, call: Call) -> None:
    """Raise ArmRefusal for a size that cannot be had where the resource is to be; one that it has stays."""
    if str(size).casefold() == str(kept).casefold():
        return
    location, subscription = location_name(resource.body.get("location")), resource.id.subscription or ""
    zones = [str(one) for one in array_of(resource.body.get("zones"))]
    for one in call.plane.capacity.unavailable(str(size), location, subscription):
        if one.zones and not set(zones) & set(one.zones):
            continue
        raise ArmRefusal(
            409,
            "SkuNotAvailable",
            f"The requested size for resource '{resource.id.id}' is currently not available in location '{location}' "
            f"zones '{','.join(zones)}' for subscription '{subscription}'. Please try another size or deploy to a "
            "different location or zones. See https://aka.ms/azureskunotavailable for details.",
        )


def restricted_skus(location: str | None, subscription: str, call: Call) -> list[Body]:
    """All rows of `Microsoft.Compute/skus`, of one region or of every one, with what restricts them."""
    rows = skus(location)
    if call.plane.capacity.is_plentiful:
        return rows
    return [{**row, "restrictions": _restrictions(row, subscription, call)} for row in rows]


def can_be_had(size: str, location: object, subscription: str, call: Call) -> bool:
    """Whether a region lists the size: not when it is restricted there as a whole."""
    said = call.plane.capacity.unavailable(size, location_name(location), subscription)
    return all(one.zones for one in said)


def _restrictions(row: Body, subscription: str, call: Call) -> list[Body]:
    if row["resourceType"] != "virtualMachines":
        return row["restrictions"]
    place = row["locations"][0]
    said = call.plane.capacity.unavailable(row["name"], place, subscription)
    found: list[Body] = []
    if any(not one.zones for one in said):
        found.append(_restriction("Location", [place], {"locations": [place]}))
    known = find_location(place)
    lacking = sorted(
        {zone for one in said for zone in one.zones} | (set(known.zone_names) if found and known else set())
    )
    if lacking:
        found.append(_restriction("Zone", [place], {"locations": [place], "zones": lacking}))
    return found


def _restriction(kind: str, values: list[str], where: dict[str, Any]) -> Body:
    return {"type": kind, "values": values, "restrictionInfo": where, "reasonCode": "NotAvailableForSubscription"}
