"""What authorization asks of the directory. Microsoft Graph's objects answer it when the sandbox serves Graph."""

from __future__ import annotations

from typing import Protocol


class Principals(Protocol):
    def kind(self, tenant: str, oid: str) -> str | None:
        """User, Group or ServicePrincipal; None when the directory has nobody of that id."""
        ...

    def groups_of(self, tenant: str, oid: str) -> list[str]:
        """The ids of the groups that it is in, groups in groups included."""
        ...
