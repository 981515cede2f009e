"""The unmodified az against the directory of a running sandbox; few processes, because starting az takes longest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

GRAPH = "00000003-0000-0000-c000-000000000000"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


@pytest.fixture(scope="module")
def made(az: Any) -> dict[str, Any]:
    user = "ad user create --display-name Ada --password Secret12345! --user-principal-name ada@sandbox.onmicrosoft.com"
    names = {
        "user": user,
        "group": "ad group create --display-name Dev --mail-nickname dev",
        "app": "ad app create --display-name web --identifier-uris api://web",
        "rbac": "ad sp create-for-rbac --name rb",
        "resources": "group create -n ids -l westeurope",
        "identity": "identity create -n worker -g ids",
    }
    return {name: said.data for name, said in zip(names, az(*names.values()), strict=True)}


@pytest.fixture(scope="module")
def said(az: Any, made: dict[str, Any], sandbox: Any) -> dict[str, list[Any]]:
    """What az said to each series of commands."""
    ada, app, identity = made["user"]["id"], made["app"]["appId"], made["identity"]["principalId"]
    scope = f"/subscriptions/{sandbox.default_subscription.id}"
    series = {
        "groups": [
            f"ad group member add --group Dev --member-id {ada}",
            f"ad group member check --group Dev --member-id {ada}",
            "ad group member list --group Dev --query [].userPrincipalName",
            f"ad user get-member-groups --id {ada}",
            f"ad group member add --group Dev --member-id {ada}",
            "ad user show --id nobody@sandbox.onmicrosoft.com",
            "ad signed-in-user show",
        ],
        "applications": [
            f"ad sp create --id {app}",
            "ad sp show --id api://web",
            f"ad app credential reset --id {app} --append",
            f"ad app credential list --id {app}",
            f"ad app permission add --id {app} --api {GRAPH}"
            " --api-permissions e1fe6dd8-ba31-4d61-89e7-88639da4683d=Scope",
            f"ad app permission grant --id {app} --api {GRAPH} --scope User.Read",
            f"ad app permission list-grants --id {app} --show-resource-name --query [].resourceDisplayName",
            f"ad app delete --id {app}",
            f"ad sp show --id {app}",
        ],
        "identities": [
            f"ad sp show --id {identity}",
            f"role assignment create --assignee ada@sandbox.onmicrosoft.com --role {READER} --scope {scope}",
            f"role assignment create --assignee {identity} --role {READER} --scope {scope}",
            "role assignment list --all --query [].[principalName,principalType]",
            "identity delete -n worker -g ids",
            f"ad sp show --id {identity}",
        ],
    }
    answers = iter(az(*(command for commands in series.values() for command in commands)))
    return {name: [next(answers) for _ in commands] for name, commands in series.items()}


def test_az_manages_users_and_groups(said: dict[str, list[Any]], made: dict[str, Any]):
    found = said["groups"]
    assert [one.code for one in found] == [0, 0, 0, 0, 1, 3, 1]
    assert found[1].data == {"value": True}
    assert found[2].data == ["ada@sandbox.onmicrosoft.com"]
    assert found[3].data == [{"displayName": "Dev", "id": made["group"]["id"]}]
    assert "already exist for the following modified properties" in found[4].error
    assert "does not exist" in found[5].error
    assert "delegated authentication flow" in found[6].error


def test_az_manages_applications_and_their_permissions(said: dict[str, list[Any]]):
    found = said["applications"]
    assert [one.code for one in found] == [0] * 8 + [3]
    assert found[0].data["id"] == found[1].data["id"]
    assert found[3].data[0]["hint"] == found[2].data["password"][:3]
    assert found[6].data == ["Microsoft Graph"]


def test_az_finds_identities_and_names_the_principals_of_assignments(said: dict[str, list[Any]], made: dict[str, Any]):
    found = said["identities"]
    assert [one.code for one in found] == [0, 0, 0, 0, 0, 3]
    assert found[0].data["appId"] == made["identity"]["clientId"]
    assert ["ada@sandbox.onmicrosoft.com", "User"] in found[3].data
    assert [made["identity"]["clientId"], "ServicePrincipal"] in found[3].data


def test_az_signs_in_as_the_principal_it_made(
    az: Any, made: dict[str, Any], environment: dict[str, str], tmp_path: Path
):
    rbac = made["rbac"]
    login = f"login --service-principal -u {rbac['appId']} --tenant {rbac['tenant']} -p"
    found = az(
        f"{login} wrong",
        f"{login} {rbac['password']} --allow-no-subscriptions",
        "account show --query user.name",
        "ad user list",
        environment={**environment, "AZURE_CONFIG_DIR": str(tmp_path)},
    )
    assert [one.code for one in found] == [1, 0, 0, 1]
    assert "AADSTS7000215" in found[0].error
    assert found[2].data == rbac["appId"]
    assert "Insufficient privileges" in found[3].error
