from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from azlin.agentic.explanation import Suggestion
from azlin.agentic.failures.history import FailureHistory
from azlin.agentic.failures.report import Failed, account_of, explain, failed_in, filled
from azlin.agentic.learn.findings import Findings, Page
from azlin.agentic.types import (
    GROUP_TYPE,
    Failure,
    MadeAgainst,
    Objective,
    Operation,
    OperationResult,
    Outcome,
    Plan,
    Replaced,
    Request,
    ResourceRef,
)
from azlin.paths import Paths

VM = ResourceRef(
    type="Microsoft.Compute/virtualMachines", name="web", group="my group", subscription="s", location="westeurope"
)
MAKE = Operation(
    id="vm:web",
    verb="ensure",
    effect="creates",
    target=VM,
    desired={"location": "westeurope", "properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v3"}}},
)
WAITS = Operation(id="late", verb="ensure", effect="creates", target=replace(VM, name="late"), after=("vm:web",))
FAILURE = Failure(
    type="needs_change",
    code="SkuNotAvailable",
    message="no such size",
    hint="Take another: az vm list-skus --location {location} --size {size} --all",
    cause="It is gone.",
    signature="abc",
    links=("https://learn.microsoft.com/x",),
)
PAGE = Page(title="Sizes", url="https://learn.microsoft.com/sizes", passage="about it", troubleshooting=True)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def objective(outcome: Outcome | None = None, *operations: Operation) -> Objective:
    return Objective(
        id="0123456789ab",
        cloud="sandbox",
        request=Request(text="make web", actor="anna", at=NOW),
        plan=Plan(operations=operations or (MAKE, WAITS), made_against=MadeAgainst(cloud="sandbox")),
        outcome=outcome,
    )


def result(operation: str, status: Any = "failed", failure: Failure | None = FAILURE) -> OperationResult:
    return OperationResult(operation=operation, status=status, strategy="arm", failure=failure)


def learns(code: str, type_: str) -> Findings:
    assert (code, type_) == ("SkuNotAvailable", VM.type)
    return Findings(pages=(PAGE,), source="cache", as_of=NOW)


@pytest.fixture
def history(tmp_path: Path) -> FailureHistory:
    return FailureHistory(Paths(tmp_path))


def test_only_what_failed_itself_is_explained():
    results = [result("vm:web"), result("late", "skipped"), result("undo:vm:web")]
    assert failed_in(objective().plan or Plan((), MadeAgainst(cloud="")), results) == [Failed(MAKE, FAILURE)]


def test_an_explanation_says_what_azure_said_why_what_to_do_what_helped_and_what_to_read(history: FailureHistory):
    history.failed(FAILURE)
    history.resolved(FAILURE, "size B instead of A")
    (told,) = explain(objective(), [Failed(MAKE, FAILURE)], history=history, look_up=learns)
    assert (told.code, told.said, told.cause) == ("SkuNotAvailable", "no such size", "It is gone.")
    assert told.command == "az vm list-skus --location westeurope --size Standard_D2s_v3 --all"
    assert told.remedy == f"Take another: {told.command}"
    assert (told.before, told.seen) == ("size B instead of A", 1)
    assert [page.url for page in told.pages] == [PAGE.url]
    assert (told.operations, told.location, told.links) == (("vm:web",), "westeurope", FAILURE.links)


def test_the_same_failure_of_several_operations_is_explained_once(history: FailureHistory):
    other = replace(FAILURE, signature="other", type="timed_out")
    failed = [Failed(MAKE, FAILURE), Failed(WAITS, FAILURE), Failed(WAITS, other)]
    first, second = explain(objective(), failed, history=history, look_up=learns)
    assert (first.operations, second.operations) == (("vm:web", "late"), ("late",))
    assert second.pages == ()  # a deadline of ours is not Microsoft's to explain


