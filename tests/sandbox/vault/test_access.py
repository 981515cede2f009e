from __future__ import annotations

import json

import pytest

from azlin.sandbox.vault.access import data_action
from tests.sandbox.vault.conftest import Vault

ROLE = "/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6"


@pytest.fixture
def stranger(vault: Vault) -> str:
    """A token of somebody who owns nothing."""
    tenant = vault.azure.tenant
    body = vault.azure.entra._access(tenant, "11111111-1111-4111-8111-111111111111", "app", "https://vault.azure.net")
    return body["access_token"]


def test_without_rbac_the_access_policies_count_for_everyone(vault: Vault):
    vault.change(enableRbacAuthorization=False, accessPolicies=[])
    answer = vault.ask("GET", "/secrets/a")
    assert (answer.status, answer.body["error"]["innererror"]["code"]) == (403, "AccessDenied")
    assert (
        "does not have secrets get permission on key vault 'kv;location=westeurope'" in answer.body["error"]["message"]
    )
    policy = {"objectId": vault.azure.tenant.principal_oid, "permissions": {"secrets": ["Set", "get"], "keys": ["all"]}}
    vault.change(accessPolicies=[policy])
    vault.ok("PUT", "/secrets/a", {"value": "x"})
    vault.ok("GET", "/secrets/a")
    vault.ok("GET", "/keys")
    assert vault.error("DELETE", "/secrets/a")[2] == "AccessDenied"
    assert vault.error("GET", "/certificates")[2] == "AccessDenied"


def test_with_rbac_the_owners_of_the_sandbox_are_let_in_and_others_need_a_role(vault: Vault, stranger: str):
    vault.ok("PUT", "/secrets/a", {"value": "x"})
    answer = vault.ask("GET", "/secrets/a", token=stranger)
    assert (answer.status, answer.body["error"]["innererror"]["code"]) == (403, "ForbiddenByRbac")
    assert "Microsoft.KeyVault/vaults/secrets/getSecret/action" in answer.body["error"]["message"]
    store = vault.azure.plane.store
    permissions = [{"actions": [], "dataActions": ["Microsoft.KeyVault/vaults/secrets/getSecret/action"]}]
    tenant = vault.azure.tenant.id
    store.put(store.parse(vault.azure.subscription + ROLE, tenant), {"properties": {"permissions": permissions}})
    assigned = f"{vault.azure.subscription}/providers/Microsoft.Authorization/roleAssignments/a1"
    properties = {
        "principalId": "11111111-1111-4111-8111-111111111111",
        "roleDefinitionId": vault.azure.subscription + ROLE,
        "scope": vault.azure.subscription,
    }
    store.put(store.parse(assigned, tenant), {"properties": properties})
    assert vault.ask("GET", "/secrets/a", token=stranger).status == 200
    assert vault.ask("PUT", "/secrets/a", {"value": "y"}, token=stranger).status == 403
    store.delete(store.parse(assigned, tenant))
    elsewhere = f"{vault.id}/secrets/b"
    narrow = store.parse(f"{elsewhere}/providers/Microsoft.Authorization/roleAssignments/a2", tenant)
    store.put(narrow, {"properties": {**properties, "scope": elsewhere}})
    assert vault.ask("GET", "/secrets/a", token=stranger).status == 403


def test_refusals_tell_no_secret(vault: Vault, stranger: str):
    vault.ok("PUT", "/secrets/a", {"value": "hidden"})
    assert "hidden" not in json.dumps(vault.ask("PUT", "/secrets/a", {"value": "hidden"}, token=stranger).body)


@pytest.mark.parametrize(
    ("collection", "permission", "action"),
    [
        ("secrets", "set", "Microsoft.KeyVault/vaults/secrets/setSecret/action"),
        ("secrets", "delete", "Microsoft.KeyVault/vaults/secrets/delete"),
        ("keys", "sign", "Microsoft.KeyVault/vaults/keys/sign/action"),
        ("keys", "wrapKey", "Microsoft.KeyVault/vaults/keys/wrap/action"),
        ("certificates", "create", "Microsoft.KeyVault/vaults/certificates/create/action"),
    ],
)
def test_permissions_have_their_data_actions(collection: str, permission: str, action: str):
    assert data_action(collection, permission) == action
