"""The audit log as a chain: every line holds the hash of the line before it, so that none can change unseen.

A line is canonical JSON (keys sorted, no white space): `seq` counts from 1 without gaps, across rotated files; `prev`
is the `hash` of the line before (64 zeros before the first); `hash` is the sha256 of the line's canonical JSON without
`hash` itself. Two anchors in the journal hold the ends: `Head` the newest line, so that a cut end is found, and
`Oldest` where the chain begins once older files have been pruned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from azlin.agentic.types import Value, canonical

START = "0" * 64
"""What stands before the first line."""

Wrong = Literal["edited", "deleted", "reordered", "truncated", "foreign"]


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the audit log."""

    seq: int
    at: datetime
    kind: str
    objective: str | None
    about: dict[str, Any]
    prev: str
    hash: str


class Head(Value, frozen=True):
    """The newest line, set before it is written. `written` is True once somebody has seen it in the file."""

    seq: int
    hash: str
    line: str
    written: bool = False


class Oldest(Value, frozen=True):
    """The first line that is kept: its number, and the hash of the line before it, which is gone."""

    seq: int = 1
    prev: str = START


class Problem(Value, frozen=True):
    """Something that happened to the log. `line` counts from 1 in its file; 0 is the end of the file."""

    file: str
    line: int
    what: Wrong
    detail: str


class AuditReport(Value, frozen=True):
    """What `verify` found. `notes` are traces of a crash, which are no problems."""

    lines: int
    first: int | None
    last: int | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        return not self.problems


class Line(NamedTuple):
    """A line as it stands in a file, without its line feed. `ended` says whether it had one."""

    path: Path
    number: int
    text: bytes
    ended: bool


class BrokenLine(ValueError):
    """A line that does not say what it was written to say. `record` is what it claims, if it can be read at all."""

    def __init__(self, why: str, record: AuditRecord | None = None) -> None:
        super().__init__(why)
        self.record = record


def forge(seq: int, at: datetime, kind: str, objective: str | None, about: dict[str, Any], prev: str) -> AuditRecord:
    """Make the next link of the chain."""
    blank = AuditRecord(seq=seq, at=at, kind=kind, objective=objective, about=about, prev=prev, hash="")
    return msgspec.structs.replace(blank, hash=_hash_of(blank))


def line_of(record: AuditRecord) -> str:
    return canonical(record).decode()


def read_line(text: bytes) -> AuditRecord:
    """The record of a line. Raises BrokenLine when the line is not exactly what was once written."""
    try:
        record = msgspec.json.decode(text, type=AuditRecord)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as failed:
        raise BrokenLine(f"it is not a line of this log ({failed})") from failed
    if canonical(record) != text or _hash_of(record) != record.hash:
        raise BrokenLine("its hash does not fit its words", record)
    return record


def _hash_of(record: AuditRecord) -> str:
    plain = msgspec.structs.asdict(record)
    del plain["hash"]
    return hashlib.sha256(canonical(plain)).hexdigest()


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of one file, as they are. Raises OSError; a missing file has none."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for number, text in enumerate(file, 1):
            yield Line(path, number, text.removesuffix(b"\n"), text.endswith(b"\n"))


def verify_chain(lines: Iterable[Line], head: Head | None, oldest: Oldest, newest: Path) -> AuditReport:
    """Walk the chain from the oldest line to the newest. `newest` is the file that is being written."""
    walk = _Walk(list(lines), head, oldest, newest)
    walk.walk()
    walk.look_at_the_end()
    return AuditReport(
        lines=len(walk.lines),
        first=walk.first,
        last=walk.seq - 1 if walk.first is not None else None,
        problems=tuple(walk.problems),
        notes=tuple(walk.notes),
    )


