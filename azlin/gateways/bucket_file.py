"""Where the beliefs about Azure's token buckets are kept: in this process, and beside it for other azlin processes.

Every azlin that works for the same principal draws on the same buckets. The file is a hint, not a truth: it is never
synced, what cannot be read, is of another boot or is held by somebody stopped is done without, and every answer of
Azure's puts it right. Times are those of the monotonic clock, which the processes of one machine share.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from azlin.errors import StateUnwritable
from azlin.gateways.cloud import Cloud
from azlin.gateways.files import locked, make_private_directory
from azlin.gateways.token_bucket import Bucket
from azlin.paths import Paths

T = TypeVar("T")
LOCK_TIMEOUT_S = 0.25
FORGOTTEN_S = 900.0
"""A bucket that nobody heard of for so long is full again, or counted by nobody."""


class _Kept(msgspec.Struct):
    boot: str
    buckets: dict[str, Bucket]


class Buckets:
    """Buckets by name, in this process only. Safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def ask(self, name: str, question: Callable[[Bucket], T], now: float) -> T | None:
        """What a bucket answers (it may change by that); None if nobody has heard of it."""
        return self._with(name, question, None, now)

    def tell(self, name: str, made: Callable[[], Bucket], change: Callable[[Bucket], T], now: float) -> None:
        """Change a bucket; one that nobody has heard of is `made` first."""
        self._with(name, change, made, now)

    def _with(
        self, name: str, change: Callable[[Bucket], T], made: Callable[[], Bucket] | None, now: float
    ) -> T | None:
        with self._turn:
            self._buckets = _remembered(self._buckets, now)
            return _change(self._buckets, name, change, made)


class BucketFile(Buckets):
    """The same, shared through a file by all processes of this machine and boot that use it."""

    @classmethod
    def of(cls, paths: Paths, cloud: Cloud) -> BucketFile:
        """The one of whoever is signed in to a cloud."""
        client = cloud.principal.client_id if cloud.principal is not None else cloud.account
        principal = " ".join(str(part) for part in (cloud.name, cloud.arm, cloud.tenant, client))
        return cls(paths.pace / hashlib.sha256(principal.encode()).hexdigest()[:16])

    def __init__(self, path: Path, boot: str | None = None) -> None:
        super().__init__()
        self._path = path
        self._boot = _boot() if boot is None else boot

    def _with(
        self, name: str, change: Callable[[Bucket], T], made: Callable[[], Bucket] | None, now: float
    ) -> T | None:
        with self._turn:
            try:
                if made is not None:
                    make_private_directory(self._path.parent)
                elif not self._path.exists():
                    return _change(self._buckets, name, change, None)
                with locked(self._path, timeout_s=LOCK_TIMEOUT_S):
                    self._buckets = self._read(now)
                    before = msgspec.json.encode(self._buckets)
                    answer = _change(self._buckets, name, change, made)
                    if msgspec.json.encode(self._buckets) != before:
                        self._write()
                    return answer
            except (OSError, StateUnwritable):
                return _change(self._buckets, name, change, made)

    def _read(self, now: float) -> dict[str, Bucket]:
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except msgspec.MsgspecError:
            return {}
        if kept.boot != self._boot:
            return {}
        return _remembered(kept.buckets, now)

    def _write(self) -> None:
        """In place: who dies in between leaves what cannot be read, which is the same as nothing."""
        content = msgspec.json.encode(_Kept(self._boot, self._buckets))
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.pwrite(descriptor, content, 0)
            os.ftruncate(descriptor, len(content))
        finally:
            os.close(descriptor)


def _remembered(buckets: dict[str, Bucket], now: float) -> dict[str, Bucket]:
    """Without those that are too old, and those of a clock that is not ours."""
    return {name: one for name, one in buckets.items() if -1.0 <= now - one.at <= FORGOTTEN_S}


def _change(
    buckets: dict[str, Bucket], name: str, change: Callable[[Bucket], T], made: Callable[[], Bucket] | None
) -> T | None:
    if name not in buckets:
        if made is None:
            return None
        buckets[name] = made()
    return change(buckets[name])


def _boot() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""
