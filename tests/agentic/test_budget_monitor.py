from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.budget_monitor import judge, share_of_budget
from azlin.agentic.types import BudgetVerdict, MadeAgainst, Operation, Plan, Quote, QuoteLine, ResourceRef, Unpriced
from azlin.settings import Budget

LIMITED = Budget(monthly_limit=Decimal(500))


def line(amount: int | str, operation: str = "a", *, high: int | str | None = None) -> QuoteLine:
    expected = Decimal(amount)
    return QuoteLine(
        operation=operation,
        meter="m",
        quantity=Decimal(1),
        unit="month",
        unit_price=expected,
        low=expected,
        expected=expected,
        high=expected if high is None else Decimal(high),
        source="s",
        as_of="2026-01-01",
        confidence="high",
    )


def plan(effect: Any = "creates", *, group: str = "web", ids: tuple[str, ...] = ("a",)) -> Plan:
    verb: Any = {"creates": "ensure", "changes": "ensure", "destroys": "delete", "reads": "read"}[effect]
    target = ResourceRef(type="Microsoft.Compute/virtualMachines", name="sam", group=group, subscription="s")
    operations = tuple(Operation(id=id_, verb=verb, effect=effect, target=target) for id_ in ids)
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


def judged(
    quote: Quote,
    budget: Budget = LIMITED,
    *,
    of: Plan | None = None,
    spent: Decimal | None = Decimal(0),
    committed: Decimal = Decimal(0),
    allows: tuple[str, ...] = (),
    attended: bool = True,
) -> BudgetVerdict:
    return judge(quote, budget, spent=spent, committed=committed, allows=allows, plan=of or plan(), attended=attended)


def test_without_a_budget_everything_is_allowed_and_that_is_said():
    verdict = judged(Quote(lines=(line(10_000),)), Budget())
    assert (verdict.decision, verdict.limit, verdict.reasons) == ("allow", None, ("no budget is set",))


def test_what_is_spent_committed_and_added_is_projected():
    verdict = judged(Quote(lines=(line(30, high=40),)), spent=Decimal(100), committed=Decimal(50))
    assert (verdict.decision, verdict.projected, verdict.limit) == ("allow", Decimal(190), Decimal(500))


def test_a_plan_that_passes_the_limit_is_refused_with_both_figures():
    verdict = judged(Quote(lines=(line(30),)), spent=Decimal("470.01"))
    assert verdict.decision == "refuse"
    assert verdict.reasons == ("$500.01 is projected for the month, and the limit is $500.00",)


def test_a_plan_that_just_reaches_the_limit_is_not_refused():
    assert judged(Quote(lines=(line(30),)), spent=Decimal(470)).decision == "warn"


def test_over_budget_lets_it_pass_with_a_warning():
    verdict = judged(Quote(lines=(line(600),)), allows=("over-budget",))
    assert verdict.decision == "warn"
    assert "allowed by --allow over-budget" in verdict.reasons[0]


@pytest.mark.parametrize(("spent", "told"), [(240, None), (250, 50), (399, 50), (400, 80), (500, 100)])
def test_a_threshold_that_is_passed_is_a_warning(spent: int, told: int | None):
    verdict = judged(Quote(lines=(line("0.00000001"),)), spent=Decimal(spent) - Decimal("0.00000001"))
    assert verdict.decision == ("allow" if told is None else "warn")
    assert (f"over {told}% of $500.00" in " ".join(verdict.reasons)) == (told is not None)


def test_what_azure_did_not_say_is_unknown_and_said_to_be():
    verdict = judged(Quote(lines=(line(10),)), spent=None)
    assert (verdict.decision, verdict.spent) == ("allow", None)
    assert verdict.reasons == ("what Azure has billed this month is unknown, and not in the projection",)


def test_an_unknown_spend_does_not_hide_that_the_plan_alone_is_too_dear():
    assert judged(Quote(lines=(line(501),)), spent=None).decision == "refuse"


def test_a_deletion_is_allowed_even_when_the_budget_is_gone():
    verdict = judged(Quote(lines=(line(-30),)), of=plan("destroys"), spent=Decimal(900))
    assert verdict.decision == "allow"


def test_a_saving_does_not_pay_for_something_else():
    quote = Quote(lines=(line(-400, "gone"), line(450, "new")))
    both = Plan(
        operations=(*plan("destroys", ids=("gone",)).operations, *plan("creates", ids=("new",)).operations),
        made_against=MadeAgainst(cloud="sandbox"),
    )
    assert judged(quote, of=both, spent=Decimal(100)).decision == "refuse"


