"""An Azure whose roles count, and somebody who has none yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from azlin.sandbox.arm.authorization import access, role_assignments, role_definitions
from azlin.sandbox.arm.behaviour import Answer, Registry
from azlin.sandbox.incoming import Incoming
from tests.sandbox.conftest import BASE, Azure

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
EVE = "e0000000-0000-4000-8000-000000000001"
Grant = Callable[..., str]


@dataclass
class Directory:
    """Who exists, and in which groups they are."""

    kinds: dict[str, str] = field(default_factory=dict[str, str])
    groups: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def kind(self, _tenant: str, oid: str) -> str | None:
        return self.kinds.get(oid)

    def groups_of(self, _tenant: str, oid: str) -> list[str]:
        return self.groups.get(oid, [])


@pytest.fixture
def people(azure: Azure, registry: Registry) -> Directory:
    for module in (role_definitions, role_assignments, access):
        module.register(registry)
    found = Directory({EVE: "ServicePrincipal"})
    azure.plane.principals = found
    return found


@pytest.fixture
def grant(azure: Azure, people: Directory) -> Grant:
    """`grant(scope, role, principal)`: an owner assigns a role; returns the assignment's id."""

    def made(scope: str, role: str = READER, principal: str = EVE, name: str | None = None) -> str:
        name = name or f"00000000-0000-4000-8000-{len(list(azure.plane.store.all())):012}"
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
        definition = f"{azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        azure.put(path, {"properties": {"principalId": principal, "roleDefinitionId": definition}})
        return path

    return made


@pytest.fixture
def eve(azure: Azure, people: Directory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """`eve("GET", path)`: what somebody who owns nothing is answered."""
    token = azure.token(azure.tenant)
    claims = azure.entra.authenticate(f"Bearer {token}")

    def ask(method: str, path: str, body: Any = None) -> Answer:
        hers = msgspec.structs.replace(claims, oid=EVE, appid=EVE)
        data = b"" if body is None else json.dumps(body).encode()
        incoming = Incoming(method, path, {"api-version": "2022-04-01"}, {"authorization": "Bearer hers"}, data, BASE)
        with monkeypatch.context() as patch:
            patch.setattr(azure.entra, "authenticate", lambda _header: hers)
            return azure.arm.answer(incoming)

    return ask
