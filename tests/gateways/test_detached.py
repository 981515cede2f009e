"""What is started goes on without us, in a session of its own; what it must know is seen by nobody else."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from azlin.errors import RunnerNotStarted, StateUnwritable
from azlin.gateways import detached

ECHO = "import os, sys; print(os.getsid(0), os.isatty(0), sys.stdin.read(), *sys.argv[1:])"


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def ended(process: detached.Detached) -> int:
    until = time.monotonic() + 20
    while (code := process.ended()) is None:
        assert time.monotonic() < until
        time.sleep(0.002)
    return code


def test_it_has_a_session_of_its_own_no_terminal_and_its_orders_from_a_pipe(tmp_path: Path) -> None:
    process = detached.start([*python(ECHO), "id"], b"a secret", tmp_path / "runs" / "id.log")
    assert ended(process) == 0
    assert process.last_words() == f"{process.pid} False a secret id"
    assert process.pid != os.getsid(0)


def test_its_log_is_private_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    log = tmp_path / "runs" / "id.log"
    for word in ("first", "second"):
        ended(detached.start(python(f"print({word!r})"), b"", log))
    assert log.read_text().split() == ["first", "second"]
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


def test_old_logs_make_room_and_a_large_one_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detached, "LOGS_KEPT", 3)
    monkeypatch.setattr(detached, "LOG_MAX_BYTES", 10)
    for age, name in enumerate(("a", "b", "c", "d", "id")):
        path = tmp_path / f"{name}.log"
        path.write_text("x" * 20)
        os.utime(path, (1000 - age, 1000 - age))
    process = detached.start(python("print('new')"), b"", tmp_path / "id.log")
    ended(process)
    assert sorted(path.name for path in tmp_path.glob("*.log")) == ["a.log", "b.log", "id.log"]
    assert process.log.read_text() == "new\n"


def test_a_program_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunnerNotStarted, match="cannot start"):
        detached.start([str(tmp_path / "nothing")], b"", tmp_path / "id.log")


def test_a_log_that_cannot_be_written_stops_it_before_it_begins(tmp_path: Path) -> None:
    (tmp_path / "id.log").mkdir()
    with pytest.raises(StateUnwritable):
        detached.start(python("print()"), b"", tmp_path / "id.log")


def test_one_that_reads_no_orders_is_no_error_here(tmp_path: Path) -> None:
    process = detached.start(python("import os; os.close(0)"), b"x" * 200_000, tmp_path / "id.log")
    assert ended(process) == 0


def test_killed_it_is_gone_when_that_returns(tmp_path: Path) -> None:
    process = detached.start(python("import time; time.sleep(60)"), b"", tmp_path / "id.log")
    assert process.ended() is None
    process.kill()
    assert process.ended() == -9
