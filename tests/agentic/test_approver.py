from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from azlin.agentic.approver import Question, approve, question_for, refuse_what_is_forbidden
from azlin.agentic.terms import Terms
from azlin.agentic.types import (
    BudgetVerdict,
    Effect,
    MadeAgainst,
    Operation,
    Plan,
    Quote,
    QuoteLine,
    Request,
    ResourceRef,
    Unpriced,
    approval_fingerprint,
)
from azlin.errors import BudgetExceeded, PermissionRefused, Undecided

REQUEST = Request(text="create a vm called Sam", actor="me", at=datetime(2026, 1, 1, tzinfo=UTC))
ALLOWED = BudgetVerdict(decision="allow")


@dataclass
class Person:
    """Somebody at the keyboard, and what they were asked. `says` None: nobody is there."""

    says: str | None
    asked: list[Question] = field(default_factory=list)

    @property
    def attended(self) -> bool:
        return self.says is not None

    def ask(self, question: Question) -> str | None:
        self.asked.append(question)
        return self.says


def plan_that(*effects: Effect) -> Plan:
    operations = tuple(
        Operation(
            id=f"{effect}{number}",
            verb={"reads": "read", "destroys": "delete"}.get(effect, "ensure"),  # type: ignore[arg-type]
            effect=effect,
            target=ResourceRef(
                type="Microsoft.Compute/virtualMachines", name=f"vm{number}", group="g", subscription="s"
            ),
        )
        for number, effect in enumerate(effects)
    )
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


def costing(amount: str) -> Quote:
    money = Decimal(amount)
    line = QuoteLine(
        operation="creates0",
        meter="compute",
        quantity=Decimal(730),
        unit="1 Hour",
        unit_price=money / 730,
        low=money,
        expected=money,
        high=money,
        source="table",
        as_of="2026-06-18",
        confidence="high",
    )
    return Quote(lines=(line,))


def decide(plan: Plan, person: Person, command: tuple[str, ...] = ("azlin", "doit", REQUEST.text), **terms: object):
    return approve(
        plan,
        costing("35.04"),
        REQUEST,
        Terms(**terms),
        person,
        subscription="sandbox subscription",
        command=list(command),
    )  # type: ignore[arg-type]


def test_reads_never_ask():
    nobody = Person(None)
    assert decide(plan_that("reads"), nobody).how == "not-needed"
    assert nobody.asked == []


def test_a_creation_asks_once_and_names_count_subscription_and_price():
    person = Person("y")
    plan = plan_that("creates", "creates")
    approval = decide(plan, person)
    assert approval.how == "typed"
    assert approval.fingerprint == approval_fingerprint(plan, costing("35.04"))
    assert [q.text for q in person.asked] == ["Carry out 2 operations in sandbox subscription, $35.04 a month?"]


@pytest.mark.parametrize("answer", ["n", "", "no", "yes please", "maybe", "Y E S"])
def test_anything_but_a_yes_is_a_no(answer: str):
    with pytest.raises(Undecided):
        decide(plan_that("creates"), Person(answer))


def test_where_nobody_is_there_the_command_that_would_say_yes_is_printed():
    with pytest.raises(Undecided) as refused:
        decide(plan_that("creates"), Person(None), group="web", sandbox=True)
    assert refused.value.exit_code == 6
    assert refused.value.fix == "azlin doit 'create a vm called Sam' --yes -g web --sandbox"


def test_one_that_is_taken_up_again_is_named_without_flags_that_only_a_new_request_has():
    command = ("azlin", "objective", "resume", "3fa2b1c0")
    with pytest.raises(Undecided) as refused:
        decide(plan_that("creates"), Person(None), command=command, group="web", location="x", strategy="arm")
    assert refused.value.fix == "azlin objective resume 3fa2b1c0 --yes --strategy arm"


def test_yes_on_the_command_line_does_not_cover_a_deletion():
    person = Person("vm0")
    with pytest.raises(Undecided) as refused:
        decide(plan_that("destroys"), person, yes=True)
    assert person.asked == []
    assert "--allow destroys" in refused.value.fix


def test_a_deletion_is_allowed_by_both_flags_together_and_by_neither_alone():
    assert decide(plan_that("destroys"), Person(None), yes=True, allow=("destroys",)).how == "flag"
    with pytest.raises(Undecided):
        decide(plan_that("destroys"), Person(None), allow=("destroys",))


def test_a_deletion_asks_for_the_name_of_the_thing():
    with pytest.raises(Undecided):
        decide(plan_that("destroys"), Person("y"))
    assert decide(plan_that("destroys"), Person("vm0")).how == "typed"


def test_several_deletions_ask_for_their_count():
    assert question_for(plan_that("destroys", "destroys"), Quote(), "s").expected == "delete 2"


def test_the_question_says_what_has_no_price():
    quote = Quote(unpriced=(Unpriced(operation="creates0", reason="no row"),))
    assert "no price known" in question_for(plan_that("creates"), quote, "s").text
    assert "saving $9.00" in question_for(plan_that("destroys"), costing("-9"), "s").text


def test_read_only_forbids_everything_but_reads():
    refuse_what_is_forbidden(plan_that("reads"), ALLOWED, Terms(read_only=True))
    with pytest.raises(PermissionRefused):
        refuse_what_is_forbidden(plan_that("changes"), ALLOWED, Terms(read_only=True))


def test_more_operations_than_were_allowed_are_refused():
    refuse_what_is_forbidden(plan_that("creates", "reads"), ALLOWED, Terms(max_operations=1))
    with pytest.raises(PermissionRefused):
        refuse_what_is_forbidden(plan_that("creates", "creates"), ALLOWED, Terms(max_operations=1))


def test_an_exceeded_budget_is_refused_before_anyone_is_asked():
    verdict = BudgetVerdict(decision="refuse", reasons=("over",))
    with pytest.raises(BudgetExceeded) as refused:
        refuse_what_is_forbidden(plan_that("creates"), verdict, Terms(yes=True))
    assert refused.value.exit_code == 5


@pytest.mark.parametrize(
    ("answer", "choice"), [("", 0), (" Y ", 0), ("2", 1), ("3", None), ("n", None), ("nonsense", None)]
)
def test_enter_takes_the_first_choice_of_an_offer_and_a_number_another(answer: str, choice: int | None):
    assert Question(kind="offer", text="Use it?", choices=2).chosen(answer) == choice


def test_enter_is_no_yes_to_anything_but_an_offer():
    assert not Question(kind="yes-no", text="Carry out?").agrees("")


def test_what_is_done_already_is_said_at_the_question():
    assert "the last 1 of 3 operations" in question_for(plan_that(*["creates"] * 3), costing("9"), "s", done=2).text
