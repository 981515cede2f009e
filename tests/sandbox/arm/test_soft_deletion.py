"""What was deleted can come back, keeps its name until it is purged, and goes when its time is up."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure

DAY_S = 86400
ACCOUNT: dict[str, Any] = {"location": "westeurope", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}
STORE: dict[str, Any] = {"location": "westeurope", "sku": {"name": "Standard"}, "properties": {}}
SERVICE: dict[str, Any] = {
    "location": "westeurope",
    "sku": {"name": "Developer", "capacity": 1},
    "properties": {"publisherEmail": "a@example.org", "publisherName": "a"},
}
POOL: dict[str, Any] = {
    "location": "westeurope",
    "sku": {"name": "Standard_B1", "family": "B"},
    "properties": {"tenantId": "00000000-0000-0000-0000-000000000001", "initialAdminObjectIds": ["a"]},
}
WORKSPACE: dict[str, Any] = {"location": "westeurope", "properties": {"sku": {"name": "PerGB2018"}}}


@pytest.fixture
def registry() -> Registry:
    return load()


def path_of(azure: Azure, kind: str, name: str = "mine", group: str = "g") -> str:
    return f"{azure.group(group)}/providers/{kind}/{name}"


@pytest.mark.parametrize(
    ("kind", "body", "place", "code", "restore", "days"),
    [
        (
            "Microsoft.CognitiveServices/accounts",
            ACCOUNT,
            "locations/westeurope/resourceGroups/g/deletedAccounts",
            "FlagMustBeSetForRestore",
            {"restore": True},
            2,
        ),
        (
            "Microsoft.AppConfiguration/configurationStores",
            STORE,
            "locations/westeurope/deletedConfigurationStores",
            "NameUnavailable",
            {"createMode": "Recover"},
            7,
        ),
        (
            "Microsoft.ApiManagement/service",
            SERVICE,
            "locations/westeurope/deletedservices",
            "ServiceAlreadyExistsInSoftDeletedState",
            {"restore": True},
            2,
        ),
        (
            "Microsoft.KeyVault/managedHSMs",
            POOL,
            "locations/westeurope/deletedManagedHSMs",
            "ConflictError",
            {"createMode": "recover"},
            90,
        ),
    ],
)
def test_a_deleted_one_is_listed_blocks_its_name_and_comes_back(
    azure: Azure, kind: str, body: dict[str, Any], place: str, code: str, restore: dict[str, Any], days: int
) -> None:
    path = path_of(azure, kind)
    space = f"{azure.subscription}/providers/{kind.partition('/')[0]}"
    azure.put(path, {**body, "tags": {"was": "here"}})
    azure.ask("DELETE", path)
    assert azure.ask("GET", path).status == 404
    (listed,) = azure.values(f"{space}/{place.rpartition('/')[2]}")
    assert listed == azure.get(f"{space}/{place}/mine")
    assert "kept" not in listed
    assert azure.code("PUT", path, body) == (409, code)
    properties = {**body["properties"], **restore}
    back = azure.put(path, {**body, "properties": properties})
    assert back["tags"] == {"was": "here"}
    assert not set(restore) & set(back["properties"])
    assert azure.values(f"{space}/{place.rpartition('/')[2]}") == []
    assert azure.ask("PUT", path_of(azure, kind, "never"), {**body, "properties": properties}).status == 404
    azure.ask("DELETE", path)
    azure.clock.advance(days * DAY_S + 1)
    assert azure.values(f"{space}/{place.rpartition('/')[2]}") == []
    assert azure.ask("GET", f"{space}/{place}/mine").status == 404
    assert "tags" not in azure.put(path, body) or azure.get(path)["tags"] == {}


def test_what_is_purged_gives_its_name_back(azure: Azure) -> None:
    account = path_of(azure, "Microsoft.CognitiveServices/accounts")
    azure.put(account, ACCOUNT)
    azure.ask("DELETE", account)
    under = f"{azure.subscription}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/g"
    assert azure.ask("DELETE", f"{under}/deletedAccounts/mine").status == 200
    assert azure.put(account, ACCOUNT)
    service = path_of(azure, "Microsoft.ApiManagement/service")
    azure.put(service, SERVICE)
    azure.ask("DELETE", service)
    under = f"{azure.subscription}/providers/Microsoft.ApiManagement/locations/westeurope/deletedservices"
    assert azure.ask("DELETE", f"{under}/mine").status == 200
    assert azure.put(service, SERVICE)


def test_a_store_says_where_it_is(azure: Azure) -> None:
    made = azure.put(path_of(azure, "Microsoft.AppConfiguration/configurationStores", "Mine"), STORE)["properties"]
    assert (made["endpoint"], made["softDeleteRetentionInDays"]) == ("https://mine.azconfig.io", 7)


def test_a_protected_store_cannot_be_purged_and_a_free_one_is_gone_at_once(azure: Azure) -> None:
    kind = "Microsoft.AppConfiguration/configurationStores"
    under = f"{azure.subscription}/providers/Microsoft.AppConfiguration"
    for name, protected in (("loose", False), ("tight", True)):
        azure.put(path_of(azure, kind, name), {**STORE, "properties": {"enablePurgeProtection": protected}})
        azure.ask("DELETE", path_of(azure, kind, name))
    place = f"{under}/locations/westeurope/deletedConfigurationStores"
    assert azure.ask("POST", f"{place}/loose/purge").status in (200, 202)
    assert azure.ask("POST", f"{place}/tight/purge").status == 405
    azure.put(path_of(azure, kind, "free"), {**STORE, "sku": {"name": "Free"}})
    azure.ask("DELETE", path_of(azure, kind, "free"))
    assert [one["name"] for one in azure.values(f"{under}/deletedConfigurationStores")] == ["tight"]


def test_a_name_of_the_world_is_blocked_in_other_groups_too_and_another_is_not(azure: Azure) -> None:
    store = "Microsoft.AppConfiguration/configurationStores"
    account = "Microsoft.CognitiveServices/accounts"
    azure.put(path_of(azure, store), STORE)
    azure.put(path_of(azure, account), ACCOUNT)
    azure.ask("DELETE", azure.group())
    assert azure.code("PUT", path_of(azure, store, group="h"), STORE) == (409, "NameUnavailable")
    assert azure.put(path_of(azure, account, group="h"), ACCOUNT)


def test_a_workspace_that_is_made_again_is_the_old_one(azure: Azure) -> None:
    kind = "Microsoft.OperationalInsights/workspaces"
    path = path_of(azure, kind)
    first = azure.put(path, WORKSPACE)["properties"]["customerId"]
    azure.ask("DELETE", path)
    under = "/providers/Microsoft.OperationalInsights/deletedWorkspaces"
    (listed,) = azure.values(f"{azure.group()}{under}")
    assert (listed["id"], listed["type"]) == (path, kind)
    assert azure.values(f"{azure.group('h')}{under}") == []
    assert azure.put(path, WORKSPACE)["properties"]["customerId"] == first
    assert azure.values(azure.subscription + under) == []
    azure.ask("DELETE", f"{path}?force=true")
    assert azure.values(azure.subscription + under) == []
    assert azure.put(path, WORKSPACE)["properties"]["customerId"] != first
