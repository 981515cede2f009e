"""Fills the cache of type definitions: from Azure's publication on the network, or from a file."""

from __future__ import annotations

import gzip
import json
import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from azlin import __version__
from azlin.errors import AzlinError, CloudUnreachable, ConfigUnreadable, NotFound, UsageRefused
from azlin.gateways import bicep_types
from azlin.gateways.http import REDIRECTS, REDIRECTS_MAX, is_loopback, origin
from azlin.gateways.schema_cache import Entry, SchemaCache
from azlin.gateways.schema_flags import PathSet
from azlin.gateways.schema_shape import ANYTHING, Definition
from azlin.paths import Paths, unwritable

PUBLISHED = "https://codeload.github.com/Azure/bicep-types-az/tar.gz/refs/heads/main"
"""Azure's own publication of its type definitions (MIT), as one archive."""

BYTES_MAX = 1024**3
READ_TIMEOUT_S = 60.0
CONNECT_TIMEOUT_S = 10.0

FLAG_NAMES: dict[str, PathSet] = {"req": "required", "ro": "read-only", "wo": "write-only", "sec": "secret"}


@dataclass(frozen=True)
class Synced:
    """What a sync brought: how many types, and the source that every answer about them will name."""

    types: int
    source: str


def sync(paths: Paths, *, url: str = PUBLISHED, file_path: Path | None = None) -> Synced:
    """Fill the cache from a file, or from `url`; what an earlier sync brought is replaced, all or nothing.

    The file is such an archive, or JSON (also .gz) of the form
    `{type: {"v": api-version, "req", "ro", "wo", "sec": [paths], "ws": scope bits}}`.
    Raises NotFound (no such file, or no types in it), CloudUnreachable, UsageRefused (not https), StateUnwritable.
    """
    paths.prepare()
    with ExitStack() as stack:
        where = str(file_path) if file_path is not None else url
        try:
            if file_path is None:
                file_path = Path(stack.enter_context(_spooled(paths)).name)
                download(url, file_path)
            source, entries = _read(file_path)
            cache = SchemaCache(paths.schemas)
            stack.callback(cache.close)
            return Synced(types=cache.fill(entries), source=source)
        except FileNotFoundError as missing:
            raise NotFound(f"there is no file {missing.filename}", fix="azlin schema sync --from FILE") from missing
        except (ValueError, KeyError, TypeError) as odd:
            raise NotFound(
                f"there are no type definitions in {where}",
                why=str(odd),
                fix="azlin schema sync --from FILE   (a .tar.gz of Azure/bicep-types-az)",
            ) from odd


def download(url: str, to_path: Path) -> None:
    """Fetch an address into a file, piece by piece. Raises as `sync` does."""
    import httpx2

    for _ in range(REDIRECTS_MAX + 1):
        loopback = is_loopback(urlsplit(url).hostname or "")
        if urlsplit(url).scheme != "https" and not loopback:
            raise UsageRefused(f"{origin(url)} is not an https address", fix="azlin schema sync --from FILE")
        try:
            with (
                httpx2.Client(
                    verify=_trust(),
                    trust_env=not loopback,
                    headers={"user-agent": f"azlin/{__version__}"},
                    timeout=httpx2.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                ) as client,
                client.stream("GET", url) as answer,
            ):
                onward = answer.headers.get("location")
                if answer.status_code in REDIRECTS and onward is not None:
                    url = urljoin(url, onward)
                    continue
                if answer.status_code != 200:
                    raise _unreachable(url, f"it answered with status {answer.status_code}")
                _save(answer.iter_bytes(), to_path, url)
                return
        except httpx2.HTTPError as failed:
            raise _unreachable(url, str(failed) or type(failed).__name__) from failed
    raise _unreachable(url, "it redirects in a circle")


def _save(pieces: Iterator[bytes], to_path: Path, url: str) -> None:
    size = 0
    try:
        with to_path.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > BYTES_MAX:
                    raise _unreachable(url, f"it sent more than {BYTES_MAX} bytes")
                file.write(piece)
    except OSError as refused:
        raise unwritable(to_path, refused) from refused


def _spooled(paths: Paths) -> Any:
    """A private file for the download, gone when it is closed."""
    try:
        return tempfile.NamedTemporaryFile(dir=paths.home, prefix=".types-", suffix=".tar.gz")
    except OSError as refused:
        raise unwritable(paths.home, refused) from refused


def _trust() -> ssl.SSLContext | bool:
    """The system's certificates, or those that people behind an inspecting proxy name for az."""
    if not (bundle := os.environ.get("REQUESTS_CA_BUNDLE")):
        return True
    try:
        return ssl.create_default_context(cafile=bundle)
    except (OSError, ssl.SSLError) as failed:
        raise ConfigUnreadable(
            f"the CA bundle {bundle} cannot be read", why=str(failed), fix="azlin doctor"
        ) from failed


def _unreachable(url: str, why: str) -> AzlinError:
    return CloudUnreachable(
        f"the type definitions could not be fetched from {origin(url)}",
        why=why,
        fix="azlin schema sync --from FILE   (a .tar.gz of Azure/bicep-types-az, fetched elsewhere)",
    )


def _read(path: Path) -> tuple[str, Iterator[Entry]]:
    """(source, entries) of an archive or of a file of flags."""
    today = datetime.now(UTC).date().isoformat()
    flags = _flags_in(path)
    if flags is not None:
        source = f"type flags from {path.name}, read {today}"
        return source, (_from_flags(type_, told, source) for type_, told in flags.items())
    commit = bicep_types.edition(path)
    source = f"bicep-types-az{f' {commit}' if commit else ''}, fetched {today}"
    return source, (Entry(definition, source) for definition in bicep_types.definitions(path))


def _flags_in(path: Path) -> dict[str, Any] | None:
    """The flags, if the file is one of flags: JSON that begins with a brace, packed or not."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if packed else path.open("rb") as content:
            first = content.read(1)
            return cast("dict[str, Any]", json.loads(first + content.read())) if first == b"{" else None
    except (OSError, EOFError) as broken:
        raise ValueError(f"it cannot be unpacked: {broken}") from broken


def _from_flags(type_: str, told: dict[str, Any], source: str) -> Entry:
    definition = Definition(type=type_, api_version=str(told["v"]), body=ANYTHING, scopes=int(told.get("ws", 0)))
    paths: dict[PathSet, tuple[str, ...]] = {
        name: tuple(str(path) for path in told.get(key, ())) for key, name in FLAG_NAMES.items()
    }
    return Entry(definition, source, {name: listed for name, listed in paths.items() if listed})
