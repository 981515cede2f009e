from __future__ import annotations

import signal
import threading
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from azlin.agentic.execution_orchestrator import execute as carry_out
from azlin.agentic.journalled_run import JournalledRun
from azlin.agentic.strategies.base_strategy import Fit, Run
from azlin.agentic.strategies.stepwise import Stepwise
from azlin.agentic.types import MadeAgainst, Objective, Operation, OperationResult, Plan, Request, ResourceRef
from azlin.errors import AnswerLost, AzureRefused, CloudUnreachable, StateUnwritable, StillRunning, ToolMissing
from azlin.events import Event, Telling
from azlin.gateways.journal import Journal
from azlin.paths import Paths

VNET = "Microsoft.Network/virtualNetworks"


class Cloud(Stepwise):
    """An Azure of one dict, and the strategy that works on it. `trouble` maps an operation to what it raises, each
    time one less."""

    name: ClassVar[str] = "cloud"

    def __init__(self, **there: dict[str, Any]) -> None:
        self.there: dict[str, dict[str, Any]] = {ref(name).key: body for name, body in there.items()}
        self.sent: list[str] = []
        self.log: dict[str, str] = {}
        self.trouble: dict[str, list[Exception]] = {}
        self.journal_at_call: list[str | None] = []
        self.journal: Journal | None = None

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        return self.there.get(resource_id.casefold())

    def follow(
        self, async_url: str, resource_id: str | None = None, *, method: Any = "PUT", deadline_s: float = 0
    ) -> Any:
        raise AssertionError(f"{async_url} was followed")

    def acted(self, resource_id: str, since: datetime, marks: Collection[str]) -> str | None:
        return next((self.log[mark] for mark in marks if mark in self.log), None)

    def missing(self) -> str | None:
        return None

    def fit(self, plan: Plan) -> Fit:
        return Fit(1, "it is all there is")

    def render_operation(self, operation: Operation) -> str:
        return f"{operation.verb} {operation.target.name}"

    def perform(self, operation: Operation, run: Run) -> Any:
        self.sent.append(operation.id)
        self.mark = run.leaving(operation)["x-ms-client-request-id"]
        if self.journal is not None:
            entry = self.journal.entry(run.objective, operation.id)
            self.journal_at_call.append(entry.state if entry else None)
        if waiting := self.trouble.get(operation.id):
            raise waiting.pop(0)
        if operation.verb == "ensure":
            self.there[operation.target.key] = operation.desired
        if operation.verb == "delete":
            self.there.pop(operation.target.key, None)
        return [{"name": "read"}] if operation.verb == "read" else None


def ref(name: str) -> ResourceRef:
    return ResourceRef(type=VNET, name=name, group="g", subscription="s")


def ensure(name: str, *after: str) -> Operation:
    return Operation(id=name, verb="ensure", effect="creates", target=ref(name), desired={"tags": {}}, after=after)


def plan_of(*operations: Operation) -> Plan:
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(Paths(tmp_path)) as journal:
        request = Request(text="make it so", actor="me", at=datetime.now(UTC))
        journal.save(Objective(id="a" * 32, cloud="sandbox", request=request))
        yield journal


def as_desired(operation: Operation, there: dict[str, Any] | None) -> bool:
    return there == operation.desired if operation.verb == "ensure" else there is None


def at_once(attempt: int, asked_s: float | None = None) -> float:
    return 0.001


def mark_of(run: JournalledRun, operation: Operation) -> str:
    return run.leaving(operation)["x-ms-client-request-id"]


def run_on(cloud: Cloud, journal: Journal, told: list[Event] | None = None) -> JournalledRun:
    telling = Telling()
    if told is not None:
        telling.listen(told.append)
    cloud.journal = journal
    return JournalledRun(
        "a" * 32,
        journal,
        cloud,
        as_desired,
        telling,
        timeout_s=30,
        settle_s=0,
    )


