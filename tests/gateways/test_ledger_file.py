"""Bad places for a journal: each is told in words, before anything is done, and nothing is harmed."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from azlin.errors import StateDamaged, StateUnwritable
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import asked, disk, start


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write anywhere; give that up for a while, so that a read-only directory is one for root as well.

    Linux: the effective capabilities of this thread (capset(2), version 3 header). Elsewhere tests do not run as root.
    """
    if os.geteuid() != 0:
        yield
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    before = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0
    less = (ctypes.c_uint32 * 6)(*before)
    less[0] &= ~0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, effective set
    assert libc.capset(header, less) == 0
    try:
        yield
    finally:
        assert libc.capset(header, before) == 0


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    modes = {path: path.stat().st_mode for path in [home, *home.rglob("*")]}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        with without_privileges():
            yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


class TestBadPlaces:
    def test_a_read_only_home_can_be_read_and_not_written(self, paths: Paths) -> None:
        with Journal.open(paths) as journal:
            journal.save(asked())
        with read_only(paths.home):
            with Journal.read(paths) as reader:
                assert reader.objectives() == [asked()]
                with pytest.raises(StateUnwritable, match="for reading only"):
                    reader.save(asked())
                with pytest.raises(StateUnwritable), reader.lease("0bject1ve", "doit"):
                    pass
            with pytest.raises(StateUnwritable, match="cannot write"):
                Journal.open(paths)

    def test_a_home_that_cannot_be_made_is_unwritable(self, tmp_path: Path) -> None:
        tmp_path.joinpath("file").write_text("")
        with pytest.raises(StateUnwritable, match="cannot write"):
            Journal.open(Paths(tmp_path / "file" / "home"))

    def test_a_home_that_does_not_exist_reads_as_empty_and_is_not_made(self, paths: Paths) -> None:
        with Journal.read(paths) as reader:
            assert reader.objectives() == []
            assert reader.committed("2026-11") == 0
            assert not paths.home.exists()
            with Journal.open(paths) as journal:
                journal.save(asked())
            assert reader.objectives() == [asked()]

    def test_a_full_disk_is_told_before_anything_is_done_and_harms_nothing(
        self, journal: Journal, paths: Paths
    ) -> None:
        journal.save(asked())
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (paths.journal.stat().st_size, hard))
        try:
            with pytest.raises(StateUnwritable, match="cannot write") as full:
                start(journal, asked(), disk("a"), request={"body": "x" * 500_000})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert "AZLIN_HOME" in full.value.fix

        assert journal.entry("0bject1ve", "disk:a") is None
        start(journal, asked(), disk("a"))
        assert journal.entry("0bject1ve", "disk:a") is not None

    def test_a_database_that_may_not_grow_is_told_as_a_full_disk(self, journal: Journal, paths: Paths) -> None:
        from azlin.gateways.ledger_file import in_our_words

        with sqlite3.connect(":memory:") as small:
            small.execute("CREATE TABLE t (x)")
            small.execute("PRAGMA max_page_count = 2")
            with pytest.raises(sqlite3.OperationalError) as full:
                small.execute("INSERT INTO t VALUES (zeroblob(1000000))")
        told = in_our_words(full.value, paths.journal)
        assert isinstance(told, StateUnwritable)
        assert "full" in told.why

    @pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
    def test_what_is_not_a_database_is_left_alone(self, paths: Paths, content: bytes) -> None:
        paths.prepare()
        paths.journal.write_bytes(content)
        for open_ in (Journal.open, lambda paths: Journal.read(paths).objectives()):
            with pytest.raises(StateDamaged, match="it was left as it is") as damaged:
                open_(paths)
            assert str(paths.journal) in damaged.value.fix
        assert paths.journal.read_bytes() == content

    def test_a_database_of_something_else_is_left_alone(self, paths: Paths) -> None:
        paths.prepare()
        with sqlite3.connect(paths.journal) as other:
            other.execute("CREATE TABLE objectives (id)")
        before = paths.journal.read_bytes()
        with pytest.raises(StateDamaged) as damaged:
            Journal.open(paths)
        assert "something else" in damaged.value.why
        assert paths.journal.read_bytes() == before

    def test_a_torn_database_is_told_as_damage(self, paths: Paths) -> None:
        with Journal.open(paths) as journal:
            for number in range(50):
                journal.save(asked(f"number{number:02}", text="x" * 3_000))
        whole = paths.journal.read_bytes()
        paths.journal.write_bytes(whole[:20_000] + b"\xa5" * (len(whole) - 20_000))
        with pytest.raises(StateDamaged), Journal.open(paths) as journal:
            journal.objectives()

    def test_the_journal_of_a_newer_azlin_is_left_alone(self, paths: Paths) -> None:
        Journal.open(paths).close()
        with sqlite3.connect(paths.journal) as newer:
            newer.execute("PRAGMA user_version = 99")
        with pytest.raises(StateDamaged, match="newer azlin"):
            Journal.open(paths)

    def test_state_is_private(self, journal: Journal, paths: Paths) -> None:
        journal.save(asked())
        assert paths.home.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in paths.home.iterdir()} == {0o600}

    def test_a_closed_journal_says_so(self, journal: Journal) -> None:
        journal.close()
        with pytest.raises(StateUnwritable, match="closed"):
            journal.save(asked())

    def test_two_processes_with_two_objectives_both_get_their_turn(self, journal: Journal, paths: Paths) -> None:
        code = (
            "import sys; from pathlib import Path; from azlin.paths import Paths\n"
            "from azlin.gateways.journal import Journal\n"
            "with Journal.open(Paths(Path(sys.argv[1]))) as journal:\n"
            "    for number in range(40): journal.anchor(f'{sys.argv[2]}{number}', 'x')\n"
        )
        writers = [subprocess.Popen([sys.executable, "-c", code, str(paths.home), name]) for name in ("one", "two")]
        for number in range(40):
            journal.anchor(f"three{number}", "x")
        assert [writer.wait() for writer in writers] == [0, 0]
        assert len(journal.anchors()) == 120
