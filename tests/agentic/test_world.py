from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.types import ResourceRef
from azlin.agentic.world import World
from azlin.errors import WorldUnknown
from azlin.gateways.cloud import Cloud

VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="Sam", group="g", subscription="s")
SIGNED_IN = Cloud(name="sandbox", tenant="t", subscription="s")


class Estate:
    """A Reader over a dict: what a planner's tests need of Azure."""

    def __init__(self, **sizes: str) -> None:
        self.sizes = sizes
        self.questions = 0

    def _vm(self, name: str, state: str = "Succeeded") -> dict[str, Any]:
        return {"name": name, "properties": {"size": self.sizes[name], "provisioningState": state}}

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        self.questions += 1
        name = ResourceRef.from_id(resource_id).leaf
        return self._vm(name, f"state {self.questions}") if name in self.sizes else None

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        self.questions += 1
        return [self._vm(name) for name in self.sizes]


def test_the_same_question_is_asked_once():
    estate = Estate(Sam="small")
    world = World(SIGNED_IN, estate)
    assert world.get(VM) == world.get(VM)
    assert estate.questions == 1


def test_a_world_without_sign_in_is_unknown_and_not_empty():
    world = World(Cloud(name="AzureCloud"), None)
    assert not world.known
    with pytest.raises(WorldUnknown):
        world.get(VM)


def test_the_digest_changes_with_what_was_read_and_not_with_what_changes_by_itself():
    estate = Estate(Sam="small")
    world = World(SIGNED_IN, estate)
    world.get(VM)
    assert world.again().digest == world.digest
    estate.sizes["Sam"] = "big"
    assert world.again().digest != world.digest


def test_what_was_never_asked_cannot_make_a_plan_stale():
    estate = Estate()
    world = World(SIGNED_IN, estate)
    world.get(VM)
    estate.sizes["other"] = "small"
    assert world.again().digest == world.digest


def test_absent_and_present_are_different_worlds():
    estate = Estate()
    world = World(SIGNED_IN, estate)
    world.list("Microsoft.Compute/virtualMachines")
    estate.sizes["new"] = "small"
    assert world.again().digest != world.digest


def test_what_is_on_offer_is_asked_below_the_subscription_and_makes_no_plan_stale():
    class Shop(Estate):
        def inquire(self, path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
            return [path, api_version, where, body]

    world = World(SIGNED_IN, Shop())
    before = world.digest
    told = world.inquire("providers/N.S/skus", "2025-01-01", where="location eq 'x'")
    assert told == ["/subscriptions/s/providers/N.S/skus", "2025-01-01", "location eq 'x'", None]
    assert world.digest == before
    with pytest.raises(WorldUnknown):
        World(Cloud(name="AzureCloud"), None).inquire("providers/N.S/skus", "2025-01-01")
