"""The tables are there, are marked as ours, and are written in SQL that is not only SQLite's."""

from __future__ import annotations

import re
import sqlite3

from azlin.gateways.journal import Journal
from azlin.gateways.ledger_schema import APPLICATION_ID, SCHEMA, VERSION
from azlin.paths import Paths

TABLES = set(re.findall(r"CREATE TABLE (\w+)", SCHEMA))


def columns(ledger: sqlite3.Connection, table: str) -> dict[str, str]:
    return {name: kind for _, name, kind, *_ in ledger.execute(f"PRAGMA table_info({table})")}


def test_a_new_journal_has_every_table_and_says_that_it_is_ours(journal: Journal, paths: Paths) -> None:
    with sqlite3.connect(paths.journal) as ledger:
        found = {name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert found == TABLES
        assert ledger.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert ledger.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert APPLICATION_ID.to_bytes(4, "big") == b"azln"


def test_every_column_has_a_type_that_postgresql_has_as_well() -> None:
    with sqlite3.connect(":memory:") as ledger:
        ledger.executescript(SCHEMA)
        kinds = {kind for table in TABLES for kind in columns(ledger, table).values()}
    assert kinds <= {"TEXT", "INTEGER", "BIGINT", "DOUBLE PRECISION"}
    assert not re.search(r"AUTOINCREMENT|WITHOUT ROWID|STRICT|PRAGMA", SCHEMA)


def test_every_time_is_a_number_of_seconds_with_room_for_fractions() -> None:
    with sqlite3.connect(":memory:") as ledger:
        ledger.executescript(SCHEMA)
        times = {
            kind
            for table in TABLES
            for name, kind in columns(ledger, table).items()
            if name == "at" or name.endswith("_at")
        }
    assert times == {"DOUBLE PRECISION"}


def test_no_statement_of_the_schema_holds_a_semicolon_of_its_own() -> None:
    with sqlite3.connect(":memory:") as ledger:
        for statement in SCHEMA.split(";"):
            ledger.execute(statement)
        assert all(columns(ledger, table) for table in TABLES)
