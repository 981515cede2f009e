from __future__ import annotations

import json
from pathlib import Path

import pytest

from azlin.errors import SignInNeeded, UsageRefused
from azlin.gateways.sign_in import signed_in_cloud
from azlin.settings import Endpoints


def profile(config_dir: Path, cloud: str = "AzureCloud", *subscriptions: str) -> dict[str, str]:
    config_dir.mkdir()
    entries = [
        {
            "id": f"{name}-id",
            "name": name,
            "tenantId": "t",
            "isDefault": number == 0,
            "environmentName": cloud,
            "user": {"name": "me"},
        }
        for number, name in enumerate(subscriptions or ("first", "second"))
    ]
    (config_dir / "azureProfile.json").write_text(json.dumps({"subscriptions": entries}), encoding="utf-8-sig")
    (config_dir / "config").write_text(f"[cloud]\nname = {cloud}\n", encoding="utf-8")
    return {"AZURE_CONFIG_DIR": str(config_dir)}


def test_nobody_signed_in_is_a_cloud_without_a_subscription(tmp_path: Path):
    cloud = signed_in_cloud(Endpoints(), {"AZURE_CONFIG_DIR": str(tmp_path / "none")}, None)
    assert (cloud.name, cloud.signed_in, cloud.sandbox) == ("AzureCloud", False, False)


def test_the_subscription_is_azs_default_or_the_one_that_was_named(tmp_path: Path):
    environ = profile(tmp_path / "az")
    chosen = [signed_in_cloud(Endpoints(), environ, name).subscription for name in (None, "second", "FIRST-ID")]
    assert chosen == ["first-id", "second-id", "first-id"]


def test_a_subscription_that_nobody_is_signed_in_to_needs_a_sign_in(tmp_path: Path):
    with pytest.raises(SignInNeeded, match="'third'"):
        signed_in_cloud(Endpoints(), profile(tmp_path / "az"), "third")


def test_the_environment_signs_in_where_az_does_not(tmp_path: Path):
    environ = {"AZURE_CONFIG_DIR": str(tmp_path), "AZURE_TENANT_ID": "t", "AZURE_SUBSCRIPTION_ID": "s"}
    cloud = signed_in_cloud(Endpoints(), environ, None)
    assert (cloud.tenant, cloud.subscription) == ("t", "s")


def test_a_sovereign_cloud_has_its_own_endpoints_and_settings_win_over_them(tmp_path: Path):
    environ = profile(tmp_path / "az", "AzureUSGovernment")
    assert signed_in_cloud(Endpoints(), environ, None).arm == "https://management.usgovcloudapi.net"
    elsewhere = signed_in_cloud(Endpoints(arm="https://proxy.example"), environ, None)
    assert (elsewhere.arm, elsewhere.login) == ("https://proxy.example", "https://login.microsoftonline.us")


def test_a_cloud_whose_endpoints_nobody_named_is_refused_with_the_settings_to_make(tmp_path: Path):
    with pytest.raises(UsageRefused) as refused:
        signed_in_cloud(Endpoints(), profile(tmp_path / "az", "Mine"), None)
    assert "endpoints.arm" in refused.value.fix
