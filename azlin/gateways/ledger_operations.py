"""Operations in the ledger: todo, started, submitted, and over."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence

from azlin.agentic.types import Operation, OperationResult, Plan
from azlin.errors import NotFound
from azlin.gateways.journal import PreImage
from azlin.gateways.ledger_resources import key_of, remove
from azlin.gateways.ledger_rows import operation_digest, resource_id_of

LEAVING = "leaving"


def current(ledger: sqlite3.Connection, objective_id: str, operation_id: str) -> sqlite3.Row | None:
    return ledger.execute(
        "SELECT * FROM operations WHERE objective = ? AND operation = ? AND superseded = 0",
        (objective_id, operation_id),
    ).fetchone()


def plan_again(ledger: sqlite3.Connection, objective_id: str, plan: Plan | None) -> None:
    """Make the operations of a plan `todo`, all but those that were begun under an earlier one.

    A plan made again may come in another order and with other names: what an operation did is found by what it is (its
    verb, its resource, and for an act what it wants), and goes by its new name from then on. One that was done, and
    wants something else now, is a new one: the earlier keeps its record under a number. One that was started and is not
    settled stays as it is, because its pre-image is the only proof of who made what.
    """
    ledger.execute(
        "DELETE FROM operations WHERE objective = ? AND superseded = 0 AND started_at IS NULL", (objective_id,)
    )
    if plan is None:  # it is being made again; what was begun waits for it
        return
    begun = ledger.execute(
        "SELECT * FROM operations WHERE objective = ? AND superseded = 0", (objective_id,)
    ).fetchall()
    same = _same_ones(plan.operations, begun)
    kept = {row["operation"]: name for name, row in same.items()}
    moved = {old: new for old, new in kept.items() if old != new}
    for old in moved:  # out of the way first: two operations may have changed names with each other
        _rename(ledger, objective_id, old, f"\n{old}")
    for row in begun:
        if row["operation"] not in kept:
            _supersede(ledger, objective_id, row["operation"])
    for old, new in moved.items():
        _rename(ledger, objective_id, f"\n{old}", new)
    for operation in plan.operations:
        if operation.id in same:
            continue
        resource_id = resource_id_of(operation)
        ledger.execute(
            "INSERT INTO operations (objective, operation, verb, digest, resource_id, resource_key, state)"
            " VALUES (?, ?, ?, ?, ?, ?, 'todo')",
            (
                *(objective_id, operation.id, operation.verb),
                *(operation_digest(operation), resource_id, key_of(resource_id)),
            ),
        )


def _same_ones(planned: Sequence[Operation], begun: Sequence[sqlite3.Row]) -> dict[str, sqlite3.Row]:
    """Id of a planned operation → the row of the same operation under an earlier plan. What wants exactly the same goes
    first, then what has the same name; two acts on one resource are the same only if they want the same."""
    left = list(begun)
    found: dict[str, sqlite3.Row] = {}

    def take(same: Callable[[Operation, sqlite3.Row], bool]) -> None:
        for operation in planned:
            if operation.id in found:
                continue
            row = next((row for row in left if _alike(operation, row) and same(operation, row)), None)
            if row is not None:
                left.remove(row)
                found[operation.id] = row

    def equal(operation: Operation, row: sqlite3.Row) -> bool:
        return row["digest"] == operation_digest(operation)

    take(lambda operation, row: row["operation"] == operation.id and equal(operation, row))
    take(equal)
    take(lambda operation, row: row["operation"] == operation.id and operation.verb not in ("act", "command"))
    take(lambda operation, row: operation.verb in ("ensure", "delete"))
    return found


def _alike(operation: Operation, row: sqlite3.Row) -> bool:
    """Whether a row may be about the same operation: the same verb on the same resource, not done for another end."""
    key = key_of(resource_id_of(operation))
    named = key is not None or row["operation"] == operation.id
    settled = row["state"] in ("done", "undone")
    useful = not settled or row["digest"] == operation_digest(operation)
    return named and useful and row["verb"] == operation.verb and row["resource_key"] == key


def _rename(ledger: sqlite3.Connection, objective_id: str, name: str, new: str) -> None:
    ledger.execute("DELETE FROM attempts WHERE objective = ? AND operation = ?", (objective_id, new))
    for table, current_only in (("operations", " AND superseded = 0"), ("attempts", ""), ("events", "")):
        ledger.execute(
            f"UPDATE {table} SET operation = ? WHERE objective = ? AND operation = ?{current_only}",  # noqa: S608
            (new, objective_id, name),
        )


def _supersede(ledger: sqlite3.Connection, objective_id: str, name: str) -> None:
    ledger.execute(
        "UPDATE operations SET superseded = (SELECT max(superseded) + 1 FROM operations WHERE objective = ?"
        " AND operation = ?) WHERE objective = ? AND operation = ? AND superseded = 0",
        (objective_id, name) * 2,
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
        " async_url = CASE WHEN excluded.verb = 'ensure' AND operations.removed_at IS NULL"
        " THEN operations.async_url END,"
        " finished_at = NULL, turn = NULL, result = NULL, removed_at = NULL",
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


def left(ledger: sqlite3.Connection, objective_id: str, operation_id: str) -> bool:
    """Whether the latest attempt was told to be leaving after it was told to be started."""
    last = ledger.execute(
        "SELECT what FROM events WHERE objective = ? AND operation = ? AND what IN (?, 'started')"
        " ORDER BY seq DESC LIMIT 1",
        (objective_id, operation_id, LEAVING),
    ).fetchone()
    return last is not None and last["what"] == LEAVING


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
        " finished_at = excluded.finished_at, turn = excluded.turn, result = excluded.result,"
        " removed_at = CASE WHEN excluded.state = 'done' THEN NULL ELSE operations.removed_at END",
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
