"""What a person reads before, while and after. Talk on stderr, data on stdout."""

import io
import os
import pty
from decimal import Decimal

import pytest

from azlin.agentic.conclusion import Finding
from azlin.agentic.types import (
    BudgetVerdict,
    Candidate,
    Failure,
    Intent,
    Operation,
    OperationResult,
    Outcome,
    Quote,
    QuoteLine,
)
from azlin.views.human import HumanView


def told(story, **options) -> tuple[str, str]:
    events, objective = story
    out, err = io.StringIO(), io.StringIO()
    view = HumanView(out, err, **options)
    for event in events:
        view.show(event)
    view.finish(objective)
    return out.getvalue(), err.getvalue()


def test_the_preview_says_what_where_how_much_and_by_what(made):
    out, err = told(made)
    assert out == ""
    for words in (
        "Create the VM Sam",
        "sandbox, subscription 00000000-0000-0000-0000-00000000cafe",
        "What will happen: 2 to create",
        "+ create  virtualMachines  Sam       group web, westeurope  Standard_B1s, tagged env=test",
        "size Standard_B1s, because the request names none",
        "$8.76 a month (9% of budget), and 1 without a known price",
        "730 hours x $0.012",
        "(retail prices, 2026-04-01)",
        "Sam-vnet: no row in the table",
        "spent so far: unknown",
        "azure-cli (sandbox), because every setting has a flag",
    ):
        assert words in err


def test_the_preview_comes_before_anything_is_carried_out(made):
    _, err = told(made)
    assert err.index("What will happen") < err.index("Yes was given") < err.index("started")


def test_the_end_names_the_verdict_the_undo_and_the_record(made):
    _, err = told(made)
    assert "achieved (sandbox): create the VM Sam: Azure confirms all 2 operations" in err
    assert "azlin objective undo 01234567" in err
    assert "azlin audit show 01234567" in err


def test_a_retry_says_why_and_how_long(made):
    _, err = told(made)
    assert "again in 2.0 s: TooManyRequests" in err


def test_the_exact_commands_are_shown_when_asked_for(made):
    assert "az vm create -n Sam" not in told(made)[1]
    assert "az vm create -n Sam" in told(made, commands=True)[1]


def test_what_was_read_goes_to_stdout_and_asks_for_no_preview(listed):
    out, err = told(listed)
    assert out.splitlines()[0].split() == ["Name", "Size", "State", "Tags"]
    assert "web1" in out
    assert "What will happen" not in err
    assert "sandbox: 2 found." in err


def test_people_read_tags_and_lists_without_brackets(nouns):
    data = [{"name": "web1", "zones": ["1", "2"], "tags": {"env": "test"}, "rules": [{"port": 22}], "none": []}]
    outcome = Outcome(verdict="achieved", summary="list", data=data)
    out, _ = told(([], nouns.objective_of(nouns.plan_of(nouns.READ), outcome)))
    assert out.splitlines()[-1] == 'web1  1, 2   env=test  [{"port":22}]'


def test_what_a_taken_up_objective_brings_with_it_is_read_from_its_file(made):
    events, objective = made
    late = [event for event in events if event.kind not in ("intent-parsed", "plan-made", "quote-made")]
    asked: list[str] = []

    def find(name: str):
        asked.append(name)
        return objective

    _, err = told((late, objective), find=find)
    assert asked == [objective.id]
    assert err.index("Create the VM Sam") < err.index("Yes was given")


def test_another_view_can_have_the_data(listed):
    assert told(listed, data=False)[0] == ""


def test_destroys_are_named_one_by_one_however_many_there_are(nouns):
    many = [
        Operation(id=f"d{i}", verb="delete", effect="destroys", target=nouns.ref("Microsoft.Compute/disks", f"disk{i}"))
        for i in range(70)
    ]
    more = [
        Operation(id=f"c{i}", verb="ensure", effect="creates", target=nouns.ref("Microsoft.Compute/disks", f"new{i}"))
        for i in range(70)
    ]
    plan = nouns.plan_of(*many, *more)
    _, err = told(([], nouns.objective_of(plan, None)))
    assert "DELETES 70, and this cannot be taken back" in err
    assert all(f"disk{i} " in err for i in range(70))
    assert "+ create 70 disks" in err
    assert "new69" not in err
    assert "new69" in told(([], nouns.objective_of(plan, None)), verbose=True)[1]


def test_an_open_port_is_a_fact_of_the_preview(nouns):
    rule = {"access": "Allow", "direction": "Inbound", "protocol": "Tcp", "destinationPortRange": "22"}
    group = Operation(
        id="nsg",
        verb="ensure",
        effect="creates",
        target=nouns.ref("Microsoft.Network/networkSecurityGroups", "nsg"),
        desired={
            "properties": {"securityRules": [{"name": "ssh", "properties": {**rule, "sourceAddressPrefix": "*"}}]}
        },
    )
    _, err = told(([], nouns.objective_of(nouns.plan_of(group), None)))
    assert "allow inbound tcp 22 from anywhere" in err


def test_azure_itself_is_not_called_a_sandbox(made, nouns):
    plan = nouns.plan_of(nouns.VM, nouns.VNET, cloud="AzureCloud")
    _, err = told(([nouns.event("plan-made", plan=plan, known=True)], nouns.objective_of(plan, None)))
    assert "sandbox" not in err
    assert "AzureCloud" in err


def test_a_plan_made_without_looking_says_so(nouns):
    plan = nouns.plan_of(nouns.VNET)
    events = [nouns.event("plan-made", plan=plan, known=False), nouns.event("strategy-chosen", strategy=None)]
    _, err = told((events, nouns.objective_of(plan, None)))
    assert "What exists in Azure is unknown" in err
    assert "azlin doctor" in err