def execute(cloud: Stepwise, plan: Plan, run: JournalledRun) -> list[OperationResult]:
    return carry_out([cloud], plan, run)


def test_every_call_leaves_after_the_journal_knows_of_it(journal: Journal):
    cloud = Cloud()
    execute(cloud, plan_of(ensure("a"), ensure("b", "a")), run_on(cloud, journal))
    assert cloud.sent == ["a", "b"]
    assert cloud.journal_at_call == ["started", "started"]


def test_only_what_was_absent_before_counts_as_created(journal: Journal):
    cloud = Cloud(old={"tags": {"mine": "yes"}})
    results = execute(cloud, plan_of(ensure("old"), ensure("new")), run_on(cloud, journal))
    assert {result.operation: result.created for result in results} == {"old": False, "new": True}


def test_what_waited_for_a_failure_is_skipped_with_the_reason_and_the_rest_goes_on(journal: Journal):
    cloud = Cloud()
    cloud.trouble["a"] = [AzureRefused("SkuNotAvailable", "not here", status=409)]
    told: list[Event] = []
    results = execute(cloud, plan_of(ensure("a"), ensure("b", "a"), ensure("c")), run_on(cloud, journal, told))
    assert [result.status for result in results] == ["failed", "skipped", "done"]
    assert results[0].failure is not None
    assert (results[0].failure.code, results[0].attempts) == ("SkuNotAvailable", 1)
    assert results[1].failure is not None
    assert "a was not done" in results[1].failure.message
    assert [event.kind for event in told].count("operation-skipped") == 1


def test_what_may_pass_is_tried_again_and_what_may_not_is_not(journal: Journal):
    cloud = Cloud()
    cloud.trouble["a"] = [AzureRefused("TooManyRequests", "slow down", status=429, retry_after_s=0.01)] * 2
    told: list[Event] = []
    (result,) = execute(cloud, plan_of(ensure("a")), run_on(cloud, journal, told))
    assert (result.status, result.attempts, cloud.sent) == ("done", 3, ["a", "a", "a"])
    assert [event.kind for event in told].count("operation-retried") == 2


def test_it_gives_up_after_five_attempts_and_says_so(journal: Journal):
    cloud = Cloud()
    cloud.trouble["a"] = [AzureRefused("TooManyRequests", "slow down", status=429, retry_after_s=0.01)] * 9
    (result,) = execute(cloud, plan_of(ensure("a")), run_on(cloud, journal))
    assert (result.status, result.attempts, len(cloud.sent)) == ("failed", 5, 5)


def test_a_second_run_does_nothing_twice(journal: Journal):
    cloud = Cloud()
    plan = plan_of(ensure("a"), ensure("b", "a"))
    execute(cloud, plan, run_on(cloud, journal))
    again = execute(cloud, plan, run_on(cloud, journal))
    assert cloud.sent == ["a", "b"]
    assert [(result.status, result.created) for result in again] == [("done", True), ("done", True)]


@pytest.mark.parametrize("landed", [True, False])
def test_what_a_dead_process_started_is_asked_about_and_done_only_if_azure_does_not_have_it(
    journal: Journal, landed: bool
):
    cloud = Cloud()
    plan = plan_of(ensure("a"))
    run = run_on(cloud, journal)
    run.start(plan.operations[0], "cloud", "ensure a")  # and here the process dies
    if landed:
        cloud.there[ref("a").key] = {"tags": {}}
    (result,) = execute(cloud, plan, run_on(cloud, journal))
    assert (result.status, result.created) == ("done", True)
    assert cloud.sent == ([] if landed else ["a"])


