"""What `make chaos` hands to azlin: the plans, the same plans in another order, and the runs of a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from azlin.agentic.acts import REPEATABLE
from azlin.agentic.types import (
    Approval,
    Intent,
    MadeAgainst,
    Objective,
    Operation,
    Plan,
    Quote,
    Request,
    approval_fingerprint,
    canonical,
)
from chaos.campaign import VARIANTS, cases
from chaos.handing import again
from chaos.plans import PLANS


def plan_of(name: str) -> Plan:
    draft = PLANS[name]("c1001", "s", "p")
    return Plan(operations=tuple(draft.operations), made_against=MadeAgainst(cloud="sandbox"))


def wish(operation: Operation) -> Any:
    return operation.verb, operation.target.key, canonical(operation.desired)


@pytest.mark.parametrize(("name", "operations", "posts"), [("large", 60, 8), ("small", 20, 4)])
def test_a_plan_has_so_many_operations_and_posts_that_do_something_each_time(name: str, operations: int, posts: int):
    plan = plan_of(name)
    assert len(plan.operations) == operations
    acts = [one for one in plan.operations if one.verb == "act"]
    assert len(acts) >= posts
    assert not {str(one.desired["action"]).casefold() for one in acts} & REPEATABLE
    assert len(plan.waves()) >= 4
    assert {"ensure", "delete", "act"} == {one.verb for one in plan.operations}
    assert len({wish(one) for one in plan.operations}) == operations


def test_a_plan_made_again_wants_the_same_under_other_names_in_another_order():
    plan = plan_of("large")
    quote = Quote(skipped="x")
    given = Approval(by="sam", at=datetime.now(UTC), how="flag", fingerprint=approval_fingerprint(plan, quote))
    objective = Objective(
        id="x",
        cloud="sandbox",
        request=Request(text="x", actor="sam", at=datetime.now(UTC)),
        intent=Intent(family="f", action="a", summary="s"),
        plan=plan,
        quote=quote,
        approval=given,
    )
    made = again(objective, random.Random(1))
    assert made.plan is not None
    assert made.approval is not None
    assert made.approval.fingerprint == approval_fingerprint(made.plan, quote)
    assert sorted(map(wish, made.plan.operations)) == sorted(map(wish, plan.operations))
    assert list(map(wish, made.plan.operations)) != list(map(wish, plan.operations))
    assert not {one.id for one in plan.operations} & {one.id for one in made.plan.operations}
    assert made.history[-1].plan == plan


def test_a_seed_has_the_same_runs_always_and_every_variant_among_them():
    found = cases(1, 200, "large")
    assert found == cases(1, 200, "large")
    assert len({case.prefix for case in found}) == 200
    assert found != cases(2, 200, "large")
    assert sum(case.kills > 1 for case in found) >= 20
    for variant in VARIANTS:
        only = cases(1, 3, "large", only=variant)
        assert all(case in cases(1, case.number + 1, "large") for case in only)
