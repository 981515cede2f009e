from __future__ import annotations

from typing import Any

from azlin.sandbox.arm.identity.assigned import complete_identity
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure


def completed(azure: Azure, identity: Any) -> Any:
    path = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Web/sites/s"
    resource = Resource(azure.plane.store.parse(path), {"identity": identity}, "", 0.0, 0.0)
    complete_identity(resource, azure.plane.store, "t")
    return resource.body["identity"]


def test_a_resource_of_its_own_identity_has_the_same_principal_every_time(azure: Azure):
    first = completed(azure, {"type": "SystemAssigned"})
    assert first["tenantId"] == "t"
    assert completed(azure, {"type": "SystemAssigned, UserAssigned"})["principalId"] == first["principalId"]


def test_a_named_identity_is_told_as_it_is(azure: Azure):
    path = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    azure.plane.store.put(azure.plane.store.parse(path), {"properties": {"principalId": "p", "clientId": "c", "x": 1}})
    named = {path.upper(): {}, f"{path}2": {}}
    found = completed(azure, {"type": "UserAssigned", "userAssignedIdentities": named})
    assert found["userAssignedIdentities"] == {path.upper(): {"principalId": "p", "clientId": "c"}, f"{path}2": {}}
    assert "principalId" not in found


def test_without_an_identity_nothing_is_made_up(azure: Azure):
    assert completed(azure, None) is None
    assert completed(azure, {"type": "None"}) == {"type": "None"}
