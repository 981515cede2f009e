"""What the ledger knows about resources: which we made, with what, at what price, and which are gone."""

from __future__ import annotations

import sqlite3
import time
from datetime import datetime
from decimal import Decimal

import msgspec

from azlin.gateways.ledger_rows import moment_of

_MADE = (
    "(state IN ('done', 'submitted') OR (state = 'failed' AND async_url IS NOT NULL))"
    " AND pre_known = 1 AND pre_absent = 1 AND removed_at IS NULL AND resource_id IS NOT NULL"
    " AND verb NOT IN ('read', 'delete')"
)
"""What we made: it was absent just before, and Azure took the request (`async_url`: it failed only later). What Azure
refused at once was not made by us, even if it is there now."""


def key_of(resource_id: str | None) -> str | None:
    """What two writings of one id have in common; as `ResourceRef.key`."""
    return None if resource_id is None else resource_id.casefold().rstrip("/")


def created(ledger: sqlite3.Connection, objective_id: str) -> list[tuple[str, datetime]]:
    rows = ledger.execute(
        f"SELECT resource_id, coalesce(finished_at, started_at) AS at FROM operations WHERE objective = ? AND {_MADE} "  # noqa: S608
        " ORDER BY coalesce(turn, 9223372036854775807) DESC, started_at DESC",
        (objective_id,),
    )
    return [(row["resource_id"], moment_of(row["at"])) for row in rows]


def made_with(ledger: sqlite3.Connection, resource_id: str) -> tuple[str, ...]:
    key = key_of(resource_id)
    maker = ledger.execute(
        f"SELECT objective FROM operations WHERE resource_key = ? AND {_MADE} ORDER BY turn DESC LIMIT 1",  # noqa: S608
        (key,),
    ).fetchone()
    if maker is None:
        return ()
    made = dict.fromkeys(found for found, _ in created(ledger, maker["objective"]))
    return tuple(found for found in made if key_of(found) != key)


def remove(ledger: sqlite3.Connection, resource_id: str) -> None:
    """Note that a resource, and everything below its id, no longer exists."""
    key = key_of(resource_id) or ""
    ledger.execute(
        "UPDATE operations SET removed_at = ? WHERE (resource_key = ? OR substr(resource_key, 1, ?) = ?)"
        " AND started_at IS NOT NULL AND verb NOT IN ('read', 'delete') AND removed_at IS NULL",
        (time.time(), key, len(key) + 1, key + "/"),
    )


def committed(ledger: sqlite3.Connection, month: str, besides: str) -> Decimal:
    amounts = list(_amounts(ledger, month, besides))
    gone = [key for key, _, removed, _ in amounts if removed and key is not None]
    total = Decimal(0)
    for key, verb, removed, amount in amounts:
        saved_already = verb == "delete" and any(f"{other}/".startswith(f"{key}/") for other in gone)
        if not removed and not saved_already:
            total += amount
    return total


def _amounts(ledger: sqlite3.Connection, month: str, besides: str) -> list[tuple[str | None, str, bool, Decimal]]:
    """Resource, verb, whether it is gone (or never will be made), and the approved amount."""
    found: list[tuple[str | None, str, bool, Decimal]] = []
    for approval in ledger.execute(
        "SELECT a.objective, a.amounts, o.verdict FROM approvals a LEFT JOIN objectives o ON o.id = a.objective"
        " WHERE a.month = ? AND a.withdrawn_at IS NULL AND a.objective <> ?",
        (month, besides),
    ).fetchall():
        for operation, amount in msgspec.json.decode(approval["amounts"], type=dict[str, Decimal]).items():
            row = ledger.execute(
                "SELECT resource_key, verb, state, removed_at FROM operations WHERE objective = ? AND operation = ?"
                " AND superseded = 0",
                (approval["objective"], operation),
            ).fetchone()
            if row is None:
                found.append((None, "", False, amount))
                continue
            given_up = approval["verdict"] in ("cancelled", "refused") and row["state"] in ("todo", "skipped")
            found.append((row["resource_key"], row["verb"], given_up or row["removed_at"] is not None, amount))
    return found
