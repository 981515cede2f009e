"""What is shown before anybody says yes."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from azlin.agentic.types import BudgetVerdict
from azlin.views.pen import Pen
from azlin.views.preview import LISTED_MAX, Preview, draw, where


def drawn(preview: Preview, *, commands: bool = False, every: bool = False) -> str:
    stream = io.StringIO()
    draw(Pen(stream), preview, commands=commands, every=every)
    return stream.getvalue()


@pytest.fixture
def whole(nouns: Any) -> Preview:
    return Preview(
        sandbox=True,
        intent=nouns.INTENT,
        plan=nouns.plan_of(nouns.VNET, nouns.VM),
        quote=nouns.QUOTE,
        budget=nouns.BUDGET,
        strategy="azure-cli",
        ranking=nouns.RANKING,
        render="az vm create -n Sam",
    )


def test_without_a_plan_or_without_anything_to_do_nothing_is_drawn(whole: Preview, nouns: Any):
    assert drawn(replace(whole, plan=None)) == ""
    assert drawn(replace(whole, plan=nouns.plan_of())) == ""


def test_operations_are_counted_by_what_they_do(whole: Preview, nouns: Any):
    plan = nouns.plan_of(nouns.VNET, nouns.VM, nouns.REMOVAL)
    assert "What will happen: 2 to create, 1 to delete" in drawn(replace(whole, plan=plan))


@pytest.mark.parametrize("count", [LISTED_MAX, LISTED_MAX + 1])
def test_many_creates_are_counted_by_type_unless_every_one_is_asked_for(whole: Preview, nouns: Any, count: int):
    many = [
        msgspec.structs.replace(nouns.VNET, id=f"n{at}", target=nouns.ref(nouns.VNET.target.type, f"net-{at:03}"))
        for at in range(count)
    ]
    preview = replace(whole, plan=nouns.plan_of(*many), quote=None, budget=None)
    assert ("net-000" in drawn(preview)) is (count <= LISTED_MAX)
    assert ("-v lists each of them" in drawn(preview)) is (count > LISTED_MAX)
    assert drawn(preview, every=True).count("net-") == count


def test_a_plan_that_only_reads_has_no_price(whole: Preview, nouns: Any):
    told = drawn(replace(whole, plan=nouns.plan_of(nouns.READ)))
    assert "Price" not in told
    assert "Budget" not in told


def test_what_was_not_priced_is_said_with_its_reason(whole: Preview):
    assert "Sam-vnet: no row in the table" in drawn(whole)


def test_spending_that_is_unknown_is_not_nothing(whole: Preview):
    told = drawn(whole)
    assert "spent so far: unknown" in told
    known = BudgetVerdict(decision="warn", limit=Decimal(100), spent=Decimal(0), projected=Decimal(90))
    assert "warn, limit $100.00 a month, spent $0.00, would be" in drawn(replace(whole, budget=known))


def test_the_commands_are_drawn_only_when_asked_for(whole: Preview):
    assert "az vm create" not in drawn(whole)
    told = drawn(whole, commands=True)
    assert "Exactly what would run\n  az vm create -n Sam\n" in told
    assert "not arm: always works" in told


def test_a_plan_that_nothing_can_carry_out_says_how_to_find_out_why(whole: Preview):
    assert "azlin doctor" in drawn(replace(whole, strategy=None))


def test_the_place_names_the_subscription_or_says_that_there_is_none(nouns: Any):
    plan = nouns.plan_of(nouns.VNET, cloud="AzureCloud")
    assert where(plan, sandbox=False) == f"AzureCloud, subscription {plan.made_against.subscription}"
    assert where(plan, sandbox=True).startswith("sandbox, ")
