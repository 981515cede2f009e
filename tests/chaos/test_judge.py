"""The judge of `make chaos` can say no: each kind of loss, repetition, damage and untruth is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from azlin.agentic.objective_manager import ObjectiveManager
from azlin.agentic.types import (
    Intent,
    MadeAgainst,
    Objective,
    OperationResult,
    Outcome,
    Plan,
    Request,
    ResourceRef,
)
from azlin.gateways.journal import Journal, Moment
from azlin.paths import Paths
from azlin.views.document import shape
from chaos import azure as sandbox
from chaos.judge import UNKNOWN, Judged, judge
from chaos.lives import Case, Life, Run
from chaos.plans import small

PREFIX = "c1001"
BEGAN = 1_000.0


@dataclass
class World:
    """A sandbox as the judge sees it. `there` is by case-folded id."""

    there: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[sandbox.Request] = field(default_factory=list)

    def requests(self, prefix: str, since: float = 0.0) -> list[sandbox.Request]:
        return [one for one in self.log if one.at >= since]

    def get(self, ref: ResourceRef) -> dict[str, Any] | None:
        return self.there.get(ref.key)

    def groups(self, prefix: str) -> list[str]:
        return [key.rpartition("/")[2] for key in self.there if "/providers/" not in key]

    def listed(self, group: str) -> list[dict[str, Any]]:
        return [{"id": key} for key in self.there if f"/{group}/providers/" in key and key.count("/") == 8]

    def assignments(self, group: str) -> list[dict[str, Any]]:
        return []

    def below(self, parent: ResourceRef, kind: str) -> list[dict[str, Any]]:
        start = f"{parent.key}/{kind.casefold()}/"
        return [{"id": key} for key in self.there if key.startswith(start)]


@dataclass
class Ended:
    """A run that ended well, until a test spoils something."""

    run: Run
    world: World
    objective: Objective

    def judged(self) -> Judged:
        with Journal.open(Paths(self.run.home)) as journal:
            ObjectiveManager(journal, Paths(self.run.home)).file(self.objective)
        self.run.filed = self.objective
        self.run.last.out_path.write_text(json.dumps(shape(self.objective), default=str) + "\n")
        return judge(self.run, self.world, verify=lambda home: [])

    def key(self, part: str) -> str:
        return next(one.target.key for one in self.run.draft.operations if part in one.id)

    def say(self, part: str, **changed: Any) -> None:
        """Let azlin say something else of one operation."""
        outcome = self.objective.outcome
        assert outcome is not None
        results = tuple(replace(one, **changed) if part in one.operation else one for one in outcome.results)
        self.objective = replace(self.objective, outcome=replace(outcome, results=results))

    def conclude(self, verdict: Any, code: int) -> None:
        assert self.objective.outcome is not None
        self.objective = replace(self.objective, outcome=replace(self.objective.outcome, verdict=verdict))
        self.run.last.code = code


@pytest.fixture
def ended(tmp_path: Path) -> Ended:
    draft = small(PREFIX, "s", "p")
    world = World()
    for ref, body in draft.before:
        world.there[ref.key] = {**body, "id": ref.id}
    results: list[OperationResult] = []
    before = set(world.there)
    for at, operation in enumerate(draft.operations):
        key, made = operation.target.key, None
        if operation.verb == "ensure":
            made = key not in before
            world.there[key] = {**operation.desired, "id": operation.target.id}
        elif operation.verb == "delete":
            del world.there[key]
        method = {"ensure": "PUT", "delete": "DELETE", "act": "POST"}[operation.verb]
        path = key if operation.verb != "act" else f"{key}/{operation.desired['action']}".casefold()
        world.log.append(sandbox.Request(BEGAN + at, method, path, 200))
        results.append(OperationResult(operation=operation.id, status="done", strategy="arm", created=made))
    objective = Objective(
        id="11111111-1111-4111-8111-111111111111",
        cloud="sandbox",
        request=Request(text="x", actor="sam", at=datetime.now(UTC)),
        intent=Intent(family="virtual-machines", action="list", summary="x"),
        plan=Plan(operations=tuple(draft.operations), made_against=MadeAgainst(cloud="sandbox")),
        outcome=Outcome(verdict="achieved", summary="all of it", results=tuple(results)),
    )
    case = Case(1, 1, "small", "arm", "quick", 1, replanned=False, zombie=False, instant=0.5)
    run = Run(case, tmp_path, draft, began_at=BEGAN, objective=objective.id)
    run.lives.append(Life(["objective", "resume"], BEGAN, tmp_path / "out", tmp_path / "err", BEGAN + 99, code=0))
    (tmp_path / "err").touch()
    return Ended(run, world, objective)


def test_a_run_that_ended_well_has_no_complaint(ended: Ended):
    assert ended.judged().complaints == {}


def lose(ended: Ended) -> None:
    del ended.world.there[ended.key("networkInterfaces")]


def spoil(ended: Ended) -> None:
    ended.world.there[ended.key("virtualMachines")]["properties"] = {}


def keep(ended: Ended) -> None:
    ended.world.there[ended.key("delete:disks")] = {}


def half(ended: Ended) -> None:
    ended.world.there[ended.key("ensure:disks")]["properties"]["provisioningState"] = "Failed"


def double(ended: Ended) -> None:
    ended.world.there[ended.key("ensure:disks") + "2"] = {}


def strange_group(ended: Ended) -> None:
    ended.world.there[f"/subscriptions/s/resourcegroups/{PREFIX}z"] = {}


def make_again(ended: Ended) -> None:
    key = ended.key("ensure:disks")
    ended.world.log += [sandbox.Request(BEGAN + 90, method, key, 200) for method in ("DELETE", "PUT")]


def restart_again(ended: Ended) -> None:
    path = ended.key(":restart") + "/restart"
    ended.world.log.append(sandbox.Request(BEGAN + 90, "POST", path, 202))


def never_send(ended: Ended) -> None:
    path = ended.key("regenerateKey") + "/regeneratekey"
    ended.world.log = [one for one in ended.world.log if one.path != path]


def disagree(ended: Ended) -> None:
    ended.run.last.code = 7


def claim_what_was_there(ended: Ended) -> None:
    ended.say("virtualNetworks", created=False)


def hide(ended: Ended) -> None:
    ended.conclude("partly", 7)


def wake(ended: Ended) -> None:
    ended.run.thawed_at = BEGAN + 15


def write_in_sleep(ended: Ended) -> None:
    ended.run.thawed_at = BEGAN + 50
    ended.run.history = [Moment(at=datetime.fromtimestamp(BEGAN + 60, UTC), what="started", operation="x")]


def leave_a_draft(ended: Ended) -> None:
    (ended.run.home / ".journal.sqlite.77.88").touch()


def tear_the_history(ended: Ended) -> None:
    Paths(ended.run.home).command_history.write_text('{"half')


@pytest.mark.parametrize(
    ("wrong", "kinds"),
    [
        (lose, {"lost", "untrue"}),
        (spoil, {"lost", "untrue"}),
        (keep, {"lost", "untrue"}),
        (half, {"lost", "untrue"}),
        (double, {"twice"}),
        (strange_group, {"twice"}),
        (make_again, {"twice"}),
        (restart_again, {"repeated", "untrue"}),
        (never_send, {"lost", "untrue"}),
        (disagree, {"untrue"}),
        (claim_what_was_there, {"untrue"}),
        (hide, {"modest"}),
        (wake, {"twice"}),
        (write_in_sleep, {"twice"}),
        (leave_a_draft, {"damaged"}),
        (tear_the_history, {"damaged"}),
    ],
)
def test_what_went_wrong_is_found(ended: Ended, wrong: Callable[[Ended], None], kinds: set[str]):
    wrong(ended)
    assert set(ended.judged().complaints) == kinds


def test_an_act_that_azlin_says_it_does_not_know_of_is_counted_and_no_complaint(ended: Ended):
    from azlin.agentic.types import Failure

    unknown = Failure(type="unknown", code=UNKNOWN, message="nobody saw its end")
    ended.say("oldst0:regenerateKey", status="failed", failure=unknown)
    ended.conclude("partly", 7)
    judged = ended.judged()
    assert judged.complaints == {}
    assert len(judged.unknown) == 1


def test_a_copy_that_is_not_what_the_journal_says_is_found(ended: Ended):
    assert ended.judged().complaints == {}
    copy = Paths(ended.run.home).objectives / f"{ended.objective.id}.json"
    copy.write_text(copy.read_text().replace("all of it", "some of it"))
    again = judge(ended.run, ended.world, verify=lambda home: [])
    assert set(again.complaints) == {"damaged"}
    assert judge(ended.run, ended.world, verify=lambda home: ["a line was cut out"]).damaged[-1] == "a line was cut out"
