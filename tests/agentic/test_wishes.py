from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.types import GROUP_TYPE, Failure, Intent, Objective, Operation, ResourceRef
from azlin.agentic.wishes import Wish, overridden, wishes_of
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import AT, asked, disk, make, planned, result, start

DATA = disk("data", tags={"env": "prod"}, sku={"name": "Premium_LRS"})
FIRST = asked("11111111", "make a disk", plan=planned(DATA))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(Paths(tmp_path)) as journal:
        yield journal


def filed(journal: Journal, objective: Objective) -> Objective:
    journal.save(objective)
    make(journal, objective, *(objective.plan.operations if objective.plan else ()))
    return objective


def later(number: int, *operations: Operation, **more: Any) -> Objective:
    return asked(f"{number}" * 8, f"request {number}", AT + timedelta(hours=number), plan=planned(*operations), **more)


def deletion(target: ResourceRef) -> Operation:
    return Operation(id="delete", verb="delete", effect="destroys", target=target, desired={})


def wish(journal: Journal, objective: Objective = FIRST) -> Wish:
    (only,) = wishes_of(objective, journal).all
    return only


def test_a_wish_is_what_the_objective_itself_did(journal: Journal):
    filed(journal, FIRST)
    found = wish(journal)
    assert (found.operation, found.done, found.removed, found.later) == (DATA, True, False, None)


def test_what_failed_or_never_began_is_not_done(journal: Journal):
    other = disk("other")
    objective = asked("11111111", plan=planned(DATA, other))
    journal.save(objective)
    start(journal, objective, DATA)
    assert [(one.done, one.begun) for one in wishes_of(objective, journal).all] == [(False, True), (False, False)]
    failure = Failure(type="sku", code="SkuNotAvailable", message="not here")
    journal.finished(objective.id, result(DATA, "failed", failure=failure))
    failed = wishes_of(objective, journal).all[0]
    assert (failed.done, failed.failure) == (False, "SkuNotAvailable: not here")


def test_reads_are_no_wishes(journal: Journal):
    read = Operation(id="read", verb="read", effect="reads", target=DATA.target, desired={})
    assert wishes_of(asked(plan=planned(read)), journal).all == ()
    assert wishes_of(asked(), journal).plan is None


def test_a_later_change_by_azlin_of_the_same_setting_is_the_wish_now(journal: Journal):
    filed(journal, FIRST)
    change = disk("data", tags={"env": "test", "owner": "me"}, sku={"name": "Premium_LRS"}, zones=["1"])
    filed(journal, later(2, change))
    found = wish(journal)
    assert found.operation.desired == {"tags": {"env": "test"}, "sku": {"name": "Premium_LRS"}}
    assert found.later is not None
    assert (found.later.objective, found.later.request) == ("22222222", "request 2")


def test_what_failed_later_or_was_done_before_or_elsewhere_changes_no_wish(journal: Journal):
    filed(journal, FIRST)
    failed = later(3, disk("data", tags={"env": "x"}))
    journal.save(failed)
    start(journal, failed, failed.plan.operations[0])  # type: ignore[union-attr]
    journal.finished(failed.id, result(failed.plan.operations[0], "failed"))  # type: ignore[union-attr]
    filed(journal, asked("00000000", "earlier", AT - timedelta(hours=1), plan=planned(disk("data", tags={"env": "y"}))))
    elsewhere = later(4, disk("data", tags={"env": "z"}))
    filed(journal, Objective(**{**fields(elsewhere), "cloud": "AzureCloud"}))
    assert (wish(journal).operation, wish(journal).later) == (DATA, None)


def fields(objective: Objective) -> dict[str, Any]:
    return {name: getattr(objective, name) for name in objective.__struct_fields__}


@pytest.mark.parametrize(
    "target",
    [DATA.target, ResourceRef(type=GROUP_TYPE, name="WEB", subscription="s")],
    ids=["itself", "its group"],
)
def test_what_azlin_removed_since_is_not_missed(journal: Journal, target: ResourceRef):
    filed(journal, FIRST)
    filed(journal, later(2, deletion(target)))
    found = wish(journal)
    assert found.removed
    assert found.later is not None
    assert found.later.objective == "22222222"


def test_another_group_or_a_longer_name_is_another_thing(journal: Journal):
    filed(journal, FIRST)
    filed(journal, later(2, deletion(disk("data2").target)))
    filed(journal, later(3, deletion(ResourceRef(type=GROUP_TYPE, name="we", subscription="s"))))
    filed(journal, later(4, deletion(ResourceRef(type=GROUP_TYPE, name="web", subscription="other"))))
    assert not wish(journal).removed


def test_what_was_removed_and_made_again_by_azlin_is_wanted_as_it_was_made_again(journal: Journal):
    filed(journal, FIRST)
    filed(journal, later(2, deletion(DATA.target)))
    filed(journal, later(3, disk("data", sku={"name": "Standard_LRS"})))
    found = wish(journal)
    assert not found.removed
    assert found.operation.desired == {"sku": {"name": "Standard_LRS"}}


def test_a_deletion_is_no_longer_wanted_once_azlin_made_the_thing_again(journal: Journal):
    gone = asked("11111111", plan=planned(deletion(DATA.target)))
    filed(journal, gone)
    assert not wish(journal, gone).returned
    filed(journal, later(2, DATA))
    assert wish(journal, gone).returned
    filed(journal, later(3, deletion(DATA.target)))
    assert not wish(journal, gone).returned


def test_what_a_rollback_took_away_is_removed_by_azlin(journal: Journal):
    filed(journal, FIRST)
    journal.finished(FIRST.id, result(DATA, "undone", resource_id=DATA.target.id))
    assert wish(journal).removed


def test_a_removal_is_remembered_when_the_objective_that_did_it_was_forgotten(journal: Journal):
    filed(journal, FIRST)
    journal.removed(DATA.target.id)
    assert wish(journal).removed
    assert wish(journal).later is None


def test_mending_it_is_no_new_wish(journal: Journal):
    filed(journal, FIRST)
    intent = Intent(family="mend", action="mend", summary="", parameters={"objective": FIRST.id})
    mending = later(2, disk("data", tags={"env": "prod"}), parent=FIRST.id, intent=intent)
    filed(journal, mending)
    assert wish(journal).later is None


def test_a_later_act_on_the_same_thing_is_the_wish_now(journal: Journal):
    def act(action: str) -> Operation:
        return Operation(id=action, verb="act", effect="changes", target=DATA.target, desired={"action": action})

    first = filed(journal, asked("11111111", plan=planned(act("start"))))
    filed(journal, later(2, act("deallocate")))
    assert wish(journal, first).operation.desired == {"action": "deallocate"}


def test_children_made_later_are_in_the_plan_that_is_looked_things_up_in(journal: Journal):
    filed(journal, FIRST)
    filed(journal, later(2, disk("data", a=1), disk("other")))
    together = wishes_of(FIRST, journal).plan
    assert together is not None
    assert [one.target.name for one in together.operations] == ["data", "data", "other"]


def test_only_the_settings_that_were_wanted_first_are_taken_from_a_later_body():
    wanted = {"Tags": {"env": "a"}, "properties": {"size": 1, "list": [1, 2]}}
    after = {"tags": {"env": "b", "more": "c"}, "properties": {"size": 1, "list": [3], "own": True}, "zones": ["1"]}
    assert overridden(wanted, after) == {"Tags": {"env": "b"}, "properties": {"size": 1, "list": [3]}}
