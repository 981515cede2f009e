"""How the nouns become rows of the ledger, and rows nouns again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from azlin.agentic.types import Objective, Operation, OperationResult, canonical
from azlin.errors import StateDamaged, UsageRefused
from azlin.gateways.journal import Entry, PreImage, filed, filed_result
from azlin.redaction import redact


def body_of(objective: Objective) -> str:
    """The objective as JSON, without what reads returned and without secrets.

    If a secret was found in a plan after all, what is stored is another plan: its approval does not fit it, and a
    resume has to ask again. That is wanted: no secret is written, and nothing else than what was approved runs.
    """
    try:
        return canonical(redact(msgspec.to_builtins(filed(objective)))).decode()
    except UnicodeEncodeError as bytes_in_it:
        raise UsageRefused(
            "the request holds bytes that are not text", why=str(bytes_in_it), fix="type it again in UTF-8"
        ) from bytes_in_it


def digest_of(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def objective_of(row: sqlite3.Row) -> Objective:
    """Raises StateDamaged, naming the objective."""
    body = row["body"]
    try:
        if digest_of(body) != row["digest"]:
            raise _damaged(row["id"], "its text is not the one that was saved")
        return msgspec.json.decode(body, type=Objective)
    except (msgspec.MsgspecError, AttributeError, UnicodeError, ValueError) as failed:
        raise _damaged(row["id"], str(failed)) from failed


def _damaged(objective_id: str, why: str) -> StateDamaged:
    return StateDamaged(
        f"objective {objective_id} in the journal is damaged; it was left as it is",
        why=why,
        fix=f"azlin objective delete {objective_id}   (what it made stays in Azure, and in the audit log)",
    )


def result_text(result: OperationResult) -> str:
    return canonical(redact(msgspec.to_builtins(filed_result(result)))).decode()


def request_text(request: Mapping[str, Any]) -> str:
    return canonical(redact(dict(request))).decode()


def operation_digest(operation: Operation) -> str:
    """What an operation wants, whatever it waits for."""
    return digest_of(canonical([operation.verb, operation.target, operation.desired]).decode())


def result_of(text: str | None, objective_id: str) -> OperationResult | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=OperationResult)
    except msgspec.MsgspecError as failed:
        raise _damaged(objective_id, str(failed)) from failed


def entry_of(row: sqlite3.Row) -> Entry:
    pre_image = None
    if row["started_at"] is not None:
        absent = None if row["pre_absent"] is None else bool(row["pre_absent"])
        pre_image = PreImage(known=bool(row["pre_known"]), absent=absent, etag=row["pre_etag"])
    return Entry(
        objective=row["objective"],
        operation=row["operation"],
        state=row["state"],
        resource_id=row["resource_id"],
        pre_image=pre_image,
        request=None if row["request"] is None else msgspec.json.decode(row["request"], type=dict[str, Any]),
        strategy=row["strategy"],
        async_url=row["async_url"],
        attempts=row["attempts"],
        started_at=None if row["started_at"] is None else moment_of(row["started_at"]),
        finished_at=None if row["finished_at"] is None else moment_of(row["finished_at"]),
        removed=row["removed_at"] is not None,
        result=_renamed(result_of(row["result"], row["objective"]), row["operation"]),
    )


def _renamed(result: OperationResult | None, operation: str) -> OperationResult | None:
    """A result goes by the name that its operation has now (a plan made again may name it otherwise)."""
    return None if result is None else msgspec.structs.replace(result, operation=operation)


def resource_id_of(operation: Operation) -> str | None:
    """The id an operation is about; None for a list of a type, or an az command."""
    try:
        return operation.target.id if operation.target.name else None
    except ValueError:
        return None


def amounts_of(objective: Objective) -> str:
    """The expected monthly amount per operation, as JSON: `{operation: "12.34"}`."""
    amounts: dict[str, Decimal] = {}
    for line in objective.quote.lines if objective.quote is not None else ():
        amounts[line.operation] = amounts.get(line.operation, Decimal(0)) + line.expected
    return canonical({name: str(amount) for name, amount in amounts.items()}).decode()


def moment_of(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
