"""The journal on SQLite. What each method promises is written in `gateways.journal.Journal`."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from azlin.agentic.types import Objective, Operation, OperationResult
from azlin.errors import StateDamaged
from azlin.gateways import ledger_lease, ledger_objectives, ledger_operations, ledger_resources
from azlin.gateways.journal import Entry, Holder, Journal, Moment, PreImage
from azlin.gateways.ledger_file import LedgerFile
from azlin.gateways.ledger_lease import HeldLease
from azlin.gateways.ledger_reader import LedgerReader
from azlin.gateways.ledger_rows import body_of, entry_of, moment_of, request_text, result_text
from azlin.paths import Paths


class Ledger(Journal):
    """See `gateways.journal.Journal`."""

    def __init__(self, store: LedgerFile | LedgerReader) -> None:
        self._store = store
        self._fences: dict[str, int] = {}
        self._fencing = threading.Lock()

    @staticmethod
    def open(paths: Paths) -> Ledger:
        paths.prepare()
        return Ledger(LedgerFile.open(paths.journal))

    @staticmethod
    def read(paths: Paths) -> Ledger:
        return Ledger(LedgerReader(paths.journal))

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def save(self, objective: Objective) -> None:
        body = body_of(objective)

        def change(ledger: sqlite3.Connection) -> None:
            self._require_lease(ledger, objective.id)
            ledger_objectives.save(ledger, objective, body)

        self._store.write(change)

    def load(self, objective_id: str) -> Objective:
        return self._store.read(lambda ledger: ledger_objectives.load(ledger, objective_id))

    def objectives(self, limit: int | None = None) -> list[Objective]:
        found = self._store.read(lambda ledger: ledger_objectives.newest_first(ledger, limit))
        return [one for one in found if isinstance(one, Objective)]

    def damaged(self) -> list[StateDamaged]:
        found = self._store.read(ledger_objectives.newest_first)
        return [one for one in found if isinstance(one, StateDamaged)]

    def delete(self, objective_id: str) -> str:
        def change(ledger: sqlite3.Connection) -> str:
            name = ledger_objectives.named(ledger, objective_id)
            self._require_lease(ledger, name)
            ledger_objectives.delete(ledger, name)
            return name

        return self._store.write(change)

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
        text = request_text(request)

        def change(ledger: sqlite3.Connection) -> None:
            self._require_lease(ledger, objective_id)
            ledger_operations.started(ledger, objective_id, operation, strategy, attempt, text, pre_image)

        self._store.write(change)

    def submitted(self, objective_id: str, operation_id: str, async_url: str) -> None:
        def change(ledger: sqlite3.Connection) -> None:
            self._require_lease(ledger, objective_id)
            ledger_operations.submitted(ledger, objective_id, operation_id, async_url)

        self._store.write(change)

    def leaving(self, objective_id: str, operation_id: str) -> None:
        def change(ledger: sqlite3.Connection) -> None:
            self._require_lease(ledger, objective_id)
            ledger_operations.note(ledger, objective_id, ledger_operations.LEAVING, operation_id)

        self._store.write(change)

    def left(self, objective_id: str, operation_id: str) -> bool:
        return self._store.read(lambda ledger: ledger_operations.left(ledger, objective_id, operation_id))

    def finished(self, objective_id: str, result: OperationResult) -> None:
        text = result_text(result)

        def change(ledger: sqlite3.Connection) -> None:
            self._require_lease(ledger, objective_id)
            ledger_operations.finished(ledger, objective_id, result, text)

        self._store.write(change)

    def results(self, objective_id: str) -> dict[str, OperationResult]:
        rows = self._rows("SELECT * FROM operations WHERE objective = ? AND superseded = 0", objective_id)
        entries = [entry_of(row) for row in rows]
        return {entry.operation: entry.result for entry in entries if entry.result is not None}

    def entry(self, objective_id: str, operation_id: str) -> Entry | None:
        row = self._store.read(lambda ledger: ledger_operations.current(ledger, objective_id, operation_id))
        return None if row is None else entry_of(row)

    def entries(self, objective_id: str) -> list[Entry]:
        return [entry_of(row) for row in self._rows("SELECT * FROM operations WHERE objective = ?", objective_id)]

    def history(self, objective_id: str) -> list[Moment]:
        rows = self._rows("SELECT * FROM events WHERE objective = ? ORDER BY seq", objective_id)
        return [
            Moment(at=moment_of(row["at"]), what=row["what"], operation=row["operation"], detail=row["detail"])
            for row in rows
        ]

    def note(self, objective_id: str, what: str, detail: str = "") -> None:
        def change(ledger: sqlite3.Connection) -> None:
            self._require_lease(ledger, objective_id)
            ledger_operations.note(ledger, objective_id, what, detail=detail)

        self._store.write(change)

    def created(self, objective_id: str) -> list[tuple[str, datetime]]:
        return self._store.read(lambda ledger: ledger_resources.created(ledger, objective_id))

    def made_with(self, resource_id: str) -> tuple[str, ...]:
        return self._store.read(lambda ledger: ledger_resources.made_with(ledger, resource_id))

    def removed(self, resource_id: str) -> None:
        self._store.write(lambda ledger: ledger_resources.remove(ledger, resource_id))

    def committed(self, month: str, *, besides: str = "") -> Decimal:
        return self._store.read(lambda ledger: ledger_resources.committed(ledger, month, besides))

    @contextmanager
    def lease(self, objective_id: str, runner: str, *, heir_of: int | None = None) -> Generator[HeldLease]:
        store = self._store
        fence, heard = store.write(lambda ledger: ledger_lease.take(ledger, objective_id, runner, heir_of))
        with self._fencing:
            self._fences[objective_id] = fence
        lease = HeldLease(store, objective_id, fence, heard)
        try:
            yield lease
        finally:
            with self._fencing:
                self._fences.pop(objective_id, None)
            lease.release()

    def holder(self, objective_id: str) -> Holder | None:
        rows = self._rows("SELECT * FROM leases WHERE objective = ?", objective_id)
        return ledger_lease.holder_of(rows[0]) if rows else None

    def confirm(self, objective_id: str) -> None:
        self._store.read(lambda ledger: self._require_lease(ledger, objective_id))

    def ask_to_stop(self, objective_id: str, why: str) -> Holder | None:
        return self._store.write(lambda ledger: ledger_lease.ask_to_stop(ledger, objective_id, why))

    def cut_off(self) -> list[tuple[str, Holder]]:
        return self._store.read(ledger_lease.cut_off)

    def anchor(self, name: str, value: str) -> None:
        self._store.write(
            lambda ledger: ledger.execute(
                "INSERT INTO anchors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
                " value = excluded.value",
                (name, value),
            )
        )

    def anchors(self) -> dict[str, str]:
        return {row["name"]: row["value"] for row in self._rows("SELECT name, value FROM anchors")}

    def _rows(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:
        return self._store.read(lambda ledger: ledger.execute(sql, parameters).fetchall())

    def _require_lease(self, ledger: sqlite3.Connection, objective_id: str) -> None:
        with self._fencing:
            fence = self._fences.get(objective_id)
        ledger_lease.require(ledger, objective_id, fence)
