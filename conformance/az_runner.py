"""Many commands of the real az, fast: two workers, each with a sandbox of its own and an az that forks per command.

Commands come in lanes. A lane begins in an empty sandbox, home directory and working directory; its commands run in
order and see what the earlier ones left. Lanes do not see each other.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from azlin.gateways.az_install import Installation
from azlin.paths import Paths
from azlin.sandbox.environment import tool_environment
from azlin.sandbox.instance import Instance, ensure_running, stop
from conformance.az_commands import INSIDE, installation

WORKERS = 2
TIMEOUT_S = 90.0
"""`az vm list-skus` takes half of it on a busy machine: 28,000 rows."""
_WAIT_S = 8.0
"""For `az ... wait`, which asks at once and then every 30 s, and nothing changes here in between."""
TIMED_OUT = 124
LOCATION = "westeurope"
_ROUNDS = 3
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_CODE = re.compile(r"^(?:ERROR: )?\(([A-Za-z]+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """How a command ended. `requests` are those it sent, as "METHOD path status"."""

    argv: Sequence[str]
    rc: int
    out: str
    err: str
    seconds: float
    requests: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The last line of what az wrote to stderr that says something."""
        lines = [line.strip() for line in self.err.splitlines()]
        errors = [line for line in lines if line.startswith("ERROR:")]
        told = errors[0] if errors else next((line for line in reversed(lines) if line), "")
        return "it did not end in time" if self.rc == TIMED_OUT else told.removeprefix("ERROR: ")

    @property
    def cause(self) -> str:
        """`why` without what differs from one command to the next, so that like failures are counted together."""
        code = _CODE.search(self.err)
        if code:
            return f"({code[1]})"
        return _QUOTED.sub("'..'", _GUID.sub("GUID", self.why))[:90] or f"exit code {self.rc}, and nothing was said"


@dataclass(frozen=True)
class Lane:
    """Commands in order. `groups` are resource groups that exist before the first.

    Of the first `again` commands, those that fail are run again as long as more of them succeed (at most `_ROUNDS`
    times), before the rest: whoever wrote them down did not say which needs which.
    """

    commands: Sequence[Sequence[str]]
    groups: Sequence[str] = ()
    again: int = 0
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """What lies in the working directory, by name."""


