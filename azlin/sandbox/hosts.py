"""The hosts of Azure that the sandbox stands in for, and which of its services answers for each."""

from __future__ import annotations

import fnmatch
from typing import Literal

Service = Literal["arm", "login", "graph", "vault", "storage", "prices", "direct"]

_SERVICES: tuple[tuple[str, Service], ...] = (
    ("management.azure.com", "arm"),
    ("*.management.azure.com", "arm"),
    ("management.core.windows.net", "arm"),
    ("login.microsoftonline.com", "login"),
    ("login.microsoft.com", "login"),
    ("login.windows.net", "login"),
    ("sts.windows.net", "login"),
    ("graph.microsoft.com", "graph"),
    ("graph.windows.net", "graph"),
    ("*.vault.azure.net", "vault"),
    ("*.blob.core.windows.net", "storage"),
    ("*.queue.core.windows.net", "storage"),
    ("*.table.core.windows.net", "storage"),
    ("*.file.core.windows.net", "storage"),
    ("*.dfs.core.windows.net", "storage"),
    ("prices.azure.com", "prices"),
    ("127.0.0.1", "direct"),
    ("localhost", "direct"),
)
CERTIFICATE_NAMES = tuple(pattern for pattern, _ in _SERVICES)


def service(host: str) -> Service | None:
    """Which service answers for a host name (port ignored), or None: it is none of Azure's."""
    name = host.partition(":")[0].rstrip(".").casefold()
    for pattern, found in _SERVICES:
        if fnmatch.fnmatchcase(name, pattern):
            return found
    return None
