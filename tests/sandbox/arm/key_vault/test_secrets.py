from __future__ import annotations

import json

import pytest

from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.key_vault import secrets as vault_secrets
from azlin.sandbox.vault.shelf import Shelf, secret_value
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry(registry: Registry) -> Registry:
    vault_secrets.register(registry)
    return registry


@pytest.fixture
def vault(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.KeyVault/vaults/Kv"
    azure.put(path)
    return path


def test_a_template_writes_a_secret_that_arm_never_shows(azure: Azure, vault: str):
    made = azure.put(f"{vault}/secrets/pw", {"properties": {"value": "hidden", "contentType": "text"}})
    assert secret_value(azure.plane.store, vault, "pw") == "hidden"
    read = azure.get(f"{vault}/secrets/pw")
    listed = azure.values(f"{vault}/secrets")
    assert "hidden" not in json.dumps([made, read, listed])
    assert read["properties"]["secretUriWithVersion"].startswith("https://kv.vault.azure.net/secrets/pw/")
    assert [one["name"] for one in listed] == ["pw"]


def test_a_second_write_is_a_second_version(azure: Azure, vault: str):
    first, second = (
        azure.put(f"{vault}/secrets/pw", {"properties": {"value": value}})["properties"]["secretUriWithVersion"]
        for value in ("one", "two")
    )
    assert first != second
    version = first.rpartition("/")[2]
    assert secret_value(azure.plane.store, vault, "pw", version) == "one"


def test_a_name_that_lies_deleted_or_a_value_that_is_missing_is_refused(azure: Azure, vault: str):
    assert azure.code("PUT", f"{vault}/secrets/pw", {"properties": {}}) == (400, "BadRequest")
    azure.put(f"{vault}/secrets/pw", {"properties": {"value": "x"}})
    shelf = Shelf(azure.plane.store, vault.casefold(), 90, azure.clock())
    held = shelf.get("secrets", "pw")
    assert held is not None
    held.deleted = shelf.now
    shelf.put("secrets", held)
    assert azure.code("PUT", f"{vault}/secrets/pw", {"properties": {"value": "y"}}) == (409, "Conflict")
    assert azure.code("GET", f"{vault}/secrets/pw") == (404, "ResourceNotFound")
