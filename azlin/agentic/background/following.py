"""Looking at a run from outside: its story as the audit log tells it, while it is told, and how it ended.

Nothing is held and nothing is written: the log is read as it grows, the journal is asked who carries the objective out.
It works from any terminal, for a run that is over as for one that goes on, and whatever happens to the runner.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from azlin.agentic.audit_chain import AuditRecord, BrokenLine, read_line
from azlin.agentic.types import Objective
from azlin.events import Event, Kind
from azlin.gateways.journal import Holder, Journal

POLL_S = 0.25


class Following:
    """The story of one objective, from the files of the audit log. Only whole lines count, each of them once."""

    def __init__(self, log: Path, objective_id: str) -> None:
        self._log = log
        self._mark = objective_id.encode()
        self._objective = objective_id
        self._file: BinaryIO | None = None
        self._rest = b""
        self._seq = 0

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def news(self) -> list[Event]:
        """What was told since the last call; at the first call, all of it. Raises OSError."""
        return [_event(record) for record in self._records()]

    def _records(self) -> Iterator[AuditRecord]:
        if self._file is None:
            self._file = self._opened()
            yield from self._before()
        while self._file is not None:
            yield from self._read(self._file)
            if not self._was_rotated():
                return
            self.close()
            self._file = self._opened()
            yield from self._before()

    def _before(self) -> Iterator[AuditRecord]:
        """What is in the rotated files. They are read anew after every rotation, because there may have been several;
        what was seen before is known by its number."""
        numbered = [path for path in self._log.parent.glob(self._log.name + ".*") if path.suffix[1:].isdecimal()]
        for path in sorted(numbered, key=lambda path: -int(path.suffix[1:])):
            with suppress(FileNotFoundError), path.open("rb") as file:
                yield from self._read(file)

    def _opened(self) -> BinaryIO | None:
        self._rest = b""
        with suppress(FileNotFoundError):
            return self._log.open("rb")
        return None

    def _was_rotated(self) -> bool:
        if self._file is None:
            return False
        ours = os.fstat(self._file.fileno())
        try:
            there = self._log.stat()
        except FileNotFoundError:
            return False  # between two names; the next look finds it
        return (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino)

    def _read(self, file: BinaryIO) -> Iterator[AuditRecord]:
        growing = file is self._file
        text = (self._rest if growing else b"") + file.read()
        whole, _, rest = text.rpartition(b"\n")
        if growing:
            self._rest = rest
        for line in whole.splitlines():
            if self._mark not in line:
                continue
            with suppress(BrokenLine):
                record = read_line(line)
                if record.seq > self._seq and record.objective == self._objective:
                    self._seq = record.seq
                    yield record


class Ended(msgspec.Struct, frozen=True):
    """How a run was left: the objective as it is filed, and who held it last. Without an Outcome it was cut off."""

    objective: Objective
    holder: Holder | None


def follow(
    objective_id: str,
    journal: Journal,
    following: Following,
    hear: Callable[[Event], object],
    pause: Callable[[float], object],
) -> Ended:
    """Tell the story to `hear` until nobody carries the objective out any more. `pause` is called between two looks,
    with the seconds until the next. Raises NotFound when the objective is deleted meanwhile, StateDamaged."""
    while True:
        holder = journal.holder(objective_id)  # before the news, so that the last words of a dying runner are in them
        for event in following.news():
            hear(event)
        if holder is None or not holder.alive:
            return Ended(objective=journal.load(objective_id), holder=holder)
        pause(POLL_S)


def _event(record: AuditRecord) -> Event:
    return Event(kind=cast("Kind", record.kind), objective=record.objective, at=record.at, about=record.about)