def test_a_journal_that_cannot_be_written_stops_the_call(journal: Journal, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> None:
        raise StateUnwritable("cannot write the journal", why="No space left on device")

    cloud = Cloud()
    run = run_on(cloud, journal)
    monkeypatch.setattr(journal, "started", full)
    (result,) = execute(cloud, plan_of(ensure("a")), run)
    assert (result.status, cloud.sent, cloud.there) == ("failed", [], {})


def test_reads_leave_nothing_in_the_journal(journal: Journal):
    cloud = Cloud()
    target = ResourceRef(type=VNET, name="", subscription="s")
    read = Operation(id="r", verb="read", effect="reads", target=target, desired={"list": True})
    (result,) = execute(cloud, plan_of(read), run_on(cloud, journal))
    assert result.data == [{"name": "read"}]
    assert journal.results("a" * 32) == {}


def test_ctrl_c_lets_what_is_in_flight_finish_and_starts_nothing_new(journal: Journal):
    class Interrupted(Cloud):
        def perform(self, operation: Operation, run: Run) -> Any:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            while run.stopped() is None:
                pass
            return super().perform(operation, run)

    cloud = Interrupted()
    run = run_on(cloud, journal)
    before = signal.getsignal(signal.SIGINT)
    results = execute(cloud, plan_of(ensure("a"), ensure("b", "a")), run)
    assert [result.status for result in results] == ["done", "skipped"]
    assert run.stopped() == "interrupted"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_cloud_that_does_not_even_answer_a_look_is_given_up_too(journal: Journal, monkeypatch: pytest.MonkeyPatch):
    cloud = Cloud()
    run = run_on(cloud, journal)
    looks: list[str] = []

    def dead(resource_id: str) -> None:
        looks.append(resource_id)
        raise CloudUnreachable("nobody answers")

    monkeypatch.setattr(cloud, "get", dead)
    monkeypatch.setattr("azlin.agentic.strategies.attempts.backoff", at_once)
    (result,) = execute(cloud, plan_of(ensure("a")), run)
    assert (result.status, cloud.sent, len(looks)) == ("failed", [], 5)


class Broken(Cloud):
    """A tool that ends in the middle: from the operation `from_` on it cannot be started any more."""

    name: ClassVar[str] = "broken"

    def __init__(self, other: Cloud, from_: str) -> None:
        super().__init__()
        self.there = other.there
        self.from_ = from_
        self.gone = False

    def perform(self, operation: Operation, run: Run) -> Any:
        self.gone = self.gone or operation.id == self.from_
        if self.gone:
            raise ToolMissing("the tool is not installed any more")
        return super().perform(operation, run)


def test_another_strategy_does_what_the_first_cannot_and_what_is_done_stays_done(journal: Journal):
    cloud = Cloud()
    broken = Broken(cloud, "b")
    told: list[Event] = []
    plan = plan_of(ensure("a"), ensure("b", "a"), ensure("c", "b"))
    results = carry_out([broken, cloud], plan, run_on(cloud, journal, told))
    assert [(result.operation, result.status, result.strategy) for result in results] == [
        ("a", "done", "broken"),
        ("b", "done", "cloud"),
        ("c", "done", "cloud"),
    ]
    assert (broken.sent, cloud.sent) == (["a"], ["b", "c"])
    assert all(result.created for result in results)
    (changed,) = [event for event in told if event.kind == "strategy-changed"]
    assert (changed.about["strategy"], changed.about["instead_of"], changed.about["left"]) == (
        "cloud",
        "broken",
        ["b", "c"],
    )


def test_what_azure_refuses_is_not_tried_again_by_another_strategy(journal: Journal):
    first, second = Cloud(), Cloud()
    first.trouble["a"] = [AzureRefused("SkuNotAvailable", "not here", status=409)]
    (result,) = carry_out([first, second], plan_of(ensure("a")), run_on(first, journal))
    assert (result.status, second.sent) == ("failed", [])


def test_the_last_strategy_that_cannot_go_on_has_failed_and_what_waited_is_skipped(journal: Journal):
    cloud = Cloud()
    results = execute(
        Broken(cloud, "b"), plan_of(ensure("a"), ensure("b", "a"), ensure("c", "b")), run_on(cloud, journal)
    )
    assert [result.status for result in results] == ["done", "failed", "skipped"]
    assert results[1].failure is not None
    assert results[1].failure.type == "tool"


RESTART = Operation(id="r", verb="act", effect="changes", target=ref("sam"), desired={"action": "restart"})


@pytest.mark.parametrize("logged", [True, False])
def test_an_act_that_may_have_left_is_never_sent_again(journal: Journal, logged: bool):
    cloud = Cloud(sam={"tags": {}})
    dead = run_on(cloud, journal)
    dead.start(RESTART, "cloud", "POST restart")
    mark = mark_of(dead, RESTART)  # and here the process dies
    if logged:
        cloud.log[mark] = "Succeeded"
    (result,) = execute(cloud, plan_of(RESTART), run_on(cloud, journal))
    assert cloud.sent == []
    assert result.status == ("done" if logged else "failed")
    (again,) = execute(cloud, plan_of(RESTART), run_on(cloud, journal))
    assert (cloud.sent, again.status) == ([], result.status)
    if not logged:
        assert result.failure is not None
        assert result.failure.code == "outcome-unknown"
        cloud.log[mark] = "Succeeded"  # the log lagged behind
        (late,) = execute(cloud, plan_of(RESTART), run_on(cloud, journal))
        assert (cloud.sent, late.status) == ([], "done")


def test_an_act_that_was_written_down_and_had_not_left_is_done_by_the_next_run(journal: Journal):
    cloud = Cloud(sam={"tags": {}})
    run_on(cloud, journal).start(RESTART, "cloud", "POST restart")  # and here the process dies
    (result,) = execute(cloud, plan_of(RESTART), run_on(cloud, journal))
    assert (result.status, cloud.sent) == ("done", ["r"])


def test_a_lost_answer_to_an_act_is_looked_up_and_not_repeated(journal: Journal):
    class LosesAnswers(Cloud):
        def perform(self, operation: Operation, run: Run) -> Any:
            super().perform(operation, run)
            self.log[run.leaving(operation)["x-ms-client-request-id"]] = "Accepted"
            raise AnswerLost("nobody answered", repeatable=False)

    cloud = LosesAnswers(sam={"tags": {}})
    (result,) = execute(cloud, plan_of(RESTART), run_on(cloud, journal))
    assert (result.status, cloud.sent) == ("done", ["r"])


def test_two_acts_that_only_their_bodies_tell_apart_are_not_taken_for_each_other(journal: Journal):
    cloud = Cloud(sam={"tags": {}})
    keys = [replace(RESTART, id=key, desired={"action": "regenerateKey", "body": {"keyName": key}}) for key in "ab"]
    dead = run_on(cloud, journal)
    for key in keys:
        dead.start(key, "cloud", "POST regenerateKey")
        dead.leaving(key)
    cloud.log[mark_of(dead, keys[0])] = "Succeeded"  # one arrived, and then the process died
    results = execute(cloud, plan_of(*keys), run_on(cloud, journal))
    assert [result.status for result in results] == ["done", "failed"]
    assert cloud.sent == []


def test_a_runner_that_slept_until_another_took_over_sends_nothing_more(journal: Journal, tmp_path: Path):
    cloud = Cloud()
    with journal.lease("a" * 32, "sleeper"):
        run = run_on(cloud, journal)
        run.start(ensure("a"), "cloud", "ensure a")
        with (
            Journal.open(Paths(tmp_path)) as other,
            other.lease("a" * 32, "heir", heir_of=1),
            pytest.raises(StillRunning),
        ):
            run.leaving(ensure("a"))


def test_what_was_made_before_a_lost_answer_is_not_made_again(journal: Journal, monkeypatch: pytest.MonkeyPatch):
    class LosesAnswers(Cloud):
        def perform(self, operation: Operation, run: Run) -> Any:
            super().perform(operation, run)
            raise AnswerLost("nobody answered", repeatable=True)

    monkeypatch.setattr("azlin.agentic.strategies.attempts.backoff", at_once)
    cloud = LosesAnswers()
    (result,) = execute(cloud, plan_of(ensure("a")), run_on(cloud, journal))
    assert (result.status, result.created, cloud.sent) == ("done", True, ["a"])


def test_what_azure_says_was_done_already_is_done_if_it_is_as_wanted(journal: Journal):
    cloud = Cloud(a={"tags": {}})
    cloud.trouble["a"] = [AzureRefused("RoleAssignmentExists", "The role assignment already exists.", status=409)]
    (result,) = execute(cloud, plan_of(ensure("a")), run_on(cloud, journal))
    assert result.status == "done"


def test_a_child_is_tried_again_while_azure_does_not_see_the_parent_that_was_just_made(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("azlin.agentic.strategies.attempts.backoff", at_once)

    def missing(name: str) -> AzureRefused:
        return AzureRefused("ParentResourceNotFound", f"Parent resource '{name}' not found.", status=404)

    cloud = Cloud(old={"tags": {}})
    cloud.trouble["child"] = [missing("new")]
    cloud.trouble["stranger"] = [missing("elsewhere")]
    cloud.trouble["orphan"] = [missing("old")]
    plan = plan_of(
        ensure("new"), ensure("child", "new"), ensure("stranger", "new"), ensure("old"), ensure("orphan", "old")
    )
    results = {result.operation: result for result in execute(cloud, plan, run_on(cloud, journal))}
    assert (results["child"].status, results["child"].attempts) == ("done", 2)
    assert (results["stranger"].status, results["stranger"].attempts) == ("failed", 1)
    assert (results["orphan"].status, results["orphan"].attempts) == ("failed", 1)


def test_after_the_deadline_of_the_run_nothing_new_begins(journal: Journal):
    cloud = Cloud()
    cloud.journal = journal
    run = JournalledRun("a" * 32, journal, cloud, as_desired, Telling(), timeout_s=30, deadline_s=0.0, settle_s=0)
    (result,) = execute(cloud, plan_of(ensure("a")), run)
    assert (result.status, cloud.sent) == ("skipped", [])
    assert run.out_of_time
    assert "deadline" in (run.stopped() or "")


def test_a_wait_that_would_outlast_the_operation_is_not_begun(journal: Journal):
    cloud = Cloud()
    cloud.trouble["a"] = [AzureRefused("TooManyRequests", "slow down", status=429, retry_after_s=3600)]
    (result,) = execute(cloud, plan_of(ensure("a")), run_on(cloud, journal))
    assert (result.status, result.attempts) == ("failed", 1)


def test_a_creation_that_failed_later_and_left_something_counts_as_ours(journal: Journal):
    class LeavesFailed(Cloud):
        def perform(self, operation: Operation, run: Run) -> Any:
            self.there[operation.target.key] = {"properties": {"provisioningState": "Failed"}}
            raise AzureRefused("SkuNotAvailable", "not here", status=409)

    cloud = LeavesFailed()
    (result,) = execute(cloud, plan_of(ensure("a")), run_on(cloud, journal))
    assert (result.status, result.created) == ("failed", True)
    assert [made for made, _ in journal.created("a" * 32)] == [ref("a").id]


def test_what_azure_refused_at_once_is_not_ours_even_if_somebody_makes_it_meanwhile(journal: Journal):
    class MadeByOthers(Cloud):
        def perform(self, operation: Operation, run: Run) -> Any:
            self.there[operation.target.key] = {"properties": {"provisioningState": "Succeeded"}}
            raise AzureRefused("SkuNotAvailable", "not here", status=409)

    cloud = MadeByOthers()
    (result,) = execute(cloud, plan_of(ensure("a")), run_on(cloud, journal))
    assert (result.status, result.created) == ("failed", False)
    assert journal.created("a" * 32) == []
