"""Every example runs as it stands, and prints what it says it prints.

A line of `expected.txt` stands for a line of the output, with `…` for anything; the lines come in this order, with any
lines between them.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted(path.parent for path in (Path(__file__).parent.parent / "examples").glob("*/run.sh"))


def missing_from(output: str, expected: str) -> str | None:
    """The first expected line that does not come in the output after those before it."""
    lines = iter(output.splitlines())
    for wanted in expected.splitlines():
        pattern = re.compile(".*".join(re.escape(part) for part in wanted.split("…")))
        if not any(pattern.fullmatch(line.strip()) for line in lines):
            return wanted
    return None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_does_what_it_says(example, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AZLIN", "AZURE", "ARM"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [example / "run.sh"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**kept, "PATH": path, "AZLIN_HOME": str(tmp_path / "home")},
        timeout=300,
        check=False,
    )
    for door in (tmp_path / "home" / "az").glob("*.sock"):
        door.unlink()  # the az host behind it leaves when its door is gone
    assert done.returncode == 0, done.stdout
    assert missing_from(done.stdout, (example / "expected.txt").read_text()) is None, done.stdout


def test_every_example_is_explained():
    assert EXAMPLES
    assert all((example / "README.md").exists() and (example / "expected.txt").exists() for example in EXAMPLES)
