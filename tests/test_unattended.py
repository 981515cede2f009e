"""What the guide gives systemd, cron, launchd and Windows is what they take, and its command works as it stands."""

from __future__ import annotations

import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_guides import ROOT, files

GUIDE = ROOT / "docs" / "guides" / "unattended.md"
COMMAND = "$HOME/.local/bin/azlin objective resume --all --no-input"


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    return files(GUIDE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with azlin where a newcomer's installer puts it."""
    place = tmp_path / ".local" / "bin" / "azlin"
    place.parent.mkdir(parents=True)
    place.symlink_to(Path(sys.executable).with_name("azlin"))
    return tmp_path


def test_each_of_them_types_the_same_command(shown: dict[str, str]):
    service = re.findall(r"^ExecStart=(.*)$", shown["azlin-resume.service"], re.MULTILINE)
    cron = shown["crontab"].splitlines()
    plist = plistlib.loads(shown["azlin.resume.plist"].encode())
    script = plist["ProgramArguments"][2].removeprefix("exec ").replace('"', "")
    assert [line.replace("%h", "$HOME") for line in service] == [COMMAND]
    assert [line.split(" ", 1)[0] for line in cron] == ["@reboot", "*/5"]
    assert {line[line.index("$HOME") :] for line in cron} == {COMMAND}
    assert (plist["ProgramArguments"][:2], script) == (["/bin/sh", "-c"], COMMAND)
    assert (plist["RunAtLoad"], plist["StartInterval"]) == (True, 300)


def test_windows_is_told_a_command_that_its_shell_can_split():
    line = next(line for line in GUIDE.read_text().splitlines() if line.startswith("schtasks"))
    words = shlex.split(line)
    assert words[words.index("/tr") + 1] == "wsl -- bash -lc 'azlin objective resume --all --no-input'"


def test_the_command_works_where_nothing_but_a_home_is_set(home: Path):
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["/bin/sh", "-c", COMMAND], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Nothing was cut off.\n")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_units(shown: dict[str, str], home: Path):
    units = [home / name for name in ("azlin-resume.service", "azlin-resume.timer")]
    for unit in units:
        unit.write_text(shown[unit.name].replace("%h", str(home)))
    done = subprocess.run(["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "azlin-resume" in line]
    assert (done.returncode, ours) == (0, [])
