"""Every ending has words, a fix, and the right exit code; and a light command stays light."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys

import click
import pytest

from azlin.cli import main
from azlin.errors import BudgetExceeded, NotFound, SignInNeeded

HEAVY = ("anthropic", "mcp", "azure", "httpx2", "rich", "msgspec", "tomlkit", "yaml", "jmespath", "sqlite3")


def ending(monkeypatch, raised: BaseException, *arguments: str) -> int:
    @click.command(context_settings={"ignore_unknown_options": True})
    @click.argument("rest", nargs=-1, type=click.UNPROCESSED)
    def failing(rest: tuple[str, ...]) -> None:
        raise raised

    monkeypatch.setattr(main.Desk, "get_command", lambda self, ctx, name: failing)
    return main.run(["doctor", *arguments])


def test_help_names_every_command_and_imports_nothing_heavy(environment):
    code = (
        "import sys\nfrom azlin.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit as end: assert end.code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stderr.strip() == "[]"
    for name in main.COMMANDS:
        assert f"\n  {name} " in done.stdout


def test_the_version_is_one_line(azlin):
    done = azlin("--version")
    assert (done.returncode, done.stdout) == (0, f"azlin {main.__version__}\n")


def test_without_a_command_there_is_help_and_exit_2(azlin):
    done = azlin()
    assert done.returncode == 2
    assert "Usage: azlin" in done.stderr


@pytest.mark.parametrize("name", main.COMMANDS)
def test_the_line_of_help_is_true_to_the_command(name):
    command = main.azlin.get_command(click.Context(main.azlin), name)
    assert command is not None
    assert command.name == name


def test_a_misspelt_command_is_exit_2_with_the_nearest_one(azlin):
    done = azlin("objectiv", "list")
    assert done.returncode == 2
    assert "Did you mean: azlin objective" in done.stderr


def test_a_sentence_without_doit_is_shown_with_it(azlin):
    done = azlin("create", "a", "vm", "called", "Sam")
    assert done.returncode == 2
    assert 'azlin doit "create a vm called Sam"' in done.stderr


def test_a_misspelt_flag_is_exit_2_with_the_nearest_one(azlin):
    done = azlin("doit", "x", "--dry-rum")
    assert done.returncode == 2
    assert "--dry-run" in done.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("gone", why="because", fix="look again"), 3),
        (SignInNeeded("gone", why="because", fix="look again"), 4),
        (BudgetExceeded("gone", why="because", fix="look again"), 5),
    ],
)
def test_an_error_is_told_in_full_on_stderr_with_its_own_exit_code(monkeypatch, capsys, error, code):
    assert ending(monkeypatch, error) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"azlin: gone\n  why  because\n  fix  look again\n  see  {error.link}\n"


@pytest.mark.parametrize("spelling", [["-o", "json"], ["-ojson"], ["--output=json"], ["--output", "jsonl"]])
def test_with_json_an_error_is_json_on_stdout_too(monkeypatch, capsys, spelling):
    assert ending(monkeypatch, NotFound("gone", fix="look again"), *spelling) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["error"]["ref"] == "not-found"
    assert document["error"]["exit_code"] == 3
    assert document["error"]["fix"] == "look again"


def test_a_usage_error_with_json_is_json_too(azlin):
    done = azlin("doit", "x", "-o", "json", "--nonsense")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["ref"] == "usage"


def test_a_fault_is_admitted_and_kept_for_the_report(monkeypatch, capsys, home):
    monkeypatch.setenv("AZLIN_HOME", str(home))
    assert ending(monkeypatch, ZeroDivisionError("password=hunter2hunter2")) == 1
    told = capsys.readouterr().err
    crash = home / "crash.log"
    assert str(crash) in told
    assert "ZeroDivisionError" in told
    assert "Traceback" not in told
    assert "Traceback" in crash.read_text()
    assert "hunter2hunter2" not in told + crash.read_text()
    assert stat.S_IMODE(crash.stat().st_mode) == 0o600


def test_a_fault_is_admitted_even_where_nothing_can_be_kept(monkeypatch, capsys, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AZLIN_HOME", str(tmp_path / "file" / "home"))
    assert ending(monkeypatch, ZeroDivisionError()) == 1
    assert "could not be kept" in capsys.readouterr().err


def test_a_full_disk_is_the_machines_trouble_not_a_fault(monkeypatch, capsys, home):
    monkeypatch.setenv("AZLIN_HOME", str(home))
    assert ending(monkeypatch, OSError(errno.ENOSPC, "No space left on device", "/somewhere/file")) == 1
    assert "cannot write /somewhere/file" in capsys.readouterr().err
    assert not (home / "crash.log").exists()


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_is_exit_130(monkeypatch, capsys, stop):
    assert ending(monkeypatch, stop) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_reader_that_goes_away_is_no_error(environment):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "azlin.cli.main", "--help"],
            stdout=pipe, stderr=subprocess.PIPE, text=True, env=environment, check=False,
        )  # fmt: skip
    assert done.returncode == 141
    assert done.stderr == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_being_told_to_stop_is_exit_130(environment, number):
    process = subprocess.Popen(
        [sys.executable, "-m", "azlin.cli.main", "doit", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**environment, "PYTHONUNBUFFERED": "1", "AZLIN_LOG_LEVEL": ""},
    )  # fmt: skip
    _until_it_reads(process.pid)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "interrupted\n"


def _until_it_reads(pid: int) -> None:
    """Wait until the process sleeps in a read of its standard input (a pipe)."""
    import time
    from pathlib import Path

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if "pipe" in Path(f"/proc/{pid}/wchan").read_text():
            return
        time.sleep(0.01)
    raise AssertionError("it never read its standard input")
