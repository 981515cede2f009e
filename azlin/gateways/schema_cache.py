"""Keeps what was learned about types in one SQLite file under AZLIN_HOME.

It is a cache: a file that cannot be read is put aside with a note and made again, and nothing is lost but time. The
file is made at the first write; until then every answer is "not here".
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import TypeVar, cast

import msgspec

from azlin.errors import StateUnwritable
from azlin.gateways.schema_flags import Lesson, PathSet
from azlin.gateways.schema_shape import Definition

TABLES = """
PRAGMA user_version = 1;
CREATE TABLE IF NOT EXISTS types (
    key TEXT PRIMARY KEY, type TEXT NOT NULL, origin TEXT NOT NULL, entry BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lessons (
    key TEXT NOT NULL, path TEXT NOT NULL, lesson TEXT NOT NULL, PRIMARY KEY (key, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS absent (key TEXT PRIMARY KEY, according_to TEXT NOT NULL) WITHOUT ROWID;
"""
LAYOUT = 1
WAIT_S = 5.0

Note = Callable[[str], None]
T = TypeVar("T")


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One type as it is kept: its definition (opaque when only `paths` are known) and who said so."""

    definition: Definition
    source: str
    paths: dict[PathSet, tuple[str, ...]] = {}


class SchemaCache:
    """Safe to use from several threads and processes."""

    def __init__(self, path: Path, note: Note = lambda _: None) -> None:
        self._path = path
        self._note = note
        self._connection: sqlite3.Connection | None = None
        self._turn = threading.RLock()

    def find(self, type_: str) -> Entry | None:
        rows = self._read("SELECT entry FROM types WHERE key = ?", type_.casefold())
        try:
            return msgspec.json.decode(zlib.decompress(cast("bytes", rows[0][0])), type=Entry) if rows else None
        except (zlib.error, msgspec.DecodeError, TypeError) as damaged:
            self._put_aside(str(damaged))
            return None

    def lessons(self, type_: str) -> dict[str, Lesson]:
        rows = self._read("SELECT path, lesson FROM lessons WHERE key = ?", type_.casefold())
        return {str(path): cast("Lesson", lesson) for path, lesson in rows}

    def is_absent(self, type_: str, according_to: str) -> bool:
        """Whether this very source has already said that it does not know the type."""
        return bool(
            self._read("SELECT 1 FROM absent WHERE key = ? AND according_to = ?", type_.casefold(), according_to)
        )

    def names(self) -> list[str]:
        return [str(name) for (name,) in self._read("SELECT type FROM types")]

    def fill(self, entries: Iterable[Entry]) -> int:
        """Put the answer of a whole sync in the place of the last one, all or nothing; how many types it held.

        Raises StateUnwritable; whatever `entries` raises is passed on, and the cache is then as it was.
        """
        return self._write(lambda db: self._fill(db, entries))

    def keep(self, entry: Entry) -> None:
        """Keep one answer. Raises StateUnwritable."""
        self._write(lambda db: _insert(db, entry, "asked"))

    def keep_absent(self, type_: str, according_to: str) -> None:
        self._write(lambda db: db.execute("REPLACE INTO absent VALUES (?, ?)", (type_.casefold(), according_to)))

    def learn(self, type_: str, path: str, lesson: Lesson) -> None:
        """Raises StateUnwritable."""
        self._write(lambda db: db.execute("REPLACE INTO lessons VALUES (?, ?, ?)", (type_.casefold(), path, lesson)))

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @staticmethod
    def _fill(db: sqlite3.Connection, entries: Iterable[Entry]) -> int:
        db.execute("DELETE FROM types WHERE origin = 'sync'")
        count = 0
        for entry in entries:
            _insert(db, entry, "sync")
            count += 1
        return count

    def _read(self, question: str, *values: str) -> list[tuple[object, ...]]:
        with self._turn:
            if self._connection is None and not self._path.exists():
                return []
            try:
                return self._open().execute(question, values).fetchall()
            except sqlite3.DatabaseError as refused:
                if isinstance(refused, sqlite3.OperationalError):
                    self._note(f"the type schemas in {self._path} cannot be used: {refused}")
                else:
                    self._put_aside(str(refused))
                return []

    def _write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        with self._turn, self._told():
            try:
                return self._changed(change)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as damaged:
                self._put_aside(str(damaged))
                return self._changed(change)

    def _changed(self, change: Callable[[sqlite3.Connection], T]) -> T:
        db = self._open()
        with db:
            return change(db)

    @contextlib.contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, OSError) as refused:
            raise StateUnwritable(
                f"cannot write {self._path}",
                why=str(refused),
                fix="free some space or make the directory writable, or point AZLIN_HOME at another directory",
            ) from refused

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(self._path, timeout=WAIT_S, check_same_thread=False)
            try:
                if connection.execute("PRAGMA user_version").fetchone()[0] != LAYOUT:
                    connection.executescript(TABLES)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _put_aside(self, why: str) -> None:
        self.close()
        aside = self._path.with_name(f"{self._path.name}.damaged")
        try:
            self._path.replace(aside)
        except OSError:
            self._note(f"{self._path} is damaged ({why}) and was ignored")
        else:
            self._note(f"{self._path} was damaged ({why}); it is now {aside.name}. `azlin schema sync` fills it again")


def _insert(db: sqlite3.Connection, entry: Entry, origin: str) -> None:
    packed = zlib.compress(msgspec.json.encode(entry), 6)
    db.execute(
        "REPLACE INTO types VALUES (?, ?, ?, ?)",
        (entry.definition.type.casefold(), entry.definition.type, origin, packed),
    )
