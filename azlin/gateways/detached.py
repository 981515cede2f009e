"""A process that outlives this one: in a session of its own, its output in a file, its orders through a pipe.

It has no terminal, so neither a closed terminal (SIGHUP) nor a Ctrl-C there (sent to the foreground group, termios(4))
reaches it. What it has to know but nobody else may see goes through its standard input: not its arguments, which
`ps` shows, nor its environment, which its children get, nor a file.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from azlin.errors import RunnerNotStarted
from azlin.gateways.files import make_private_directory
from azlin.paths import unwritable

LOGS_KEPT = 50
LOG_MAX_BYTES = 5_000_000


class Detached:
    """A process that was started and is not waited for."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self.log = log

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> int | None:
        """Its exit code (negative: the signal that ended it); None while it lives."""
        return self._process.poll()

    def kill(self) -> None:
        """End it at once, and return when it is gone."""
        self._process.kill()
        self._process.wait()

    def last_words(self) -> str:
        """The last line of its log."""
        with suppress(OSError):
            said = self.log.read_bytes()[-4096:].decode(errors="replace").strip().splitlines()
            return said[-1].strip() if said else ""
        return ""


def start(argv: Sequence[str], orders: bytes, log: Path, env: Mapping[str, str] | None = None) -> Detached:
    """Start a program that goes on when we end; it reads `orders` from its standard input, to the end of it.

    `env` is added to our environment. `log` gets what it says (appended, 0600); the oldest logs beside it are removed.
    Raises StateUnwritable and RunnerNotStarted.
    """
    make_private_directory(log.parent)
    _clean(log)
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as refused:
        raise unwritable(log, refused) from refused
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            env={**os.environ, **(env or {})},
        )
    except OSError as refused:
        raise RunnerNotStarted(
            f"cannot start a process of its own to carry it out: {argv[0]}", why=refused.strerror or ""
        ) from refused
    finally:
        os.close(descriptor)
    if process.stdin is not None:
        with suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(orders)
    return Detached(process, log)


def _clean(log: Path) -> None:
    """Let a log begin anew that has become large, and keep only the newest of the others."""
    with suppress(OSError):
        if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
            log.unlink()
        others = sorted(log.parent.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in others[LOGS_KEPT - 1 :]:
            if old != log:
                old.unlink()