class _Walk:
    """One walk along the chain; `seq` and `prev` are what the next line should say (None: its neighbour is broken)."""

    def __init__(self, lines: list[Line], head: Head | None, oldest: Oldest, newest: Path) -> None:
        self.lines = lines
        self.head = head
        self.oldest = oldest
        self.newest = newest
        self.seq = oldest.seq
        self.prev: str | None = oldest.prev
        self.before: Line | None = None
        self.first: int | None = None
        self.unreadable: list[int] = []
        self.seen: set[int] = set()
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self._drop_a_line_on_its_way()
        self.present = {record.seq for line in lines if (record := _claimed(line)) is not None}

    def _drop_a_line_on_its_way(self) -> None:
        """The beginning of a line that the journal expects and nobody has seen whole is a crash, not an edit."""
        if self.lines and self.head is not None and not self.head.written:
            last = self.lines[-1]
            if last.path == self.newest and not last.ended and self.head.line.encode().startswith(last.text):
                self.lines.pop()

    def walk(self) -> None:
        for line in self.lines:
            if not line.ended:
                self._problem(line, "truncated", "the line has no end")
            try:
                record = read_line(line.text)
            except BrokenLine as broken:
                self._broken(line, broken)
            else:
                self._follow(line, record)
            self.before = line

    def look_at_the_end(self) -> None:
        head, last = self.head, self.seq - 1
        if head is None:
            if self.lines:
                self._problem(self.lines[-1], "foreign", "the journal knows nothing of this log")
        elif last < head.seq:
            on_its_way = not head.written and last == head.seq - 1 and self.prev == _prev_of(head)
            if on_its_way:
                self.notes.append(f"line {head.seq} was on its way when azlin was stopped; the journal still has it")
            elif not self._unreadable_instead_of(head.seq - last):
                missing = _span(last + 1, head.seq)
                self._problem(None, "truncated", f"{missing} missing at the end: the journal knows {head.seq} lines")
        elif last > head.seq:
            self._problem(self.lines[-1], "foreign", f"the journal knows no line after {head.seq}")
        elif self.prev is not None and self.prev != head.hash:
            self._problem(self.lines[-1], "edited", "it is not the last line that the journal knows")

    def _broken(self, line: Line, broken: BrokenLine) -> None:
        record = broken.record
        self._problem(line, "foreign" if record is None else "edited", str(broken))
        if record is not None and record.seq == self.seq:
            self.first = self.seq if self.first is None else self.first
            self.seen.add(record.seq)
            self.seq, self.prev = record.seq + 1, None
        else:
            self.unreadable.append(len(self.problems) - 1)

    def _unreadable_instead_of(self, missing: int) -> bool:
        """Whether unreadable lines stand where lines are missing: then those are what became of them."""
        if missing > len(self.unreadable):
            return False
        for place in self.unreadable:
            self.problems[place] = msgspec.structs.replace(self.problems[place], what="edited")
        return True

    def _follow(self, line: Line, record: AuditRecord) -> None:
        if self.first is None and record.seq < self.seq:
            # A crash between the anchor of a pruning and the pruning itself leaves more than was meant to be kept.
            self.seq, self.prev = record.seq, record.prev
        self.first = record.seq if self.first is None else self.first
        if record.seq < self.seq:
            copied = record.seq in self.seen
            what, detail = ("foreign", "a second time") if copied else ("reordered", "later than it was written")
            self._problem(line, what, f"line {record.seq} stands here {detail}")
            self.seen.add(record.seq)
            return
        if record.seq > self.seq:
            self._gap(line, record)
        elif self.prev is not None and record.prev != self.prev:
            self._problem(self.before or line, "edited", f"it is not the line that line {record.seq} was written after")
        elif record.seq == self.oldest.seq and record.prev != self.oldest.prev:
            self._problem(line, "edited", "the lines before it are not those that were pruned")
        self.seen.add(record.seq)
        self.unreadable = []
        self.seq, self.prev = record.seq + 1, record.hash

    def _gap(self, line: Line, record: AuditRecord) -> None:
        missing = range(self.seq, record.seq)
        if any(seq in self.present for seq in missing):
            self._problem(line, "reordered", f"line {record.seq} stands before {_span(self.seq, record.seq - 1)}")
        elif not self._unreadable_instead_of(len(missing)):
            self._problem(line, "deleted", f"{_span(self.seq, record.seq - 1)} missing before line {record.seq}")

    def _problem(self, line: Line | None, what: Wrong, detail: str) -> None:
        path, number = (self.newest, 0) if line is None else (line.path, line.number)
        self.problems.append(Problem(file=path.name, line=number, what=what, detail=detail))


def _prev_of(head: Head) -> str:
    return read_line(head.line.encode()).prev


def _claimed(line: Line) -> AuditRecord | None:
    try:
        return read_line(line.text)
    except BrokenLine as broken:
        return broken.record


def _span(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"
