"""The rules of the house that a machine can check."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
MODULES = sorted((HOUSE / "azlin").rglob("*.py"))
LINES_MAX = 400


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_has_at_most_400_lines(module: Path):
    lines = len(module.read_text(encoding="utf-8").splitlines())
    assert lines <= LINES_MAX, f"{lines} lines: which noun is missing?"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_says_what_it_is(module: Path):
    assert module.read_text(encoding="utf-8").startswith('"""')


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [module for module in MODULES if drawers & {module.stem, module.parent.name}]


def test_every_error_has_a_section_in_the_docs():
    from azlin import errors

    refs = {
        error.ref for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.AzlinError)
    }
    sections = set(re.findall(r"^## `?([a-z-]+)`?", (HOUSE / "docs/errors.md").read_text(), flags=re.MULTILINE))
    assert refs <= sections


def test_asking_for_help_loads_nothing_heavy():
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "azlin.cli.main", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in loaded.splitlines()}
    assert "click" in names
    assert not names & {"anthropic", "mcp", "azure", "httpx2", "rich"}


def test_what_is_committed_names_no_registry_host_and_no_machine_path():
    tracked = subprocess.run(["git", "ls-files"], cwd=HOUSE, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    forbidden = re.compile(
        r"files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs\.org|deb\.debian\.org|(^|[^\w.])/(root|work)/"
    )
    guilty: list[str] = []
    for name in filter(None, tracked):
        path = HOUSE / name
        if path.suffix in {".gz", ".png"} or path == Path(__file__) or not path.is_file():
            continue
        if forbidden.search(path.read_text(encoding="utf-8")):
            guilty.append(name)
    assert not guilty
