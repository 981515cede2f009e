"""The command as it is typed: a process of its own, with an AZLIN_HOME of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZLIN", "AZURE"))}
    return {**kept, "AZLIN_HOME": str(home), "AZURE_CONFIG_DIR": str(home.with_name("azure"))}


@pytest.fixture
def azlin(environment: dict[str, str]) -> Run:
    """`azlin("config", "show", stdin="", AZLIN_X="1")` → the process, ended."""

    def run(*arguments: str, stdin: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "azlin.cli.main", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env={**environment, **variables},
            timeout=60,
            check=False,
        )

    return run
