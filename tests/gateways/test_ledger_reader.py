"""Reading beside writers that come, go and are killed in the middle."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from azlin.errors import StateDamaged, StateUnwritable
from azlin.gateways.journal import Journal
from azlin.gateways.ledger_file import connect
from azlin.gateways.ledger_reader import LedgerReader
from azlin.paths import Paths
from tests.gateways.ledger_builders import asked


def ids(ledger: sqlite3.Connection) -> list[str]:
    return [row["id"] for row in ledger.execute("SELECT id FROM objectives ORDER BY id")]


@pytest.mark.parametrize("there", [None, b""])
def test_a_ledger_that_is_not_there_or_has_just_been_made_reads_as_empty(tmp_path: Path, there: bytes | None) -> None:
    path = tmp_path / "journal.sqlite"
    if there is not None:
        path.write_bytes(there)
    assert LedgerReader(path).read(ids) == []
    assert [file.stat().st_size for file in tmp_path.iterdir()] == ([] if there is None else [0])


def test_what_is_committed_between_two_questions_is_in_the_second(paths: Paths) -> None:
    reader = LedgerReader(paths.journal)
    with Journal.open(paths) as journal:
        assert reader.read(ids) == []
        journal.save(asked())
        assert reader.read(ids) == ["0bject1ve"]
    paths.journal.unlink()
    assert reader.read(ids) == []


@pytest.fixture
def torn(paths: Paths, tmp_path: Path) -> Path:
    """The ledger as a writer leaves it that was killed in the middle of a commit: two files, half of each."""
    with Journal.open(paths) as journal:
        journal.save(asked())
    copy = tmp_path / "torn"
    copy.mkdir()
    writer = connect(paths.journal.as_uri())
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN")
    writer.execute("UPDATE objectives SET id = 'half'")
    writer.execute("INSERT INTO anchors VALUES ('a', ?)", ("x" * 500_000,))
    for name in (paths.journal.name, f"{paths.journal.name}-journal"):
        shutil.copyfile(paths.home / name, copy / name)
    writer.execute("ROLLBACK")
    writer.close()
    return copy / paths.journal.name


def test_what_a_killed_writer_half_committed_is_not_read_and_not_touched(torn: Path) -> None:
    before = {file.name: file.read_bytes() for file in torn.parent.iterdir()}
    assert len(before[torn.name]) > 100_000  # some of it had reached the ledger itself
    assert LedgerReader(torn).read(ids) == ["0bject1ve"]
    assert {file.name: file.read_bytes() for file in torn.parent.iterdir()} == before


def test_a_reader_changes_nothing_even_where_it_is_asked_to(journal: Journal, paths: Paths) -> None:
    journal.save(asked())
    reader = LedgerReader(paths.journal)
    with pytest.raises(StateUnwritable):
        reader.read(lambda ledger: ledger.execute("DELETE FROM objectives"))
    with pytest.raises(StateUnwritable, match="for reading only"):
        reader.write(lambda ledger: ledger.execute("DELETE FROM objectives"))
    assert reader.read(ids) == ["0bject1ve"]


def test_a_table_that_is_missing_is_damage_in_our_words(journal: Journal, paths: Paths) -> None:
    with sqlite3.connect(paths.journal) as editor:
        editor.execute("DROP TABLE anchors")
    with pytest.raises(StateDamaged, match="it was left as it is"):
        LedgerReader(paths.journal).read(lambda ledger: ledger.execute("SELECT * FROM anchors").fetchall())
