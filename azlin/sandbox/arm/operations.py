"""Long-running operations: what ARM answers 201 or 202 for and lets the caller poll.

Nothing runs in the background: an operation has a time at which it is due, and every request first
settles what is due. So a sandbox that was stopped or killed goes on where it was. Header forms and
polling states: ARM resource provider contract, "asynchronous operations".
"""

from __future__ import annotations

import heapq
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store

if TYPE_CHECKING:
    from azlin.sandbox.arm.control_plane import ControlPlane

_PREFIX = "operation/"
_KEPT = 2000
"""How many ended operations stay answerable."""


class Operation(msgspec.Struct, kw_only=True):
    """One long piece of work. Times are seconds since the epoch.

    `target` is the id it works on, `kind` says how it goes on (`Registry.kind`), `state` is that
    kind's own JSON. `method` is that of the request that began it.
    """

    id: str
    kind: str
    target: str
    tenant: str
    oid: str
    method: str
    api_version: str
    started_at: float
    ready_at: float
    status: Literal["InProgress", "Succeeded", "Failed", "Canceled"] = "InProgress"
    ended_at: float | None = None
    error: dict[str, Any] | None = None
    state: dict[str, Any] = {}
    result: Any = None
    """What the answer's body is when it ended (an action's result)."""

    @property
    def key(self) -> str:
        """The store's key of the target."""
        folded = self.target.casefold()
        return folded if folded.startswith("/subscriptions/") else self.tenant + folded

    @property
    def ended(self) -> bool:
        return self.status != "InProgress"


class Operations:
    """The operations of one sandbox, kept in the store."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._store = store
        self._all: dict[str, Operation] = {}
        self._due: list[tuple[float, str]] = []
        self._pending: dict[str, Operation] = {}
        for value in store.recall_all(_PREFIX).values():
            operation = msgspec.convert(value, Operation)
            self._all[operation.id] = operation
            if not operation.ended:
                self._await(operation)

    def begin(
        self,
        kind: str,
        target: str,
        *,
        tenant: str,
        oid: str,
        method: str,
        api_version: str,
        ready_in_s: float,
        state: dict[str, Any] | None = None,
    ) -> Operation:
        """Start one; it is called on (`Registry.advance(kind)`) once `ready_in_s` have passed."""
        now = self._now()
        operation = Operation(
            id=str(uuid.uuid4()),
            kind=kind,
            target=target,
            tenant=tenant,
            oid=oid,
            method=method,
            api_version=api_version,
            started_at=now,
            ready_at=now + ready_in_s,
            state=state or {},
        )
        self._all[operation.id] = operation
        self._await(operation)
        self._keep(operation)
        return operation

    def get(self, operation_id: str) -> Operation | None:
        return self._all.get(operation_id)

    def pending_on(self, key: str) -> Operation | None:
        """The operation in progress on a resource (by its key), if any."""
        return self._pending.get(key)

    def settle(self, plane: ControlPlane) -> None:
        """Advance everything that is due. Cheap when nothing is."""
        while self._due and self._due[0][0] <= self._now():
            _, operation_id = heapq.heappop(self._due)
            operation = self._all[operation_id]
            if not operation.ended:
                self._advance(operation, plane)

    def clear(self) -> None:
        for operation_id in self._all:
            self._store.forget(_PREFIX + operation_id)
        self._all.clear()
        self._due.clear()
        self._pending.clear()

    def _await(self, operation: Operation) -> None:
        heapq.heappush(self._due, (operation.ready_at, operation.id))
        self._pending[operation.key] = operation

    def _advance(self, operation: Operation, plane: ControlPlane) -> None:
        with self._store.transaction():
            try:
                again_in_s = plane.registry.advance(operation.kind)(operation, plane)
            except ArmRefusal as refused:
                again_in_s = None
                operation.status, operation.error = "Failed", refused.error()
            if again_in_s is None:
                if operation.status == "InProgress":
                    operation.status = "Succeeded"
                operation.ended_at = self._now()
                self._pending.pop(operation.key, None)
                self._prune()
            else:
                operation.ready_at = self._now() + again_in_s
                heapq.heappush(self._due, (operation.ready_at, operation.id))
            self._keep(operation)

    def _keep(self, operation: Operation) -> None:
        self._store.remember(_PREFIX + operation.id, operation)

    def _prune(self) -> None:
        if len(self._all) <= _KEPT:
            return
        ended = [o for o in self._all.values() if o.ended]
        for old in sorted(ended, key=lambda o: o.started_at)[: len(self._all) - _KEPT]:
            self._store.forget(_PREFIX + old.id)
            del self._all[old.id]


def operation_path(operation: Operation) -> str:
    """Where an operation can be asked about, without host and query."""
    parts = operation.target.split("/")
    head = f"/subscriptions/{parts[2]}" if parts[1:2] == ["subscriptions"] else ""
    return f"{head}/providers/Microsoft.Resources/operationStatuses/{operation.id}"