def test_several_failures_are_looked_up_at_the_same_time(history: FailureHistory):
    def slow(code: str, type_: str) -> Findings:
        time.sleep(0.1)
        return Findings(note="slow")

    failed = [Failed(MAKE, replace(FAILURE, signature=str(number))) for number in range(6)]
    began = time.monotonic()
    assert {one.note for one in explain(objective(), failed, history=history, look_up=slow)} == {"slow"}
    assert time.monotonic() - began < 0.4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("az lock list --resource-group {group}", "az lock list --resource-group 'my group'"),
        ("az vm deallocate --name {name}", "az vm deallocate --name web"),
        ("az provider register --namespace {namespace}", "az provider register --namespace Microsoft.Compute"),
        ("--assignee {principal} {scope}", "--assignee PRINCIPAL '/subscriptions/s/resourceGroups/my group'"),
        ("--ids {id}", f"--ids '{VM.id}'"),
        ("go on: azlin objective resume", "go on: azlin objective resume 01234567"),
        ('azlin doit "…" -n', "azlin doit 'make web' -n"),
    ],
)  # fmt: skip
def test_a_remedy_can_be_pasted(text: str, told: str):
    assert filled(text, MAKE, objective()) == told


def test_a_name_cannot_smuggle_a_command_into_what_is_pasted():
    evil = replace(MAKE, target=replace(VM, name="$(reboot)", group="; reboot"))
    assert filled("x {name} {group}", evil, objective()) == "x '$(reboot)' '; reboot'"


def test_a_resource_group_is_its_own_group():
    group = replace(MAKE, target=ResourceRef(type=GROUP_TYPE, name="mine", subscription="s"))
    assert filled("-g {group}", group, objective()) == "-g mine"


def test_a_request_with_a_secret_is_not_repeated():
    told = objective()
    secret = replace(told, request=replace(told.request, text="make web with password {secret:password}"))
    assert "secret:" not in filled('azlin doit "…"', MAKE, secret)


def test_azures_words_are_shortened_and_secrets_in_them_masked(history: FailureHistory):
    long = replace(FAILURE, message="password=hunter2hunter2! " + "x" * 5_000)
    (told,) = explain(objective(), [Failed(MAKE, long)], history=history, look_up=learns)
    assert "hunter2" not in told.said
    assert len(told.said) < 700


class TestAccount:
    def test_a_failure_is_explained_again_with_what_was_suggested_then(self, history: FailureHistory):
        way = Suggestion(text="B is available", command="azlin objective resume 01234567 --with size=B")
        failed = objective()
        (told,) = explain(failed, [Failed(MAKE, FAILURE)], history=history, look_up=learns)
        outcome = Outcome(
            verdict="partly",
            summary="1 of 2",
            exit_code=7,
            results=(result("vm:web"),),
            failures=(replace(told, suggestions=(way,), before="old"),),
            next_steps=("azlin objective resume 01234567",),
        )
        history.resolved(FAILURE, "resuming it later")
        account = account_of(objective(outcome), history, learns)
        assert account.failed
        assert account.failures[0].suggestions == (way,)
        assert account.failures[0].before == "resuming it later"
        assert account.next_steps == outcome.next_steps

    def test_what_was_refused_before_anything_ran_says_why(self, history: FailureHistory):
        refused = Failure(type="budget", code="budget", message="the budget does not allow it", hint="raise it")
        outcome = Outcome(verdict="refused", summary="the budget does not allow it", exit_code=5, failure=refused)
        account = account_of(objective(outcome), history, learns)
        assert account.failed
        assert (account.failures[0].said, account.failures[0].remedy) == ("the budget does not allow it", "raise it")

    def test_what_was_achieved_did_not_fail_but_may_have_before(self, history: FailureHistory):
        done = objective(Outcome(verdict="achieved", summary="made"))
        assert not account_of(done, history, learns).failed
        cured = replace(done, history=(Replaced(at=NOW, why="after SkuNotAvailable: size B instead of A"),))
        assert "SkuNotAvailable: size B instead of A" in account_of(cured, history, learns).summary

    def test_what_was_cut_off_is_not_called_a_success(self, history: FailureHistory):
        account = account_of(objective(), history, learns)
        assert account.failed
        assert account.next_steps == ("azlin objective resume 01234567",)
