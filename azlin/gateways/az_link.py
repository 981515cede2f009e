"""Talking to az from the inside: through the resident host when there can be one, else through a process of its own.

Both are `az_host.py` under az's Python and answer alike, so what holds for one holds for the other: az's own parser
accepts the arguments before anything runs, the sandbox is not left, and status and headers come back.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from azlin.errors import AnswerLost, StateUnwritable, TimedOut, ToolMissing
from azlin.gateways import process
from azlin.gateways.az_install import HOW_TO_INSTALL, Installation
from azlin.paths import unwritable

HOST = Path(__file__).with_name("az_host.py")
INSIDE = Path(__file__).with_name("az_inside.py")
IDLE_S = 600.0
START_TIMEOUT_S = 20.0
SOCKET_PATH_MAX = 100
"""Bytes that every system allows in the path of a Unix socket (Linux 108, macOS 104, with room for `.new`)."""

Message = dict[str, Any]


class HostGone(Exception):
    """The host ended before it took the request over; nothing was sent to Azure."""


class Link:
    """One way into one az, for one cloud and one AZURE_CONFIG_DIR. Safe to use from several threads."""

    def __init__(
        self,
        installation: Installation,
        directory: Path,
        environment: Mapping[str, str],
        *,
        cloud: str,
        loopback_only: bool,
        resident: bool = True,
        idle_s: float = IDLE_S,
        notice: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._installation = installation
        self._directory = directory
        self._environment = {**environment, **installation.environment}
        self._loopback_only = loopback_only
        self._idle_s = idle_s
        self._notice = notice
        self._turn = threading.Lock()
        # Forking without exec is not safe on macOS, and Windows cannot: there, each command starts az anew.
        self._resident = resident and sys.platform.startswith("linux")
        self._key = self._key_for(cloud)

    @property
    def resident(self) -> bool:
        return self._resident

    @property
    def socket_path(self) -> Path:
        return self._place() / f"{self._key}.sock"

    @property
    def _lock_path(self) -> Path:
        return self.socket_path.with_suffix(".lock")

    def ask(self, request: Message, timeout_s: float, *, repeatable: bool = False) -> Message:
        """The last answer to a request (see `az_host`).

        Raises TimedOut, AnswerLost (az had begun and ended without an answer), ToolMissing (az cannot be used from
        the inside), StateUnwritable.
        """
        request = {**request, "env": self._environment}
        deadline = time.monotonic() + timeout_s
        if self._resident:
            try:
                return self._ask_host(request, deadline, repeatable)
            except (HostGone, OSError) as gone:
                self._resident = False
                self._notice(
                    f"the resident az is not available ({gone}); every command now starts az anew, more slowly"
                )
        return self._ask_once(request, deadline, repeatable)

    def stop(self) -> None:
        """End the resident host and what it is doing, and return when it is gone. Nothing to do if there is none."""
        try:
            with _connected(self.socket_path) as conn:
                conn.sendall(b'{"do": "stop"}\n')
                list(_messages(conn, time.monotonic() + START_TIMEOUT_S))
        except (OSError, TimeoutError):
            return
        _wait_for_lock(self._lock_path, START_TIMEOUT_S)

    def _ask_host(self, request: Message, deadline: float, repeatable: bool) -> Message:
        for attempt in (1, 2):
            with self._connection() as conn:
                try:
                    return _converse(conn, request, deadline, repeatable)
                except HostGone:
                    if attempt == 2:  # it was just leaving the first time; not twice
                        raise
        raise HostGone("it does not stay")

    def _connection(self) -> socket.socket:
        with self._turn:
            try:
                return _connected(self.socket_path)
            except OSError:
                self._start()
                return _connected(self.socket_path)

    def _start(self) -> None:
        place = self._place()
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # `parents` alone would not make it private
            place.mkdir(mode=0o700, exist_ok=True)
        except OSError as refused:
            raise unwritable(place, refused) from refused
        options = {
            "socket": str(self.socket_path),
            "lock": str(self._lock_path),
            "loopback_only": self._loopback_only,
            "idle_s": self._idle_s,
        }
        try:
            started = process.run(self._command("serve", options), env=self._environment, timeout_s=START_TIMEOUT_S)
        except TimedOut as late:
            raise HostGone("it did not start in time") from late
        if started.rc != 0:
            raise HostGone(started.stderr.strip().rpartition("\n")[2] or f"it ended with {started.rc}")

    def _ask_once(self, request: Message, deadline: float, repeatable: bool) -> Message:
        left_s = max(0.1, deadline - time.monotonic())
        said = process.run(
            self._command("once", {"loopback_only": self._loopback_only}),
            env=self._environment,
            stdin=json.dumps(request).encode() + b"\n",
            timeout_s=left_s,
        )
        messages: list[Message] = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
        if not messages:
            raise _unusable(said.stderr)
        if "taken" in messages[-1]:
            raise _lost(repeatable)
        return _checked(messages[-1], len(messages) > 1, repeatable)

    def _command(self, what: str, options: Message) -> list[str]:
        return [*self._installation.python, str(HOST), what, json.dumps(options)]

    def _place(self) -> Path:
        """Where the socket lies: our own directory, or a private one near the root if the path would be too long."""
        if len(os.fsencode(self._directory / f"{self._key}.sock.new")) <= SOCKET_PATH_MAX:
            return self._directory
        user = os.getuid() if sys.platform != "win32" else 0
        place = Path(tempfile.gettempdir()) / f"azlin-{user}"
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
        if place.is_symlink() or found.st_uid != user or found.st_mode & 0o077:
            raise StateUnwritable(f"{place} is not private to you", fix=f"remove {place}, or set TMPDIR")
        return place

    def _key_for(self, cloud: str) -> str:
        """Everything a host is bound to. Another az, another configuration, a changed host: another socket."""
        az = self._installation.az.resolve()
        bound_to = [
            cloud,
            str(self._directory),
            str(az),
            az.stat().st_mtime_ns,
            self._installation.python,
            sorted((k, v) for k, v in self._environment.items() if k.startswith(("AZURE_", "ARM_"))),
            self._loopback_only,
            HOST.read_text(encoding="utf-8"),
            INSIDE.read_text(encoding="utf-8"),
        ]
        return hashlib.sha256(json.dumps(bound_to).encode()).hexdigest()[:16]


def _converse(conn: socket.socket, request: Message, deadline: float, repeatable: bool) -> Message:
    taken = False
    try:
        conn.sendall(json.dumps(request).encode() + b"\n")
        for message in _messages(conn, deadline):
            if "taken" not in message:
                return _checked(message, taken, repeatable)
            taken = True
    except TimeoutError as late:
        raise TimedOut(
            f"az {' '.join(request['argv'][1:3])} did not end in time and was stopped",
            why="what it had already asked of Azure may still happen",
        ) from late
    except OSError as broken:
        if not taken:
            raise HostGone(str(broken)) from broken
    if taken:
        raise _lost(repeatable)
    raise HostGone("it ended without taking the command")


def _messages(conn: socket.socket, deadline: float) -> Iterator[Message]:
    """The lines of a connection as they come. Raises TimeoutError at the deadline."""
    parts: list[bytes] = []
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        conn.settimeout(left_s)
        part = conn.recv(1 << 16)
        if not part:
            return
        *whole, rest = part.split(b"\n")
        for line in whole:
            yield json.loads(b"".join([*parts, line]))
            parts = []
        parts.append(rest)


def _checked(message: Message, taken: bool, repeatable: bool) -> Message:
    if "broken" not in message:
        return message
    if taken:
        raise _lost(repeatable)
    raise _unusable(message["broken"])


def _connected(path: Path) -> socket.socket:
    conn = socket.socket(socket.AF_UNIX)
    try:
        conn.connect(str(path))
    except OSError:
        conn.close()
        raise
    return conn


def _wait_for_lock(path: Path, timeout_s: float) -> None:
    """The host holds its lock as long as it lives."""
    import fcntl

    until = time.monotonic() + timeout_s
    with path.open("rb") as lock:
        while time.monotonic() < until:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.02)
            else:
                return


def _lost(repeatable: bool) -> AnswerLost:
    return AnswerLost(
        "az ended without an answer", repeatable=repeatable, why="what it had already asked of Azure may still happen"
    )


def _unusable(said: str) -> ToolMissing:
    last = said.strip().rpartition("\n")[2]
    return ToolMissing("az cannot be used from the inside", why=last or "it said nothing", fix=HOW_TO_INSTALL)
