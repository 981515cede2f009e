from __future__ import annotations

from typing import Any

from azlin.agentic.families.foreseen import NO_SUBSCRIPTION, Foreseen, id_of
from azlin.agentic.types import Operation, ResourceRef

NSG = "Microsoft.Network/networkSecurityGroups"


def ref(azure: Any, name: str = "web", group: str = "g", type_: str = NSG) -> ResourceRef:
    return ResourceRef(type=type_, name=name, group=group, subscription=azure.world().subscription)


def test_what_will_be_made_is_there_already(azure: Any):
    foreseen = Foreseen(azure.world())
    target = ref(azure)
    assert foreseen.get(target) is None
    foreseen.foresee(Operation(id="a", verb="ensure", effect="creates", target=target, desired={"location": "x"}))
    assert foreseen.get(ref(azure, "WEB", "G")) == {"id": target.id, "name": "web", "type": NSG, "location": "x"}
    assert [one["name"] for one in foreseen.list(NSG, group="G")] == ["web"]
    assert foreseen.made_of(NSG, "other") == []


def test_what_is_there_and_made_again_is_listed_once(azure: Any):
    azure.put(NSG, "web", "g")
    foreseen = Foreseen(azure.world())
    foreseen.foresee(Operation(id="a", verb="ensure", effect="changes", target=ref(azure)))
    assert len(foreseen.list(NSG)) == 1


def test_what_is_deleted_goes_with_all_that_is_in_it_and_nothing_beside(azure: Any):
    foreseen = Foreseen(azure.world())
    foreseen.foresee(Operation(id="a", verb="delete", effect="destroys", target=ref(azure)))
    assert foreseen.goes(ref(azure, "web/allow-22", type_=f"{NSG}/securityRules"))
    assert not foreseen.goes(ref(azure, "web2"))


def test_a_read_foresees_nothing(azure: Any):
    foreseen = Foreseen(azure.world())
    foreseen.foresee(Operation(id="a", verb="read", effect="reads", target=ref(azure)))
    assert foreseen.made(ref(azure)) is None


def test_an_id_without_a_subscription_can_never_be_sent():
    assert id_of(ResourceRef(type=NSG, name="web", group="g")).startswith(f"/subscriptions/{NO_SUBSCRIPTION}/")


def test_it_is_made_against_the_world_it_foresees(azure: Any):
    world = azure.world()
    assert Foreseen(world).made_against() == world.made_against()
    assert Foreseen(world).known
