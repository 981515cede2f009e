"""Keeps what Microsoft Learn said, one file per question, so that the same failure is explained at once and offline.

An answer is fresh for 7 days. An older one is kept a while, for the day when Learn cannot be asked. A file that cannot
be read is as good as none, and a cache that cannot be written is no reason to fail: nothing here raises.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from azlin.agentic.learn.findings import Page
from azlin.agentic.types import Value
from azlin.errors import AzlinError
from azlin.gateways.files import clear_drafts, write_whole
from azlin.paths import Paths

FRESH = timedelta(days=7)
KEPT_DAYS = 60
ENTRIES_MAX = 200
ENTRY_BYTES_MAX = 64 * 1024
SCHEMA = 1


@dataclass(frozen=True)
class Kept:
    """An answer and when it was given. One from the future is not fresh: the clock was wrong, then or now."""

    pages: tuple[Page, ...]
    at: datetime

    @property
    def fresh(self) -> bool:
        return timedelta(0) <= datetime.now(UTC) - self.at <= FRESH


class _Entry(Value, frozen=True):
    schema: int
    key: str
    at: datetime
    pages: tuple[Page, ...]


class LearnCache:
    """The directory `ms_learn_cache` under AZLIN_HOME."""

    def __init__(self, paths: Paths) -> None:
        self._directory = paths.ms_learn_cache

    def read(self, key: str) -> Kept | None:
        """What was kept for a question, fresh or not."""
        try:
            with self._file(key).open("rb") as file:
                entry = msgspec.json.decode(file.read(ENTRY_BYTES_MAX), type=_Entry)
            if entry.schema != SCHEMA or entry.key != key or entry.at.tzinfo is None:
                return None
        except (OSError, ValueError, msgspec.MsgspecError, RecursionError):
            return None
        return Kept(entry.pages, entry.at)

    def write(self, key: str, pages: Sequence[Page], at: datetime) -> None:
        """Keep an answer, and let go of those that are too old or too many."""
        entry = _Entry(schema=SCHEMA, key=key, at=at, pages=tuple(pages))
        with suppress(AzlinError):
            write_whole(self._file(key), msgspec.json.encode(entry))
            self._clear()

    def _file(self, key: str) -> Path:
        return self._directory / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    def _clear(self) -> None:
        clear_drafts(self._directory)
        ages: list[tuple[float, Path]] = []
        for file in self._directory.glob("*.json"):
            with suppress(OSError):
                ages.append((time.time() - file.stat().st_mtime, file))
        ages.sort(key=lambda pair: pair[0])
        too_old = [file for age_s, file in ages if age_s > KEPT_DAYS * 86400]
        for file in {*too_old, *(file for _, file in ages[ENTRIES_MAX:])}:
            with suppress(OSError):
                file.unlink()
