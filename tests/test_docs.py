"""The documentation is true: what is made from the code is current, every error has its section, every link leads
somewhere."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import azlin
from azlin.errors import AzlinError

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def kinds(kind: type[AzlinError]) -> list[type[AzlinError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in kinds(below))]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_the_reference_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_error_has_a_section_and_every_section_an_error():
    for module in walk_packages(azlin.__path__, "azlin."):
        if module.name.startswith(("azlin.cli", "azlin.agentic", "azlin.sandbox")):
            import_module(module.name)
    refs = {kind.ref for kind in kinds(AzlinError)}
    assert anchors(ROOT / "docs" / "errors.md") - {"errors"} == refs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_shown_exists(page):
    import click

    from azlin.cli.main import COMMANDS
    from azlin.cli.main import azlin as desk

    shown = re.findall(r"^\$ azlin ([a-z]+)(?: ([a-z]+))?", page.read_text(), re.MULTILINE)
    for name, inner in shown:
        assert name in COMMANDS
        command = desk.get_command(click.Context(desk), name)
        if isinstance(command, click.Group) and inner:
            assert inner in command.commands
