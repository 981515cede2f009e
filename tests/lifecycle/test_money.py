"""Money and plans: what the budget refuses, what a saved plan is bound to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from azlin.settings import Budget, Settings
from tests.lifecycle.story import Story


def limited(story: Story, amount: str) -> Story:
    story.settings = Settings(budget=Budget(monthly_limit=Decimal(amount)))
    return story


def test_what_the_budget_does_not_allow_is_refused_even_with_a_yes(story: Story):
    ended = limited(story, "20").doit("create a vm called dear", yes=True)
    assert ended.outcome is not None
    assert ended.budget is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("refused", 5)
    assert ended.budget.decision == "refuse"
    assert story.writes() == []


def test_a_budget_that_was_passed_on_purpose_is_passed(story: Story):
    ended = limited(story, "20").doit("create a vm called dear", yes=True, allow=("over-budget",))
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary


def test_an_objective_that_is_taken_up_again_is_not_counted_twice(story: Story):
    limited(story, str(Decimal(50) + story.committed()))
    story.fault(type="Microsoft.Compute/virtualMachines", method="PUT", code="SkuNotAvailable", status=409, times=1)
    first = story.doit("create a vm called once", yes=True, strategy="arm")
    ended = story.resume(first)
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary


def test_skipping_the_price_under_a_budget_needs_saying_so_twice(story: Story):
    skipped = limited(story, "1000").doit("create a vm called blind", yes=True, skip_cost_check=True)
    assert skipped.outcome is not None
    assert skipped.quote is not None
    assert (skipped.outcome.exit_code, skipped.quote.skipped) == (5, "skipped by user")


def test_a_deletion_is_a_saving_and_no_budget_stops_it(story: Story):
    story.doit("create a vm called gone", yes=True)
    ended = limited(story, "1").doit("delete vm gone", yes=True, allow=("destroys",))
    assert ended.quote is not None
    assert ended.outcome is not None
    assert ended.quote.monthly.expected < 0
    assert ended.outcome.verdict == "achieved", ended.outcome.summary


def test_a_reviewed_plan_is_carried_out_as_it_was_saved(story: Story, tmp_path: Path):
    path = tmp_path / "plan.json"
    reviewed = story.doit("create a vm called web", dry_run=True, save_path=path)
    ended = story.doit("", plan_path=path, yes=True)
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    assert (ended.plan, ended.quote) == (reviewed.plan, reviewed.quote)
    assert ended.approval is not None
    assert ended.approval.how == "flag"


def test_a_saved_plan_that_no_longer_fits_azure_is_refused(story: Story, tmp_path: Path):
    path = tmp_path / "plan.json"
    story.doit("create a vm called web", dry_run=True, save_path=path)
    story.az("group", "create", "-n", "azlin", "-l", "westeurope")
    before = story.writes()
    ended = story.doit("", plan_path=path, yes=True)
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("undecided", 6)
    assert story.writes() == before


@pytest.mark.parametrize(
    ("flags", "code"), [({"read_only": True}, 5), ({"max_operations": 4, "yes": True}, 5), ({"yes": True}, 0)]
)
def test_flags_that_forbid_hold_whatever_is_said_yes_to(story: Story, flags: dict[str, object], code: int):
    ended = story.doit("create a vm called Sam", **flags)
    assert ended.outcome is not None
    assert ended.outcome.exit_code == code
    assert bool(story.writes()) == (code == 0)
