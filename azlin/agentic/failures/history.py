"""What failed before on this machine, and what resolved it: `failure_history.json` under AZLIN_HOME.

Kept per signature of a failure, which is the same whatever the names, ids and times in Azure's words; so no name, id
or secret is in it. It is an aid to memory and never the truth about an objective: that is the journal's. Losing it
loses nothing but hints, and so a damaged one is set aside and told, and one that cannot be written is told too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from azlin.agentic.types import Failure
from azlin.errors import StateUnwritable
from azlin.gateways.files import locked, make_private_directory, write_whole
from azlin.paths import Paths

SIGNATURES_MAX = 500
"""So many are kept, those that were met last."""


class Met(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of failure. `resolved` is what made the same operation succeed the last time, in words."""

    first_at: datetime
    last_at: datetime
    count: int
    code: str
    type: str
    resource_type: str = ""
    resolved: str = ""
    resolved_at: datetime | None = None


class _Kept(msgspec.Struct, frozen=True):
    version: int
    failures: dict[str, Met]


class FailureHistory:
    """Safe to use from several processes and threads. `notice` is told in a sentence what could not be kept or read;
    no method raises because of the file."""

    def __init__(
        self,
        paths: Paths,
        notice: Callable[[str], object] = lambda sentence: None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path = paths.failure_history
        self._notice = notice
        self._now = now

    def all(self) -> dict[str, Met]:
        """By signature. A file that is damaged counts as empty here; the next write sets it aside."""
        return self._read() or {}

    def of(self, failure: Failure) -> Met | None:
        return self.all().get(signature_of(failure))

    def failed(self, failure: Failure, resource_type: str = "") -> None:
        """An operation failed for good."""
        now = self._now()

        def add(failures: dict[str, Met]) -> None:
            before = failures.get(signature_of(failure))
            met = Met(
                first_at=now, last_at=now, count=1, code=failure.code, type=failure.type, resource_type=resource_type
            )
            if before is not None:
                met = msgspec.structs.replace(before, last_at=now, count=before.count + 1, type=failure.type)
            failures[signature_of(failure)] = met

        self._change(add)

    def resolved(self, failure: Failure, how: str) -> None:
        """What had failed so was done after all; `how` in words, without names or ids."""
        now = self._now()

        def add(failures: dict[str, Met]) -> None:
            before = failures.get(signature_of(failure))
            if before is None:  # it was met and cured within one run, and so never failed for good
                before = Met(first_at=now, last_at=now, count=1, code=failure.code, type=failure.type)
            failures[signature_of(failure)] = msgspec.structs.replace(before, resolved=how, resolved_at=now)

        self._change(add)

    def _change(self, change: Callable[[dict[str, Met]], None]) -> None:
        try:
            make_private_directory(self._path.parent)
            with locked(self._path.with_name(f"{self._path.name}.lock")):
                failures = self._read()
                if failures is None:
                    self._set_aside()
                    failures = {}
                change(failures)
                newest = sorted(failures.items(), key=lambda pair: pair[1].last_at, reverse=True)[:SIGNATURES_MAX]
                kept = _Kept(version=1, failures=dict(newest))
                write_whole(self._path, msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
        except StateUnwritable as refused:
            self._notice(f"the history of failures was not kept: {refused.what} ({refused.why})")

    def _read(self) -> dict[str, Met] | None:
        """None when what is there cannot be understood."""
        try:
            return dict(msgspec.json.decode(self._path.read_bytes(), type=_Kept).failures)
        except FileNotFoundError:
            return {}
        except OSError as refused:
            self._notice(f"the history of failures cannot be read: {refused.strerror}")
            return {}
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None

    def _set_aside(self) -> None:
        aside = self._path.with_name(f"{self._path.name}.damaged-{self._now():%Y%m%dT%H%M%S}")
        try:
            self._path.replace(aside)
        except OSError as refused:
            self._notice(f"the history of failures is damaged and could not be set aside: {refused.strerror}")
        else:
            self._notice(f"the history of failures was damaged; it was set aside as {aside.name}, and a new one begun")


def signature_of(failure: Failure) -> str:
    """What the history knows a failure by; of one that nobody classified, its code."""
    return failure.signature or failure.code.casefold()
