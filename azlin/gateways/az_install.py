"""Where az is on this machine, and which Python it runs on.

Every packager starts az in its own way; all of them end in `python … -m azure.cli`. We start that Python ourselves: a
resident host needs it, and on Windows `az` is a batch file, through which no argument passes unharmed.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from azlin.errors import ToolMissing

HOW_TO_INSTALL = "install the Azure CLI (https://aka.ms/azure-cli), or set AZLIN_AZ to the az to use"
NAMES = ("az.cmd", "az.bat", "az") if sys.platform == "win32" else ("az",)

_LAUNCH = re.compile(
    r"""(?P<python>[^\s"']*["']?[^\s"']*python[\d.]*(?:\.exe)?)["']?\s+(?P<flags>-[A-Za-z]*)m\s+azure\.cli"""
)
_PYTHONPATH = re.compile(r"""PYTHONPATH=["']?([^\s"']+)""")
_INSTALLER = re.compile(r"AZ_INSTALLER'?\]?\s*=\s*['\"]?([A-Z]+)")
_VARIABLE = re.compile(r"^(?:\$\{?\w+\}?|%~dp0\\?|\$\(.*\))")


@dataclass(frozen=True)
class Installation:
    """`python` is the argument list that starts az's interpreter; `environment` what its launcher adds."""

    az: Path
    python: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict[str, str])


def find_az(environ: Mapping[str, str] | None = None) -> Path | None:
    """The az to use: `AZLIN_AZ`, the PATH, then the environments azlin was installed into (`sys.prefix/bin`,
    `sys.prefix/az/bin`). None when there is none, or when AZLIN_AZ names something that is not there."""
    environ = os.environ if environ is None else environ
    if named := environ.get("AZLIN_AZ"):
        chosen = Path(named).expanduser()
        return chosen if chosen.is_file() else None
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    own = os.pathsep.join(str(Path(sys.prefix, *place)) for place in ((scripts,), ("az", scripts)))
    for place in (environ.get("PATH", os.defpath), own):
        for name in NAMES:
            if found := shutil.which(name, path=place):
                return Path(found)
    return None


def installation_of(az: Path) -> Installation:
    """Read az's launcher. Raises ToolMissing when it is not one we can look into (a container, another program)."""
    try:
        text = az.read_bytes()[:8192].decode(errors="replace")
    except OSError as unreadable:
        raise _unknown(az, unreadable.strerror or "it cannot be read") from unreadable
    installer = _INSTALLER.search(text)
    environment = {"AZ_INSTALLER": installer.group(1)} if installer else {}
    if launch := _LAUNCH.search(text):
        flags = launch.group("flags")
        python = (_program(_placed(launch.group("python"), az), az), *((flags,) if len(flags) > 1 else ()))
        if modules := _PYTHONPATH.search(text[: launch.end()]):
            environment["PYTHONPATH"] = _placed(modules.group(1), az)
        return Installation(az, python, environment)
    first = text.partition("\n")[0]
    if first.startswith("#!") and "python" in first:  # a script of pip's: its interpreter has azure.cli
        program, *flags = first[2:].split()
        if Path(program).name == "env" and flags:
            program, *flags = flags
        return Installation(az, (_program(program, az), *flags), environment)
    raise _unknown(az, "it does not start azure.cli with a Python that can be found from here")


def _placed(written: str, az: Path) -> str:
    """A path as a launcher writes it (`"$bin_dir"/../x`), as a path of this machine."""
    path, variables = _VARIABLE.subn("", written.replace('"', "").lstrip("@"))
    if not variables:
        return path
    return os.path.normpath(Path(os.path.abspath(az)).parent / path.replace("\\", "/").lstrip("/"))  # noqa: PTH100


def _program(python: str, az: Path) -> str:
    found = shutil.which(python)
    if found is None:
        raise _unknown(az, f"{python}, which it starts, is not there")
    return found


def _unknown(az: Path, why: str) -> ToolMissing:
    return ToolMissing(f"cannot look into {az}", why=why, fix=HOW_TO_INSTALL)
