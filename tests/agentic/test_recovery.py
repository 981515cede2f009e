from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from azlin.agentic import recovery
from azlin.agentic.approver import Question
from azlin.agentic.failures.history import FailureHistory
from azlin.agentic.families import IntentFamily
from azlin.agentic.learn.findings import Findings
from azlin.agentic.recovery import Recovery
from azlin.agentic.types import Failure, Intent, Objective, OperationResult, Plan, Replaced, Request
from azlin.errors import AzureRefused, UsageRefused
from azlin.paths import Paths
from tests.agentic.families.test_vm_offers import row

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TEXT = "create a Standard_D2s_v3 vm called web"
GONE = Failure(
    type="needs_change", code="SkuNotAvailable", message="gone", action="change_sku_or_region", signature="g"
)


class Person:
    attended = True

    def __init__(self, says: str | None) -> None:
        self.says = says
        self.asked: list[Question] = []

    def ask(self, question: Question) -> str | None:
        self.asked.append(question)
        return self.says


class Scene:
    """An objective whose last operation failed, and what looks back at it."""

    def __init__(self, azure: Any, families: Mapping[str, IntentFamily], intent: Intent, home: Path) -> None:
        self.azure = azure
        family = families[intent.family]
        self.plan = family.plan(intent, azure.world())
        *done, failed = self.plan.operations
        azure.carry_out(Plan(operations=tuple(done), made_against=self.plan.made_against))
        self.results = [
            OperationResult(operation=one.id, status="done", strategy="arm", created=True) for one in done
        ] + [OperationResult(operation=failed.id, status="failed", strategy="arm", failure=GONE)]
        self.objective = Objective(
            id="0123456789",
            cloud="sandbox",
            request=Request(text=TEXT, actor="anna", at=NOW),
            intent=intent,
            plan=self.plan,
        )
        self.history = FailureHistory(Paths(home))
        self.recovery = Recovery(
            families,
            family.plan,
            self.history,
            lambda code, type_: Findings(),
            lambda id_: {result.operation: result for result in self.results},
        )

    def look_back(self) -> Any:
        return self.recovery.look_back(self.objective, self.plan, self.results, self.azure.world())


