"""A run is looked at from outside: each thing once, whole lines only, through rotations, to its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from azlin.agentic.audit_logger import AuditLogger
from azlin.agentic.background.following import Following, follow
from azlin.agentic.types import Outcome
from azlin.events import Event
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.agentic.test_audit_logger import event
from tests.gateways.ledger_builders import asked

ID = "0bject1ve"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(Paths(tmp_path)) as journal:
        yield journal


def said(events: list[Event]) -> list[int]:
    return [one.about["number"] for one in events]


def test_all_of_it_at_first_and_then_what_is_new(tmp_path: Path, journal: Journal) -> None:
    paths = Paths(tmp_path)
    following = Following(paths.audit_log, ID)
    assert following.news() == []
    log = AuditLogger(paths, journal)
    for number in range(3):
        log(event(objective=ID, number=number))
        log(event(objective="another1", number=99, about_that=ID))
    assert said(following.news()) == [0, 1, 2]
    assert following.news() == []
    log(event("operation-done", objective=ID, number=3))
    [last] = following.news()
    assert (last.kind, last.objective, last.about["number"]) == ("operation-done", ID, 3)
    following.close()


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path, journal: Journal) -> None:
    paths = Paths(tmp_path)
    log = AuditLogger(paths, journal)
    log(event(objective=ID, number=0))
    log(event(objective=ID, number=1))
    whole = paths.audit_log.read_bytes()
    paths.audit_log.write_bytes(whole[:-20])
    following = Following(paths.audit_log, ID)
    assert said(following.news()) == [0]
    with paths.audit_log.open("ab") as file:
        file.write(whole[-20:])
    assert said(following.news()) == [1]
    following.close()


@settings(max_examples=6, deadline=None)
@given(looks=st.lists(st.integers(0, 3), max_size=4), size=st.sampled_from([1, 900]))
def test_rotations_lose_nothing_and_repeat_nothing(
    tmp_path_factory: pytest.TempPathFactory, looks: list[int], size: int
) -> None:
    paths = Paths(tmp_path_factory.mktemp("log"))
    following, heard, count = Following(paths.audit_log, ID), list[int](), 0
    with Journal.open(paths) as journal:
        log = AuditLogger(paths, journal, size_max_bytes=size, files_kept=90)
        for pieces in [2, *looks]:
            heard += said(following.news())
            for _ in range(pieces):
                log(event(objective=ID, number=count))
                count += 1
        heard += said(following.news())
    following.close()
    assert heard == list(range(count))


def test_it_ends_when_nobody_carries_it_out_with_how_it_was_left(tmp_path: Path, journal: Journal) -> None:
    paths = Paths(tmp_path)
    log = AuditLogger(paths, journal)
    looks, heard = list[float](), list[Event]()
    runner = journal.lease(ID, "doit")
    runner.__enter__()
    journal.save(asked(ID))

    def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            log(event("outcome-reached", objective=ID, number=7))
            journal.save(replace(asked(ID), outcome=Outcome(verdict="achieved", summary="so")))
            runner.__exit__(None, None, None)

    with Journal.read(paths) as reader:
        ended = follow(ID, reader, Following(paths.audit_log, ID), heard.append, pause)
    assert len(looks) == 2
    assert [one.kind for one in heard] == ["outcome-reached"]
    assert ended.objective.outcome is not None
    assert ended.holder is not None


def test_one_that_nobody_carries_out_is_told_at_once(tmp_path: Path, journal: Journal) -> None:
    journal.save(asked(ID))

    def pause(_seconds: float) -> None:
        raise AssertionError

    ended = follow(ID, journal, Following(Paths(tmp_path).audit_log, ID), print, pause)
    assert (ended.objective.outcome, ended.holder) == (None, None)
