"""The audit log: what was asked, decided and done, in JSON lines that cannot be changed unseen.

Protocol of an append, under a lock that all processes share: (1) finish the line that a crash left half-written;
(2) put the new line into the journal's anchor; (3) append it to the file, and fsync. A line is in the journal before
it is in the file, so the file is never ahead of what the journal can prove, and at most one line behind. Thus a
`kill -9` at any instant leaves a state that `verify` tells from tampering: only the very last line may be missing or
torn, and then the journal has its words and the next append writes them. The end of a story (`outcome-reached`, or
`close`) marks the last line as seen in the file, from when on its absence is tampering too. Who can rewrite both the
log and the journal is not stopped by this.

Everything told here is durable when it returns, so as a vital listener it makes the story durable before the act.
"""

from __future__ import annotations

import csv
import io
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import msgspec

from azlin.agentic.audit_chain import (
    START,
    AuditRecord,
    AuditReport,
    BrokenLine,
    Head,
    Line,
    Oldest,
    forge,
    line_of,
    lines_of,
    read_line,
    verify_chain,
)
from azlin.agentic.types import Objective, OperationResult, Outcome
from azlin.errors import UsageRefused
from azlin.events import Event
from azlin.gateways.files import locked, make_private_directory, sync_directory, write_all
from azlin.gateways.journal import Journal, filed, filed_outcome, filed_result
from azlin.imprint import imprint
from azlin.paths import Paths, unwritable
from azlin.redaction import redact

SIZE_MAX_BYTES = 10_000_000
FILES_KEPT = 5
VALUE_MAX_BYTES = 65_536
"""A value of an event that is larger (the plan of a whole tenant) is kept as count and digest."""

HEAD = "audit.head"
OLDEST = "audit.oldest"


