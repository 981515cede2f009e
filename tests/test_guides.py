"""Everything that README and the guides tell a newcomer to type runs as it stands, in this order, in a sandbox.

A person types the yes that azlin asks for; here the flags say it. `ID` is the newest objective. A block of code whose
fence names a file (```json estate.json) is that file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
FIRST = 'azlin doit "create a resource group called begun in westeurope" --yes > /dev/null'
ASKS = {
    r"azlin doit (?!.*( -n| --yes))": " --yes --allow destroys",
    r"azlin objective (undo|resume)": " --yes --allow destroys",
    r"azlin (objective delete|sandbox reset)": " --yes",
}
"""Commands that would ask → the flags that answer."""


def commands(page: Path) -> list[str]:
    """What the page's console blocks tell to type, set-up commands left out."""
    typed: list[str] = []
    for line in re.findall(r"^\$ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        command = re.sub(r"\s{2,}#.*$", "", line).replace(" ID", " last")
        if not command.startswith(("make ", ". ")):
            flags = next((answer for asks, answer in ASKS.items() if re.match(asks, command)), "")
            exits = " || test $? = 8" if "--no-wait" in command else ""
            typed.append(command + flags + exits)
    return typed


def files(page: Path) -> dict[str, str]:
    """The files that the page shows whole: name → content."""
    return dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a newcomer. Pages share the sandbox and the az host behind it, which take seconds to start."""
    home = tmp_path_factory.mktemp("guides") / "home"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZLIN", "AZURE", "ARM"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**kept, "PATH": path, "AZLIN_HOME": str(home), "AZLIN_SANDBOX": "1"}
    yield environment
    subprocess.run(["azlin", "sandbox", "stop"], env=environment, capture_output=True, check=False)
    for door in (home / "az").glob("*.sock"):
        door.unlink()  # the az host behind it leaves when its door is gone


def begin_anew(environment: dict[str, str]) -> None:
    """A home in which nothing was asked for yet, before an empty Azure."""
    home = Path(environment["AZLIN_HOME"])
    if not home.exists():
        return
    subprocess.run(["azlin", "sandbox", "reset", "--yes"], env=environment, capture_output=True, check=True)
    for left in home.iterdir():
        if left.name not in ("sandbox", "az"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_newcomer_can_type_all_of_it(page: Path, tmp_path: Path, desk: dict[str, str]):
    begin_anew(desk)
    for name, content in files(page).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    script = "\n".join(["set -euxo pipefail", FIRST, *commands(page)])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=desk,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr


def test_there_is_something_to_type():
    assert sum(len(commands(page)) for page in PAGES) > 20
