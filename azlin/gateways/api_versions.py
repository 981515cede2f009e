"""Which api-version to use for a type: the type schemas' answer, else what the cloud itself offers."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Any, cast

from azlin.errors import AzureRefused

PROVIDERS_VERSION = "2021-04-01"
"""Of `GET /providers/{namespace}` itself; in every cloud since 2021 (learn.microsoft.com/rest/api/resources)."""

OWN_VERSIONS = {
    "microsoft.resources/resources": PROVIDERS_VERSION,
    "microsoft.resources/providers": PROVIDERS_VERSION,
    "microsoft.resources/subscriptions": "2022-12-01",
}
"""Resource Manager's own lists, which no provider offers as types: the envelopes of all resources, subscriptions."""

Offered = Callable[[str], dict[str, Any]]
"""`GET …/providers/{namespace}`: `{"namespace", "resourceTypes": [{"resourceType", "apiVersions": […]}]}`."""


class ApiVersions:
    """Answers are remembered for as long as this value lives."""

    def __init__(self, known: Callable[[str], str | None], offered: Offered) -> None:
        self._known = known
        self._offered = offered
        self._namespaces: dict[str, dict[str, str]] = {}
        self._turn = threading.Lock()

    def known(self, type_: str) -> str | None:
        """What can be said without asking the cloud."""
        if version := OWN_VERSIONS.get(type_.casefold()) or self._known(type_):
            return version
        namespace, _, kinds = type_.casefold().partition("/")
        return self._namespaces.get(namespace, {}).get(kinds)

    def of(self, type_: str) -> str:
        """The version to use. Raises AzureRefused (code InvalidResourceType) when the cloud has no such type."""
        return self.known(type_) or self.of_cloud(type_)

    def of_cloud(self, type_: str) -> str:
        """The newest version that the cloud offers, a stable one if it has any. A child that the cloud does not list
        has its parent's versions."""
        namespace, _, kinds = type_.partition("/")
        with self._turn:
            if namespace.casefold() not in self._namespaces:
                self._namespaces[namespace.casefold()] = _newest_of(self._offered(namespace))
            offered = self._namespaces[namespace.casefold()]
        folded = kinds.casefold()
        while folded:
            if folded in offered:
                return offered[folded]
            folded = folded.rpartition("/")[0]
        raise AzureRefused("InvalidResourceType", f"{namespace} has no type {kinds!r} in this cloud")


def newest(versions: Iterable[str]) -> str | None:
    """The newest stable version; a preview only where there is nothing else."""
    return max(versions, key=lambda version: (_stable(version), version.casefold()), default=None)


def _stable(version: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", version) is not None


def _newest_of(provider: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for offered in cast("list[dict[str, Any]]", provider.get("resourceTypes") or []):
        version = newest(cast("list[str]", offered.get("apiVersions") or []))
        if version is not None:
            found[str(offered.get("resourceType", "")).casefold()] = version
    return found
