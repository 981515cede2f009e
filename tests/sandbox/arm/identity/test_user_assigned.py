"""User-assigned identities."""

from __future__ import annotations

import uuid

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def test_an_identity_keeps_ids_that_are_its_own(azure: Azure):
    base = f"{azure.group()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    first, other = azure.put(f"{base}/a")["properties"], azure.put(f"{base}/b")["properties"]
    ids = [uuid.UUID(one[part]) for one in (first, other) for part in ("principalId", "clientId")]
    assert len(set(ids)) == 4
    assert first["tenantId"] == azure.tenant.id
    assert "provisioningState" not in first
    azure.ask("DELETE", f"{base}/a")
    assert azure.put(f"{base}/A")["properties"] == first


def test_an_identity_needs_a_place(azure: Azure):
    path = f"{azure.group()}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a"
    assert azure.code("PUT", path, {})[0] == 400
