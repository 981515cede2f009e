"""Where single services say that they are: their own lists of Azure's regions (`locations.json`).

`Microsoft.Web/geoRegions` (Web Apps REST reference, "List Geo Regions") and `Microsoft.DocumentDB/locations` (Cosmos DB
reference, "Locations - List"). Both services are in every region of the sandbox's list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.locations import Location, all_locations, find_location


def _regions() -> list[Location]:
    return [found for name in all_locations() if (found := find_location(name)) is not None]


def _web(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": [_web_region(one, groups["subscription"]) for one in _regions()]})


def _web_region(one: Location, subscription: str) -> Body:
    title = one.display_name
    return {
        "id": f"/subscriptions/{subscription}/providers/Microsoft.Web/geoRegions/{title}",
        "name": title,
        "type": "Microsoft.Web/geoRegions",
        "properties": {"name": title, "description": None, "displayName": title},
    }


def _cosmos(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": [_cosmos_region(one, groups["subscription"]) for one in _regions()]})


def _cosmos_region(one: Location, subscription: str) -> Body:
    path = f"/subscriptions/{subscription}/providers/Microsoft.DocumentDB/locations/{one.name}"
    return {
        "id": path,
        "name": one.display_name,
        "type": "Microsoft.DocumentDB/locations",
        "properties": {"status": "Online", "supportsAvailabilityZone": one.zones},
    }


def register(registry: Registry) -> None:
    scope = r"/subscriptions/(?P<subscription>[^/]+)/providers/"
    registry.route("GET", "Microsoft.Web", scope + r"Microsoft\.Web/geoRegions", _web)
    registry.route("GET", "Microsoft.DocumentDB", scope + r"Microsoft\.DocumentDB/locations", _cosmos)
