from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from azlin.errors import TimedOut, ToolMissing
from azlin.gateways import process

PYTHON = sys.executable


def test_a_program_is_heard_whole_and_its_exit_code_kept():
    code = "import sys; print(sys.stdin.read()); print('oh', file=sys.stderr); sys.exit(7)"
    result = process.run([PYTHON, "-c", code], stdin="grüße".encode())
    assert (result.rc, result.stdout, result.stderr) == (7, "grüße\n", "oh\n")
    assert result.argv == (PYTHON, "-c", code)
    assert result.duration_s > 0


def test_more_output_than_a_pipe_holds_does_not_block():
    result = process.run([PYTHON, "-c", "import sys; [s.write('x' * 300_000) for s in (sys.stdout, sys.stderr)]"])
    assert (len(result.stdout), len(result.stderr)) == (300_000, 300_000)


def test_lines_are_told_as_they_come():
    heard: list[tuple[str, str]] = []
    code = "import sys; print('one', flush=True); print('two', file=sys.stderr)"
    process.run([PYTHON, "-c", code], on_line=lambda stream, line: heard.append((stream, line)))
    assert sorted(heard) == [("stderr", "two"), ("stdout", "one")]


def test_arguments_reach_the_program_as_they_are():
    odd = ["$HOME", "a b", "'\"", "*", "; echo no", "\n"]
    result = process.run([PYTHON, "-c", "import sys, json; print(json.dumps(sys.argv[1:]))", *odd])
    assert __import__("json").loads(result.stdout) == odd


def test_only_the_given_environment_is_seen():
    result = process.run([PYTHON, "-c", "import os; print(os.environ.get('PATH'), os.environ['X'])"], env={"X": "1"})
    assert result.stdout == "None 1\n"


def test_a_program_that_is_late_is_asked_to_stop_first(tmp_path: Path):
    code = f"""
import pathlib, signal, time
def asked(*_):
    pathlib.Path({str(tmp_path / "asked")!r}).touch()
    raise SystemExit
signal.signal(signal.SIGINT, asked)
print("ready", flush=True)
time.sleep(60)
"""
    with pytest.raises(TimedOut, match="did not end within"):
        process.run([PYTHON, "-c", code], timeout_s=1.0, grace_s=20)
    assert (tmp_path / "asked").exists()


def test_a_program_that_does_not_listen_is_ended_with_all_it_started(tmp_path: Path):
    held = tmp_path / "held"
    os.mkfifo(held)
    reader = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    code = f"""
import signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
holds = "import time; held = open({str(held)!r}, 'w'); print('on', file=held, flush=True); time.sleep(60)"
subprocess.run([sys.executable, "-c", holds])
"""
    with pytest.raises(TimedOut):
        process.run([PYTHON, "-c", code], timeout_s=2.0, grace_s=0.2)
    os.set_blocking(reader, True)
    with os.fdopen(reader) as pipe:
        assert pipe.read() == "on\n"  # and then the end: nobody holds it any more


def test_an_interrupt_here_ends_the_program_too():
    def interrupt(stream: str, line: str) -> None:
        if line == "on":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        process.run([PYTHON, "-c", "import time; print('on', flush=True); time.sleep(60)"], on_line=interrupt)


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(ToolMissing, match="no-such-program"):
        process.run(["no-such-program"])


def test_a_directory_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ToolMissing, match="cannot run") as missing:
        process.run([PYTHON, "-V"], cwd=tmp_path / "nowhere")
    assert "no such directory" in missing.value.why


def test_a_program_that_stops_reading_is_no_error():
    assert process.run([PYTHON, "-c", "pass"], stdin=b"x" * 1_000_000).rc == 0
