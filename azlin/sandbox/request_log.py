"""What was asked of the sandbox, so that anyone can see which calls left and which did not."""

from __future__ import annotations

import time
from collections import deque

import msgspec

_KEPT = 2000
_SAFE = ("GET", "HEAD", "OPTIONS")


class Logged(msgspec.Struct, kw_only=True):
    """One request. `command` is the `CommandName` header that az sends, or None; `at` is seconds
    since the epoch; `mutating` is True for an ARM call that may change something."""

    at: float
    host: str
    method: str
    path: str
    status: int
    command: str | None = None
    mutating: bool = False


class RequestLog:
    """The last requests, mutating ones kept apart so that reads do not push them out."""

    def __init__(self) -> None:
        self.total = 0
        self.mutating = 0
        self.refused_hosts: dict[str, int] = {}
        self._reads: deque[Logged] = deque(maxlen=_KEPT)
        self._writes: deque[Logged] = deque(maxlen=_KEPT)

    def add(self, host: str, method: str, path: str, status: int, command: str | None, *, arm: bool) -> None:
        mutates = arm and method not in _SAFE
        self.total += 1
        self.mutating += mutates
        entry = Logged(
            at=time.time(), host=host, method=method, path=path, status=status, command=command, mutating=mutates
        )
        (self._writes if mutates else self._reads).append(entry)

    def refuse(self, host: str) -> None:
        """Somebody wanted to go to a host that is not served here."""
        if host in self.refused_hosts or len(self.refused_hosts) < _KEPT:
            self.refused_hosts[host] = self.refused_hosts.get(host, 0) + 1

    def entries(self) -> list[Logged]:
        """All that is kept, oldest first."""
        return sorted((*self._reads, *self._writes), key=lambda entry: entry.at)
