"""Handing a plan to azlin without a language: a plan file, and the same plan made again in another order."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from azlin.agentic import plan_file
from azlin.agentic.types import (
    Approval,
    Intent,
    MadeAgainst,
    Objective,
    Operation,
    Plan,
    Quote,
    Replaced,
    Request,
    approval_fingerprint,
)
from azlin.agentic.world import World
from azlin.gateways.cloud import Cloud
from azlin.gateways.journal import Journal
from azlin.paths import Paths

TEXT = "list all vms"
"""The request that the file says it came from: its family asks Azure nothing to plan it, so the plan is never stale."""


def write(path: Path, operations: list[Operation], cloud: Cloud) -> None:
    """Save a plan as `azlin doit --save` would."""
    made_against = World(cloud, None).made_against()
    objective = Objective(
        id=str(uuid.uuid4()),
        cloud=cloud.name,
        request=Request(text=TEXT, actor="chaos", at=datetime.now(UTC)),
        intent=Intent(family="virtual-machines", action="list", summary="a plan of chaos"),
        plan=Plan(operations=tuple(operations), made_against=made_against),
        quote=Quote(skipped="skipped by chaos"),
    )
    plan_file.write(path, objective)


def again(objective: Objective, draw: random.Random) -> Objective:
    """The objective with the same wishes planned anew: other ids, another order, the old plan in its history."""
    plan, approval = objective.plan, objective.approval
    assert plan is not None
    renamed = {operation.id: f"again-{number}" for number, operation in enumerate(plan.operations)}
    operations = [
        replace(one, id=renamed[one.id], after=tuple(draw.sample([renamed[id_] for id_ in one.after], len(one.after))))
        for one in plan.operations
    ]
    draw.shuffle(operations)
    made = Plan(operations=tuple(operations), made_against=_same(plan.made_against))
    stood = Replaced(
        at=datetime.now(UTC), why="chaos planned it again", plan=plan, quote=objective.quote, approval=approval
    )
    if approval is not None and objective.quote is not None:
        fingerprint = approval_fingerprint(made, objective.quote)
        approval = Approval(
            by=approval.by, at=approval.at, how=approval.how, fingerprint=fingerprint, allows=approval.allows
        )
    return replace(objective, plan=made, approval=approval, history=(*objective.history, stood))


def plan_again(home: Path, objective_id: str, draw: random.Random) -> None:
    """What a replan does to an objective that lies still: the journal is told the new plan."""
    with Journal.open(Paths(home)) as journal:
        objective = journal.load(objective_id)
        if objective.plan is not None and objective.outcome is None:
            journal.save(again(objective, draw))


def _same(made: MadeAgainst) -> MadeAgainst:
    return made
