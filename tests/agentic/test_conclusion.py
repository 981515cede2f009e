from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic import conclusion
from azlin.agentic.conclusion import Finding
from azlin.agentic.explanation import Explanation, Suggestion
from azlin.agentic.terms import Terms
from azlin.agentic.types import (
    Candidate,
    Effect,
    Failure,
    Intent,
    MadeAgainst,
    Objective,
    Operation,
    OperationResult,
    Outcome,
    Plan,
    Request,
    ResourceRef,
    Status,
)
from azlin.errors import BudgetExceeded, NotFound, StateUnwritable, Undecided

OBJECTIVE = Objective(
    id="abcdef0123",
    cloud="sandbox",
    request=Request(text="make it", actor="me", at=datetime(2026, 1, 1, tzinfo=UTC)),
    intent=Intent(family="f", action="create", summary="make it"),
)


def plan_of(*effects: Effect) -> Plan:
    target = ResourceRef(type="Microsoft.Any/things", name="one", group="g", subscription="s")
    operations = tuple(
        Operation(id=str(n), verb="read" if effect == "reads" else "ensure", effect=effect, target=target)
        for n, effect in enumerate(effects)
    )
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


def result(name: str, status: Status, kind: str = "unknown") -> OperationResult:
    failure = Failure(type=kind, code="Code", message="words") if status in ("failed", "skipped") else None
    return OperationResult(operation=name, status=status, strategy="arm", failure=failure, created=status == "done")


def concluded(
    plan: Plan, results: list[OperationResult], findings: list[Finding], stopped: str | None = None
) -> Outcome:
    return conclusion.of(plan, results, findings, data=None, stopped=stopped, objective=OBJECTIVE)


def test_achieved_is_said_when_everything_is_done_and_azure_confirms_all_of_it():
    outcome = concluded(plan_of("creates"), [result("0", "done")], [Finding(operation="0", ok=True)])
    assert (outcome.verdict, outcome.exit_code, outcome.next_steps) == ("achieved", 0, ())
    assert "Azure confirms" in outcome.summary


@pytest.mark.parametrize("ok", [False, None])
def test_done_is_not_achieved_when_azure_disagrees_or_could_not_be_asked(ok: bool | None):
    outcome = concluded(plan_of("creates"), [result("0", "done")], [Finding(operation="0", ok=ok, found="hm")])
    assert (outcome.verdict, outcome.exit_code) == ("partly", 7)
    assert "hm" in outcome.summary
    assert "azlin objective resume abcdef01" in outcome.next_steps


STATES = st.sampled_from(["done", "failed", "skipped", "undone"])


@given(st.lists(st.tuples(STATES, st.sampled_from([True, False, None])), min_size=1, max_size=5))
def test_it_is_never_achieved_unless_every_single_one_is_done_and_confirmed(seen: list[tuple[Status, bool | None]]):
    plan = plan_of(*["creates"] * len(seen))
    results = [result(str(n), status) for n, (status, _) in enumerate(seen)]
    findings = [Finding(operation=str(n), ok=ok) for n, (_, ok) in enumerate(seen)]
    outcome = concluded(plan, results, findings)
    assert (outcome.verdict == "achieved") == all(pair == ("done", True) for pair in seen)
    assert (outcome.exit_code == 0) == (outcome.verdict == "achieved")


def test_an_operation_that_nobody_looked_at_does_not_count_as_good():
    assert concluded(plan_of("reads"), [result("0", "done")], []).verdict == "achieved"
    assert concluded(plan_of("creates"), [result("0", "failed")], []).verdict == "failed"


def test_a_failure_says_whose_it_is_in_its_exit_code():
    for kind, code in (("sign_in", 4), ("not_found", 3), ("needs_quota", 1)):
        outcome = concluded(plan_of("reads"), [result("0", "failed", kind)], [])
        assert (outcome.verdict, outcome.exit_code) == ("failed", code)
    timed_out = concluded(plan_of("creates"), [result("0", "failed", "timed_out")], [Finding(operation="0", ok=None)])
    assert (timed_out.verdict, timed_out.exit_code) == ("timed-out", 9)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Failure(type="needs_permission", code="InvalidAuthenticationToken", message="", action="reauthenticate"), 4),
        (Failure(type="needs_permission", code="AuthorizationFailed", message="", action="grant_role"), 1),
        (Failure(type="needs_change", code="ResourceGroupNotFound", message="", action="create_dependency"), 3),
        (Failure(type="needs_change", code="ImageNotFound", message="", action="fix_parameter", status=404), 3),
        (Failure(type="needs_change", code="InvalidParameter", message="", action="fix_parameter", status=400), 1),
    ],
)
def test_a_refusal_of_azures_says_in_its_exit_code_what_is_missing(failure: Failure, code: int):
    plan = plan_of("creates", "creates")
    refused = OperationResult(operation="0", status="failed", strategy="arm", failure=failure)
    outcome = concluded(plan, [refused, result("1", "skipped", "skipped")], [Finding(operation="0", ok=False)])
    assert (outcome.verdict, outcome.exit_code) == ("failed", code)


