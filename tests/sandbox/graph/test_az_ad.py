"""The unmodified az against the directory of a running sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


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


def test_az_manages_users_and_groups(az: Any, made: dict[str, Any]):
    ada = made["user"]["id"]
    said = az(
        f"ad group member add --group Dev --member-id {ada}",
        f"ad group member check --group Dev --member-id {ada}",
        "ad group member list --group Dev --query [].userPrincipalName",
        f"ad user get-member-groups --id {ada}",
        f"ad group member add --group Dev --member-id {ada}",
        "ad user show --id nobody@sandbox.onmicrosoft.com",
        "ad signed-in-user show",
    )
    assert [one.code for one in said] == [0, 0, 0, 0, 1, 3, 1]
    assert said[1].data == {"value": True}
    assert said[2].data == ["ada@sandbox.onmicrosoft.com"]
    assert said[3].data == [{"displayName": "Dev", "id": made["group"]["id"]}]
    assert "already exist for the following modified properties" in said[4].error
    assert "does not exist" in said[5].error
    assert "delegated authentication flow" in said[6].error


def test_az_manages_applications_and_their_permissions(az: Any, made: dict[str, Any]):
    app = made["app"]["appId"]
    graph = "00000003-0000-0000-c000-000000000000"
    said = az(
        f"ad sp create --id {app}",
        "ad sp show --id api://web",
        f"ad app credential reset --id {app} --append",
        f"ad app credential list --id {app}",
        f"ad app permission add --id {app} --api {graph} --api-permissions e1fe6dd8-ba31-4d61-89e7-88639da4683d=Scope",
        f"ad app permission grant --id {app} --api {graph} --scope User.Read",
        f"ad app permission list-grants --id {app} --show-resource-name --query [].resourceDisplayName",
        f"ad app delete --id {app}",
        f"ad sp show --id {app}",
    )
    assert [one.code for one in said] == [0] * 8 + [3]
    assert said[0].data["id"] == said[1].data["id"]
    assert said[3].data[0]["hint"] == said[2].data["password"][:3]
    assert said[6].data == ["Microsoft Graph"]


def test_az_signs_in_as_the_principal_it_made(
    az: Any, made: dict[str, Any], environment: dict[str, str], tmp_path: Path
):
    rbac = made["rbac"]
    login = f"login --service-principal -u {rbac['appId']} --tenant {rbac['tenant']} -p"
    said = az(
        f"{login} wrong",
        f"{login} {rbac['password']}",
        "account show --query user.name",
        "ad user list",
        environment={**environment, "AZURE_CONFIG_DIR": str(tmp_path)},
    )
    assert [one.code for one in said] == [1, 0, 0, 1]
    assert "AADSTS7000215" in said[0].error
    assert said[2].data == rbac["appId"]
    assert "Insufficient privileges" in said[3].error


def test_az_finds_identities_and_names_the_principals_of_assignments(az: Any, made: dict[str, Any], sandbox: Any):
    identity = made["identity"]
    scope = f"/subscriptions/{sandbox.default_subscription.id}"
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    said = az(
        f"ad sp show --id {identity['principalId']}",
        f"role assignment create --assignee ada@sandbox.onmicrosoft.com --role {reader} --scope {scope}",
        f"role assignment create --assignee {identity['principalId']} --role {reader} --scope {scope}",
        "role assignment list --all --query [].[principalName,principalType]",
        "identity delete -n worker -g ids",
        f"ad sp show --id {identity['principalId']}",
    )
    assert [one.code for one in said] == [0, 0, 0, 0, 0, 3]
    assert said[0].data["appId"] == identity["clientId"]
    assert ["ada@sandbox.onmicrosoft.com", "User"] in said[3].data
    assert [identity["clientId"], "ServicePrincipal"] in said[3].data
