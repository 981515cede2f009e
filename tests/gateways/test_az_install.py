from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from azlin.errors import ToolMissing
from azlin.gateways.az_install import find_az, installation_of


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_the_az_that_was_named_wins(tmp_path: Path):
    named = program(tmp_path / "my-az", "")
    other = program(tmp_path / "bin/az", "")
    assert find_az({"AZLIN_AZ": str(named), "PATH": str(other.parent)}) == named


def test_a_named_az_that_is_not_there_is_not_replaced_by_another(tmp_path: Path):
    other = program(tmp_path / "bin/az", "")
    assert find_az({"AZLIN_AZ": str(tmp_path / "gone"), "PATH": str(other.parent)}) is None


def test_the_path_comes_before_azlins_own_environment(tmp_path: Path):
    other = program(tmp_path / "bin/az", "")
    assert find_az({"PATH": str(other.parent)}) == other


def test_without_a_path_azlins_own_environment_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    own = program(tmp_path / "az/bin/az", "")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert find_az({"PATH": ""}) == own


LAUNCHERS = {
    "deb": ('#!/usr/bin/env bash\nbin_dir=`cd "$(dirname "$BASH_SOURCE[0]")"; pwd`\n'
            'AZ_INSTALLER=DEB "$bin_dir"/../../opt/az/bin/python3 -Im azure.cli "$@"\n', ("opt/az/bin/python3", "-I")),
    "homebrew": ('#!/usr/bin/env bash\nAZ_INSTALLER=HOMEBREW {root}/libexec/bin/python -Im azure.cli "$@"\n',
                 ("libexec/bin/python", "-I")),
    "pip": ("#!{root}/venv/bin/python\nos.environ['AZ_INSTALLER'] = 'PIP'\n"
            "os.execl(sys.executable, sys.executable, '-m', 'azure.cli', *sys.argv[1:])\n", ("venv/bin/python",)),
    "variables": ('#!/bin/sh\nexec ${HERE}/../../opt/az/bin/python3.12 -m azure.cli "$@"\n',
                  ("opt/az/bin/python3.12",)),
}  # fmt: skip


@pytest.mark.parametrize("packager", LAUNCHERS)
def test_the_interpreter_behind_a_launcher_is_found(packager: str, tmp_path: Path):
    text, (python, *flags) = LAUNCHERS[packager]
    interpreter = program(tmp_path / python, "")
    az = program(tmp_path / "usr/bin/az", text.replace("{root}", str(tmp_path)))
    assert installation_of(az).python == (str(interpreter), *flags)


def test_a_launcher_that_sets_a_module_path_is_followed(tmp_path: Path):
    python = program(tmp_path / "usr/bin/python3.9", "")
    az = program(
        tmp_path / "usr/bin/az",
        "#!/usr/bin/env bash\nAZ_INSTALLER=RPM PYTHONPATH=/usr/lib64/az/lib/python3.9/site-packages "
        f'{python} -sm azure.cli "$@"',
    )
    found = installation_of(az)
    assert found.python == (str(python), "-s")
    assert found.environment == {"AZ_INSTALLER": "RPM", "PYTHONPATH": "/usr/lib64/az/lib/python3.9/site-packages"}


def test_a_batch_file_is_looked_through(tmp_path: Path):
    python = program(tmp_path / "CLI2/python.exe", "")
    az = program(tmp_path / "CLI2/wbin/az.cmd", '@"%~dp0\\..\\python.exe" -IBm azure.cli %*\r\n')
    assert installation_of(az).python == (str(python), "-IB")


@pytest.mark.parametrize("text", ['#!/bin/sh\ndocker run mcr.microsoft.com/azure-cli az "$@"\n', "\x7fELF\x02\x01"])
def test_what_cannot_be_looked_into_is_said_to_be_so(text: str, tmp_path: Path):
    az = program(tmp_path / "az", text)
    with pytest.raises(ToolMissing, match="cannot look into") as refused:
        installation_of(az)
    assert "AZLIN_AZ" in refused.value.fix


def test_a_launcher_whose_interpreter_is_gone_is_said_to_be_so(tmp_path: Path):
    az = program(tmp_path / "az", f"#!{tmp_path}/gone/bin/python\nimport azure.cli\n")
    with pytest.raises(ToolMissing) as refused:
        installation_of(az)
    assert "is not there" in refused.value.why


def test_a_file_that_cannot_be_read_is_said_to_be_so(tmp_path: Path):
    with pytest.raises(ToolMissing):
        installation_of(tmp_path / ("az" + os.sep + "nothing"))
