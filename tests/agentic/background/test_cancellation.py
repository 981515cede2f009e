"""Calling off what nobody carries out: Azure is asked first, and what cannot be asked is not called over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from azlin.agentic.background.cancellation import after_asking, before_anything_began, refuse_if_over, why
from azlin.agentic.conclusion import Finding
from azlin.agentic.types import Operation, OperationResult, Outcome, Plan, Verdict
from azlin.errors import AzlinError, CloudUnreachable, SignInNeeded, TimedOut, UsageRefused
from tests.gateways.ledger_builders import asked, disk, planned, result

DONE, FLYING, TODO = disk("done"), disk("flying"), disk("todo")
PLAN = planned(DONE, FLYING, TODO)


class Run:
    """Answers what Azure, or the journal, says of each operation; None: it is not there."""

    objective = "0bject1ve"
    timeout_s = 600.0

    def __init__(self, known: Callable[[Operation], OperationResult | None]) -> None:
        self._known = known

    def finished(self, operation: Operation) -> OperationResult | None:
        return self._known(operation)


def called_off(known: Callable[[Operation], OperationResult | None]) -> Outcome:
    def ask(plan: Plan, results: Sequence[OperationResult]) -> list[Finding]:
        done = {one.operation for one in results if one.status == "done"}
        return [Finding(operation=one.id, ok=one.id in done) for one in plan.operations]

    return after_asking(asked(plan=PLAN), PLAN, Run(known), ask, why("sam"))  # type: ignore[arg-type]


def test_what_was_done_and_what_azure_has_meanwhile_is_listed():
    outcome = called_off(lambda one: None if one is TODO else result(one, created=True))
    assert (outcome.verdict, outcome.exit_code) == ("cancelled", 1)
    assert [one.status for one in outcome.results] == ["done", "done", "skipped"]
    assert any("azlin objective undo" in step for step in outcome.next_steps)
    assert outcome.results[2].failure is not None
    assert outcome.results[2].failure.message == "cancelled by sam"


def test_it_is_achieved_when_azure_has_all_of_it():
    assert called_off(result).verdict == "achieved"


@pytest.mark.parametrize("error", [CloudUnreachable("no network"), SignInNeeded("who are you?")])
def test_where_azure_cannot_be_asked_nothing_is_concluded(error: AzlinError):
    def known(one: Operation) -> OperationResult | None:
        if one is FLYING:
            raise error
        return None

    with pytest.raises(type(error)):
        called_off(known)


def test_what_stays_unknown_after_asking_is_said_to_be_unknown():
    def known(one: Operation) -> OperationResult | None:
        if one is FLYING:
            raise TimedOut("flying was still in progress after 600 s")
        return result(one)

    outcome = called_off(known)
    assert outcome.results[1].status == "failed"
    assert "still in progress" in outcome.summary


def test_before_anything_was_sent_that_is_what_is_said():
    outcome = before_anything_began(asked(), why("sam"))
    assert (outcome.verdict, outcome.exit_code) == ("cancelled", 1)
    assert outcome.summary == "cancelled by sam; nothing had been sent to Azure"


@pytest.mark.parametrize("verdict", ["achieved", "failed", "refused", "undecided", "previewed", "cancelled"])
def test_there_is_nothing_to_call_off_in_what_is_over(verdict: Verdict):
    with pytest.raises(UsageRefused, match=f"is over \\({verdict}\\)"):
        refuse_if_over(replace(asked(), outcome=Outcome(verdict=verdict, summary="so")))


@pytest.mark.parametrize("verdict", ["partly", "interrupted", "timed-out", "running"])
def test_what_could_be_resumed_can_be_called_off(verdict: Verdict):
    refuse_if_over(replace(asked(), outcome=Outcome(verdict=verdict, summary="so")))
    refuse_if_over(asked())
