"""Objectives, operations and results as the tests of the journal need them, and what a runner writes about them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from azlin.agentic.types import (
    Approval,
    MadeAgainst,
    Objective,
    Operation,
    OperationResult,
    Plan,
    Quote,
    QuoteLine,
    Request,
    ResourceRef,
    Status,
    Verb,
    approval_fingerprint,
)
from azlin.gateways.journal import Journal, PreImage

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ABSENT = PreImage(known=True, absent=True)
THERE = PreImage(known=True, absent=False, etag='"1"')
UNKNOWN = PreImage(known=False)


def asked(objective_id: str = "0bject1ve", text: str = "create a vm", at: datetime = AT, **more: Any) -> Objective:
    return Objective(id=objective_id, cloud="sandbox", request=Request(text=text, actor="sam", at=at), **more)


def disk(name: str, verb: Verb = "ensure", **desired: Any) -> Operation:
    target = ResourceRef(type="Microsoft.Compute/disks", name=name, group="web", subscription="s")
    return Operation(id=f"disk:{name}", verb=verb, effect="creates", target=target, desired=desired)


def planned(*operations: Operation) -> Plan:
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


def result(operation: Operation, status: Status = "done", **more: Any) -> OperationResult:
    return OperationResult(operation=operation.id, status=status, strategy="arm", **more)


def start(
    journal: Journal, objective: Objective, operation: Operation, pre_image: PreImage = ABSENT, **more: Any
) -> None:
    given: dict[str, Any] = {"strategy": "arm", "attempt": 1, "request": {}, "pre_image": pre_image, **more}
    journal.started(objective.id, operation, **given)


def make(journal: Journal, objective: Objective, *operations: Operation) -> None:
    for operation in operations:
        start(journal, objective, operation)
        journal.finished(objective.id, result(operation))


def approved(objective: Objective, amounts: list[tuple[Operation, str]], at: datetime = AT) -> Objective:
    plan = planned(*(operation for operation, _ in amounts))
    lines = tuple(
        QuoteLine(
            operation=operation.id, meter="disk", quantity=Decimal(1), unit="month", unit_price=Decimal(amount),
            low=Decimal(0), expected=Decimal(amount), high=Decimal(99), source="list", as_of="2026-11-01",
            confidence="high",
        )
        for operation, amount in amounts
    )  # fmt: skip
    quote = Quote(lines=lines)
    approval = Approval(by="sam", at=at, how="typed", fingerprint=approval_fingerprint(plan, quote))
    return Objective(
        id=objective.id, cloud=objective.cloud, request=objective.request, plan=plan, quote=quote, approval=approval
    )
