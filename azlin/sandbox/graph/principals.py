"""What ARM's authorization asks of the directory (`arm/authorization/principals.py`)."""

from __future__ import annotations

from azlin.sandbox.graph.membership import containers
from azlin.sandbox.graph.objects import Objects

_KINDS = {"user": "User", "group": "Group", "servicePrincipal": "ServicePrincipal"}


class DirectoryPrincipals:
    """Answers from Graph's objects."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def kind(self, tenant: str, oid: str) -> str | None:
        found = self._objects.get(tenant, oid, *_KINDS)
        return None if found is None else _KINDS[found.kind]

    def groups_of(self, tenant: str, oid: str) -> list[str]:
        found = self._objects.get(tenant, oid, *_KINDS)
        return [] if found is None else [one.id for one in containers(self._objects, found, groups_only=True)]
