from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from azlin.agentic.families.mend import Mend, Stand
from azlin.agentic.types import Intent, Operation, Plan, ResourceRef
from azlin.agentic.wishes import Wish, Wishes
from azlin.agentic.world import World
from azlin.errors import NotFound
from azlin.gateways.cloud import Cloud
from tests.gateways.ledger_builders import asked

VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="sam", group="g", subscription="s")
NIC = ResourceRef(type="Microsoft.Network/networkInterfaces", name="nic", group="g", subscription="s")
BODY = {"location": "westeurope", "tags": {"env": "prod"}, "properties": {"nic": NIC.id}}
THERE = {
    "id": VM.id,
    "type": VM.type,
    "tags": {"env": "dev", "own": "1"},
    "properties": {"vmId": "1", "nic": NIC.id},
    "zones": ["1"],
}


class Azure:
    def __init__(self, *there: dict[str, Any]) -> None:
        self.there = {one["id"].casefold(): one for one in there}

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        return self.there.get(resource_id.casefold())

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        return []

    def inquire(self, path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
        raise AssertionError(path)


def op(verb: Any = "ensure", effect: Any = "creates", target: ResourceRef = VM, **desired: Any) -> Operation:
    return Operation(id=target.name, verb=verb, effect=effect, target=target, desired=desired)


def writable(type_: str, body: Mapping[str, Any]) -> dict[str, Any]:
    assert type_ == VM.type
    return {key: value for key, value in body.items() if key != "zones"}


def mending(azure: Azure, stands: dict[str, Stand], *operations: Operation, done: bool = True) -> Plan:
    objective = asked("11111111")
    wishes = Wishes(objective=objective, all=tuple(Wish(operation=one, done=done) for one in operations), plan=None)
    family = Mend(lambda objective_id: objective, lambda objective: wishes, lambda wishes, world: stands, writable)
    world = World(Cloud(name="sandbox", tenant="t", subscription="s", sandbox=True), azure)
    intent = Intent(family="mend", action="mend", summary="", parameters={"objective": objective.id})
    return family.plan(intent, world)


def test_what_is_gone_is_made_again_in_the_order_it_depends_on():
    gone = {"sam": Stand("gone"), "nic": Stand("gone")}
    plan = mending(Azure(), gone, op(**BODY), op(target=NIC, location="westeurope"))
    assert [[one.target.name for one in wave] for wave in plan.waves()] == [["nic"], ["sam"]]
    assert {(one.verb, one.effect) for one in plan.operations} == {("ensure", "creates")}
    assert next(one for one in plan.operations if one.target == VM).desired == BODY


def test_what_was_changed_is_changed_back_and_the_rest_of_it_stays():
    plan = mending(Azure(THERE), {"sam": Stand("changed", frozenset({"tags.env"}))}, op(**BODY))
    (change,) = plan.operations
    assert (change.verb, change.effect) == ("ensure", "changes")
    assert change.desired["tags"] == {"env": "prod", "own": "1"}
    assert "location" not in change.desired
    assert "zones" not in change.desired


def test_what_came_back_is_deleted_which_always_asks():
    plan = mending(Azure(THERE), {"sam": Stand("back")}, op("delete", "destroys"))
    assert plan.worst_effect == "destroys"


def test_a_machine_in_another_power_state_is_put_into_the_wanted_one():
    plan = mending(Azure(THERE), {"sam": Stand("changed")}, op("act", "changes", action="deallocate"))
    (act,) = plan.operations
    assert (act.verb, act.desired) == ("act", {"action": "deallocate"})


@pytest.mark.parametrize("state", ["as-desired", "removed", "unreadable", "not-done"])
def test_what_stands_is_left_alone(state: str):
    assert mending(Azure(THERE), {"sam": Stand(state)}, op(**BODY)).operations == ()


def test_what_is_unknown_or_beyond_azlin_is_left_alone_and_told():
    unknown = mending(Azure(THERE), {}, op(**BODY))
    command = mending(Azure(), {"sam": Stand("gone")}, op("command", "creates", argv=["az"]))
    stopped = mending(Azure(), {"sam": Stand("gone")}, op("act", "changes", action="start"))
    assert unknown.operations == command.operations == stopped.operations == ()
    assert ["not known" in unknown.assumptions[0], "by a command" in command.assumptions[0]] == [True, True]
    assert "asked to start it only" in stopped.assumptions[0]


def test_where_nothing_was_done_there_is_nothing_to_mend():
    with pytest.raises(NotFound):
        mending(Azure(), {}, op(**BODY), done=False)
