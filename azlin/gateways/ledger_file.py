"""The SQLite file behind the journal: one writer at a time, commits that many threads share, errors in our words.

Journal mode DELETE, synchronous=FULL. Not WAL, for three reasons: every SQLite from 3.7.0 to 3.51.2 (this Python's is
often among them) can corrupt a WAL database when two connections write and checkpoint at an unlucky moment; a DELETE
database can be read in a directory that is read-only; and it is one file, which can be copied. The price, a
millisecond more per commit, does not matter beside Azure's ten writes a second.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from azlin.errors import AzlinError, StateDamaged, StateUnwritable
from azlin.gateways.files import locked, make_private_directory
from azlin.gateways.ledger_schema import APPLICATION_ID, SCHEMA, VERSION
from azlin.paths import unwritable

T = TypeVar("T")
BUSY_TIMEOUT_S = 30.0


class LedgerFile:
    """One connection to the ledger. `write` and `read` may be called from any thread."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._turns: list[_Turn[Any]] = []
        self._arriving = threading.Lock()
        self._leading = threading.RLock()
        self._closed = False

    @classmethod
    def open(cls, path: Path) -> LedgerFile:
        """For reading and writing. Raises StateUnwritable, StateDamaged (and leaves a file that is not ours alone)."""
        make_private_directory(path.parent)
        try:
            # SQLite would make the file with the umask's mode; its journal takes over whatever mode this one has.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as refused:
            raise unwritable(path, refused) from refused
        connection = connect(f"{path.absolute().as_uri()}?mode=rw")
        ledger = cls(path, connection)
        try:
            with locked(ledger.lock):
                _prepare(connection, path)
        except sqlite3.Error as failed:
            connection.close()
            raise in_our_words(failed, path) from failed
        except AzlinError:
            connection.close()
            raise
        return ledger

    @property
    def lock(self) -> Path:
        return self.path.with_name(self.path.name + ".lock")

    def close(self) -> None:
        with self._leading:
            self._closed = True
            self._connection.close()

    def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask under one consistent view. Raises StateDamaged, StateUnwritable."""
        with self._leading:
            try:
                return question(self._open_connection())
            except sqlite3.Error as failed:
                raise in_our_words(failed, self.path) from failed

    def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Make a change, durable when this returns; what threads bring at the same time is committed together.

        A change that raises is undone alone and its error is raised here. Raises StateUnwritable, StateDamaged.
        """
        turn = _Turn(change)
        with self._arriving:
            self._turns.append(turn)
        with self._leading:
            if not turn.over:
                self._commit_all_waiting()
        if turn.failure is not None:
            raise turn.failure
        return cast("T", turn.value)

    def _commit_all_waiting(self) -> None:
        with self._arriving:
            turns, self._turns = self._turns, []
        try:
            with locked(self.lock):
                self._commit(self._open_connection(), turns)
        except BaseException as failed:
            ours = in_our_words(failed, self.path) if isinstance(failed, sqlite3.Error) else failed
            for turn in turns:
                turn.failure = turn.failure or ours
            if not isinstance(failed, Exception):
                raise
        finally:
            for turn in turns:
                turn.over = True

    def _commit(self, connection: sqlite3.Connection, turns: list[_Turn[Any]]) -> None:
        try:
            connection.execute("BEGIN IMMEDIATE")
            for turn in turns:
                connection.execute("SAVEPOINT turn")
                try:
                    turn.value = turn.change(connection)
                except sqlite3.Error:
                    raise
                except Exception as refused:  # noqa: BLE001 - it is raised in the thread that brought the change
                    turn.failure = refused
                    connection.execute("ROLLBACK TO turn")
                connection.execute("RELEASE turn")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _open_connection(self) -> sqlite3.Connection:
        if self._closed:
            raise StateUnwritable(f"{self.path} has been closed", why="something was written after the end")
        return self._connection


class _Turn(Generic[T]):
    """A change that waits to be committed."""

    def __init__(self, change: Callable[[sqlite3.Connection], T]) -> None:
        self.change = change
        self.value: T | None = None
        self.failure: BaseException | None = None
        self.over = False


def connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")
    check(connection, path)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StateDamaged unless this is a ledger that we can read."""
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise damaged(path, "it is a database of something else")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StateDamaged(
            f"{path} was written by a newer azlin",
            why=f"its format is {version}; this azlin knows {VERSION}",
            fix="upgrade azlin, or point AZLIN_HOME at another directory",
        )


def damaged(path: Path, why: str) -> StateDamaged:
    return StateDamaged(
        f"the journal {path} cannot be read; it was left as it is",
        why=why,
        fix=f"restore it from a backup, or start a new one beside the copies in objectives/: mv {path} {path}.damaged",
    )


def in_our_words(failed: sqlite3.Error, path: Path) -> AzlinError:
    """What SQLite's result code means to a person. Source: sqlite.org/rescode.html"""
    code = code_of(failed)
    extended = getattr(failed, "sqlite_errorcode", 0)
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR):
        return damaged(path, str(failed))
    if extended in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ):
        return damaged(path, "the disk could not read it")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StateUnwritable(
            f"another program keeps {path} locked",
            why=f"it has held it for {BUSY_TIMEOUT_S:.0f} seconds",
            fix=f"close the program that has it open: fuser {path}",
        )
    return unwritable(path, OSError(None, str(failed)))


def code_of(failed: sqlite3.Error) -> int:
    return getattr(failed, "sqlite_errorcode", 0) & 0xFF