@pytest.fixture
def scene(
    azure: Any,
    families: dict[str, IntentFamily],
    understand: Callable[..., Intent],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Scene:
    def inquire(path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
        return [row(f"Standard_D2s_v{number}") for number in (3, 4, 5, 6, 7)] if path.endswith("/skus") else []

    monkeypatch.setattr(azure, "inquire", inquire, raising=False)
    return Scene(azure, families, understand(TEXT), tmp_path)


def test_looking_back_explains_suggests_and_remembers(scene: Scene):
    (told,) = scene.look_back().failures
    assert (told.code, told.seen) == ("SkuNotAvailable", 0)
    assert len(told.suggestions) == 3
    assert told.suggestions[0].command == "azlin objective resume 01234567 --with size=Standard_D2s_v7"
    assert scene.history.all()["g"].count == 1


@pytest.mark.parametrize(
    ("says", "size"),
    [("", 7), ("y", 7), ("YES", 7), ("1", 7), ("3", 5), ("n", None), ("4", None), ("0", None), (None, None)],
)
def test_enter_takes_the_first_offer_a_number_another_and_all_else_none(
    scene: Scene, says: str | None, size: int | None
):
    accepted = scene.look_back().offer(Person(says))
    if size is None:
        assert accepted is None
    else:
        what = f"size Standard_D2s_v{size} instead of Standard_D2s_v3"
        assert accepted == ({"size": f"Standard_D2s_v{size}"}, f"after SkuNotAvailable: {what}")


def test_what_azure_does_not_answer_is_no_offer_and_no_error(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    def refuses(*_: Any, **__: Any) -> Any:
        raise AzureRefused("AuthorizationFailed", "you may not list that", status=403)

    monkeypatch.setattr(scene.azure, "inquire", refuses, raising=False)
    look = scene.look_back()
    assert look.failures[0].suggestions == ()
    assert look.offer(Person("y")) is None


def test_what_cannot_be_planned_any_more_is_not_offered(scene: Scene):
    scene.azure.put("Microsoft.Compute/virtualMachines", "web", "azlin", location="uksouth", properties={})
    assert scene.look_back().failures[0].suggestions == ()


def test_the_new_plan_keeps_what_was_done_in_its_order(scene: Scene, families: dict[str, IntentFamily]):
    intent, why = scene.recovery.changed(scene.objective, {"size": "Standard_D2s_v5"}, scene.azure.world())
    assert why == "after SkuNotAvailable: size Standard_D2s_v5 instead"
    given_up = Replaced(at=NOW, why=why, plan=scene.plan)
    changed = replace(scene.objective, intent=intent, plan=None, history=(given_up,))
    plan = families[intent.family].plan(intent, scene.azure.world())
    assert [one.id for one in plan.operations] == ["vm:web"]
    whole = scene.recovery.with_what_is_done(changed, plan)
    assert {one.id: one.after for one in whole.operations} == {one.id: one.after for one in scene.plan.operations}
    assert "4 of 5 operations were done before and are kept" in whole.assumptions
    assert scene.recovery.done(changed, whole) == 4
    later = replace(changed, history=(given_up, Replaced(at=NOW, why="Azure changed before the yes", plan=whole)))
    assert scene.recovery.with_what_is_done(later, plan) == whole


def test_a_plan_that_follows_no_failure_is_left_as_it_is(scene: Scene):
    assert scene.recovery.with_what_is_done(scene.objective, scene.plan) is scene.plan


def test_only_what_failed_can_be_changed(scene: Scene):
    with pytest.raises(UsageRefused):
        scene.recovery.changed(scene.objective, {"colour": "red"}, scene.azure.world())
    scene.results = scene.results[:-1]
    with pytest.raises(UsageRefused, match="nothing of objective 01234567"):
        scene.recovery.changed(scene.objective, {"size": "Standard_D2s_v5"}, scene.azure.world())


class TestWhatResolvedIt:
    def test_trying_again_resuming_and_changing_are_told_apart(self, scene: Scene):
        before = scene.recovery.failures(scene.objective)
        done = [replace(result, status="done", failure=None) for result in scene.results]
        scene.recovery.resolved(scene.objective, scene.plan, done, before, {})
        assert scene.history.all()["g"].resolved == "resuming it later"
        scene.recovery.resolved(scene.objective, scene.plan, done, {}, {"vm:web": (GONE, 39.6)})
        assert scene.history.all()["g"].resolved == "trying again after 40 s"
        changed = Replaced(at=NOW, why="after SkuNotAvailable: size B instead of A", plan=scene.plan)
        scene.recovery.resolved(replace(scene.objective, history=(changed,)), scene.plan, done, before, {})
        assert scene.history.all()["g"].resolved == "size B instead of A"

    def test_what_is_still_not_done_is_not_resolved(self, scene: Scene):
        before = scene.recovery.failures(scene.objective)
        scene.recovery.resolved(scene.objective, scene.plan, scene.results, before, {"vm:web": (GONE, 9.0)})
        assert scene.history.all() == {}

    def test_a_thing_of_another_name_resolves_it_only_when_all_is_done(self, scene: Scene):
        before = {"storage:taken": GONE}
        gone = replace(scene.plan.operations[-1], id="storage:taken", after=())
        had = Plan(operations=(gone,), made_against=scene.plan.made_against)
        changed = replace(
            scene.objective, history=(Replaced(at=NOW, why="after Taken: another name instead", plan=had),)
        )
        scene.recovery.resolved(changed, scene.plan, scene.results, before, {})
        assert scene.history.all() == {}
        done = [replace(result, status="done", failure=None) for result in scene.results]
        scene.recovery.resolved(changed, scene.plan, done, before, {})
        assert scene.history.all()["g"].resolved == "another name instead"


def test_an_azure_that_does_not_answer_in_time_holds_the_report_up_no_longer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    def never(*_: Any, **__: Any) -> Any:
        time.sleep(1)
        return []

    monkeypatch.setattr(recovery, "LOOK_S", 0.05)
    monkeypatch.setattr(scene.azure, "inquire", never, raising=False)
    began = time.monotonic()
    assert scene.look_back().failures[0].suggestions == ()
    assert time.monotonic() - began < 0.5
