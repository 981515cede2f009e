from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from azlin.agentic.failures import history as failure_history
from azlin.agentic.failures.history import FailureHistory
from azlin.agentic.types import Failure
from azlin.paths import Paths

VM = "Microsoft.Compute/virtualMachines"


def failure(signature: str = "0123456789ab", code: str = "SkuNotAvailable") -> Failure:
    return Failure(type="needs_change", code=code, message="web in secret-group is gone", signature=signature)


def test_it_counts_and_remembers_what_resolved_it_last(tmp_path: Path):
    times = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(10))
    history = FailureHistory(Paths(tmp_path), now=lambda: next(times))
    history.failed(failure(), VM)
    history.failed(failure(), VM)
    history.resolved(failure(), "size B instead of A")
    met = history.of(failure())
    assert met is not None
    assert (met.count, met.code, met.resource_type, met.resolved) == (2, "SkuNotAvailable", VM, "size B instead of A")
    assert met.first_at < met.last_at < (met.resolved_at or met.first_at)
    history.resolved(failure(), "trying again after 40 s")
    assert (history.of(failure()) or met).resolved == "trying again after 40 s"


def test_what_was_cured_before_it_failed_for_good_is_kept_too(tmp_path: Path):
    history = FailureHistory(Paths(tmp_path))
    history.resolved(failure(), "trying again after 2 s")
    assert (history.all()["0123456789ab"]).resolved == "trying again after 2 s"


def test_it_holds_no_words_of_azures_and_is_private(tmp_path: Path):
    history = FailureHistory(Paths(tmp_path))
    history.failed(failure(), VM)
    path = Paths(tmp_path).failure_history
    assert "secret-group" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["version"] == 1


def test_only_the_newest_signatures_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(failure_history, "SIGNATURES_MAX", 3)
    history = FailureHistory(Paths(tmp_path))
    for number in range(5):
        history.failed(failure(f"{number:012}"))
    assert sorted(history.all()) == [f"{number:012}" for number in (2, 3, 4)]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b"\xff\x00", b"[" * 20_000])
def test_a_damaged_file_is_set_aside_and_told_and_a_new_one_begun(tmp_path: Path, content: bytes):
    path = Paths(tmp_path).failure_history
    path.write_bytes(content)
    told: list[str] = []
    history = FailureHistory(Paths(tmp_path), told.append)
    assert history.of(failure()) is None
    history.failed(failure())
    assert list(history.all()) == ["0123456789ab"]
    (aside,) = tmp_path.glob("failure_history.json.damaged-*")
    assert aside.read_bytes() == content
    assert len(told) == 1
    assert aside.name in told[0]


def test_what_cannot_be_written_is_told_and_stops_nothing(tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    told: list[str] = []
    FailureHistory(Paths(blocked), told.append).failed(failure())
    assert "was not kept" in told[0]


def _fail(home: str) -> None:
    for _ in range(10):
        FailureHistory(Paths(Path(home))).failed(failure())


def test_processes_that_fail_at_once_lose_no_count(tmp_path: Path):
    with ProcessPoolExecutor(3) as processes:
        list(processes.map(_fail, [str(tmp_path)] * 3))
    met = FailureHistory(Paths(tmp_path)).of(failure())
    assert met is not None
    assert met.count == 30
