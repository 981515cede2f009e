from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from azlin.agentic.families.undo import Undo
from azlin.agentic.types import (
    GROUP_TYPE,
    Intent,
    MadeAgainst,
    Objective,
    Operation,
    OperationResult,
    Plan,
    Request,
    ResourceRef,
)
from azlin.agentic.world import World
from azlin.errors import NotFound
from azlin.gateways.cloud import Cloud
from azlin.gateways.journal import Journal, PreImage
from azlin.paths import Paths

GROUP = ResourceRef(type=GROUP_TYPE, name="g", subscription="s")
NET = ResourceRef(type="Microsoft.Network/virtualNetworks", name="net", group="g", subscription="s")
VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="vm", group="g", subscription="s")
WHOLE = "0123456789abcdef"


class Estate:
    """A Reader over a set of references; `owned` maps an id to its owner's."""

    def __init__(self, *there: ResourceRef, owned: dict[str, str] | None = None) -> None:
        self.there = {ref.key: ref for ref in there}
        self.owned = owned or {}

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        ref = self.there.get(resource_id.casefold())
        return {"id": ref.id, "name": ref.leaf} if ref else None

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        ours = [{"id": ref.id, "name": ref.leaf} for ref in self.there.values() if ref.group == group]
        return ours + [{"id": key, "name": "disk", "managedBy": owner} for key, owner in self.owned.items()]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    operations = (
        Operation(id="group", verb="ensure", effect="creates", target=GROUP),
        Operation(id="net", verb="ensure", effect="creates", target=NET, after=("group",)),
        Operation(id="vm", verb="ensure", effect="creates", target=VM, after=("net",)),
    )
    objective = Objective(
        id=WHOLE,
        cloud="sandbox",
        request=Request(text="make", actor="me", at=datetime.now(UTC)),
        plan=Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox")),
    )
    with Journal.open(Paths(tmp_path)) as journal:
        journal.save(objective)
        for operation in operations:
            journal.started(
                WHOLE, operation, strategy="arm", attempt=1, request={}, pre_image=PreImage(known=True, absent=True)
            )
            result = OperationResult(
                operation=operation.id, status="done", strategy="arm", resource_id=operation.target.id, created=True
            )
            journal.finished(WHOLE, result)
        yield journal


def undone(journal: Journal, estate: Estate) -> Plan:
    world = World(Cloud(name="sandbox", tenant="t", subscription="s"), estate)
    intent = Intent(family="undo", action="undo", summary="", parameters={"objective": WHOLE})
    return Undo(journal).plan(intent, world)


def test_what_was_made_goes_in_the_reverse_of_the_order_it_depends_on(journal: Journal):
    plan = undone(journal, Estate(GROUP, NET, VM))
    assert [[operation.target.leaf for operation in wave] for wave in plan.waves()] == [["vm"], ["net"], ["g"]]
    assert plan.worst_effect == "destroys"


def test_a_group_that_holds_something_else_is_kept_and_said_so(journal: Journal):
    mine = ResourceRef(type="Microsoft.Any/things", name="mine", group="g", subscription="s")
    plan = undone(journal, Estate(GROUP, NET, VM, mine))
    assert {operation.target.leaf for operation in plan.operations} == {"vm", "net"}
    assert any("also holds mine" in sentence for sentence in plan.assumptions)


def test_a_disk_that_goes_with_its_machine_does_not_keep_the_group(journal: Journal):
    disk = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d"
    plan = undone(journal, Estate(GROUP, NET, VM, owned={disk: VM.id}))
    assert "g" in {operation.target.leaf for operation in plan.operations}


def test_what_is_gone_already_is_left_out_and_told(journal: Journal):
    plan = undone(journal, Estate(GROUP, NET))
    assert {operation.target.leaf for operation in plan.operations} == {"net", "g"}
    assert any("vm is gone already" in sentence for sentence in plan.assumptions)


def test_an_objective_that_made_nothing_has_nothing_to_undo(tmp_path: Path):
    with Journal.open(Paths(tmp_path)) as journal:
        request = Request(text="look", actor="me", at=datetime.now(UTC))
        journal.save(Objective(id=WHOLE, cloud="sandbox", request=request))
        with pytest.raises(NotFound, match="nothing to undo"):
            undone(journal, Estate())


def test_what_a_run_had_begun_when_it_was_cut_off_is_removed_too_if_it_is_there_and_said_to_be_uncertain(
    journal: Journal,
):
    disk = ResourceRef(type="Microsoft.Compute/disks", name="cut", group="g", subscription="s")
    begun = Operation(id="disk", verb="ensure", effect="creates", target=disk, after=("group",))
    objective = journal.load(WHOLE)
    assert objective.plan is not None
    journal.save(replace(objective, plan=replace(objective.plan, operations=(*objective.plan.operations, begun))))
    journal.started(WHOLE, begun, strategy="arm", attempt=1, request={}, pre_image=PreImage(known=True, absent=True))
    landed = undone(journal, Estate(GROUP, NET, VM, disk))
    assert "cut" in {operation.target.name for operation in landed.operations}
    assert any("nobody saw how that ended" in sentence for sentence in landed.assumptions)
    lost = undone(journal, Estate(GROUP, NET, VM))
    assert "cut" not in {operation.target.name for operation in lost.operations}