def test_what_is_free_is_said_in_one_line_with_its_source(nouns):
    nothing = dict.fromkeys(("unit_price", "low", "expected", "high"), Decimal(0))
    free = QuoteLine(
        operation="vnet",
        meter="virtual network",
        quantity=Decimal(1),
        unit="month",
        source="price list",
        as_of="2026-11-01",
        confidence="high",
        **nothing,
    )
    quote = Quote(lines=(*nouns.QUOTE.lines, free))
    _, err = told(([], nouns.objective_of(nouns.plan_of(nouns.VNET, nouns.VM), None, quote=quote)))
    assert "  free: Sam-vnet (price list, 2026-11-01)" in err
    assert "$0.00" not in err


def test_without_a_budget_the_preview_says_so(nouns):
    budget = BudgetVerdict(decision="allow", projected=Decimal("8.76"))
    _, err = told(([], nouns.objective_of(nouns.plan_of(nouns.VNET), None, budget=budget)))
    assert "Budget: no budget is set" in err


def test_an_unknown_price_is_never_shown_as_nothing(nouns):
    quote = Quote(unpriced=nouns.QUOTE.unpriced)
    _, err = told(([], nouns.objective_of(nouns.plan_of(nouns.VNET), None, quote=quote)))
    assert "Price: unknown" in err
    assert "$0" not in err


def test_a_price_that_was_not_asked_for_says_who_skipped_it(nouns):
    quote = Quote(skipped="skipped by user")
    _, err = told(([], nouns.objective_of(nouns.plan_of(nouns.VNET), None, quote=quote)))
    assert "Price: not looked up (skipped by user)" in err


def test_a_refused_budget_says_why(nouns):
    budget = BudgetVerdict(
        decision="refuse", limit=Decimal(5), spent=Decimal(1), projected=Decimal("9.76"), reasons=("over the limit",)
    )
    _, err = told(([], nouns.objective_of(nouns.plan_of(nouns.VNET, nouns.VM), None, budget=budget)))
    assert "refuse, limit $5.00 a month, spent $1.00, would be $9.76 (195% of budget)" in err
    assert "over the limit" in err


def test_a_question_shows_what_may_have_been_meant_and_what_it_costs(nouns):
    intent = Intent(
        family="vm",
        action="create",
        summary="",
        questions=("Which size?",),
        candidates=(Candidate(text="create a vm with size Standard_B1s", because="nearest", monthly=Decimal("8.76")),),
    )
    outcome = Outcome(verdict="undecided", summary="Which size?", exit_code=6)
    _, err = told(([], nouns.objective_of(None, outcome, intent=intent, quote=None, budget=None)))
    assert "undecided (sandbox): Which size?" in err
    assert 'azlin doit "create a vm with size Standard_B1s"   nearest, $8.76 a month' in err


def test_a_failure_is_told_in_azures_words_with_a_hint_and_a_way_on(nouns):
    plan = nouns.plan_of(nouns.VNET)
    failure = Failure(
        type="needs_quota", code="QuotaExceeded", message="no cores left", hint="ask for more", links=("https://l",)
    )
    events = [
        nouns.event("plan-made", plan=plan),
        nouns.event("operation-failed", operation="vnet", failure=failure),
        nouns.event("result-validated", findings=[Finding(operation="vnet", ok=None, found="no answer")]),
    ]
    outcome = Outcome(
        verdict="failed",
        summary="0 of 1",
        exit_code=1,
        failure=failure,
        results=(OperationResult(operation="vnet", status="failed", strategy="arm", failure=failure),),
        next_steps=("azlin objective resume 01234567",),
    )
    _, err = told((events, nouns.objective_of(plan, outcome)))
    assert "failed: QuotaExceeded: no cores left" in err
    assert "Azure could not be asked about virtualNetworks Sam-vnet: no answer" in err
    for words in ("ask for more", "https://l", "azlin objective resume 01234567"):
        assert words in err


def test_an_unfinished_objective_prints_the_command_that_resumes_it(nouns):
    _, err = told(([], nouns.objective_of(nouns.plan_of(nouns.VNET), None)))
    assert "azlin objective resume 01234567" in err


def test_a_name_cannot_move_the_cursor_or_add_a_line(nouns):
    evil = Operation(
        id="x",
        verb="delete",
        effect="destroys",
        target=nouns.ref("Microsoft.Compute/disks", "a\x1b[2J\nachieved: fine"),
    )
    _, err = told(([], nouns.objective_of(nouns.plan_of(evil), None)))
    assert "\x1b" not in err
    assert not any(line.startswith("achieved") for line in err.splitlines())


def test_a_terminal_that_is_gone_stops_nothing(made):
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    events, objective = made
    view = HumanView(io.StringIO(), Gone())
    for event in events:
        view.show(event)
    view.finish(objective)


@pytest.mark.parametrize(("columns", "environment"), [(40, {}), (120, {}), (120, {"NO_COLOR": "1"})])
def test_on_a_terminal_it_is_drawn_within_its_width(made, listed, monkeypatch, columns, environment):
    for name, value in {"TERM": "xterm", "COLUMNS": str(columns), **environment}.items():
        monkeypatch.setenv(name, value)
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, os.fdopen(ours, "rb", buffering=0) as reader:
        pen = HumanView(terminal, terminal)
        events, objective = listed
        for event in events:
            pen.show(event)
        pen.finish(objective)
        terminal.flush()
        drawn = reader.read(65536).decode()
    assert "web1" in drawn
    assert ("\x1b[3" in drawn or "\x1b[1" in drawn or "\x1b[2" in drawn) or environment
    visible = [_without_styles(line) for line in drawn.splitlines()]
    assert max(len(line) for line in visible) <= columns


def _without_styles(line: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", line)