def test_a_resize_counts_what_it_adds_in_the_end():
    quote = Quote(lines=(line("83.95"), line("-35.04")))
    assert judged(quote, of=plan("changes")).projected == Decimal("48.91")


def test_what_has_no_price_needs_allow_unpriced_when_nobody_is_there_to_ask():
    quote = Quote(unpriced=(Unpriced(operation="a", reason="no row"),))
    assert judged(quote, attended=True).decision == "warn"
    refused = judged(quote, attended=False)
    assert refused.decision == "refuse"
    assert "needs --allow unpriced" in refused.reasons[0]
    assert judged(quote, attended=False, allows=("unpriced",)).decision == "warn"
    assert judged(quote, Budget(), attended=False).decision == "allow"


def test_a_deletion_without_a_known_saving_needs_no_allowance():
    quote = Quote(unpriced=(Unpriced(operation="a", reason="no row"),))
    assert judged(quote, of=plan("destroys"), attended=False).decision == "allow"


def test_skipping_the_price_under_a_budget_needs_allow_over_budget():
    skipped = Quote(skipped="skipped by user")
    assert judged(skipped).decision == "refuse"
    assert judged(skipped, allows=("over-budget",)).decision == "warn"
    assert judged(skipped, Budget()).decision == "allow"
    assert judged(skipped, of=plan("reads")).decision == "allow"
    assert judged(skipped, of=plan("destroys")).decision == "allow"


def test_a_group_has_its_own_limit_in_any_casing():
    budget = Budget(resource_groups={"Web": Decimal(40)})
    assert judged(Quote(lines=(line(41),)), budget, of=plan(group="wEB")).decision == "refuse"
    assert judged(Quote(lines=(line(39),)), budget, of=plan(group="web")).decision == "allow"
    assert judged(Quote(lines=(line(41),)), budget, of=plan(group="other")).decision == "allow"
    assert judged(Quote(lines=(line(41),)), budget, of=plan(group="web"), allows=("over-budget",)).decision == "warn"


def test_a_daily_limit_is_held_against_a_day_of_the_plan():
    budget = Budget(daily_limit=Decimal(1))
    assert judged(Quote(lines=(line(30),)), budget).decision == "allow"
    refused = judged(Quote(lines=(line(31),)), budget)
    assert refused.reasons == ("the plan adds $1.02 a day, and the daily limit is $1.00",)


def test_a_limit_of_zero_is_a_limit():
    assert judged(Quote(lines=(line("0.01"),)), Budget(monthly_limit=Decimal(0))).decision == "refuse"


def test_the_share_of_the_budget_is_put_in_words():
    assert share_of_budget(Quote(lines=(line(40),)), LIMITED) == "8% of budget"
    assert share_of_budget(Quote(lines=(line(1),)), LIMITED) == "less than 1% of budget"
    assert share_of_budget(Quote(lines=(line(40),)), Budget()) == ""
    assert share_of_budget(Quote(skipped="skipped by user"), LIMITED) == ""


AMOUNTS = st.decimals(min_value=0, max_value=10_000, places=2)


@given(adds=AMOUNTS, spent=AMOUNTS, committed=AMOUNTS, limit=AMOUNTS, more=AMOUNTS)
def test_a_dearer_plan_is_never_judged_more_kindly(
    adds: Decimal, spent: Decimal, committed: Decimal, limit: Decimal, more: Decimal
):
    order = ["allow", "warn", "refuse"]
    budget = Budget(monthly_limit=limit)
    cheap = judged(Quote(lines=(line(str(adds)),)), budget, spent=spent, committed=committed)
    dear = judged(Quote(lines=(line(str(adds + more)),)), budget, spent=spent, committed=committed)
    assert order.index(cheap.decision) <= order.index(dear.decision)
    if adds > 0:
        assert (cheap.decision == "refuse") == (spent + committed + adds > limit)


@given(saves=AMOUNTS, spent=AMOUNTS, limit=AMOUNTS)
def test_a_plan_that_adds_nothing_is_never_refused(saves: Decimal, spent: Decimal, limit: Decimal):
    quote = Quote(lines=(line(str(-saves)),))
    assert judged(quote, Budget(monthly_limit=limit), spent=spent, of=plan("changes")).decision == "allow"
