"""Attempts, supersession and history, as they stand in the tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from azlin.errors import NotFound
from azlin.gateways import ledger_operations
from azlin.gateways.ledger_file import connect
from azlin.gateways.ledger_rows import result_text
from azlin.gateways.ledger_schema import SCHEMA
from tests.gateways.ledger_builders import ABSENT, disk, planned, result


@pytest.fixture
def ledger() -> Iterator[sqlite3.Connection]:
    connection = connect("file::memory:")
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


def start(ledger: sqlite3.Connection, attempt: int = 1, strategy: str = "arm", size: int = 8) -> None:
    ledger_operations.started(ledger, "o", disk("a", size=size), strategy, attempt, "{}", ABSENT)


def finish(ledger: sqlite3.Connection, status: str = "done") -> None:
    ended = result(disk("a"), status)  # type: ignore[arg-type]
    ledger_operations.finished(ledger, "o", ended, result_text(ended))


def test_each_attempt_keeps_its_strategy_and_its_end(ledger: sqlite3.Connection) -> None:
    start(ledger)
    finish(ledger, "failed")
    start(ledger, 2, "azure_cli")
    rows = ledger.execute("SELECT attempt, strategy, status, finished_at IS NULL AS open FROM attempts")
    assert [tuple(row) for row in rows] == [(1, "arm", "failed", 0), (2, "azure_cli", None, 1)]


def test_an_end_closes_no_attempt_of_another_operation(ledger: sqlite3.Connection) -> None:
    start(ledger)
    ledger_operations.started(ledger, "o", disk("b"), "arm", 1, "{}", ABSENT)
    finish(ledger)
    rows = ledger.execute("SELECT operation, status FROM attempts ORDER BY operation")
    assert [tuple(row) for row in rows] == [("disk:a", "done"), ("disk:b", None)]


def test_every_plan_that_is_replaced_keeps_its_record_under_a_number_of_its_own(ledger: sqlite3.Connection) -> None:
    for size in (8, 16, 32):
        ledger_operations.plan_again(ledger, "o", planned(disk("a", size=size)))
        start(ledger, size=size)
        finish(ledger)
    ledger_operations.plan_again(ledger, "o", planned(disk("a", size=64)))
    rows = ledger.execute("SELECT superseded, state FROM operations ORDER BY superseded")
    assert [tuple(row) for row in rows] == [(0, "todo"), (1, "done"), (2, "done"), (3, "done")]
    row = ledger_operations.current(ledger, "o", "disk:a")
    assert row is not None
    assert row["state"] == "todo"


def test_a_plan_without_operations_forgets_only_what_was_never_started(ledger: sqlite3.Connection) -> None:
    ledger_operations.plan_again(ledger, "o", planned(disk("a", size=8), disk("b")))
    start(ledger)
    ledger_operations.plan_again(ledger, "o", None)
    rows = ledger.execute("SELECT operation, state FROM operations")
    assert [tuple(row) for row in rows] == [("disk:a", "started")]


def test_what_is_planned_and_not_started_cannot_have_been_submitted(ledger: sqlite3.Connection) -> None:
    ledger_operations.plan_again(ledger, "o", planned(disk("a")))
    with pytest.raises(NotFound, match="was never started"):
        ledger_operations.submitted(ledger, "o", "disk:a", "https://arm")


def test_the_history_counts_each_objective_by_itself(ledger: sqlite3.Connection) -> None:
    for objective in ("o", "p", "o"):
        ledger_operations.note(ledger, objective, "saved")
    rows = ledger.execute("SELECT objective, seq FROM events ORDER BY objective, seq")
    assert [tuple(row) for row in rows] == [("o", 1), ("o", 2), ("p", 1)]
