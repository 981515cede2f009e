from __future__ import annotations

from tests.sandbox.vault.conftest import Vault


def test_who_comes_without_a_token_is_told_where_to_get_one_and_for_what(vault: Vault):
    answer = vault.ask("GET", "/secrets/a", token="")
    assert answer.status == 401
    tenant = vault.azure.tenant.id
    wanted = f'Bearer authorization="https://login.microsoftonline.com/{tenant}", resource="https://vault.azure.net"'
    assert answer.headers["WWW-Authenticate"] == wanted


def test_a_token_for_another_audience_or_of_another_tenant_is_challenged_too(vault: Vault):
    arm = vault.azure.token(vault.azure.tenant)
    answer = vault.ask("GET", "/secrets/a", token=arm)
    assert (answer.status, "WWW-Authenticate" in answer.headers) == (401, True)
    assert "AKV10022" in answer.body["error"]["message"]
    stranger = vault.azure.plane.directory.tenants[1]
    foreign = vault.azure.token(stranger, "https://vault.azure.net/.default")
    assert "AKV10032" in vault.ask("GET", "/secrets/a", token=foreign).body["error"]["message"]
    assert vault.ask("GET", "/secrets/a", token=arm[:-4]).status == 401


def test_a_vault_that_arm_does_not_have_is_not_there(vault: Vault):
    assert vault.ask("GET", "/secrets", host="other.vault.azure.net").status == 404
    vault.azure.plane.store.delete(vault.azure.plane.store.parse(vault.id, vault.azure.tenant.id))
    assert vault.error("GET", "/secrets")[:2] == (404, "VaultNotFound")


def test_an_api_version_that_does_not_exist_is_refused_and_every_client_of_today_is_not(vault: Vault):
    for version in ("7.0", "7.5-preview.1", "7.6", "2025-07-01", "2026-04-01"):
        assert vault.ask("GET", "/secrets", version=version).status == 200, version
    assert vault.error("GET", "/secrets", version="1999-01-01")[1] == "BadParameter"
    assert vault.error("GET", "/secrets", version="")[1] == "BadParameter"


def test_the_region_is_in_the_headers(vault: Vault):
    assert vault.ask("GET", "/secrets").headers["x-ms-keyvault-region"] == "westeurope"


def test_templates_read_secrets_through_the_registry(vault: Vault):
    first = vault.ok("PUT", "/secrets/pw", {"value": "one"})["id"].rpartition("/")[2]
    vault.ok("PUT", "/secrets/pw", {"value": "two"})
    read = vault.azure.plane.registry.vault_secret
    resource = vault.azure.plane.store.get(vault.id)
    assert read is not None
    assert resource is not None
    assert (read(resource, "PW", None), read(resource, "pw", first), read(resource, "no", None)) == ("two", "one", None)
    vault.ok("DELETE", "/secrets/pw")
    assert read(resource, "pw", None) is None
