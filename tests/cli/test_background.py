"""Runs without a terminal, as they are typed: detached, killed, watched, cancelled, resumed. The sandbox is a real one.

One story a test, because each command is a process: what is told in between is asserted on the way.
"""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from azlin.cli.background import Capped
from azlin.gateways.journal import Entry, Holder, Journal
from azlin.paths import Paths

PATIENCE_S = 60.0


class Desk:
    """The command line before the sandbox of this test process, in a terminal's session of its own."""

    def __init__(self, home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZLIN", "AZURE", "ARM_"))}
        self.environment = {**kept, "AZLIN_HOME": str(home), "AZURE_CONFIG_DIR": str(home / "no-az")}
        self.paths = Paths(home)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "azlin.cli.main", *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=PATIENCE_S,
            check=False,
            start_new_session=True,
        )

    def begins(self, text: str, *flags: str) -> str:
        """The id of an objective that is carried out in the background from here on."""
        begun = self("doit", text, "--sandbox", "--yes", "--no-wait", "--strategy", "arm", "-o", "json", *flags)
        assert begun.returncode == 8, begun.stderr
        told = json.loads(begun.stdout)
        assert told["outcome"]["verdict"] == "running"
        return told["id"]

    def holder(self, name: str) -> Holder:
        with Journal.read(self.paths) as journal:
            holder = journal.holder(name)
        assert holder is not None
        return holder

    def until(self, name: str, is_so: Callable[[list[Entry]], bool]) -> None:
        late_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < late_at:
            with Journal.read(self.paths) as journal:
                if is_so(journal.entries(name)):
                    return
            time.sleep(0.02)
        raise AssertionError((self.paths.runs / f"{name}.log").read_text())


@pytest.fixture
def desk(sandbox: Any) -> Desk:
    return Desk(Path(sandbox.directory).parent)


@pytest.fixture
def slow(sandbox: Any, group: str) -> Iterator[None]:
    """Every network interface of this test's group takes a second."""
    path = f"*/resourceGroups/{group}/*/networkInterfaces/*"
    sandbox.ask("POST", "faults", {"method": "PUT", "path": path, "hold_s": 1.0})
    yield
    sandbox.ask("DELETE", "faults")


def some_started(entries: list[Entry]) -> bool:
    return any(entry.state == "started" and "nic" in entry.operation for entry in entries)


@pytest.mark.usefixtures("slow")
def test_a_killed_runner_is_seen_and_resumed_and_everything_is_there_once(desk: Desk, sandbox: Any, group: str):
    name = desk.begins(f"create 3 vms named k1, k2 and k3 in group {group}")
    runner = desk.holder(name)
    assert os.getsid(runner.pid) == runner.pid
    assert (desk.paths.runs / f"{name}.log").stat().st_mode & 0o777 == 0o600
    again = desk("objective", "resume", name)
    assert (again.returncode, f"pid {runner.pid}" in again.stderr) == (8, True)
    assert "azlin objective watch" in again.stderr
    desk.until(name, some_started)
    os.kill(runner.pid, signal.SIGKILL)

    watched = desk("objective", "watch", name)
    assert watched.returncode == 7
    assert f"pid {runner.pid}" in watched.stderr
    assert f"azlin objective resume {name[:8]}" in watched.stderr
    assert f"objective {name[:8]} was cut off" in desk("objective", "list", "-o", "json").stderr

    resumed = desk("objective", "resume", name, "--no-input", "-o", "json")
    assert resumed.returncode == 0, resumed.stderr
    done = json.loads(resumed.stdout)
    assert done["terms"] == {"strategy": "arm"}
    assert done["approval"]["how"] == "flag"
    assert done["outcome"]["verdict"] == "achieved"
    sent = [one["path"] for one in sandbox.ask("GET", "requests") if one["method"] == "PUT" and group in one["path"]]
    assert len({path.casefold() for path in sent if "virtualMachines" in path}) == 3
    with Journal.read(desk.paths) as journal:
        assert journal.cut_off() == []


@pytest.mark.usefixtures("slow")
def test_a_cancelled_run_finishes_what_is_in_flight_and_begins_nothing_new(desk: Desk, group: str):
    name = desk.begins(f"create 12 vms named c1..c12 in group {group}")
    desk.until(name, some_started)
    cancelled = desk("objective", "cancel", name, "-o", "json")
    assert cancelled.returncode == 1, cancelled.stderr
    assert "was asked to stop" in cancelled.stderr
    assert "was asked to stop" in desk.paths.audit_log.read_text()
    outcome = json.loads(cancelled.stdout)["outcome"]
    assert outcome["verdict"] == "cancelled"
    statuses = {result["operation"]: result["status"] for result in outcome["results"]}
    assert "done" in statuses.values()
    assert "skipped" in statuses.values()
    with Journal.read(desk.paths) as journal:
        assert not [entry for entry in journal.entries(name) if entry.state in ("started", "submitted")]
    assert name not in desk("objective", "resume", "--all", "--no-input", "-o", "json").stdout


@pytest.mark.usefixtures("slow")
def test_watching_can_be_left_and_the_run_goes_on(desk: Desk, group: str):
    name = desk.begins(f"create 2 vms named w1 and w2 in group {group}")
    watching = subprocess.Popen(
        [sys.executable, "-P", "-m", "azlin.cli.main", "objective", "watch", name, "-o", "jsonl"],
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=PATIENCE_S)
    assert (first["kind"], first["objective"]) == ("request-received", name)
    assert watching.returncode == 130
    assert "it goes on" in said
    ended = desk("objective", "watch", name, "-o", "jsonl")
    assert ended.returncode == 0
    kinds = [json.loads(line)["kind"] for line in ended.stdout.splitlines()]
    assert (kinds[0], kinds[-1]) == ("request-received", "objective")
    assert "handed-over" in kinds


def test_a_look_is_not_detached_because_nobody_could_read_it_later(desk: Desk):
    done = desk("doit", "list my resource groups", "--sandbox", "--no-wait", "-o", "json")
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout)["outcome"]["data"], list)


def test_its_log_says_once_that_it_stops_and_a_full_disk_does_not_stop_the_run():
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    kept = io.StringIO()
    log = Capped(kept, 10)
    for words in ("12345", "67890", "more", "and more"):
        assert log.write(words) == len(words)
    assert kept.getvalue() == "1234567890\n… and more; all of it: azlin audit show ID\n"
    assert Capped(Full(), 10).write("lost") == 4


def test_orders_that_were_cut_off_are_not_followed(desk: Desk):
    runner = [sys.executable, "-P", "-m", "azlin.cli.background", "x"]
    done = subprocess.run(
        runner, input='{"objective": "x", "fen', capture_output=True, text=True, env=desk.environment, check=False
    )
    assert done.returncode == 1
    assert "whoever gave them is gone" in done.stderr
