"""Objectives are found again, and their copies are never believed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from azlin.agentic.objective_manager import ObjectiveManager, refusal
from azlin.agentic.types import Failure, Intent, Objective, OperationResult, Outcome, Request, Verdict
from azlin.errors import NotFound, StateDamaged, StateUnwritable, StillRunning
from azlin.gateways.journal import Journal
from azlin.paths import Paths

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


@pytest.fixture
def journal(paths: Paths) -> Iterator[Journal]:
    with Journal.open(paths) as journal:
        yield journal


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def manager(journal: Journal, paths: Paths, notices: list[str]) -> ObjectiveManager:
    return ObjectiveManager(journal, paths, notices.append)


def request(text: str = "create a vm", days: int = 0) -> Request:
    return Request(text=text, actor="sam", at=AT + timedelta(days=days))


def on_file(manager: ObjectiveManager, **more: Any) -> Objective:
    objective = msgspec.structs.replace(manager.create(request(), "sandbox"), **more)
    manager.file(objective)
    return objective


def test_each_objective_has_an_id_of_its_own_and_is_filed_when_told(manager: ObjectiveManager) -> None:
    one = manager.create(request(), "sandbox")
    two = manager.create(request(), "sandbox", parent=one.id)

    assert UUID(one.id) != UUID(two.id)
    assert (two.parent, two.cloud, two.next_step) == (one.id, "sandbox", "intent")
    assert manager.list() == []
    manager.file(one)
    assert manager.list() == [one]
    assert manager.show(one.id[:8]) == one


def test_the_copy_is_private_whole_and_says_its_version(manager: ObjectiveManager, paths: Paths) -> None:
    objective = on_file(manager, intent=Intent(family="vm", action="create", summary="one vm"))
    path = paths.objectives / f"{objective.id}.json"

    assert msgspec.json.decode(path.read_bytes(), type=Objective) == objective
    assert json.loads(path.read_text())["schema"] == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert paths.objectives.stat().st_mode & 0o777 == 0o700
    assert list(paths.objectives.iterdir()) == [path]


def test_neither_copy_nor_journal_keeps_data_or_secrets(manager: ObjectiveManager, paths: Paths) -> None:
    intent = Intent(family="vm", action="create", summary="", parameters={"admin_password": "c4n4ry-1"})
    outcome = Outcome(verdict="achieved", summary="", data=[{"name": "c4n4ry-2"}])
    objective = on_file(manager, intent=intent, outcome=outcome)

    assert b"c4n4ry" not in b"".join(path.read_bytes() for path in paths.home.rglob("*") if path.is_file())
    kept = manager.show(objective.id).outcome
    assert kept is not None
    assert kept.data["count"] == 1


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:40]), "it is damaged"),
        (lambda path: path.write_text(path.read_text().replace("create", "delete")), "something else than the journal"),
        (lambda path: path.write_bytes(b"\xff\x00"), "it is damaged"),
        (lambda path: path.unlink(), "it was missing"),
    ],
)
def test_a_harmed_copy_is_told_about_and_written_again(
    manager: ObjectiveManager, notices: list[str], harm: Any, said: str
) -> None:
    objective = on_file(manager)
    path = manager.copy_path(objective.id)
    whole = path.read_bytes()
    harm(path)

    assert manager.show(objective.id) == objective
    assert len(notices) == 1
    assert said in notices[0]
    assert str(path) in notices[0]
    assert path.read_bytes() == whole
    assert manager.show(objective.id) == objective
    assert len(notices) == 1


def test_a_copy_that_cannot_be_mended_is_told_and_stops_nothing(
    manager: ObjectiveManager, notices: list[str], paths: Paths
) -> None:
    objective = on_file(manager)
    manager.copy_path(objective.id).unlink()
    paths.objectives.rmdir()
    paths.objectives.write_text("a file in place of the directory")

    assert manager.show(objective.id) == objective
    assert "could not be written again" in notices[0]
    with pytest.raises(StateUnwritable):
        manager.file(objective)


def test_the_order_of_parameters_harms_no_copy(manager: ObjectiveManager, notices: list[str]) -> None:
    intent = Intent(family="vm", action="create", summary="one vm", parameters={"z": {"b": 1, "a": 2}, "a": 3})
    objective = on_file(manager, intent=intent)
    assert manager.show(objective.id) == objective
    assert notices == []


def test_all_copies_can_be_rebuilt(manager: ObjectiveManager, paths: Paths) -> None:
    objectives = [on_file(manager) for _ in range(4)]
    whole = {path: path.read_bytes() for path in paths.objectives.iterdir()}
    manager.copy_path(objectives[0].id).unlink()
    manager.copy_path(objectives[1].id).write_text("{")
    (paths.objectives / "stranger.json").write_text("{}")
    alive = os.getpid()
    left, fresh = (paths.objectives / f".{objectives[0].id}.json.{alive}.{number}" for number in (1, 2))
    for draft in (left, fresh):
        draft.write_text("{")
    os.utime(left, (1, 1))

    rebuilt = manager.rebuild()
    assert rebuilt.written == 2
    assert len(rebuilt.damaged) == 1
    assert rebuilt.damaged[0].startswith(objectives[1].id)
    assert rebuilt.strangers == ("stranger.json",)
    assert {path: path.read_bytes() for path in whole} == whole
    assert not left.exists()
    assert fresh.exists()
    assert manager.rebuild().written == 0


def test_what_a_killed_writer_left_of_an_objective_is_gone_when_it_is_asked_for(
    manager: ObjectiveManager, paths: Paths
) -> None:
    asked, other = on_file(manager), on_file(manager)
    dead = 2**22 + 1  # above every process number
    drafts = [
        paths.objectives / f".{one.id}.json.{writer}.1" for one in (asked, other) for writer in (dead, os.getpid())
    ]
    for draft in drafts:
        draft.write_text("{")
    manager.show(asked.id)
    assert [draft.exists() for draft in drafts] == [False, True, True, True]


def test_a_damaged_objective_is_named_the_others_are_listed_and_it_can_be_deleted(
    manager: ObjectiveManager, journal: Journal, paths: Paths
) -> None:
    good, bad = on_file(manager), on_file(manager)
    with sqlite3.connect(paths.journal) as editor:
        editor.execute("UPDATE objectives SET body = 'x' WHERE id = ?", (bad.id,))

    assert manager.list() == [good]
    assert [bad.id in damaged.what for damaged in manager.damaged()] == [True]
    with pytest.raises(StateDamaged, match=bad.id):
        manager.show(bad.id)
    assert manager.delete(bad.id[:13]) == bad.id
    assert manager.damaged() == []
    assert not manager.copy_path(bad.id).exists()


def test_what_is_deleted_is_gone(manager: ObjectiveManager, paths: Paths) -> None:
    objective = on_file(manager)
    manager.delete(objective.id)

    assert manager.list() == []
    assert list(paths.objectives.iterdir()) == []
    with pytest.raises(NotFound):
        manager.show(objective.id)
    with pytest.raises(NotFound):
        manager.delete(objective.id)


@pytest.mark.parametrize(
    ("verdict", "left"),
    [
        (None, True),
        ("running", True),
        ("partly", True),
        ("interrupted", True),
        ("timed-out", True),
        ("achieved", False),
        ("previewed", False),
        ("failed", False),
        ("refused", False),
        ("undecided", False),
        ("cancelled", False),
    ],
)
def test_what_has_something_left_to_do_can_be_resumed(
    manager: ObjectiveManager, verdict: Verdict | None, left: bool
) -> None:
    objective = on_file(manager, outcome=None if verdict is None else Outcome(verdict=verdict, summary=""))

    assert (objective in manager.resumable()) == left


def test_what_is_being_carried_out_is_not_offered_for_resuming_or_deleted(
    manager: ObjectiveManager, journal: Journal, paths: Paths
) -> None:
    objective, other = on_file(manager), on_file(manager)
    with journal.lease(objective.id, "doit"):
        assert manager.resumable() == [other]
        with Journal.open(paths) as elsewhere, pytest.raises(StillRunning):
            ObjectiveManager(elsewhere, paths).delete(objective.id)
    assert {found.id for found in manager.resumable()} == {objective.id, other.id}


def test_objectives_can_be_read_where_nothing_can_be_written(manager: ObjectiveManager, paths: Paths) -> None:
    objective = on_file(manager)
    with Journal.read(paths) as reader:
        reading = ObjectiveManager(reader, paths)
        assert reading.list() == [objective]
        assert reading.show(objective.id) == objective
        with pytest.raises(StateUnwritable):
            reading.file(objective)


QUOTA = Failure(type="quota", code="QuotaExceeded", message="no", status=409)
BUSY = Failure(type="throttled", code="TooManyRequests", message="slow", status=429, retriable=True)
LOST = Failure(type="unreachable", code="cloud-unreachable", message="no network")


@pytest.mark.parametrize(
    ("failures", "no"),
    [((QUOTA,), QUOTA), ((QUOTA, QUOTA), QUOTA), ((QUOTA, BUSY), None), ((LOST,), None), ((BUSY,), None), ((), None)],
)
def test_only_a_definite_no_to_all_that_failed_is_a_refusal(
    manager: ObjectiveManager, failures: tuple[Failure, ...], no: Failure | None
) -> None:
    results = [
        OperationResult(operation=str(n), status="failed", strategy="arm", failure=f) for n, f in enumerate(failures)
    ]
    done = OperationResult(operation="ok", status="done", strategy="arm")
    outcome = Outcome(verdict="partly", summary="so", results=(done, *results))
    one = on_file(manager, outcome=outcome)
    assert refusal(one) == no
    assert refusal(msgspec.structs.replace(one, outcome=None)) is None
