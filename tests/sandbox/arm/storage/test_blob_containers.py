"""Leases, legal holds and immutability policies of containers."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def container(azure: Azure) -> str:
    account = f"{azure.group()}/providers/Microsoft.Storage/storageAccounts/stone"
    azure.put(account, {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"})
    path = f"{account}/blobServices/default/containers/things"
    azure.put(path, {})
    return path


def lease(azure: Azure, container: str, action: str, **more: Any) -> Any:
    return azure.ask("POST", f"{container}/lease", {"action": action, **more})


def test_a_leased_container_says_so_but_not_by_whom(azure: Azure, container: str):
    held = lease(azure, container, "Acquire", leaseDuration=-1).body["leaseId"]
    shown = azure.get(container)["properties"]
    assert (shown["leaseStatus"], shown["leaseState"], shown["leaseDuration"]) == ("Locked", "Leased", "Infinite")
    assert held not in str(shown)
    assert lease(azure, container, "Acquire").body["error"]["code"] == "LeaseAlreadyPresent"
    assert lease(azure, container, "Renew", leaseId="other").status == 409
    assert lease(azure, container, "Renew", leaseId=held).body == {"leaseId": held}
    assert lease(azure, container, "Break").body == {"leaseTimeSeconds": "0"}
    assert azure.get(container)["properties"]["leaseState"] == "Broken"
    assert lease(azure, container, "Release", leaseId=held).status == 409
    assert lease(azure, container, "Steal").status == 400


def test_a_held_container_stays(azure: Azure, container: str):
    assert azure.ask("POST", f"{container}/setLegalHold", {"tags": ["a", "b"]}).body["tags"] == ["a", "b"]
    assert azure.get(container)["properties"]["hasLegalHold"] is True
    assert azure.ask("DELETE", container).status == 409
    cleared = azure.ask("POST", f"{container}/clearLegalHold", {"tags": ["a", "b"]}).body
    assert cleared == {"hasLegalHold": False, "tags": []}
    assert azure.ask("DELETE", container).status == 200


def test_an_immutability_policy_is_shown_in_its_container_and_ends_by_its_etag(azure: Azure, container: str):
    path = f"{container}/immutabilityPolicies/default"
    made = azure.put(path, {"properties": {"immutabilityPeriodSinceCreationInDays": 3}})
    assert made["properties"] == {"immutabilityPeriodSinceCreationInDays": 3, "state": "Unlocked"}
    inner = azure.get(container)["properties"]["immutabilityPolicy"]
    assert inner["updateHistory"][0]["update"] == "put"
    assert azure.ask("DELETE", path, headers={"if-match": '"another"'}).status == 412
    gone = azure.ask("DELETE", path, headers={"if-match": made["etag"]})
    assert gone.body["properties"]["state"] == "Deleted"
    assert "immutabilityPolicy" not in azure.get(container)["properties"]


def test_a_locked_policy_only_grows(azure: Azure, container: str):
    path = f"{container}/immutabilityPolicies/default"
    body = {"properties": {"immutabilityPeriodSinceCreationInDays": 3}}
    azure.put(path, body)
    assert azure.ask("POST", f"{path}/extend", body).status == 409
    assert azure.ask("POST", f"{path}/lock").body["properties"]["state"] == "Locked"
    body["properties"]["immutabilityPeriodSinceCreationInDays"] = 9
    extended = azure.ask("POST", f"{path}/extend", body).body["properties"]
    assert extended["immutabilityPeriodSinceCreationInDays"] == 9
    body["properties"]["immutabilityPeriodSinceCreationInDays"] = 4
    assert azure.ask("POST", f"{path}/extend", body).status == 409
    assert azure.code("PUT", path, body) == (409, "ContainerImmutabilityPolicyFailure")
    assert azure.ask("DELETE", path).status == 409
