from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.agentic.families.vm_offers import Offer, Room, offers_in, similar
from azlin.agentic.world import World
from azlin.gateways.cloud import Cloud

MONTHLY = {"Standard_D2s_v4": Decimal(84), "Standard_D2s_v5": Decimal(84), "Standard_D2as_v5": Decimal(76)}


def row(name: str, cpus: int = 2, memory: float = 8, **other: Any) -> dict[str, Any]:
    """A row of Microsoft.Compute/skus."""
    can = {"vCPUs": cpus, "MemoryGB": memory, "HyperVGenerations": "V1,V2", "PremiumIO": True, **other.pop("can", {})}
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "family": other.pop("family", "standardD"),
        "locations": ["WestEurope"],
        "locationInfo": [{"location": "westeurope", "zones": other.pop("zones", ["1", "2", "3"])}],
        "capabilities": [{"name": key, "value": str(value)} for key, value in can.items()],
        "restrictions": other.pop("restrictions", []),
    }


class Shelf:
    """A Reader that lists sizes."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows
        self.asked: list[str] = []

    def inquire(self, path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
        self.asked.append(f"{path}?{where}")
        return list(self.rows)


def offers(*rows: dict[str, Any]) -> dict[str, Offer]:
    shelf: Any = Shelf(*rows)
    return offers_in(World(Cloud(name="sandbox", tenant="t", subscription="s"), shelf), "westeurope")


def found(*rows: dict[str, Any], wanted: str = "Standard_D2s_v3", **how: Any) -> list[str]:
    told: dict[str, Any] = {
        "machines": 1,
        "zones": (),
        "tried": frozenset({wanted.casefold()}),
        "smaller": False,
        **how,
    }
    room: Room = told.pop("room", Room([]))
    return [offer.name for offer in similar(wanted, offers(*rows), room, MONTHLY, **told)]


def test_azure_is_asked_for_one_region_only():
    shelf: Any = Shelf()
    offers_in(World(Cloud(name="sandbox", tenant="t", subscription="s"), shelf), "westeurope")
    assert shelf.asked == ["/subscriptions/s/providers/Microsoft.Compute/skus?location eq 'westeurope'"]


def test_the_same_series_comes_first_the_cheaper_before_the_newer_then_the_newer():
    sizes = ("Standard_D2s_v3", "Standard_D2s_v4", "Standard_D2s_v5", "Standard_D2as_v5", "Standard_E2s_v5")
    rows = [row(name, memory=16 if "E" in name else 8) for name in sizes]
    assert found(*rows) == ["Standard_D2s_v5", "Standard_D2s_v4", "Standard_D2as_v5", "Standard_E2s_v5"]


def test_what_is_restricted_in_the_region_or_the_zone_is_not_offered():
    here = {"type": "Location", "values": ["westeurope"], "restrictionInfo": {"locations": ["westeurope"]}}
    zone = {"type": "Zone", "values": ["westeurope"], "restrictionInfo": {"zones": ["1", "2"]}}
    rows = [row("Standard_D2s_v4", restrictions=[here]), row("Standard_D2s_v5", restrictions=[zone])]
    assert found(*rows) == ["Standard_D2s_v5"]
    assert found(*rows, zones=("1",)) == []
    assert found(*rows, zones=("3",)) == ["Standard_D2s_v5"]


def test_only_what_can_take_its_place_is_similar():
    arm = row("Standard_D2ps_v5", can={"CpuArchitectureType": "Arm64"})
    old = row("Standard_D2_v2", can={"HyperVGenerations": "V1"})
    slow = row("Standard_D2_v3", can={"PremiumIO": False})
    big, tiny, disk = row("Standard_D4s_v5", cpus=4), row("Standard_F2s_v2", memory=3), row("Standard_D2s_v5")
    disk["resourceType"] = "disks"
    assert found(row("Standard_D2s_v3"), arm, old, slow, big, tiny, disk) == []


def test_what_was_tried_is_not_offered_again():
    rows = (row("Standard_D2s_v4"), row("Standard_D2s_v5"))
    assert found(*rows, tried=frozenset({"standard_d2s_v5"})) == ["Standard_D2s_v4"]


def test_what_the_quota_has_no_room_for_is_not_offered():
    used = [
        {"name": {"value": "cores"}, "currentValue": 6, "limit": 10},
        {"name": {"value": "standardFull"}, "currentValue": 9, "limit": 10},
    ]
    rows = (row("Standard_D2s_v4", family="standardFull"), row("Standard_D2s_v5", family="standardFree"))
    assert found(*rows, room=Room(used)) == ["Standard_D2s_v5"]
    assert found(*rows, room=Room(used), machines=3) == []


def test_a_smaller_one_comes_last_and_only_where_a_quota_is_short():
    rows = (row("Standard_D1s_v5", cpus=1, memory=4), row("Standard_D2s_v5"))
    assert found(*rows) == ["Standard_D2s_v5"]
    assert found(*rows, smaller=True) == ["Standard_D2s_v5", "Standard_D1s_v5"]


def test_a_size_that_azure_does_not_list_is_compared_by_its_name():
    assert found(row("Standard_D2s_v5"), wanted="Standard_D2s_v4") == ["Standard_D2s_v5"]
    assert found(row("Standard_D2s_v5"), wanted="Standard_NC24ads_A100_v4") == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([4.0, 8.0, 16.0]), st.booleans(), st.booleans()), max_size=8),
    st.integers(0, 6),
)
def test_nothing_is_ever_offered_that_azure_rules_out(sizes: list[tuple[int, float, bool, bool]], left: int):
    closed = {"type": "Location", "values": ["westeurope"], "restrictionInfo": {"locations": ["westeurope"]}}
    rows = [
        row(f"Standard_D{cpus}s_v{number}", cpus, memory, restrictions=[closed] if shut else [])
        for number, (cpus, memory, shut, _) in enumerate(sizes, 1)
    ]
    tried = frozenset(one["name"].casefold() for one, (*_, was) in zip(rows, sizes, strict=True) if was)
    room = Room([{"name": {"value": "cores"}, "currentValue": 0, "limit": left}])
    for name in found(*rows, room=room, tried=tried, smaller=True):
        number = int(name.rpartition("v")[2])
        cpus, _, shut, was = sizes[number - 1]
        assert not shut
        assert not was
        assert cpus <= left
