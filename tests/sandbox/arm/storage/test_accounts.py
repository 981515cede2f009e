"""Storage accounts: names of the whole world, keys that are asked for, containers as children."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.storage.accounts import revoked_at
from tests.sandbox.conftest import Azure

BODY: dict[str, Any] = {
    "location": "westeurope",
    "sku": {"name": "Standard_RAGRS"},
    "kind": "StorageV2",
    "properties": {},
}


@pytest.fixture
def registry() -> Registry:
    return load()


def path_of(azure: Azure, name: str = "stcanary1") -> str:
    return f"{azure.group()}/providers/Microsoft.Storage/storageAccounts/{name}"


def available(azure: Azure, name: str) -> dict[str, Any]:
    under = f"{azure.subscription}/providers/Microsoft.Storage/checkNameAvailability"
    return azure.ask("POST", under, {"name": name, "type": "Microsoft.Storage/storageAccounts"}).body


def test_an_account_is_told_whole(azure: Azure) -> None:
    answer = azure.ask("PUT", path_of(azure), BODY)
    assert answer.status == 200
    shown = answer.body
    assert shown["sku"] == {"name": "Standard_RAGRS", "tier": "Standard"}
    own = shown["properties"]
    assert own["primaryEndpoints"]["blob"] == "https://stcanary1.blob.core.windows.net/"
    assert own["secondaryEndpoints"]["blob"] == "https://stcanary1-secondary.blob.core.windows.net/"
    assert (own["primaryLocation"], own["secondaryLocation"]) == ("westeurope", "northeurope")
    assert own["allowBlobPublicAccess"] is False
    assert own["networkAcls"]["defaultAction"] == "Allow"


def test_an_update_keeps_what_it_does_not_name(azure: Azure) -> None:
    path = path_of(azure)
    before = azure.put(path, BODY)
    after = azure.ask("PATCH", path, {"tags": {"a": "b"}}).body
    assert after["tags"] == {"a": "b"}
    for name in ("creationTime", "primaryEndpoints", "keyCreationTime"):
        assert after["properties"][name] == before["properties"][name]


def test_a_name_is_taken_in_the_whole_world(azure: Azure) -> None:
    assert available(azure, "stcanary1") == {"nameAvailable": True}
    path = path_of(azure)
    azure.put(path, BODY)
    taken = available(azure, "stcanary1")
    assert (taken["nameAvailable"], taken["reason"]) == (False, "AlreadyExists")
    other = f"{azure.group('other')}/providers/Microsoft.Storage/storageAccounts/stcanary1"
    assert azure.code("PUT", other, BODY) == (409, "StorageAccountAlreadyTaken")
    azure.ask("DELETE", path)
    assert available(azure, "stcanary1") == {"nameAvailable": True}
    assert azure.ask("PUT", other, BODY).status == 200


@pytest.mark.parametrize("name", ["ab", "UPPER", "with-dash", "x" * 25])
def test_a_name_of_the_wrong_form_is_refused_twice(azure: Azure, name: str) -> None:
    assert available(azure, name)["reason"] == "AccountNameInvalid"
    assert azure.code("PUT", path_of(azure, name), BODY) == (400, "AccountNameInvalid")


@pytest.mark.parametrize("sku", [{}, {"name": "Gold"}])
def test_a_sku_must_be_one(azure: Azure, sku: dict[str, str]) -> None:
    assert azure.code("PUT", path_of(azure), {**BODY, "sku": sku}) == (400, "InvalidRequestPropertyValue")


def test_keys_are_told_only_to_who_asks_and_change_when_told(azure: Azure) -> None:
    path = path_of(azure)
    azure.put(path, BODY)
    keys = azure.ask("POST", path + "/listKeys").body["keys"]
    assert [one["keyName"] for one in keys] == ["key1", "key2"]
    assert azure.ask("POST", path + "/listKeys").body["keys"] == keys
    shown = json.dumps([azure.get(path), azure.values(f"{azure.subscription}/resources")])
    assert not any(one["value"] in shown for one in keys)
    changed = azure.ask("POST", path + "/regenerateKey", {"keyName": "key1"}).body["keys"]
    assert changed[0]["value"] != keys[0]["value"]
    assert changed[1]["value"] == keys[1]["value"]


def test_services_are_there_with_the_account(azure: Azure) -> None:
    path = path_of(azure)
    assert azure.ask("GET", path + "/blobServices/default").status == 404
    azure.put(path, BODY)
    assert azure.get(path + "/blobServices/default")["properties"]["cors"] == {"corsRules": []}
    answer = azure.ask("PUT", path + "/blobServices/default", {"properties": {"isVersioningEnabled": True}})
    assert (answer.status, answer.body["properties"]["isVersioningEnabled"]) == (200, True)


def test_containers_are_children_of_a_service_nobody_made(azure: Azure) -> None:
    path = path_of(azure)
    azure.put(path, BODY)
    container = path + "/blobServices/default/containers/logs"
    made = azure.put(container, {})
    assert made["properties"]["publicAccess"] == "None"
    assert [one["name"] for one in azure.values(path + "/blobServices/default/containers")] == ["logs"]
    assert azure.code("PUT", path + "/blobServices/default/containers/Bad_", {})[0] == 400
    azure.ask("DELETE", path)
    assert azure.ask("GET", container).status == 404


def test_a_share_has_room_and_tells_how_much_is_used_when_asked(azure: Azure) -> None:
    azure.ask("PUT", path_of(azure), BODY)
    share = f"{path_of(azure)}/fileServices/default/shares/s"
    made = azure.put(share, {"properties": {"shareQuota": 10}})["properties"]
    assert (made["shareQuota"], made["accessTier"]) == (10, "TransactionOptimized")
    assert "shareUsageBytes" not in azure.get(share)["properties"]
    assert azure.get(f"{share}?$expand=stats&api-version=2023-01-01")["properties"]["shareUsageBytes"] == 0


def test_an_encryption_scope_says_when_it_was_made(azure: Azure) -> None:
    azure.ask("PUT", path_of(azure), BODY)
    scope = f"{path_of(azure)}/encryptionScopes/e"
    made = azure.put(scope, {"properties": {"source": "Microsoft.Storage"}})["properties"]["creationTime"]
    again = azure.ask("PATCH", scope, {"properties": {"state": "Disabled"}}).body["properties"]
    assert again["creationTime"] == made
    assert again["lastModifiedTime"] >= made


def test_an_account_may_be_moved_and_keeps_its_keys(azure: Azure) -> None:
    azure.ask("PUT", path_of(azure), BODY)
    keys = azure.ask("POST", f"{path_of(azure)}/listKeys").body
    other = azure.group("other")
    azure.ask("POST", f"{azure.group()}/moveResources", {"resources": [path_of(azure)], "targetResourceGroup": other})
    moved = f"{other}/providers/Microsoft.Storage/storageAccounts/stcanary1"
    assert azure.ask("POST", f"{moved}/listKeys").body == keys


def test_revoked_delegation_keys_are_remembered(azure: Azure) -> None:
    azure.ask("PUT", path_of(azure), BODY)
    account = azure.plane.store.get(path_of(azure))
    assert account is not None
    assert revoked_at(account, azure.plane.store) == ""
    assert azure.ask("POST", f"{path_of(azure)}/revokeUserDelegationKeys").status == 200
    assert revoked_at(account, azure.plane.store)
