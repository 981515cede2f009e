"""What Key Vault does with its vaults beyond storing them."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm import bodies
from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.key_vault import vaults
from tests.sandbox.conftest import Azure

_RECENT = "?api-version=2023-07-01"


@pytest.fixture
def registry(registry: Registry) -> Registry:
    bodies.register(registry)
    vaults.register(registry)
    return registry


def body(azure: Azure, **properties: Any) -> dict[str, Any]:
    sku = {"family": "A", "name": "standard"}
    return {
        "location": "westeurope",
        "properties": {"tenantId": azure.tenant.id, "sku": sku, "accessPolicies": [], **properties},
    }


def vault(azure: Azure, name: str = "kv-One", **properties: Any) -> str:
    path = f"{azure.group()}/providers/Microsoft.KeyVault/vaults/{name}"
    answer = azure.ask("PUT", path + _RECENT, body(azure, **properties))
    assert answer.status == 200, answer.body
    return path


def deleted(azure: Azure, name: str = "kv-One") -> str:
    return f"{azure.subscription}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/{name}"


def test_a_vault_says_where_it_is_and_how_long_it_can_be_recovered(azure: Azure):
    shown = azure.get(vault(azure) + _RECENT)
    assert shown["properties"]["vaultUri"] == "https://kv-one.vault.azure.net/"
    assert shown["properties"]["softDeleteRetentionInDays"] == 90
    assert shown["properties"]["provisioningState"] == "Succeeded"
    assert shown["tags"] == {}


@pytest.mark.parametrize("name", ["kv", "1kv", "kv--one", "kv-", "a" * 25])
def test_a_name_that_is_no_vault_name_is_refused(azure: Azure, name: str):
    path = f"{azure.group()}/providers/Microsoft.KeyVault/vaults/{name}"
    assert azure.code("PUT", path, body(azure)) == (400, "VaultNameNotValid")


@pytest.mark.parametrize(
    "properties",
    [{"tenantId": None}, {"sku": {"name": "free"}}, {"enablePurgeProtection": False}, {"softDeleteRetentionInDays": 5}],
)
def test_properties_that_no_vault_can_have_are_refused(azure: Azure, properties: dict[str, Any]):
    path = f"{azure.group()}/providers/Microsoft.KeyVault/vaults/kv-one"
    assert azure.code("PUT", path, body(azure, **properties)) == (400, "BadRequest")


def test_the_name_of_a_vault_is_taken_in_every_group_and_in_any_casing(azure: Azure):
    vault(azure)
    other = f"{azure.group('other')}/providers/Microsoft.KeyVault/vaults/KV-one"
    assert azure.code("PUT", other, body(azure)) == (409, "VaultAlreadyExists")
    asked = f"{azure.subscription}/providers/Microsoft.KeyVault/checkNameAvailability"
    told = azure.ask("POST", asked, {"name": "kv-ONE", "type": "Microsoft.KeyVault/vaults"}).body
    assert (told["nameAvailable"], told["reason"]) == (False, "AlreadyExists")
    assert azure.ask("POST", asked, {"name": "kv-two"}).body == {"nameAvailable": True}


def test_a_deleted_vault_keeps_its_name_until_it_is_purged(azure: Azure):
    path = vault(azure)
    azure.ask("DELETE", path)
    assert azure.code("PUT", path, body(azure)) == (409, "ConflictError")
    (listed,) = azure.values(f"{azure.subscription}/providers/Microsoft.KeyVault/deletedVaults")
    assert listed["type"] == "Microsoft.KeyVault/deletedVaults"
    assert listed["properties"]["vaultId"] == path
    assert set(listed) == {"id", "name", "type", "properties"}
    assert azure.ask("POST", deleted(azure) + "/purge").status == 202
    assert azure.code("GET", deleted(azure)) == (404, "DeletedVaultNotFound")
    assert azure.ask("PUT", path, body(azure)).status == 200


def test_a_deleted_vault_is_gone_when_its_time_is_up(azure: Azure):
    path = vault(azure, softDeleteRetentionInDays=7, enablePurgeProtection=True)
    azure.ask("DELETE", path)
    azure.clock.advance(7 * 86400 + 2)
    assert azure.values(f"{azure.subscription}/providers/Microsoft.KeyVault/deletedVaults") == []
    assert azure.ask("PUT", path, body(azure)).status == 200
    azure.ask("DELETE", path)
    azure.clock.advance(90 * 86400 + 2)
    assert azure.code("GET", deleted(azure)) == (404, "DeletedVaultNotFound")


def test_a_vault_that_went_with_its_group_can_be_recovered_as_it_was(azure: Azure):
    path = vault(azure, enabledForDeployment=True)
    azure.ask("DELETE", azure.group())
    azure.group()
    recovered = azure.put(path + _RECENT, body(azure, createMode="recover"))
    assert recovered["properties"]["enabledForDeployment"] is True
    assert "createMode" not in recovered["properties"]
    assert azure.ask("GET", deleted(azure)).status == 404


def test_a_protected_vault_cannot_be_purged(azure: Azure):
    path = vault(azure, enablePurgeProtection=True)
    assert azure.put(path, body(azure))["properties"]["enablePurgeProtection"] is True
    azure.ask("DELETE", path)
    assert azure.code("POST", deleted(azure) + "/purge") == (405, "MethodNotAllowed")


def test_recovering_what_was_never_deleted_is_refused(azure: Azure):
    path = f"{azure.group()}/providers/Microsoft.KeyVault/vaults/kv-one"
    assert azure.code("PUT", path, body(azure, createMode="recover")) == (404, "DeletedVaultNotFound")


def test_access_policies_are_added_replaced_and_taken_away_in_the_vault(azure: Azure):
    path = vault(azure)

    def change(kind: str, *secrets: str) -> list[Any]:
        policy = {"tenantId": azure.tenant.id, "objectId": "o", "permissions": {"secrets": list(secrets)}}
        changed = azure.put(f"{path}/accessPolicies/{kind}", {"properties": {"accessPolicies": [policy]}})
        assert changed["id"] == f"{path}/accessPolicies/"
        kept = azure.get(path)["properties"]["accessPolicies"]
        assert changed["properties"]["accessPolicies"] == kept
        return [one["permissions"]["secrets"] for one in kept]

    assert change("add", "get") == [["get"]]
    assert change("add", "list", "Get") == [["get", "list"]]
    assert change("remove", "get") == [["list"]]
    assert change("replace", "set") == [["set"]]
    assert change("remove", "set") == []


def test_the_name_of_a_managed_hsm_is_another_one(azure: Azure):
    vault(azure)
    asked = f"{azure.subscription}/providers/Microsoft.KeyVault/checkMhsmNameAvailability"
    assert azure.ask("POST", asked, {"name": "kv-One"}).body == {"nameAvailable": True}
    azure.put(f"{azure.group()}/providers/Microsoft.KeyVault/managedHSMs/pool")
    assert azure.ask("POST", asked, {"name": "POOL"}).body["reason"] == "AlreadyExists"
