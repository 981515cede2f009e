"""What the installed az has: its commands and the examples of its help, asked of az itself (`az_inside.py`).

Asking takes az half a minute, so the answer is kept in a cache directory of this user, by the version and place of az.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import msgspec

from azlin.errors import ToolMissing
from azlin.gateways.az_install import Installation, find_az, installation_of

INSIDE = Path(__file__).with_name("az_inside.py")
_SHELL = re.compile(r"[|;`]|\$\(|&&|<<|\$[A-Za-z{]|[<>]\s*\S+\.\w+$")
_CONTINUED = re.compile(r"\\[ \t]*\n[ \t]*")


class Command(msgspec.Struct, frozen=True):
    """A command; `required` has, for each argument it needs, the ways to spell it, `takes` has all its options."""

    name: str
    required: list[list[str]]
    takes: list[str]

    def needs_only(self, *options: str) -> bool:
        return all(any(one in options for one in spelled) for spelled in self.required)


class Example(msgspec.Struct, frozen=True):
    """An example from the help page of `command`, as it is written there."""

    command: str
    name: str
    text: str

    @property
    def argv(self) -> list[str] | None:
        """What follows `az`, or None when the example is not one plain az command: several commands, shell syntax
        (pipes, substitutions, variables, redirections), or unbalanced quotes."""
        text = _CONTINUED.sub(" ", self.text.strip())
        if "\n" in text or _SHELL.search(text):
            return None
        try:
            words = shlex.split(text)
        except ValueError:
            return None
        return words[1:] if words[:1] == ["az"] and len(words) > 1 else None


class Table(msgspec.Struct, frozen=True):
    """`az` is its version."""

    az: str
    commands: list[Command]
    examples: list[Example]


def installation() -> Installation:
    """Raises ToolMissing where az is not installed (`make setup` installs it)."""
    found = find_az()
    if found is None:
        raise ToolMissing("the Azure CLI is not installed", fix="make setup")
    return installation_of(found)


@cache
def table() -> Table:
    """From the cache, or from az (half a minute)."""
    az = installation()
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "azlin-conformance"
    key = hashlib.sha256(b"\0".join([*map(str.encode, az.python), _stamp(az), INSIDE.read_bytes()])).hexdigest()[:16]
    kept = folder / f"az-{key}.json"
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="azlin-conformance-") as home:
            fresh = Path(home, "table.json")
            subprocess.run(
                [*az.python, str(INSIDE), "table", str(fresh)],
                env={**os.environ, **az.environment, "AZURE_CONFIG_DIR": home, "HOME": home},
                check=True,
                capture_output=True,
            )
            text = fresh.read_bytes()
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(text)
        part.replace(kept)
    return msgspec.json.decode(kept.read_bytes(), type=Table)


def _stamp(az: Installation) -> bytes:
    """Changes when az is updated in place."""
    return b"".join(
        f"{one.name} {one.stat().st_mtime_ns}".encode()
        for one in sorted(Path(az.python[0]).parent.parent.glob("lib/python3*/site-packages/azure_cli*"))
    )
