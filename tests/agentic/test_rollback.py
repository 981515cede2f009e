from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.families.undo import Undo
from azlin.agentic.rollback import Rollback
from azlin.agentic.types import MadeAgainst, Objective, Operation, OperationResult, Plan, Request, ResourceRef
from azlin.agentic.world import World
from azlin.gateways.cloud import Cloud
from azlin.gateways.journal import Journal, PreImage
from azlin.paths import Paths

ID = "a" * 32
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
CLOUD = Cloud(name="sandbox", tenant="t", subscription=SUBSCRIPTION)


class Azure:
    """What is there, by id; a world's reader."""

    def __init__(self, *ids: str) -> None:
        self.there = {one.casefold() for one in ids}

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        return {"id": resource_id, "properties": {}} if resource_id.casefold() in self.there else None

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        return []


def ensure(name: str, *after: str) -> Operation:
    target = ResourceRef(type="Microsoft.Network/virtualNetworks", name=name, group="g", subscription=SUBSCRIPTION)
    return Operation(id=name, verb="ensure", effect="creates", target=target, desired={"tags": {}}, after=after)


PLAN = Plan(
    operations=(ensure("old"), ensure("first"), ensure("second", "first"), ensure("never", "second")),
    made_against=MadeAgainst(cloud="sandbox"),
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """`first` and `second` were made, `old` was there before, `never` was refused."""
    with Journal.open(Paths(tmp_path)) as journal:
        request = Request(text="make it so", actor="me", at=datetime.now(UTC))
        journal.save(Objective(id=ID, cloud="sandbox", request=request, plan=PLAN))
        for operation in PLAN.operations:
            absent = operation.id != "old"
            journal.started(
                ID, operation, strategy="arm", attempt=1, request={}, pre_image=PreImage(known=True, absent=absent)
            )
            status: Any = "failed" if operation.id == "never" else "done"
            made = absent and status == "done"
            journal.finished(ID, OperationResult(operation=operation.id, status=status, strategy="arm", created=made))
        yield journal


def target(name: str) -> str:
    return ensure(name).target.id


def removals(plan: Plan) -> list[str]:
    return [operation.target.name for wave in plan.waves() for operation in wave]


def test_what_was_made_is_removed_newest_first_and_what_was_there_before_is_not(journal: Journal):
    azure = Azure(*map(target, ("old", "first", "second")))
    plan = Rollback(journal, {"undo": Undo(journal)}).plan(journal.load(ID), World(CLOUD, azure))
    assert removals(plan) == ["second", "first"]
    assert [(operation.verb, operation.id) for wave in plan.waves() for operation in wave] == [
        ("delete", "undo:second"),
        ("delete", "undo:first"),
    ]


def test_a_rollback_that_was_cut_off_is_pending_until_it_is_over(journal: Journal):
    rollback = Rollback(journal, {"undo": Undo(journal)})
    assert rollback.pending(ID) is None
    rollback.begin(ID, "never failed")
    assert Rollback(journal, {"undo": Undo(journal)}).pending(ID) == "never failed"
    rollback.over(ID)
    assert rollback.pending(ID) is None


def test_a_rollback_that_goes_on_leaves_out_what_is_gone_and_knows_it_is(journal: Journal):
    rollback = Rollback(journal, {"undo": Undo(journal)})
    plan = rollback.plan(journal.load(ID), World(CLOUD, Azure(*map(target, ("old", "first")))))
    assert removals(plan) == ["first"]
    results = {result.operation: result.status for result in rollback.results(PLAN, ID)}
    assert results == {"old": "done", "first": "done", "second": "undone", "never": "failed"}


def test_when_all_of_it_is_gone_there_is_nothing_to_remove(journal: Journal):
    plan = Rollback(journal, {"undo": Undo(journal)}).plan(journal.load(ID), World(CLOUD, Azure(target("old"))))
    assert plan.operations == ()


def test_what_was_refused_was_not_removed_again_though_its_group_is_gone(journal: Journal):
    rollback = Rollback(journal, {"undo": Undo(journal)})
    journal.removed(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g")
    results = {result.operation: result.status for result in rollback.results(PLAN, ID)}
    assert results == {"old": "done", "first": "undone", "second": "undone", "never": "failed"}
