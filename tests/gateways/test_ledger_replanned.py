"""A plan made again in another order and with other names: what was begun is recognised by what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace

from azlin.agentic.types import Objective, Operation
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import asked, disk, make, planned, result, start


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(Paths(tmp_path)) as journal:
        yield journal


def named(operation: Operation, name: str) -> Operation:
    return replace(operation, id=name)


def act(account: str, key: str) -> Operation:
    body = {"action": "regenerateKey", "body": {"keyName": key}}
    return replace(disk(account), id=f"{account}-{key}", verb="act", effect="changes", desired=body)


def save(journal: Journal, *operations: Operation) -> Objective:
    objective = asked(plan=planned(*operations))
    journal.save(objective)
    return objective


def test_two_that_change_names_keep_what_each_did(journal: Journal):
    a, b = disk("a"), disk("b")
    objective = save(journal, a, b)
    make(journal, objective, a)
    start(journal, objective, b)
    save(journal, named(b, a.id), named(a, b.id))
    first, second = journal.entry(objective.id, a.id), journal.entry(objective.id, b.id)
    assert first is not None
    assert second is not None
    assert (first.state, first.resource_id) == ("started", b.target.id)
    assert (second.state, second.resource_id) == ("done", a.target.id)
    assert second.result is not None
    assert second.result.operation == b.id


def test_acts_on_one_resource_are_told_apart_by_what_they_want(journal: Journal):
    one, two = act("st", "key1"), act("st", "key2")
    objective = save(journal, one, two)
    make(journal, objective, one)
    save(journal, named(two, "x"), named(one, "y"))
    entries = {entry.operation: entry.state for entry in journal.entries(objective.id)}
    assert entries == {"x": "todo", "y": "done"}


def test_another_act_is_not_taken_for_one_that_was_done(journal: Journal):
    objective = save(journal, act("st", "key1"))
    make(journal, objective, act("st", "key1"))
    save(journal, named(act("st", "key2"), act("st", "key1").id))
    entry = journal.entry(objective.id, act("st", "key1").id)
    assert entry is not None
    assert entry.state == "todo"


def test_what_was_begun_outlives_the_moment_without_a_plan(journal: Journal):
    objective = save(journal, disk("a"))
    make(journal, objective, disk("a"))
    journal.save(asked())
    save(journal, named(disk("a"), "renamed"))
    entry = journal.entry(objective.id, "renamed")
    assert entry is not None
    assert entry.state == "done"
    assert [made for made, _ in journal.created(objective.id)] == [disk("a").target.id]


@settings(max_examples=30, deadline=None)
@given(some.data())
def test_nothing_that_was_begun_is_lost_whatever_the_new_order_and_names(data: some.DataObject):
    operations = [disk(name) for name in "abcd"]
    begun = data.draw(some.lists(some.sampled_from(operations), unique_by=lambda one: one.id))
    names = data.draw(some.permutations([operation.id for operation in operations] + ["new1", "new2"]))
    again = [named(one, name) for one, name in zip(data.draw(some.permutations(operations)), names, strict=False)]
    with TemporaryDirectory() as home, Journal.open(Paths(Path(home))) as journal:
        objective = save(journal, *operations)
        for operation in begun:
            start(journal, objective, operation)
            journal.finished(objective.id, result(operation))
        save(journal, *again)
        done = {operation.target.key for operation in begun}
        for operation in again:
            entry = journal.entry(objective.id, operation.id)
            assert entry is not None
            assert (entry.state == "done") is (operation.target.key in done)
