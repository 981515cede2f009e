from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from azlin.agentic.learn import cache as learn_cache
from azlin.agentic.learn.cache import ENTRIES_MAX, FRESH, LearnCache
from azlin.agentic.learn.findings import Page
from azlin.paths import Paths

PAGE = Page(title="Quotas", url="https://learn.microsoft.com/azure/quotas", passage="Ask for more.")
NOW = datetime.now(UTC)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


def files(paths: Paths) -> list[Path]:
    return sorted(paths.ms_learn_cache.iterdir())


def test_what_is_written_is_read_and_private(paths: Paths):
    LearnCache(paths).write("a question", [PAGE], NOW)
    kept = LearnCache(paths).read("a question")
    assert kept is not None
    assert (kept.pages, kept.at, kept.fresh) == ((PAGE,), NOW, True)
    assert LearnCache(paths).read("another") is None
    (file,) = files(paths)
    assert file.stat().st_mode & 0o777 == 0o600
    assert paths.ms_learn_cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("age", "fresh"),
    [(FRESH - timedelta(minutes=1), True), (FRESH + timedelta(minutes=1), False), (-timedelta(days=1), False)],
)
def test_an_answer_is_fresh_for_seven_days_and_not_when_it_is_from_the_future(
    paths: Paths, age: timedelta, fresh: bool
):
    assert timedelta(days=7) == FRESH
    LearnCache(paths).write("q", [PAGE], NOW - age)
    kept = LearnCache(paths).read("q")
    assert kept is not None
    assert kept.fresh is fresh


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\x00", b'{"schema": 1}', b"[" * 60_000, b"x" * 100_000])
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(paths: Paths, damage: bytes):
    cache = LearnCache(paths)
    cache.write("q", [PAGE], NOW)
    (file,) = files(paths)
    file.write_bytes(damage)
    assert cache.read("q") is None
    cache.write("q", [PAGE], NOW)
    assert cache.read("q") is not None


def test_an_answer_to_another_question_is_not_taken_for_this_one(paths: Paths):
    cache = LearnCache(paths)
    cache.write("q", [PAGE], NOW)
    (file,) = files(paths)
    content = file.read_bytes()
    cache.write("r", [], NOW)
    next(one for one in files(paths) if one != file).write_bytes(content)
    assert cache.read("r") is None


def test_the_old_and_the_many_are_cleared_away(paths: Paths, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(learn_cache, "write_whole", lambda path, content: path.write_bytes(content))
    cache = LearnCache(paths)
    paths.ms_learn_cache.mkdir(parents=True)
    for number in range(ENTRIES_MAX + 20):
        file = paths.ms_learn_cache / f"{number}.json"
        file.touch()
        os.utime(file, (time.time() - number * 3600,) * 2)
    stranger = paths.ms_learn_cache / "notes.txt"
    stranger.touch()
    cache.write("q", [PAGE], NOW)
    assert len(files(paths)) == ENTRIES_MAX + 1
    assert stranger.exists()
    for file in files(paths):
        os.utime(file, (time.time() - 61 * 86400,) * 2)
    cache.write("r", [PAGE], NOW)
    assert len(files(paths)) == 2


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(paths: Paths):
    paths.home.mkdir()
    paths.ms_learn_cache.write_text("in the way")
    LearnCache(paths).write("q", [PAGE], NOW)
    assert LearnCache(paths).read("q") is None
