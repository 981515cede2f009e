"""The public regions: `GET /subscriptions/{id}/locations` and what else needs to know a region.

`locations.json` was entered by hand after Microsoft's list of Azure regions: names, geography, pair, and whether there
are
availability zones. Coordinates are approximate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import Body, object_of

_FILE = Path(__file__).with_name("locations.json")
_ZONES = ("1", "2", "3")


class Location(msgspec.Struct, frozen=True, rename="camel"):
    """One region. `zones` says whether it has availability zones; Coordinates are text, as in Azure."""

    name: str
    display_name: str
    geography_group: str
    geography: str
    paired_region: str | None
    latitude: str
    longitude: str
    physical_location: str
    zones: bool
    region_category: str

    @property
    def zone_names(self) -> list[str]:
        return list(_ZONES) if self.zones else []

    def body(self, subscription: str) -> Body:
        """As `GET .../locations` lists it."""
        made: Body = {
            "id": f"/subscriptions/{subscription}/locations/{self.name}",
            "name": self.name,
            "type": "Region",
            "displayName": self.display_name,
            "regionalDisplayName": f"({self.geography_group}) {self.display_name}",
            "metadata": {
                "regionType": "Physical",
                "regionCategory": self.region_category,
                "geography": self.geography,
                "geographyGroup": self.geography_group,
                "longitude": self.longitude,
                "latitude": self.latitude,
                "physicalLocation": self.physical_location,
                "pairedRegion": [
                    {"name": name, "id": f"/subscriptions/{subscription}/locations/{name}"}
                    for name in (self.paired_region,)
                    if name
                ],
            },
        }
        if self.zones:
            made["availabilityZoneMappings"] = [
                {"logicalZone": zone, "physicalZone": f"{self.name}-az{zone}"} for zone in _ZONES
            ]
        return made


@cache
def all_locations() -> Mapping[str, Location]:
    """Every region by its name."""
    raw = json.loads(_FILE.read_text(encoding="utf-8"))
    return {one.name: one for one in msgspec.convert(raw, list[Location])}


def location_name(text: object) -> str:
    """`West Europe` and `westeurope` are one."""
    return str(text or "").replace(" ", "").casefold()


def find_location(text: object) -> Location | None:
    """The region by its name or its display name."""
    return all_locations().get(location_name(text))


def display_names() -> list[str]:
    """In the order of the list."""
    return [one.display_name for one in all_locations().values()]


def _locations(_call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": [one.body(groups["subscription"]) for one in all_locations().values()]})


def _zone_peers(_call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    """Every subscription of the sandbox sees the zones alike."""
    asked = object_of(body)
    subscriptions = [str(one).rpartition("/")[2] for one in asked.get("subscriptionIds", [])]
    peers = [
        {
            "availabilityZone": zone,
            "peers": [{"subscriptionId": one, "availabilityZone": zone} for one in subscriptions],
        }
        for zone in _ZONES
    ]
    return Answer(
        200,
        {
            "subscriptionId": groups["subscription"],
            "location": asked.get("location"),
            "availabilityZonePeers": peers,
        },
    )


def register(registry: Registry) -> None:
    registry.route("GET", "", r"/subscriptions/(?P<subscription>[^/]+)/locations", _locations)
    registry.route(
        "POST",
        "Microsoft.Resources",
        r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Resources/checkZonePeers",
        _zone_peers,
    )
