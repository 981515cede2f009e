"""Which blobs there are, in an SQLite file of their own, and their bytes, in files beside it.

The bytes of a blob are segments: one file each, in order. What is staged, copied or appended is never read into memory
and never copied either: a copy is a hard link, so a file goes when the last blob that has it goes. A container counts
with the time it was made: when ARM forgets it, or makes another of its name, the old blobs are not found any more, and
`sweep` removes them.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import uuid
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

_CHUNK = 1024 * 1024
_SCHEMA = """
CREATE TABLE IF NOT EXISTS blobs (
  container TEXT NOT NULL, name TEXT NOT NULL, snapshot TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (container, name, snapshot)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS staged (
  container TEXT NOT NULL, name TEXT NOT NULL, block TEXT NOT NULL, file TEXT NOT NULL, size INTEGER NOT NULL,
  PRIMARY KEY (container, name, block)
) WITHOUT ROWID;
"""


class Segment(msgspec.Struct, array_like=True):
    """`file` is a name in the catalog's directory, `block` the base64 id under which it was staged, if any."""

    file: str
    size: int
    block: str = ""


class Lease(msgspec.Struct, omit_defaults=True):
    """`until` is seconds since the epoch, None for ever; `breaks` is when a broken one ends."""

    id: str
    seconds: int = -1
    until: float | None = None
    breaks: float | None = None


class Blob(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`headers` are the blob's own (content-type...), lower case; times are seconds since the epoch."""

    name: str
    kind: str
    created: float
    changed: float
    etag: str
    snapshot: str = ""
    segments: list[Segment] = []
    headers: dict[str, str] = {}
    metadata: dict[str, str] = {}
    tags: dict[str, str] = {}
    tier: str | None = None
    lease: Lease | None = None
    copy: dict[str, str] = {}
    sequence: int = 0
    appended: int = 0

    @property
    def size(self) -> int:
        return sum(one.size for one in self.segments)


class Catalog:
    """The blobs of one sandbox. `container` is a key that `containers.py` makes."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory = directory
        self._db = sqlite3.connect(directory / "catalog.sqlite", isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    # --------------------------------------------------------------- blobs

    def get(self, container: str, name: str, snapshot: str = "") -> Blob | None:
        row = self._db.execute(
            "SELECT body FROM blobs WHERE container = ? AND name = ? AND snapshot = ?", (container, name, snapshot)
        ).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Blob)

    def put(self, container: str, blob: Blob) -> None:
        """Keep it; files that the blob before it had alone go."""
        before = self.get(container, blob.name, blob.snapshot)
        row = (container, blob.name, blob.snapshot, msgspec.json.encode(blob))
        self._db.execute("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)", row)
        if before is not None:
            stays = {one.file for one in blob.segments}
            self.drop_files([one.file for one in before.segments if one.file not in stays])

    def delete(self, container: str, blob: Blob) -> None:
        where = (container, blob.name, blob.snapshot)
        self._db.execute("DELETE FROM blobs WHERE container = ? AND name = ? AND snapshot = ?", where)
        self.drop_files([one.file for one in blob.segments])
        if not blob.snapshot:
            self.unstage(container, blob.name)

    def snapshots(self, container: str, name: str) -> list[Blob]:
        rows = self._db.execute(
            "SELECT body FROM blobs WHERE container = ? AND name = ? AND snapshot != '' ORDER BY snapshot",
            (container, name),
        ).fetchall()
        return [msgspec.json.decode(body, type=Blob) for (body,) in rows]

    def walk(self, container: str, start: str, *, snapshots: bool, count: int) -> list[Blob]:
        """Blobs from a name on, in order, at most so many."""
        rows = self._db.execute(
            "SELECT body FROM blobs WHERE container = ? AND name >= ? AND (snapshot = '' OR ?)"
            " ORDER BY name, snapshot = '', snapshot LIMIT ?",
            (container, start, snapshots, count),
        ).fetchall()
        return [msgspec.json.decode(body, type=Blob) for (body,) in rows]

    # -------------------------------------------------------------- blocks

    def stage(self, container: str, name: str, segment: Segment) -> None:
        before = self._db.execute(
            "SELECT file FROM staged WHERE container = ? AND name = ? AND block = ?", (container, name, segment.block)
        ).fetchone()
        row = (container, name, segment.block, segment.file, segment.size)
        self._db.execute("INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?, ?)", row)
        if before is not None:
            self.drop_files([before[0]])

    def staged(self, container: str, name: str) -> dict[str, Segment]:
        """By block id, not yet committed."""
        rows = self._db.execute(
            "SELECT block, file, size FROM staged WHERE container = ? AND name = ?", (container, name)
        )
        return {block: Segment(file, size, block) for block, file, size in rows}

    def unstage(self, container: str, name: str, kept: Collection[str] = ()) -> None:
        """Forget what is staged; files named in `kept` are in use now."""
        gone = [one.file for one in self.staged(container, name).values() if one.file not in kept]
        self._db.execute("DELETE FROM staged WHERE container = ? AND name = ?", (container, name))
        self.drop_files(gone)

    # --------------------------------------------------------------- bytes

    def take(self, body: bytes, file: Path | None) -> Segment:
        """Bytes of a request as a segment; a spooled file is moved, not copied."""
        name = uuid.uuid4().hex
        target = self.directory / name
        if file is not None:
            file.replace(target)
        else:
            target.write_bytes(body)
        return Segment(name, target.stat().st_size)

    def linked(self, segments: list[Segment]) -> list[Segment]:
        """The same bytes for another blob."""
        made: list[Segment] = []
        for one in segments:
            name = uuid.uuid4().hex
            os.link(self.directory / one.file, self.directory / name)
            made.append(Segment(name, one.size, one.block))
        return made

    def copied(self, segments: list[Segment]) -> list[Segment]:
        """Bytes that may be changed without the original changing (page blobs)."""
        made: list[Segment] = []
        for one in segments:
            name = uuid.uuid4().hex
            shutil.copyfile(self.directory / one.file, self.directory / name)
            made.append(Segment(name, one.size, one.block))
        return made

    def read(self, segments: list[Segment], start: int, length: int) -> Iterator[bytes]:
        """The bytes of a range, piece by piece. Files are opened at once, so a later delete does not hurt."""
        opened: list[tuple[BinaryIO, int, int]] = []
        for one in segments:
            if start < one.size and length > 0:
                take = min(one.size - start, length)
                opened.append(((self.directory / one.file).open("rb"), start, take))
                start, length = 0, length - take
            else:
                start = max(start - one.size, 0)
        return _pieces(opened)

    def drop_files(self, names: list[str]) -> None:
        for name in names:
            (self.directory / name).unlink(missing_ok=True)

    # --------------------------------------------------------------- sweep

    def drop(self, container: str) -> None:
        """All blobs of a container."""
        rows = self._db.execute("SELECT body FROM blobs WHERE container = ?", (container,)).fetchall()
        files = [one.file for (body,) in rows for one in msgspec.json.decode(body, type=Blob).segments]
        files += [file for (file,) in self._db.execute("SELECT file FROM staged WHERE container = ?", (container,))]
        self._db.execute("DELETE FROM blobs WHERE container = ?", (container,))
        self._db.execute("DELETE FROM staged WHERE container = ?", (container,))
        self.drop_files(files)

    def containers(self) -> set[str]:
        rows = self._db.execute("SELECT DISTINCT container FROM blobs UNION SELECT DISTINCT container FROM staged")
        return {container for (container,) in rows}


def _pieces(opened: list[tuple[BinaryIO, int, int]]) -> Iterator[bytes]:
    for file, start, length in opened:
        left = length
        with file:
            file.seek(start)
            while left:
                piece = file.read(min(left, _CHUNK))
                if not piece:
                    return
                left -= len(piece)
                yield piece
