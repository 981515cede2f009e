"""Templates in the manner of those people publish, deployed from end to end and looked at from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure

EXAMPLES = Path(__file__).parent / "examples"
PRINCIPAL = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def registry() -> Registry:
    return load()


def sent(name: str, given: dict[str, Any], location: str | None = None) -> dict[str, Any]:
    template = json.loads((EXAMPLES / f"{name}.json").read_text())
    parameters = {key: {"value": value} for key, value in given.items()}
    body: dict[str, Any] = {"properties": {"mode": "Incremental", "template": template, "parameters": parameters}}
    return body if location is None else {**body, "location": location}


def deployed(azure: Azure, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Validated, put, and its properties; fails with what ARM said."""
    valid = azure.ask("POST", f"{path}/validate", body)
    assert valid.status == 200, valid.body
    answer = azure.ask("PUT", path, body)
    shown = answer.body["properties"]
    assert shown["provisioningState"] == "Succeeded", [
        one["properties"].get("statusMessage") for one in azure.values(f"{path}/operations")
    ]
    return shown


def outputs(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: one.get("value") for name, one in shown["outputs"].items()}


def in_group(azure: Azure, name: str = "d") -> str:
    return f"{azure.group()}/providers/Microsoft.Resources/deployments/{name}"


@pytest.mark.parametrize("public", [True, False])
def test_a_machine_with_a_firewall_and_perhaps_a_public_address(azure: Azure, public: bool) -> None:
    given = {"adminUsername": "me", "adminPassword": "Canary-12345!", "publicIp": public}
    shown = deployed(azure, in_group(azure), sent("vm_with_firewall", given))
    found = outputs(shown)
    assert ("host" in found) is public
    assert found["principal"]
    assert "Canary" not in json.dumps(shown)
    addresses = azure.values(f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses")
    assert len(addresses) == int(public)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_network_has_as_many_subnets_as_were_asked_for(azure: Azure, count: int) -> None:
    shown = deployed(azure, in_group(azure), sent("network_by_copy", {"count": count}))
    assert outputs(shown) == {"prefixes": [f"10.1.{at}.0/24" for at in range(count)]}
    network = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/spread"
    assert [one["name"] for one in azure.get(network)["properties"]["subnets"]] == [
        f"subnet-{at + 1:02d}" for at in range(count)
    ]


def test_the_keys_of_storage_are_read_and_a_secret_one_is_not_shown(azure: Azure) -> None:
    shown = deployed(azure, in_group(azure), sent("storage_with_keys", {"name": "thestore"}))
    found = outputs(shown)
    assert found["key"] is None
    assert found["keyNames"] == ["key1", "key2"]
    account = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/thestore"
    assert azure.get(f"{account}/providers/Microsoft.Authorization/locks/keep")["properties"]["level"] == "CanNotDelete"
    assert azure.get(f"{account}/blobServices/default/containers/data")["name"] == "data"
    assert azure.code("DELETE", account)[1] == "ScopeLocked"


def test_a_subscription_gets_a_group_with_a_role_in_it(azure: Azure) -> None:
    path = f"{azure.subscription}/providers/Microsoft.Resources/deployments/d"
    given = {"group": "made", "principal": PRINCIPAL}
    shown = deployed(azure, path, sent("group_and_role", given, "westeurope"))
    group = f"{azure.subscription}/resourceGroups/made"
    assert outputs(shown) == {"where": "made", "groupId": group}
    assert azure.get(group)["tags"] == {"made": "by template"}
    roles = azure.values(f"{group}/providers/Microsoft.Authorization/roleAssignments")
    assert PRINCIPAL in [one["properties"]["principalId"] for one in roles]


def test_a_tenant_gets_management_groups_and_one_of_them_a_policy(azure: Azure) -> None:
    path = "/providers/Microsoft.Resources/deployments/d"
    given = {"root": "org", "children": ["prod", "dev"]}
    shown = deployed(azure, path, sent("management_groups_of_a_tenant", given, "westeurope"))
    assert outputs(shown) == {"display": "The org"}
    org = "/providers/Microsoft.Management/managementGroups/org"
    children = azure.ask("GET", f"{org}?$expand=children").body["properties"]["children"]
    assert {one["name"] for one in children} == {"org-prod", "org-dev"}

    at_group = f"{org}/providers/Microsoft.Resources/deployments/policy"
    shown = deployed(azure, at_group, sent("policy_at_management_group", {}, "westeurope"))
    definition = f"{org}/providers/Microsoft.Authorization/policyDefinitions/places"
    assert outputs(shown) == {"definition": definition, "here": "org"}
    assert azure.get(definition)["properties"]["policyRule"]["if"]["not"]["in"] == ["westeurope", "northeurope"]


def test_a_cluster_has_the_prefix_that_its_template_worked_out(azure: Azure) -> None:
    shown = deployed(azure, in_group(azure), sent("kubernetes", {"name": "My_Cluster"}))
    assert outputs(shown) == {"prefix": "mycluster-g"}


def test_a_site_comes_after_its_database_and_has_its_settings(azure: Azure) -> None:
    given = {"site": "thesite", "login": "admin1", "password": "Canary-12345!"}
    shown = deployed(azure, in_group(azure), sent("web_app_and_sql", given))
    assert "Canary" not in json.dumps([shown, azure.plane.store.recall_all("deployment-")])
    names = [one["id"].rpartition("/")[2] for one in shown["outputResources"]]
    assert names.index("data") < names.index("thesite")


def test_a_secret_of_a_vault_is_a_parameter_of_the_next_deployment_or_said_to_be_missing(azure: Azure) -> None:
    given = {"vault": "thevault77", "secret": "Canary-12345!", "readers": [PRINCIPAL]}
    deployed(azure, in_group(azure), sent("vault_with_secret", given))
    vault = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/thevault77"
    assert azure.get(vault)["properties"]["accessPolicies"][0]["objectId"] == PRINCIPAL
    body = sent("web_app_and_sql", {"site": "thesite", "login": "admin1"})
    body["properties"]["parameters"]["password"] = {"reference": {"keyVault": {"id": vault}, "secretName": "password"}}
    asked: list[tuple[str, str, str | None]] = []

    def read(resource: Any, name: str, version: str | None) -> str | None:
        asked.append((resource.id.name, name, version))
        return "Canary-from-the-vault" if name == "password" else None

    azure.plane.registry.vault_secret = read
    shown = deployed(azure, in_group(azure, "next"), body)
    assert ("thevault77", "password", None) in asked
    assert "Canary" not in json.dumps([shown, azure.plane.store.recall_all("deployment-")])

    body["properties"]["parameters"]["password"]["reference"]["secretName"] = "other"
    refused = azure.code("PUT", in_group(azure, "third"), body)
    assert refused == (400, "KeyVaultParameterReferenceSecretRetrieveFailed")
    body["properties"]["parameters"]["password"]["reference"]["keyVault"]["id"] = vault + "8"
    assert azure.code("PUT", in_group(azure, "third"), body) == (400, "KeyVaultParameterReferenceNotFound")


def test_machines_in_a_loop_have_their_types_checked_and_their_addresses_read(azure: Azure) -> None:
    shown = deployed(azure, in_group(azure), sent("machines_in_a_loop", {"password": "Canary-12345!"}))
    assert outputs(shown) == {"addresses": ["10.0.0.4", "10.0.0.5"], "zones": [None, "1"]}
    for machines, words in (
        ([{"name": "x"}], "machines[0].name"),
        ([{"name": "web", "size": 1}], "not permitted"),
        ([{}], "received a value of type 'Null'"),
    ):
        answer = azure.ask("PUT", in_group(azure), sent("machines_in_a_loop", {"password": "p", "machines": machines}))
        assert (answer.status, answer.body["error"]["code"]) == (400, "InvalidTemplate")
        assert words in answer.body["error"]["message"]
