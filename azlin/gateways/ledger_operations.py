"""Operations in the ledger: todo, started, submitted, and over."""

from __future__ import annotations

import sqlite3
import time

from azlin.agentic.types import Operation, OperationResult, Plan
from azlin.errors import NotFound
from azlin.gateways.journal import PreImage
from azlin.gateways.ledger_resources import key_of, remove
from azlin.gateways.ledger_rows import operation_digest, resource_id_of


def current(ledger: sqlite3.Connection, objective_id: str, operation_id: str) -> sqlite3.Row | None:
    return ledger.execute(
        "SELECT * FROM operations WHERE objective = ? AND operation = ? AND superseded = 0",
        (objective_id, operation_id),
    ).fetchone()


def plan_again(ledger: sqlite3.Connection, objective_id: str, plan: Plan | None) -> None:
    """Make the operations of a plan `todo`.

    One that has the name of an operation of an earlier plan, but is about another resource, or wants something else
    than what was done, is a new one: the earlier keeps its record under a number. One that was started and is not
    settled stays as it is, because its pre-image is the only proof of who made what.
    """
    ledger.execute(
        "DELETE FROM operations WHERE objective = ? AND superseded = 0 AND started_at IS NULL", (objective_id,)
    )
    for operation in () if plan is None else plan.operations:
        resource_id = resource_id_of(operation)
        digest = operation_digest(operation)
        row = current(ledger, objective_id, operation.id)
        if row is not None:
            same = row["verb"] == operation.verb and row["resource_key"] == key_of(resource_id)
            if same and (row["digest"] == digest or row["state"] not in ("done", "undone")):
                continue
            ledger.execute(
                "UPDATE operations SET superseded = (SELECT max(superseded) + 1 FROM operations WHERE objective = ?"
                " AND operation = ?) WHERE objective = ? AND operation = ? AND superseded = 0",
                (objective_id, operation.id) * 2,
            )
        ledger.execute(
            "INSERT INTO operations (objective, operation, verb, digest, resource_id, resource_key, state)"
            " VALUES (?, ?, ?, ?, ?, ?, 'todo')",
            (objective_id, operation.id, operation.verb, digest, resource_id, key_of(resource_id)),
        )


def started(
    ledger: sqlite3.Connection,
    objective_id: str,
    operation: Operation,
    strategy: str,
    attempt: int,
    request: str,
    pre_image: PreImage,
) -> None:
    now_s = time.time()
    resource_id = resource_id_of(operation)
    seen = _before_us(current(ledger, objective_id, operation.id), pre_image)
    ledger.execute(
        "INSERT INTO operations (objective, operation, verb, digest, resource_id, resource_key, state, pre_known,"
        " pre_absent, pre_etag, strategy, request, attempts, started_at)"
        " VALUES (?, ?, ?, ?, ?, ?, 'started', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (objective, operation, superseded)"
        " DO UPDATE SET verb = excluded.verb, digest = excluded.digest, resource_id = excluded.resource_id,"
        " resource_key = excluded.resource_key, state = excluded.state, pre_known = excluded.pre_known,"
        " pre_absent = excluded.pre_absent, pre_etag = excluded.pre_etag, strategy = excluded.strategy,"
        " request = excluded.request, attempts = excluded.attempts, started_at = excluded.started_at,"
        " async_url = NULL, finished_at = NULL, turn = NULL, result = NULL, removed_at = NULL",
        (
            *(objective_id, operation.id, operation.verb, operation_digest(operation)),
            *(resource_id, key_of(resource_id)),
            *(int(seen.known), None if seen.absent is None else int(seen.absent), seen.etag),
            *(strategy, request, attempt, now_s),
        ),
    )
    ledger.execute(
        "INSERT INTO attempts (objective, operation, attempt, strategy, request, started_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (objective, operation, attempt) DO UPDATE SET strategy = excluded.strategy,"
        " request = excluded.request, started_at = excluded.started_at, finished_at = NULL, status = NULL,"
        " failure = NULL",
        (objective_id, operation.id, attempt, strategy, request, now_s),
    )
    note(ledger, objective_id, "started", operation.id, f"attempt {attempt} with {strategy}")


def _before_us(row: sqlite3.Row | None, now: PreImage) -> PreImage:
    """How the resource was before this objective touched it: what an unsettled attempt saw as absent stays absent."""
    if row is None or row["started_at"] is None or row["removed_at"] is not None:
        return now
    if row["state"] in ("done", "undone"):
        return now
    if row["pre_known"] and (row["pre_absent"] or not now.known):
        return PreImage(known=True, absent=bool(row["pre_absent"]), etag=row["pre_etag"])
    return now


def submitted(ledger: sqlite3.Connection, objective_id: str, operation_id: str, async_url: str) -> None:
    # Not redacted: what signs the URL is needed to ask there again, and it opens nothing without a sign-in.
    changed = ledger.execute(
        "UPDATE operations SET state = 'submitted', async_url = ? WHERE objective = ? AND operation = ?"
        " AND superseded = 0 AND started_at IS NOT NULL",
        (async_url, objective_id, operation_id),
    )
    if changed.rowcount == 0:
        raise NotFound(f"operation {operation_id} of objective {objective_id} was never started")
    note(ledger, objective_id, "submitted", operation_id)


def finished(ledger: sqlite3.Connection, objective_id: str, result: OperationResult, text: str) -> None:
    row = current(ledger, objective_id, result.operation)
    note(ledger, objective_id, result.status, result.operation)
    if result.status == "skipped" and row is not None and row["state"] in ("started", "submitted", "done"):
        # It was not skipped, it is under way or over: the next run has to know that, to ask Azure about it.
        return
    now_s = time.time()
    resource_id = result.resource_id or (None if row is None else row["resource_id"])
    turn = ledger.execute("SELECT coalesce(max(turn), 0) + 1 FROM operations").fetchone()[0]
    ledger.execute(
        "INSERT INTO operations (objective, operation, verb, digest, resource_id, resource_key, state, strategy,"
        " attempts, finished_at, turn, result) VALUES (?, ?, '', '', ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (objective, operation, superseded) DO UPDATE SET resource_id = excluded.resource_id,"
        " resource_key = excluded.resource_key, state = excluded.state, strategy = excluded.strategy,"
        " finished_at = excluded.finished_at, turn = excluded.turn, result = excluded.result",
        (
            *(objective_id, result.operation, resource_id, key_of(resource_id)),
            *(result.status, result.strategy, result.attempts, now_s, turn, text),
        ),
    )
    ledger.execute(
        "UPDATE attempts SET finished_at = ?, status = ?, failure = ? WHERE objective = ? AND operation = ?"
        " AND finished_at IS NULL",
        (
            *(now_s, result.status, None if result.failure is None else result.failure.code),
            *(objective_id, result.operation),
        ),
    )
    deleted = result.status == "done" and row is not None and row["verb"] == "delete"
    if resource_id is not None and (deleted or result.status == "undone"):
        remove(ledger, resource_id)


def note(
    ledger: sqlite3.Connection, objective_id: str, what: str, operation: str | None = None, detail: str = ""
) -> None:
    """Add to the objective's history."""
    ledger.execute(
        "INSERT INTO events (objective, seq, at, what, operation, detail)"
        " SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ? FROM events WHERE objective = ?",
        (objective_id, time.time(), what, operation, detail, objective_id),
    )