class AuditLogger:
    """A listener of events (add it as vital). Also reads the log; for that a read-only journal is enough.

    Raises StateUnwritable when a line cannot be made durable, StateDamaged when the journal cannot be read.
    """

    def __init__(
        self, paths: Paths, journal: Journal, *, size_max_bytes: int = SIZE_MAX_BYTES, files_kept: int = FILES_KEPT
    ) -> None:
        self._path = paths.audit_log
        self._journal = journal
        self._size_max_bytes = size_max_bytes
        self._files_kept = files_kept
        self._turn = threading.Lock()
        self._wrote = False

    def __call__(self, event: Event) -> None:
        """Append an event. Secrets and what reads returned are left out."""
        about = kept_about(event.about)
        make_private_directory(self._path.parent)
        with self._turn, locked(self._lock):
            head = self._head()
            try:
                self._finish_half_written(head)
                seq, prev = (1, START) if head is None else (head.seq + 1, head.hash)
                record = forge(seq, event.at, event.kind, event.objective, about, prev)
                line = line_of(record)
                self._rotate_before(len(line) + 1)
                self._anchor(Head(seq=seq, hash=record.hash, line=line))
                self._append(line + "\n")
                if event.kind == "outcome-reached":
                    self._see_the_end()
            except OSError as refused:
                raise unwritable(self._path, refused) from refused
            self._wrote = True

    def close(self) -> None:
        """Mark the last line as seen in the file. Does nothing if this logger wrote nothing."""
        if not self._wrote:
            return
        with self._turn, locked(self._lock):
            self._see_the_end()
        self._wrote = False

    def tail(self, count: int = 20) -> list[AuditRecord]:
        """The newest records, oldest of them first."""
        return list(deque(self._records(), maxlen=count))

    def show(self, objective_id: str) -> list[AuditRecord]:
        """The records of an objective, by its id or a beginning of it."""
        return [record for record in self._records() if (record.objective or "").startswith(objective_id)]

    def verify(self) -> AuditReport:
        """Whether the log is what was written: every line that was edited, deleted, moved, cut off or added."""
        with locked(self._lock, shared=True):
            anchors = self._journal.anchors()
            head = msgspec.json.decode(anchors[HEAD], type=Head) if HEAD in anchors else None
            oldest = msgspec.json.decode(anchors[OLDEST], type=Oldest) if OLDEST in anchors else Oldest()
            return verify_chain(self._lines(), head, oldest, self._path)

    def export(self, format: str) -> Iterator[str]:
        """The whole log as pieces of text: a JSON array (`json`) or a table (`csv`). Raises UsageRefused."""
        if format == "json":
            return self._as_json()
        if format == "csv":
            return self._as_csv()
        raise UsageRefused(f"the audit log cannot be exported as {format}", fix="azlin audit export --format json|csv")

    @property
    def _lock(self) -> Path:
        return self._path.with_name(self._path.name + ".lock")

    def _head(self) -> Head | None:
        found = self._journal.anchors().get(HEAD)
        return None if found is None else msgspec.json.decode(found, type=Head)

    def _anchor(self, head: Head) -> None:
        self._journal.anchor(HEAD, msgspec.json.encode(head).decode())

    def _see_the_end(self) -> None:
        head = self._head()
        if head is not None and not head.written and self._end_of_log() == f"{head.line}\n".encode():
            self._anchor(msgspec.structs.replace(head, written=True))

    def _files(self) -> list[Path]:
        """The files of the log, oldest first: audit.log.5 … audit.log.1, audit.log."""
        rotated = {
            int(path.suffix[1:]): path
            for path in self._path.parent.glob(self._path.name + ".*")
            if path.suffix[1:].isdecimal()
        }
        return [*(rotated[number] for number in sorted(rotated, reverse=True)), self._path]

    def _lines(self) -> Iterator[Line]:
        try:
            for path in self._files():
                yield from lines_of(path)
        except OSError as refused:
            raise unwritable(self._path, refused) from refused

    def _records(self) -> Iterator[AuditRecord]:
        for line in self._lines():
            try:
                yield read_line(line.text)
            except BrokenLine as broken:
                if broken.record is not None:
                    yield broken.record

    def _end_of_log(self) -> bytes:
        """The last line with its line feed, or the last fragment, of the newest file that is not empty."""
        for path in reversed(self._files()):
            if path.exists() and path.stat().st_size > 0:
                return _last_line(path)
        return b""

    def _finish_half_written(self, head: Head | None) -> None:
        end = self._end_of_log()
        whole = b"" if head is None else f"{head.line}\n".encode()
        if end == whole:
            return
        fragment = b"" if end.endswith(b"\n") else end
        if head is not None and not head.written and whole.startswith(fragment) and self._is_next(head, fragment):
            self._append(whole[len(fragment) :].decode())
        elif fragment:
            self._append("\n")

    def _is_next(self, head: Head, fragment: bytes) -> bool:
        """Whether the log, without the fragment, ends with the line that the head was written after."""
        last: Line | None = None
        for path in reversed(self._files()):
            whole = [line for line in lines_of(path) if line.ended or line.text != fragment]
            if whole:
                last = whole[-1]
                break
        prev = read_line(head.line.encode()).prev
        if last is None:
            return prev == START
        try:
            return read_line(last.text).hash == prev
        except BrokenLine:
            return False

    def _append(self, text: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            write_all(descriptor, text.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _rotate_before(self, coming_bytes: int) -> None:
        size_bytes = self._path.stat().st_size if self._path.exists() else 0
        if size_bytes == 0:
            # The name has to be durable before the journal believes that a line is in there.
            self._append("")
            sync_directory(self._path.parent)
            return
        if size_bytes + coming_bytes <= self._size_max_bytes:
            return
        numbers = range(1, self._files_kept + 1)
        free = next((number for number in numbers if not self._rotated(number).exists()), None)
        if free is None:
            free = self._files_kept
            self._anchor_oldest_after(self._rotated(free))
        for number in range(free, 1, -1):
            self._rotated(number - 1).replace(self._rotated(number))
        self._path.replace(self._rotated(1))
        self._append("")
        sync_directory(self._path.parent)

    def _anchor_oldest_after(self, dropped: Path) -> None:
        """Remember where the chain begins when this file is gone. If its last line was tampered with, nothing is
        remembered, and the gap stays to be seen."""
        with suppress(BrokenLine):
            last = read_line(_last_line(dropped).removesuffix(b"\n"))
            oldest = Oldest(seq=last.seq + 1, prev=last.hash)
            self._journal.anchor(OLDEST, msgspec.json.encode(oldest).decode())

    def _rotated(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _as_json(self) -> Iterator[str]:
        opening = "["
        for record in self._records():
            yield f"{opening}\n{line_of(record)}"
            opening = ","
        yield "[]\n" if opening == "[" else "\n]\n"

    def _as_csv(self) -> Iterator[str]:
        yield _row("seq", "at", "kind", "objective", "about", "hash")
        for r in self._records():
            about = msgspec.json.encode(r.about, order="sorted").decode()
            yield _row(str(r.seq), r.at.isoformat(), r.kind, r.objective or "", about, r.hash)


def kept_about(about: dict[str, Any]) -> dict[str, Any]:
    """What an event is about, as it may be kept: plain JSON without secrets, without what reads returned, and with
    very large values replaced by their count and digest."""
    kept: dict[str, Any] = {}
    for name, value in about.items():
        plain = redact(msgspec.to_builtins(_without_data(name, value), enc_hook=str))
        # Names of files may hold bytes that are no text; msgspec refuses those, and an audit must not.
        encoded = msgspec.json.encode(_as_text(plain), order="sorted")
        kept[name] = imprint(plain) if len(encoded) > VALUE_MAX_BYTES else msgspec.json.decode(encoded)
    return kept


def _without_data(name: str, value: Any) -> Any:
    if name == "data":
        return imprint(value)
    if isinstance(value, dict):
        return {key: _without_data(str(key), item) for key, item in cast("dict[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_without_data("", item) for item in cast("list[Any]", value)]
    if isinstance(value, Objective):
        value = filed(value)
    elif isinstance(value, Outcome):
        value = filed_outcome(value)
    elif isinstance(value, OperationResult):
        value = filed_result(value)
    return value


def _as_text(plain: Any) -> Any:
    if isinstance(plain, str):
        return plain.encode("utf-8", "replace").decode()
    if isinstance(plain, dict):
        return {_as_text(str(key)): _as_text(item) for key, item in cast("dict[Any, Any]", plain).items()}
    if isinstance(plain, list):
        return [_as_text(item) for item in cast("list[Any]", plain)]
    if isinstance(plain, int) and not isinstance(plain, bool) and plain.bit_length() > 63:
        return str(plain)
    return plain


def _last_line(path: Path) -> bytes:
    """The last line of a file with its line feed, or what stands after the last line feed."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        start = file.tell()
        found = b""
        while start > 0 and b"\n" not in found[:-1]:
            taken = min(65_536, start)
            start -= taken
            file.seek(start)
            found = file.read(taken) + found
    body = found.removesuffix(b"\n")
    return body.rpartition(b"\n")[2] + found[len(body) :]


def _row(*cells: str) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
