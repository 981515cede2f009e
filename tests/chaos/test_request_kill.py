"""`kill -9` in the middle of a request: what was begun is found again in Azure, and nothing is made twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azlin.paths import Paths
from azlin.sandbox.instance import Instance, ensure_running, stop

AZLIN = [sys.executable, "-m", "azlin.cli.main"]


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    paths = Paths(tmp_path_factory.mktemp("kill") / "home")
    yield ensure_running(paths)
    stop(paths)


@pytest.mark.parametrize("strategy", ["arm", "azure-cli"])
@pytest.mark.parametrize("fatal", [1, 3, 5], ids=["the first operation", "the third", "the last"])
def test_a_request_that_was_killed_is_finished_and_nothing_is_lost_or_made_twice(
    azure: Instance, fatal: int, strategy: str
):
    environment = {**os.environ, "AZLIN_HOME": str(Path(azure.directory).parent)}
    name = f"{strategy}-{fatal}"
    text = f"create a vm called {name} in resource group {name}"
    process = subprocess.Popen(
        [*AZLIN, "doit", text, "--sandbox", "--yes", "--strategy", strategy, "-o", "jsonl"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    events = (json.loads(line) for line in process.stdout)
    started = (event for event in events if event.get("kind") == "operation-started")
    fatal_event: dict[str, Any] = [next(started) for _ in range(fatal)][-1]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    resumed = subprocess.run(
        [*AZLIN, "objective", "resume", fatal_event["objective"], "-o", "json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert resumed.returncode == 0, resumed.stderr
    outcome = json.loads(resumed.stdout)["outcome"]
    assert outcome["verdict"] == "achieved"
    assert [result["created"] for result in outcome["results"]] == [True] * 5
    assert made_twice(azure, name) == []
    verified = subprocess.run([*AZLIN, "audit", "verify"], env=environment, check=False)
    assert verified.returncode == 0


def made_twice(azure: Instance, group: str) -> list[str]:
    """The resources of a group that the sandbox was told to make, successfully, more than once."""
    log: list[dict[str, Any]] = azure.ask("GET", "requests")
    puts = [
        one["path"].casefold().partition("?")[0]
        for one in log
        if one["method"] == "PUT" and one["status"] < 300 and f"/{group}" in one["path"].casefold()
    ]
    return [path for path, times in Counter(puts).items() if times > 1]
