from __future__ import annotations

import json
from pathlib import Path

import pytest

from azlin.gateways.az_account import Account, account_in

ONE = {
    "id": "11111111-0000-0000-0000-000000000000",
    "name": "One",
    "tenantId": "t1",
    "isDefault": False,
    "environmentName": "AzureCloud",
    "user": {"name": "me@example.com", "type": "user"},
}
TWO = {**ONE, "id": "22222222-0000-0000-0000-000000000000", "name": "Two", "tenantId": "t2", "isDefault": True}


def profile(directory: Path, *entries: dict[str, object]) -> Path:
    text = json.dumps({"installationId": "x", "subscriptions": entries})
    (directory / "azureProfile.json").write_text(text, encoding="utf-8-sig")
    return directory


def test_the_default_account_is_found(tmp_path: Path):
    assert account_in(profile(tmp_path, ONE, TWO)) == Account(
        "AzureCloud", "t2", str(TWO["id"]), "Two", "me@example.com"
    )


@pytest.mark.parametrize("called", ["11111111-0000-0000-0000-000000000000", "one", "ONE"])
def test_a_subscription_is_found_by_id_or_name(called: str, tmp_path: Path):
    found = account_in(profile(tmp_path, ONE, TWO), called)
    assert found is not None
    assert found.tenant == "t1"


def test_accounts_of_another_cloud_do_not_count(tmp_path: Path):
    (tmp_path / "config").write_text("[cloud]\nname = AzureChinaCloud\n")
    assert account_in(profile(tmp_path, TWO)) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"subscriptions": null}', '{"subscriptions": [1, {"id": "x"}]}'])
def test_a_profile_without_an_account_is_nobody(text: str, tmp_path: Path):
    (tmp_path / "azureProfile.json").write_text(text)
    assert account_in(tmp_path) is None


def test_no_profile_is_nobody(tmp_path: Path):
    assert account_in(tmp_path / "gone") is None


def test_an_unreadable_config_means_the_public_cloud(tmp_path: Path):
    (tmp_path / "config").write_bytes(b"\xff\xfe not ini")
    found = account_in(profile(tmp_path, TWO))
    assert found is not None
    assert found.cloud == "AzureCloud"
