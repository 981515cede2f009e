"""The one door to other programs: an argument list in, a result out, never a shell.

A program runs in a session of its own, so that what it starts can be ended with it and a Ctrl-C in the terminal
reaches azlin only. It is asked to stop (SIGINT), told to (SIGTERM), and then made to (SIGKILL), in this order, each
after `grace_s`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from azlin.errors import TimedOut, ToolMissing

TIMEOUT_S = 600.0
GRACE_S = 5.0

Stream = Literal["stdout", "stderr"]
OnLine = Callable[[Stream, str], None]


@dataclass(frozen=True)
class ProcessResult:
    """What a program said. `rc` is its exit code, negative when a signal ended it. Both streams are decoded as UTF-8
    with replacement."""

    argv: tuple[str, ...]
    rc: int
    stdout: str = field(repr=False)
    stderr: str = field(repr=False)
    duration_s: float


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes = b"",
    timeout_s: float = TIMEOUT_S,
    grace_s: float = GRACE_S,
    on_line: OnLine | None = None,
) -> ProcessResult:
    """Run a program to its end.

    `env` is the whole environment (None: ours). `on_line` hears each line as it comes, from two threads, besides the
    capture. Raises ToolMissing when the program cannot be started and TimedOut when it had to be ended; an exit code
    other than 0 is not an error here.
    """
    started_at = time.monotonic()
    process = _start(argv, env, cwd)
    said: dict[Stream, list[bytes]] = {"stdout": [], "stderr": []}
    readers = [
        threading.Thread(target=_read, args=(process.stdout, "stdout", said["stdout"], on_line), daemon=True),
        threading.Thread(target=_read, args=(process.stderr, "stderr", said["stderr"], on_line), daemon=True),
        threading.Thread(target=_write, args=(process.stdin, stdin), daemon=True),
    ]
    for reader in readers:
        reader.start()
    try:
        rc = process.wait(timeout_s)
    except subprocess.TimeoutExpired as late:
        _end(process, grace_s)
        raise TimedOut(
            f"{Path(argv[0]).name} did not end within {timeout_s:g} s and was stopped",
            why="what it had already asked of Azure may still happen",
        ) from late
    except BaseException:
        _end(process, grace_s)
        raise
    for reader in readers:
        # A grandchild that outlives the program may hold the pipe open; what the program said is complete by now.
        reader.join(grace_s)
    return ProcessResult(
        argv=tuple(argv),
        rc=rc,
        stdout=b"".join(said["stdout"]).decode(errors="replace"),
        stderr=b"".join(said["stderr"]).decode(errors="replace"),
        duration_s=time.monotonic() - started_at,
    )


def _start(argv: Sequence[str], env: Mapping[str, str] | None, cwd: Path | None) -> subprocess.Popen[bytes]:
    own_group = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    try:
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=sys.platform != "win32",
            creationflags=own_group,
        )
    except OSError as refused:
        if cwd is not None and not cwd.is_dir():
            raise ToolMissing(f"cannot run {argv[0]} in {cwd}", why="there is no such directory") from refused
        raise ToolMissing(f"cannot run {argv[0]}", why=refused.strerror or type(refused).__name__) from refused


def _read(pipe: IO[bytes] | None, name: Stream, said: list[bytes], on_line: OnLine | None) -> None:
    if pipe is None:
        return
    with pipe:
        for line in pipe:
            said.append(line)
            if on_line is not None:
                on_line(name, line.decode(errors="replace").rstrip("\r\n"))


def _write(pipe: IO[bytes] | None, text: bytes) -> None:
    if pipe is None:
        return
    try:
        with pipe:
            pipe.write(text)
    except (BrokenPipeError, ConnectionResetError):
        return  # it ended, or closed its input, before it had read all: its exit code says whether that matters


def _end(process: subprocess.Popen[bytes], grace_s: float) -> None:
    for ask in _requests_to_stop():
        ask(process)
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            continue
        break
    # What it started shares its group: the group is ended even when the program itself has stopped politely.
    if sys.platform != "win32":
        _signal_group(process, signal.SIGKILL)
    process.wait()


def _requests_to_stop() -> list[Callable[[subprocess.Popen[bytes]], None]]:
    if sys.platform == "win32":
        return [lambda process: process.send_signal(signal.CTRL_BREAK_EVENT), lambda process: process.kill()]
    return [
        lambda process: _signal_group(process, signal.SIGINT),
        lambda process: _signal_group(process, signal.SIGTERM),
        lambda process: _signal_group(process, signal.SIGKILL),
    ]


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if sys.platform == "win32":
        return
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return  # the group is gone already
