"""What became of an operation that was started, and whose end nobody saw.

A process was killed, or an answer was lost: the request may have been carried out, may still be on its way, or may
never have left. Azure is asked, by whatever shows the operation's effect: the resource, its power state, the URL of
the asynchronous operation, the activity log. What cannot be known is said to be unknown, and is not done again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Literal, Protocol

from azlin.agentic.acts import STATES_AFTER, action_of, power_state, repeatable, view_of
from azlin.agentic.types import Operation
from azlin.errors import AzureRefused, NotFound, OutcomeUnknown, TimedOut
from azlin.gateways.journal import Entry
from azlin.gateways.long_running import FINAL, provisioning_state

POLL_S = 0.5

Fate = Literal["done", "not-done"]
"""What Azure shows: the operation was carried out, or certainly was not and may be done."""

Matches = Callable[[Operation, dict[str, Any] | None], bool]
"""Whether what Azure has (None: nothing) is what the operation wants."""


class Witness(Protocol):
    """Who can be asked in Azure (`gateways.arm.Arm` is one)."""

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        """The resource as it is now, or None if it does not exist."""
        ...

    def follow(
        self, async_url: str, resource_id: str | None = None, *, method: Any = "PUT", deadline_s: float = 600.0
    ) -> Any:
        """Take up an operation by the URL at which Azure answers about it, and wait for its end. Raises AzureRefused
        when it failed, TimedOut."""
        ...

    def acted(self, resource_id: str, since: datetime, marks: Collection[str]) -> str | None:
        """The status (`Succeeded`, `Accepted`, `Failed` …) that the activity log has of a request to a resource that
        carried one of these client request ids; None when it has none. It lags, so None proves nothing."""
        ...


class Inquest:
    """Asks for the fate of operations. `marks` are the client request ids that an operation's requests may have
    carried; `left` says whether a request that must not be sent twice came as far as leaving; `deadline_s` bounds one
    question; `wait` sleeps and returns True when the run was stopped; nothing that is absent counts as such before
    `settled_at` (monotonic)."""

    def __init__(
        self,
        azure: Witness,
        matches: Matches,
        *,
        marks: Callable[[Operation, Entry], Collection[str]],
        left: Callable[[Operation], bool],
        deadline_s: float,
        settled_at: float,
        wait: Callable[[float], bool],
    ) -> None:
        self._azure = azure
        self._matches = matches
        self._marks = marks
        self._left = left
        self._deadline_s = deadline_s
        self._settled_at = settled_at
        self._wait = wait

    def fate(self, operation: Operation, entry: Entry) -> Fate:
        """Raises OutcomeUnknown when nothing shows it and doing it again could do harm, TimedOut when it is still in
        progress at the deadline, AzureRefused when it has failed."""
        match operation.verb:
            case "ensure" | "delete":
                return self._of_resource(operation)
            case "act":
                return self._of_act(operation, entry)
            case "command":
                return self._of_command(operation)
            case "read":
                return "not-done"

    def _of_resource(self, operation: Operation) -> Fate:
        return self._shown(operation, lambda there: self._matches(operation, there))

    def _shown(
        self, operation: Operation, as_wanted: Callable[[dict[str, Any] | None], bool], expand: str | None = None
    ) -> Fate:
        """Ask until Azure shows it, or what is in progress is over and what is on its way would have landed."""
        deadline = time.monotonic() + self._deadline_s
        while True:
            there = self._azure.get(operation.target.id, expand=expand)
            if as_wanted(there):
                return "done"
            if time.monotonic() > deadline:
                raise TimedOut(f"{operation.target.name} was still in progress after {self._deadline_s:.0f} s")
            if (not _in_progress(there) and self._settled()) or self._wait(POLL_S):
                return "not-done"

    def _of_act(self, operation: Operation, entry: Entry) -> Fate:
        if entry.async_url is not None and self._followed(entry.async_url):
            return "done"
        if operation.effect == "reads" or not (repeatable(operation) or self._left(operation)):
            return "not-done"
        if (states := STATES_AFTER.get(action_of(operation))) and repeatable(operation):
            view = view_of(operation.target.type)
            return self._shown(operation, lambda there: there is not None and power_state(there) in states, view)
        while True:
            if self._logged(operation, entry):
                return "done"
            if self._settled() or self._wait(POLL_S):
                break
        if repeatable(operation):
            return "not-done"
        raise OutcomeUnknown(
            f"whether {_named(operation)} happened is unknown: it was sent, or about to be, and no answer came back",
            why="it does something each time, so it is not sent again; Azure's activity log, which lags by minutes, "
            "does not show it",
            fix=f"az monitor activity-log list --resource-id {operation.target.id} --offset 1h"
            "   (and azlin objective resume ID looks again)",
        )

    def _followed(self, async_url: str) -> bool:
        """Whether the asynchronous operation is known to have succeeded; False when Azure no longer knows it."""
        try:
            self._azure.follow(async_url, None, method="POST", deadline_s=self._deadline_s)
        except NotFound:
            return False
        except AzureRefused as refused:
            if refused.status in (404, 410):
                return False
            raise
        return True

    def _of_command(self, operation: Operation) -> Fate:
        """An az command says what to do, not what is wanted: only the coming or going of its target can be seen."""
        target = operation.target
        if operation.effect == "reads" or not self._left(operation):
            return "not-done"
        if target.name and target.subscription is not None and operation.effect in ("creates", "destroys"):
            wanted_there = operation.effect == "creates"
            return self._shown(operation, lambda there: (there is not None) is wanted_there and not _in_progress(there))
        raise OutcomeUnknown(
            f"whether {operation.id} happened is unknown: az was started with it, and no answer came back",
            why="nothing can be read that would show its effect, so it is not run again",
            fix="look with az, and ask for what is missing in a new request",
        )

    def _logged(self, operation: Operation, entry: Entry) -> bool:
        """Raises AzureRefused when the log says that it failed."""
        if entry.started_at is None:
            return False
        status = self._azure.acted(operation.target.id, entry.started_at, self._marks(operation, entry))
        if status is not None and status.casefold() in ("failed", "canceled"):
            raise AzureRefused(
                "ActionFailed", f"Azure's activity log says that {_named(operation)} ended as {status}", status=409
            )
        return status is not None

    def _settled(self) -> bool:
        return time.monotonic() >= self._settled_at


def _named(operation: Operation) -> str:
    return f"{operation.desired.get('action')} of {operation.target.name}"


def _in_progress(there: dict[str, Any] | None) -> bool:
    return provisioning_state(there).casefold() not in FINAL
