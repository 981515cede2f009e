"""A person at a terminal, before a real sandbox: the question, the yes, the no, and the terminal that closes."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE_S = 120.0
"""A question that has not come by then never will; the test fails instead of waiting for ever."""


class Desk:
    """An AZLIN_HOME with a sandbox of its own."""

    def __init__(self, home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZLIN", "AZURE", "ARM_"))}
        mine = {"AZLIN_HOME": str(home), "AZURE_CONFIG_DIR": str(home.with_name("azure")), "AZLIN_SANDBOX": "1"}
        self.environment = {**kept, **mine, "TERM": "xterm", "COLUMNS": "100"}

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self._command(arguments), capture_output=True, text=True, env=self.environment, timeout=120, check=False
        )

    def at_a_terminal(
        self, *arguments: str, question: str, keys: bytes | None, then: tuple[str, bytes] | None = None
    ) -> tuple[int, str]:
        """(exit code, what was seen). `keys` are typed when the question is there; None closes the terminal then.
        `then` is what is waited for after that, and what is typed at it."""
        pid, terminal = pty.fork()
        if pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores it
            os.execve(sys.executable, self._command(arguments), self.environment)
        seen, typed = "", False
        while True:
            if not select.select([terminal], [], [], PATIENCE_S)[0]:
                os.kill(pid, signal.SIGKILL)
            try:
                seen += (said := os.read(terminal, 4096).decode(errors="replace"))
            except OSError:
                break
            if not said:
                break
            if not typed and question in seen:
                typed = True
                if keys is None:
                    break
                os.write(terminal, keys)
            if typed and then is not None and then[0] in seen:
                os.write(terminal, then[1])
                then = None
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        assert typed, seen
        return os.waitstatus_to_exitcode(status), seen

    def names(self) -> list[str]:
        return self("doit", "list my resource groups", "-o", "tsv", "--query", "outcome.data[].name").stdout.split()

    def last(self) -> dict[str, object]:
        return json.loads(self("objective", "show", "last", "-o", "json").stdout)

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "azlin.cli.main", *arguments]


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    opened = Desk(tmp_path_factory.mktemp("desk") / "home")
    opened("sandbox", "start")
    yield opened
    opened("sandbox", "stop")
    for door in (Path(opened.environment["AZLIN_HOME"]) / "az").glob("*.sock"):
        door.unlink()  # the az host behind it leaves when its door is gone


YES = "[y/N]"


def test_a_yes_at_the_terminal_carries_it_out(desk):
    text = "create a resource group called yes in westeurope"
    code, seen = desk.at_a_terminal("doit", text, question=YES, keys=b"y\n")
    assert code == 0, seen
    assert seen.index("What will happen") < seen.index(YES) < seen.index("achieved")
    assert desk.last()["approval"]["how"] == "typed"
    assert "yes" in desk.names()


@pytest.mark.parametrize("keys", [b"n\n", b"\n", b"\x04", None], ids=["no", "empty", "end", "closed"])
def test_anything_else_is_a_no_and_nothing_runs(desk, keys):
    code, seen = desk.at_a_terminal("doit", "create a resource group called no in westeurope", question=YES, keys=keys)
    assert code == 6, seen
    assert desk.last()["outcome"]["verdict"] == "undecided"
    assert "no" not in desk.names()


def test_ctrl_c_at_the_question_leaves_something_to_resume(desk):
    code, seen = desk.at_a_terminal(
        "doit", "create a resource group called later in westeurope", question=YES, keys=b"\x03"
    )
    whole_id = desk.last()["id"]
    assert code == 130
    assert f"azlin objective resume {whole_id[:8]}" in seen
    assert desk("objective", "resume", whole_id, "--yes").returncode == 0
    assert "later" in desk.names()


def test_a_deletion_wants_the_name_of_the_thing(desk):
    desk("doit", "create a resource group called gone in westeurope", "--yes")
    text = "delete resource group gone"
    assert desk("doit", text, "--yes").returncode == 6
    assert desk.at_a_terminal("doit", text, question="Type 'gone'", keys=b"y\n")[0] == 6
    assert "gone" in desk.names()
    code, seen = desk.at_a_terminal("doit", text, question="Type 'gone'", keys=b"gone\n")
    assert code == 0, seen
    assert "gone" not in desk.names()


def test_without_a_terminal_the_missing_yes_is_exit_6_with_the_command_that_says_it(desk):
    done = desk("doit", "create a resource group called quiet in westeurope", "-o", "json")
    assert done.returncode == 6
    document = json.loads(done.stdout)
    assert document["outcome"]["verdict"] == "undecided"
    assert "--yes" in " ".join(document["outcome"]["next_steps"])
    assert "quiet" not in desk.names()


def test_a_look_asks_nothing_and_its_data_is_on_stdout(desk):
    done = desk("doit", "list my resource groups", "-o", "json")
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout)["outcome"]["data"], list)
    assert YES not in done.stderr


def test_a_preview_with_exit_code_says_that_something_would_change(desk):
    done = desk("doit", "create a resource group called maybe in westeurope", "-n", "--exit-code")
    assert done.returncode == 10
    assert "Exactly what would run" in done.stderr
    assert desk("doit", "list my resource groups", "-n", "--exit-code").returncode == 0


def test_a_flag_that_contradicts_the_cloud_of_an_objective_is_exit_2(desk):
    desk("doit", "list my resource groups")
    environment = dict(desk.environment)
    desk.environment = {name: value for name, value in environment.items() if name != "AZLIN_SANDBOX"}
    try:
        desk("doit", "create a resource group called cloud in westeurope", "--no-input")
        assert desk.last()["cloud"] == "AzureCloud"
        assert desk("objective", "resume", "last", "--sandbox").returncode == 2
    finally:
        desk.environment = environment


def test_ctrl_c_says_what_it_finishes_and_a_second_one_leaves_it_to_azure(desk):
    from azlin.paths import Paths
    from azlin.sandbox.instance import ensure_running

    sandbox = ensure_running(Paths(Path(desk.environment["AZLIN_HOME"])))
    sandbox.ask("POST", "faults", {"path": "*/networkInterfaces/*", "method": "PUT", "hold_s": 3.0})
    try:
        text = "create 3 vms named b1, b2 and b3 in group second"
        again = ("in flight; Ctrl-C leaves them to Azure", b"\x03")
        flags = ("--yes", "--strategy", "arm")
        code, seen = desk.at_a_terminal("doit", text, *flags, question="b1-nic: started", keys=b"\x03", then=again)
    finally:
        sandbox.ask("DELETE", "faults")
    assert code == 130, seen
    assert again[0] in seen
    assert "b1-nic: done" not in seen
    left = desk.last()
    assert f"azlin objective resume {left['id'][:8]}" in seen
    assert left["outcome"] is None
    assert desk("objective", "resume", "last", "--no-input").returncode == 0
