"""What ARM's authorization asks of the directory (`arm/authorization/principals.py`)."""

from __future__ import annotations

from collections.abc import Callable

from azlin.sandbox.graph.membership import containers
from azlin.sandbox.graph.objects import Objects

_KINDS = {"user": "User", "group": "Group", "servicePrincipal": "ServicePrincipal"}


class DirectoryPrincipals:
    """Answers from Graph's objects."""

    def __init__(self, objects: Objects, catch_up: Callable[[str], None] = lambda _: None) -> None:
        """`catch_up` takes in what was made outside of Graph in a tenant; asked where somebody is not found."""
        self._objects = objects
        self._catch_up = catch_up

    def kind(self, tenant: str, oid: str) -> str | None:
        found = self._objects.get(tenant, oid, *_KINDS)
        if found is None:
            self._catch_up(tenant)
            found = self._objects.get(tenant, oid, *_KINDS)
        return None if found is None else _KINDS[found.kind]

    def groups_of(self, tenant: str, oid: str) -> list[str]:
        found = self._objects.get(tenant, oid, *_KINDS)
        return [] if found is None else [one.id for one in containers(self._objects, found, groups_only=True)]
