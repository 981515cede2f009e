"""Objectives in the ledger: filed, found, forgotten."""

from __future__ import annotations

import sqlite3
import time

from azlin.agentic.types import Objective
from azlin.errors import NotFound, StateDamaged, UsageRefused
from azlin.gateways.ledger_operations import note, plan_again
from azlin.gateways.ledger_rows import amounts_of, digest_of, objective_of

PREFIX_MIN = 4


def save(ledger: sqlite3.Connection, objective: Objective, body: str) -> None:
    before = ledger.execute("SELECT plan_fingerprint FROM objectives WHERE id = ?", (objective.id,)).fetchone()
    fingerprint = None if objective.plan is None else objective.plan.fingerprint
    ledger.execute(
        "INSERT INTO objectives (id, parent, cloud, requested_at, saved_at, plan_fingerprint, verdict, body, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET saved_at = excluded.saved_at,"
        " plan_fingerprint = excluded.plan_fingerprint, verdict = excluded.verdict, body = excluded.body,"
        " digest = excluded.digest",
        (
            objective.id,
            objective.parent,
            objective.cloud,
            objective.request.at.timestamp(),
            time.time(),
            fingerprint,
            None if objective.outcome is None else objective.outcome.verdict,
            body,
            digest_of(body),
        ),
    )
    if before is None or before["plan_fingerprint"] != fingerprint:
        plan_again(ledger, objective.id, objective.plan)
    _approve(ledger, objective)
    note(ledger, objective.id, "saved", detail=objective.next_step or "over")


def _approve(ledger: sqlite3.Connection, objective: Objective) -> None:
    given = objective.approval
    ledger.execute(
        "UPDATE approvals SET withdrawn_at = ? WHERE objective = ? AND fingerprint <> ? AND withdrawn_at IS NULL",
        (time.time(), objective.id, "" if given is None else given.fingerprint),
    )
    if given is not None:
        ledger.execute(
            "INSERT INTO approvals (objective, fingerprint, month, given, amounts) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (objective, fingerprint) DO UPDATE SET withdrawn_at = NULL",
            (
                objective.id,
                given.fingerprint,
                given.at.strftime("%Y-%m"),
                f"{given.at.isoformat()} by {given.by} ({given.how})",
                amounts_of(objective),
            ),
        )


def load(ledger: sqlite3.Connection, objective_id: str) -> Objective:
    name = named(ledger, objective_id)
    return objective_of(ledger.execute("SELECT * FROM objectives WHERE id = ?", (name,)).fetchone())


def named(ledger: sqlite3.Connection, objective_id: str) -> str:
    """The one id that begins so. Raises NotFound, UsageRefused."""
    start = objective_id.strip()
    if len(start) < PREFIX_MIN:
        raise UsageRefused(
            f"{objective_id!r} is too short to name an objective",
            why=f"at least the first {PREFIX_MIN} characters of its id are needed",
            fix="azlin objective list",
        )
    rows = ledger.execute(
        "SELECT id FROM objectives WHERE substr(id, 1, ?) = ? ORDER BY requested_at DESC", (len(start), start)
    ).fetchall()
    names = [str(row["id"]) for row in rows]
    if start in names:
        return start
    if not names:
        raise NotFound(f"there is no objective {objective_id}", fix="azlin objective list")
    if len(names) > 1:
        raise UsageRefused(
            f"{len(names)} objectives begin with {objective_id}", why=", ".join(names), fix="give more of the id"
        )
    return names[0]


def newest_first(ledger: sqlite3.Connection, limit: int | None = None) -> list[Objective | StateDamaged]:
    """Every objective, or the error that says why it cannot be read back."""
    found: list[Objective | StateDamaged] = []
    for row in ledger.execute("SELECT * FROM objectives ORDER BY requested_at DESC, saved_at DESC, id"):
        if limit is not None and sum(isinstance(one, Objective) for one in found) >= limit:
            break
        try:
            found.append(objective_of(row))
        except StateDamaged as damaged:
            found.append(damaged)
    return found


def delete(ledger: sqlite3.Connection, objective_id: str) -> None:
    """Forget it, but for what it made that still exists, and for what was approved."""
    ledger.execute("DELETE FROM attempts WHERE objective = ?", (objective_id,))
    ledger.execute("DELETE FROM events WHERE objective = ?", (objective_id,))
    ledger.execute(
        "DELETE FROM operations WHERE objective = ? AND (state <> 'done' OR coalesce(pre_absent, 0) = 0"
        " OR removed_at IS NOT NULL)",
        (objective_id,),
    )
    ledger.execute("UPDATE operations SET request = NULL, async_url = NULL WHERE objective = ?", (objective_id,))
    ledger.execute("DELETE FROM objectives WHERE id = ?", (objective_id,))
