"""The recordings that the Azure SDKs publish: requests to the real Azure Resource Manager, with its answers.

The source distributions on PyPI of some releases of the management packages hold, under tests/recordings, what their
tests exchanged with Azure, as vcrpy cassettes (YAML: `interactions`, each a `request` of method, uri, headers and body
and a `response` of status, headers and body). They are fetched with pip into a cache outside of this repository
(`$XDG_CACHE_HOME/azlin/conformance`, ~/.cache without it) and never become part of it.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import yaml

RELEASES = {
    "compute": "azure-mgmt-compute==17.0.0",
    "network": "azure-mgmt-network==19.3.0",
    "resource": "azure-mgmt-resource==15.0.0",
    "storage": "azure-mgmt-storage==16.0.0",
    "keyvault": "azure-mgmt-keyvault==8.0.0",
}
"""Those releases that are known to have recordings; later ones have none."""
_POLLED = ("location", "azure-asyncoperation", "operation-location")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer. `sent` and `got` are texts, "" where there was no body; names of headers
    are lower case."""

    method: str
    uri: str
    sent: str
    headers: dict[str, str]
    status: int
    got: str
    got_headers: dict[str, list[str]]

    @property
    def answer(self) -> Any:
        """The answered JSON, None where there was none."""
        try:
            return json.loads(self.got) if self.got else None
        except ValueError:
            return None

    @property
    def polled(self) -> list[str]:
        """Where this answer sent the client to ask how the work goes on, comparable."""
        return [comparable(uri) for name in _POLLED for uri in self.got_headers.get(name, ())]


@dataclass(frozen=True)
class Cassette:
    """The exchanges of one test, in order. `service` is a key of RELEASES."""

    service: str
    name: str
    text: bytes

    @cached_property
    def exchanges(self) -> list[Exchange]:
        recorded = cast("dict[str, Any]", yaml.load(self.text, _LOADER))
        return [_exchange(one["request"], one["response"]) for one in recorded["interactions"]]


def cassettes() -> Iterator[Cassette]:
    """Every published recording, by service and name; fetched when they are not in the cache."""
    for service, release in RELEASES.items():
        with zipfile.ZipFile(fetched(release)) as packed:
            for name in sorted(packed.namelist()):
                if "/recordings/" in name and name.endswith(".yaml"):
                    yield Cassette(service, Path(name).stem, packed.read(name))


def fetched(release: str) -> Path:
    """The source distribution `name==version`, from the cache or else through pip."""
    name, _, version = release.partition("==")
    file = _cache() / f"{name}-{version}.zip"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as here:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, "-d", here]
            subprocess.run([*pip, release], check=True, stdout=sys.stderr)
            (Path(here) / file.name).replace(file)
    return file


def comparable(uri: str) -> str:
    """Clients encode what they are sent their own way, and leave out a port that is the usual one."""
    return uri.replace("%2B", "+").replace("%2b", "+").replace(":443/", "/").casefold()


def _cache() -> Path:
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "azlin" / "conformance"


def _exchange(request: dict[str, Any], response: dict[str, Any]) -> Exchange:
    got: Any = response["body"]
    return Exchange(
        method=request["method"],
        uri=request["uri"],
        sent=_unwrapped(_text(request["body"])),
        headers={name.casefold(): _listed(value)[0] for name, value in request["headers"].items()},
        status=int(response["status"]["code"]),
        got=_text(got["string"] if isinstance(got, dict) else got),
        got_headers={name.casefold(): _listed(value) for name, value in response["headers"].items()},
    )


def _unwrapped(text: str) -> str:
    """Where the recorder rewrote a body that was bytes, it wrote Python's words for them (b'...'), even twice."""
    while text.startswith(("b'", 'b"')):
        text = cast("bytes", ast.literal_eval(text)).decode()
    return text


def _listed(value: Any) -> list[str]:
    return [str(one) for one in cast("list[Any]", value)] if isinstance(value, list) else [str(value)]


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
