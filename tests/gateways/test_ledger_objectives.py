"""What saving an objective does to its approvals and its operations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from azlin.agentic.types import Objective
from azlin.errors import NotFound, StateDamaged, UsageRefused
from azlin.gateways import ledger_objectives
from azlin.gateways.ledger_file import connect
from azlin.gateways.ledger_rows import body_of
from azlin.gateways.ledger_schema import SCHEMA
from tests.gateways.ledger_builders import AT, approved, asked, disk, planned


@pytest.fixture
def ledger() -> Iterator[sqlite3.Connection]:
    connection = connect("file::memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def save(ledger: sqlite3.Connection, *objectives: Objective) -> None:
    for objective in objectives:
        ledger_objectives.save(ledger, objective, body_of(objective))


def given(ledger: sqlite3.Connection) -> list[tuple[str, bool]]:
    """(fingerprint, whether it holds) of every approval."""
    rows = ledger.execute("SELECT fingerprint, withdrawn_at FROM approvals ORDER BY rowid")
    return [(row["fingerprint"], row["withdrawn_at"] is None) for row in rows]


def test_another_approval_withdraws_the_one_before_and_the_first_can_be_given_again(ledger: sqlite3.Connection) -> None:
    first, second = (approved(asked(), [(disk("a"), amount)]) for amount in ("1", "2"))
    assert first.approval is not None
    assert second.approval is not None
    save(ledger, first, second)
    assert given(ledger) == [(first.approval.fingerprint, False), (second.approval.fingerprint, True)]
    save(ledger, first)
    assert given(ledger) == [(first.approval.fingerprint, True), (second.approval.fingerprint, False)]


def test_an_approval_of_one_objective_leaves_those_of_others(ledger: sqlite3.Connection) -> None:
    save(ledger, approved(asked("one1"), [(disk("a"), "1")]), asked("two2"))
    assert [holds for _, holds in given(ledger)] == [True]


def test_the_same_plan_saved_again_makes_no_operation_anew(ledger: sqlite3.Connection) -> None:
    objective = asked(plan=planned(disk("a"), disk("b")))
    save(ledger, objective)
    ledger.execute("UPDATE operations SET state = 'done', started_at = 1 WHERE operation = 'disk:a'")
    save(ledger, objective)
    rows = ledger.execute("SELECT operation, state, superseded FROM operations ORDER BY operation")
    assert [tuple(row) for row in rows] == [("disk:a", "done", 0), ("disk:b", "todo", 0)]


def test_a_limit_counts_only_what_can_be_read(ledger: sqlite3.Connection) -> None:
    save(ledger, *(asked(f"day{day}", at=AT + timedelta(days=day)) for day in range(4)))
    ledger.execute("UPDATE objectives SET digest = '' WHERE id = 'day3'")
    found = ledger_objectives.newest_first(ledger, 2)
    assert [one.id if isinstance(one, Objective) else type(one) for one in found] == [StateDamaged, "day2", "day1"]
    assert ledger_objectives.newest_first(ledger, 0) == []


@pytest.mark.parametrize("name", ["", "   ", "0bj"])
def test_too_little_of_an_id_names_nothing(ledger: sqlite3.Connection, name: str) -> None:
    save(ledger, asked())
    with pytest.raises(UsageRefused, match="too short"):
        ledger_objectives.named(ledger, name)
    assert ledger_objectives.named(ledger, " 0bje ") == "0bject1ve"


def test_what_is_deleted_is_not_found_and_its_neighbours_are(ledger: sqlite3.Connection) -> None:
    save(ledger, asked(plan=planned(disk("a"))), asked("another1", plan=planned(disk("a"))))
    ledger_objectives.delete(ledger, "0bject1ve")
    with pytest.raises(NotFound):
        ledger_objectives.load(ledger, "0bject1ve")
    left = ledger.execute("SELECT objective FROM operations UNION SELECT objective FROM events").fetchall()
    assert [row["objective"] for row in left] == ["another1"]
