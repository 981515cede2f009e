"""The journal: the truth about what was wanted, what was started, and what became of it.

A keyed ledger, by (objective, operation) and by resource id, never by position: a plan made again may come in another
order. What a method was told is durable when it returns. `open` and `read` give the SQLite one (`gateways.ledger`);
its SQL is plain, so that another database can stand behind the same protocol.

Every writing method raises StateUnwritable (disk full, read-only, another user's) or StateDamaged before anything is
done, and StillRunning when another runner holds the objective's lease: a runner that lost its lease writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Literal, Protocol, Self

import msgspec

from azlin.agentic.types import Objective, Operation, OperationResult, Outcome, Value
from azlin.errors import StateDamaged
from azlin.imprint import imprint
from azlin.paths import Paths

State = Literal["todo", "started", "submitted", "done", "failed", "skipped", "undone"]


class PreImage(Value, frozen=True):
    """A resource as it was just before it was touched, by a GET.

    `known` is False when nobody could look. Only `absent=True` proves that what is there later was made by us.
    """

    known: bool
    absent: bool | None = None
    etag: str | None = None


class Entry(Value, frozen=True):
    """All that the journal says about one operation of one objective.

    `pre_image` is that of the first attempt that is not settled yet: a retry finds what the attempt before it may have
    made. `request` is what was sent (redacted), `async_url` where Azure will answer, `result` None until it is over.
    """

    objective: str
    operation: str
    state: State
    resource_id: str | None = None
    pre_image: PreImage | None = None
    request: dict[str, Any] | None = None
    strategy: str | None = None
    async_url: str | None = None
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    removed: bool = False
    result: OperationResult | None = None


class Moment(Value, frozen=True):
    """One thing the journal was told, in order. `what` is a state, `leaving`, `saved`, `removed` or `stop-asked`."""

    at: datetime
    what: str
    operation: str | None = None
    detail: str = ""


class Holder(Value, frozen=True):
    """Who carries an objective out, or did last. `alive` is False after a release, a death or a silence of 30 s."""

    runner: str
    host: str
    pid: int
    fence: int
    heartbeat_age_s: float
    alive: bool


class Lease(Protocol):
    """The right to carry one objective out, kept alive by a heartbeat."""

    @property
    def fence(self) -> int:
        """Rises with every lease of an objective; writes under an older one are refused."""
        ...

    @property
    def lost(self) -> str | None:
        """Why this lease no longer holds (another runner took over); None while it does."""
        ...

    @property
    def asked_to_stop(self) -> str | None:
        """What `Journal.ask_to_stop` said about this lease, seen within a second or so; None if nobody asked."""
        ...

    def listen(self, hear: Callable[[str], object]) -> None:
        """Have `hear` called with the reason, from another thread, as soon as the lease is lost or its holder is asked
        to stop; at once if that is so already."""
        ...


class Journal(Protocol):
    """See the module. Safe to use from several threads; what they write at one moment is committed together."""

    @staticmethod
    def open(paths: Paths) -> Journal:
        """The journal under AZLIN_HOME, for reading and writing; made if there is none. Raises StateUnwritable,
        StateDamaged."""
        from azlin.gateways.ledger import Ledger

        return Ledger.open(paths)

    @staticmethod
    def read(paths: Paths) -> Journal:
        """The same for reading only: it makes no file and works in a read-only directory; where there is no journal
        yet it is an empty one. Raises StateDamaged."""
        from azlin.gateways.ledger import Ledger

        return Ledger.read(paths)

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def save(self, objective: Objective) -> None:
        """File the objective as it is now, as `filed` keeps it. An approval is remembered for `committed`; one that
        the objective no longer has is withdrawn."""
        ...

    def load(self, objective_id: str) -> Objective:
        """By id, or by a unique beginning of at least 4 characters.

        Raises NotFound, UsageRefused (several begin so; they are listed), StateDamaged (that one cannot be read).
        """
        ...

    def objectives(self, limit: int | None = None) -> list[Objective]:
        """The newest first, those left out that cannot be read (see `damaged`)."""
        ...

    def damaged(self) -> list[StateDamaged]:
        """One error, not raised, for each objective that cannot be read back."""
        ...

    def delete(self, objective_id: str) -> str:
        """Forget an objective, readable or not, and return its whole id.

        What it made that still exists stays known to `made_with`, and what was approved stays in `committed`. Raises
        NotFound, UsageRefused, StillRunning.
        """
        ...

    def started(
        self,
        objective_id: str,
        operation: Operation,
        *,
        strategy: str,
        attempt: int,
        request: Mapping[str, Any],
        pre_image: PreImage,
    ) -> None:
        """An attempt is about to leave. Call it before the call."""
        ...

    def submitted(self, objective_id: str, operation_id: str, async_url: str) -> None:
        """Azure took the request. Raises NotFound for an operation that was never started."""
        ...

    def leaving(self, objective_id: str, operation_id: str) -> None:
        """The request of an attempt leaves now: the last word before one that must not be sent twice."""
        ...

    def left(self, objective_id: str, operation_id: str) -> bool:
        """Whether the latest attempt of an operation came as far as `leaving`; if not, nothing was sent for it."""
        ...

    def finished(self, objective_id: str, result: OperationResult) -> None:
        """An operation is over; also for one that was skipped and so never started. `data` is not kept. A result
        `undone`, or `done` of a `delete`, also says `removed` of its resource."""
        ...

    def results(self, objective_id: str) -> dict[str, OperationResult]:
        """The latest result by operation id; none for operations that are waiting or under way."""
        ...

    def entry(self, objective_id: str, operation_id: str) -> Entry | None: ...

    def entries(self, objective_id: str) -> list[Entry]:
        """All operations that the journal knows of this objective, those of the latest plan and earlier ones."""
        ...

    def history(self, objective_id: str) -> list[Moment]:
        """What the journal was told about this objective, oldest first."""
        ...

    def note(self, objective_id: str, what: str, detail: str = "") -> None:
        """Add a word of the caller's own to the objective's history."""
        ...

    def created(self, objective_id: str) -> list[tuple[str, datetime]]:
        """What this objective provably made and nobody has removed since: resource id and when, newest first.

        The resource was absent just before, and Azure took the request for it; also when making it failed later."""
        ...

    def made_with(self, resource_id: str) -> tuple[str, ...]:
        """The other things made by the objective that made this one (the latest that did), while they exist by our
        own record; newest first. Empty when we did not make it."""
        ...

    def removed(self, resource_id: str) -> None:
        """A resource is gone, and with it everything below its id. Call it when Azure has confirmed it."""
        ...

    def lease(self, objective_id: str, runner: str, *, heir_of: int | None = None) -> AbstractContextManager[Lease]:
        """Become the only runner of an objective while the block runs.

        Raises StillRunning, naming the process and the age of its heartbeat, while another one is alive. The lease of
        a process that died on this machine, or has been silent for 30 s anywhere, is taken over at once. `heir_of` is
        the fence of a living holder that wants this process to take over from it: between the two there is no gap.
        """
        ...

    def confirm(self, objective_id: str) -> None:
        """Raise StillRunning unless the lease under which this journal writes to an objective still holds."""
        ...

    def ask_to_stop(self, objective_id: str, why: str) -> Holder | None:
        """Ask whoever carries an objective out to finish what is in flight and start nothing new, and return who was
        asked; None if nobody alive carries it out. Needs no lease."""
        ...

    def cut_off(self) -> list[tuple[str, Holder]]:
        """The objectives without an outcome whose runner died or fell silent, with it; the latest heartbeat first."""
        ...

    def holder(self, objective_id: str) -> Holder | None:
        """Who holds, or last held, the lease of an objective; None if nobody ever did."""
        ...

    def committed(self, month: str, *, besides: str = "") -> Decimal:
        """The expected monthly cost that was approved in a month (`2026-11`, UTC), and has not been removed since; that
        of the objective `besides` is left out (it is being judged, and must not be counted twice).

        A saving counts unless it is for something whose cost has just been left out for the same reason.
        """
        ...

    def anchor(self, name: str, value: str) -> None:
        """Remember a fact about something outside the journal, such as the head of the audit log."""
        ...

    def anchors(self) -> dict[str, str]: ...


def filed(objective: Objective) -> Objective:
    """The objective as it is kept: what a read returned is replaced by its count and digest."""
    if objective.outcome is None:
        return objective
    return msgspec.structs.replace(objective, outcome=filed_outcome(objective.outcome))


def filed_outcome(outcome: Outcome) -> Outcome:
    results = tuple(filed_result(result) for result in outcome.results)
    return msgspec.structs.replace(outcome, data=imprint(outcome.data), results=results)


def filed_result(result: OperationResult) -> OperationResult:
    return msgspec.structs.replace(result, data=imprint(result.data))
