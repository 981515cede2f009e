"""Reading the ledger without being able to change it, also where nobody may write."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from azlin.errors import StateUnwritable
from azlin.gateways.ledger_file import check, code_of, connect, in_our_words
from azlin.gateways.ledger_schema import SCHEMA
from azlin.paths import unwritable

T = TypeVar("T")


class LedgerReader:
    """The reading half of `LedgerFile`. Every question opens the file anew, because what has to be done to read it
    (nothing, recover a copy, or make believe an empty one) changes while others write, die and begin."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def close(self) -> None:
        """Nothing is held."""

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask under one consistent view. Raises StateDamaged, StateUnwritable (not allowed even to read)."""
        try:
            with self._connection() as connection:
                return question(connection)
        except sqlite3.Error as failed:
            raise in_our_words(failed, self.path) from failed

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        raise StateUnwritable(f"{self.path} was opened for reading only", why=f"{change} cannot be made")

    @contextmanager
    def _connection(self) -> Generator[sqlite3.Connection]:
        try:
            missing = not self.path.exists() or self.path.stat().st_size == 0
        except OSError as refused:
            raise unwritable(self.path, refused) from refused
        if missing:
            with _opened("file::memory:") as connection:
                connection.executescript(SCHEMA)
                yield connection
            return
        with _opened(f"{self.path.absolute().as_uri()}?mode=ro") as connection:
            if not self._half_committed(connection):
                yield connection
                return
        with _recovered_copy(self.path) as connection:
            check(connection, self.path)
            yield connection

    def _half_committed(self, connection: sqlite3.Connection) -> bool:
        """Whether a writer was killed in the middle of a commit, so that its half has to be rolled back first."""
        try:
            check(connection, self.path)
        except sqlite3.OperationalError as failed:
            if code_of(failed) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                raise
            return self.path.with_name(self.path.name + "-journal").exists()
        return False


@contextmanager
def _opened(uri: str) -> Generator[sqlite3.Connection]:
    connection = connect(uri)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _recovered_copy(path: Path) -> Generator[sqlite3.Connection]:
    """A reader may not roll back in place; the next writer does. Until then a private copy is rolled back."""
    with tempfile.TemporaryDirectory(prefix="azlin-journal-") as copies:
        for name in (path.name, path.name + "-journal"):
            if (source := path.with_name(name)).exists():
                shutil.copyfile(source, Path(copies) / name)
        with _opened(f"{(Path(copies) / path.name).as_uri()}?mode=rw") as connection:
            yield connection
