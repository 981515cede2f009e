"""Files that are whole or not there, private to their owner, and written by one process at a time."""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from azlin.errors import StateUnwritable
from azlin.paths import unwritable

LOCK_TIMEOUT_S = 30.0
DRAFT_AGE_S = 3600.0


def make_private_directory(path: Path) -> None:
    """Make a directory (and its parents) that only its owner may enter. Raises StateUnwritable."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as refused:
        raise unwritable(path, refused) from refused


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file: after a crash at any instant it holds the old bytes or the new ones, never a part.

    The new bytes and the new name are on the disk when this returns (temporary file, fsync, rename, fsync of the
    directory). Mode 0600. Raises StateUnwritable, and then the old file is as it was.
    """
    make_private_directory(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(path)
        sync_directory(path.parent)
    except OSError as refused:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise unwritable(path, refused) from refused


def clear_drafts(directory: Path, of: str | None = None) -> None:
    """Remove the temporary files of writers that were killed in `write_whole`, or only those of one file (`of`).

    A writer that lives is known by its number; a number that was given to somebody else since counts for an hour.
    """
    pattern = ".*.*.*" if of is None else f".{glob.escape(of)}.*.*"
    for draft in directory.glob(pattern) if directory.is_dir() else ():
        with suppress(OSError, ValueError):
            writer = int(draft.name.split(".")[-2])
            if not _lives(writer) or time.time() - draft.stat().st_mtime > DRAFT_AGE_S:
                draft.unlink()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte, however many the operating system takes at once. Raises OSError."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def sync_directory(path: Path) -> None:
    """Make names in a directory durable. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, shared: bool = False, timeout_s: float = LOCK_TIMEOUT_S) -> Generator[None]:
    """Hold the lock of this file (flock: the kernel lets go of it when its holder dies) while the block runs.

    Never lock a SQLite database file itself this way: closing any descriptor of it would drop SQLite's own locks.
    A shared lock is only taken where its file exists, so that reading works in a read-only directory. Raises
    StateUnwritable when the lock file cannot be made or somebody holds it for longer than `timeout_s`.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError as refused:
        if not shared:
            raise unwritable(path, refused) from refused
        yield
        return
    except OSError as refused:
        raise unwritable(path, refused) from refused
    try:
        _wait_for(descriptor, path, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, timeout_s)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, path: Path, kind: int, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    pause_s = 0.001
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError as taken:
            if taken.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
                raise unwritable(path, taken) from taken
        else:
            return
        if time.monotonic() >= deadline:
            raise StateUnwritable(
                f"another azlin process has held {path} for {timeout_s:.0f} seconds",
                why="writers take turns, and one of them does not give its turn back (is it stopped?)",
                fix="find it with: azlin objective list   (or: fuser " + str(path) + ")",
            )
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 0.01)