class Worker:
    """One sandbox and one az. Not safe to use from two threads."""

    def __init__(self, az: Installation) -> None:
        self._az = az
        self._root = Path(tempfile.mkdtemp(prefix="azlin-conformance-"))
        self._paths = Paths(self._root / "azlin")
        self._began = 0.0

    @cached_property
    def sandbox(self) -> Instance:
        return ensure_running(self._paths)

    @cached_property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AZURE_", "ARM_", "AZLIN_")) and "PROXY" not in name.upper()
        }
        sandbox = self.sandbox
        variables = tool_environment(sandbox, sandbox.default_tenant, sandbox.default_subscription)
        asked = {"AZURE_CORE_DISABLE_CONFIRM_PROMPT": "1", "AZURE_CORE_NO_COLOR": "true", "COLUMNS": "200"}
        return {**kept, **self._az.environment, **variables, **asked, "HOME": str(self._root)}

    @cached_property
    def _process(self) -> subprocess.Popen[bytes]:
        log = (self._root / "az.log").open("wb")
        process = subprocess.Popen(
            [*self._az.python, str(INSIDE), "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=self.environment,
            cwd=self._root,
        )
        log.close()
        if not (process.stdout and process.stdout.readline()):
            raise RuntimeError(f"az did not start: {(self._root / 'az.log').read_text('utf-8', 'replace')[-2000:]}")
        return process

    def run(self, lane: Lane) -> list[Said]:
        """Every command of a lane, whatever the earlier ones came to."""
        self.sandbox.ask("POST", "reset")
        place = self._root / "lane"
        shutil.rmtree(place, ignore_errors=True)
        work, home = place / "work", place / "home"
        for folder in (work, home):
            folder.mkdir(parents=True)
        for name, text in lane.files.items():
            (work / name).write_text(text, encoding="utf-8")
        for group in lane.groups:
            made = self._command(["group", "create", "-n", group, "-l", LOCATION], work, home)
            if made.rc:
                raise RuntimeError(f"group {group}: {made.err}")
        said: list[Said] = []
        for at, argv in enumerate(lane.commands):
            if at == lane.again and lane.again:
                self._run_again(said, work, home)
            said.append(self._command(argv, work, home))
        if lane.again >= len(said):
            self._run_again(said, work, home)
        return said

    def _run_again(self, said: list[Said], work: Path, home: Path) -> None:
        for _ in range(_ROUNDS):
            failed = [at for at, one in enumerate(said) if one.rc and one.requests]
            for at in failed:
                said[at] = self._command(said[at].argv, work, home)
            if all(said[at].rc for at in failed):
                return

    def _command(self, argv: Sequence[str], work: Path, home: Path) -> Said:
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("az has no pipes")
        began = time.time()
        limit_s = _WAIT_S if "wait" in argv[:4] else TIMEOUT_S
        asked = {"argv": list(argv), "cwd": str(work), "home": str(home), "timeout_s": limit_s}
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"az ended: {(self._root / 'az.log').read_text('utf-8', 'replace')[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        requests: tuple[str, ...] = ()
        if answer["rc"]:
            sent: list[dict[str, Any]] = self.sandbox.ask("GET", "requests")
            requests = tuple(
                f"{one['method']} {one['path']} {one['status']}" for one in sent if one["at"] >= began - 0.001
            )
            if any(one.endswith(" 500") for one in requests):
                log = Path(self.sandbox.directory, "server.log").read_text("utf-8", "replace")
                requests += (f"the sandbox broke: {log[-1000:]}",)
        return Said(argv, answer["rc"], answer["out"], answer["err"], answer["seconds"], requests)

    def run_signed_out(self, commands: Sequence[Sequence[str]], variables: Mapping[str, str]) -> list[Said]:
        """Commands that begin in an az that has never signed in, each in a process of its own, with these variables."""
        said: list[Said] = []
        with tempfile.TemporaryDirectory(dir=self._root) as empty:
            for argv in commands:
                began = time.monotonic()
                done = subprocess.run(
                    [str(self._az.az), *argv],
                    env={**self.environment, **variables, "AZURE_CONFIG_DIR": empty},
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=TIMEOUT_S * 3,
                )
                said.append(Said(argv, done.returncode, done.stdout, done.stderr, time.monotonic() - began))
        return said

    def close(self) -> None:
        """End az and the sandbox, and remove what they wrote."""
        if "_process" in self.__dict__:
            process = self._process
            if process.stdin:
                process.stdin.close()
            process.wait(TIMEOUT_S)
        stop(self._paths)
        shutil.rmtree(self._root, ignore_errors=True)


_workers: list[Worker] = []
"""Kept for the next sweep; they end with this process."""


def workers() -> list[Worker]:
    """The workers of this process, made at the first call. Raises ToolMissing where az is not installed."""
    if not _workers:
        az = installation()
        _workers.extend(Worker(az) for _ in range(WORKERS))
        for worker in _workers:
            atexit.register(worker.close)
    return _workers


def run(lanes: Sequence[Lane]) -> list[list[Said]]:
    """The answers of each lane, in the order given."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(lanes)):
        waiting.put(number)
    done: dict[int, list[Said]] = {}

    def work(worker: Worker) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                number = waiting.get_nowait()
                done[number] = worker.run(lanes[number])

    with ThreadPoolExecutor(WORKERS) as pool:
        for part in [pool.submit(work, worker) for worker in workers()[: len(lanes)]]:
            part.result()
    return [done[number] for number in range(len(lanes))]