def test_what_was_interrupted_is_not_called_failed():
    outcome = concluded(plan_of("creates"), [result("0", "skipped")], [Finding(operation="0", ok=False)], "interrupted")
    assert (outcome.verdict, outcome.exit_code) == ("interrupted", 130)


def test_an_unclear_request_is_a_question_with_something_to_type():
    intent = Intent(
        family="unclear",
        action="unclear",
        summary="",
        questions=("What?",),
        candidates=(Candidate(text="list vms", because="it works"),),
    )
    outcome = conclusion.unclear(intent)
    assert (outcome.verdict, outcome.exit_code, outcome.summary) == ("undecided", 6, "What?")
    assert outcome.next_steps == ('azlin doit "list vms"',)


def test_a_preview_exits_10_only_if_asked_to_and_if_something_would_change():
    codes = [
        conclusion.previewed(plan_of(effect), Terms(exit_code=asked)).exit_code
        for effect, asked in (("creates", True), ("creates", False), ("reads", True))
    ]
    assert codes == [10, 0, 0]


@pytest.mark.parametrize(
    ("error", "verdict", "code"),
    [
        (Undecided("a no"), "undecided", 6),
        (BudgetExceeded("too much"), "refused", 5),
        (NotFound("gone"), "failed", 3),
    ],
)
def test_what_stopped_the_road_before_anything_ran_keeps_its_exit_code(error, verdict: str, code: int):
    outcome = conclusion.stopped_by(error, OBJECTIVE, begun=False)
    assert (outcome.verdict, outcome.exit_code) == (verdict, code)
    assert outcome.failure is not None
    assert outcome.failure.code == error.ref


def test_a_disk_that_fills_up_in_the_middle_leaves_something_to_resume():
    outcome = conclusion.stopped_by(StateUnwritable("cannot write", fix="free some space"), OBJECTIVE, begun=True)
    assert (outcome.verdict, outcome.exit_code) == ("partly", 7)
    assert outcome.next_steps == ("free some space", "azlin objective resume abcdef01")


def test_only_what_is_achieved_cannot_go_on():
    done = Objective(
        **{f: getattr(OBJECTIVE, f) for f in ("id", "cloud", "request")},
        outcome=Outcome(verdict="achieved", summary=""),
    )
    assert conclusion.may_go_on(done) == done
    previewed = Objective(
        id="1", cloud="sandbox", request=OBJECTIVE.request, outcome=Outcome(verdict="previewed", summary="")
    )
    assert conclusion.may_go_on(previewed).outcome is None


def test_the_first_thing_that_may_be_changed_is_the_first_step_to_take():
    outcome = concluded(plan_of("creates"), [result("0", "failed")], [Finding(operation="0", ok=False)])
    way = Suggestion(text="B is available", command="azlin objective resume abcdef01 --with size=B")
    told = Explanation(signature="s", type="capacity", code="Gone", said="gone", suggestions=(way,))
    explained = conclusion.explained(outcome, [told])
    assert explained.next_steps == (way.command, *outcome.next_steps)
    assert (explained.failures, explained.verdict) == ((told,), outcome.verdict)
    assert conclusion.explained(outcome, []) == outcome


def test_a_change_that_was_stopped_leaves_the_verdict_of_what_was_done():
    outcome = concluded(plan_of("creates"), [result("0", "failed")], [Finding(operation="0", ok=False)])
    told = conclusion.not_gone_on(outcome, Undecided("the answer was not a yes; nothing ran"))
    assert (told.verdict, told.exit_code) == (outcome.verdict, outcome.exit_code)
    assert told.summary.endswith("it was not gone on with: the answer was not a yes")
