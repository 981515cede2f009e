from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from azlin.errors import NotFound
from azlin.sandbox.environment import render, shell_environment, subscription_of_shell, write_tool_files
from azlin.sandbox.instance import Instance

ODD = {"A": "plain", "B": 'it\'s; $HOME `x` \\ "q"', "C": "", "PATH": "/a b/bin:/c'd"}
READ_BACK = (
    "import json, os; print(json.dumps({name: os.environ[name] for name in 'ABC'} | {'PATH': os.environ['PATH']}))"
)


@pytest.mark.parametrize("shell", [name for name in ("sh", "bash", "dash", "zsh") if shutil.which(name)])
def test_a_shell_that_evaluates_the_lines_has_the_very_values(shell: str):
    script = f'{render(ODD, "sh")}\n"{sys.executable}" -c "{READ_BACK}"'
    said = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == ODD


def test_fish_and_powershell_quote_in_their_own_way():
    assert render({"B": "it's"}, "fish") == "set -gx B 'it\\'s';"
    assert render({"PATH": "/a:/b"}, "fish") == "set -gx PATH '/a' '/b';"
    assert render({"B": "it's"}, "powershell") == "$env:B = 'it''s'"


def test_az_is_put_on_the_path_only_when_it_is_not_there(sandbox: Instance, tmp_path: Path):
    az = tmp_path / "az"
    az.write_text("#!/bin/sh\n")
    az.chmod(0o755)
    hidden = shell_environment(sandbox, {"AZLIN_AZ": str(az), "PATH": "/usr/bin"})
    assert hidden["PATH"] == f"{tmp_path}:/usr/bin"
    assert "PATH" not in shell_environment(sandbox, {"PATH": f"/usr/bin:{tmp_path}"})


def test_every_variable_leads_to_loopback_or_to_our_own_files(sandbox: Instance):
    variables = shell_environment(sandbox, {"PATH": ""})
    for name, value in variables.items():
        if name.upper().endswith("_PROXY") and name.upper() != "NO_PROXY":
            assert value == sandbox.proxy
        if name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "AZURE_CONFIG_DIR", "TF_CLI_CONFIG_FILE"):
            assert Path(value).exists()
            assert value.startswith(sandbox.directory)
    assert variables["AZLIN_SANDBOX"] == "1"


def test_the_default_subscription_that_a_user_chose_stays(sandbox: Instance):
    import msgspec

    profile = sandbox.az_config_dir / "azureProfile.json"
    held = json.loads(profile.read_bytes().decode("utf-8-sig"))
    other = sandbox.default_tenant.subscriptions[1].id
    for account in held["subscriptions"]:
        account["isDefault"] = account["id"] == other
    copy = msgspec.structs.replace(sandbox, directory=str(Path(sandbox.directory).parent / "copy"))
    copy.az_config_dir.mkdir(parents=True)
    (copy.az_config_dir / "azureProfile.json").write_text(json.dumps(held))
    write_tool_files(copy)
    again = json.loads((copy.az_config_dir / "azureProfile.json").read_bytes().decode("utf-8-sig"))
    assert [account["id"] for account in again["subscriptions"] if account["isDefault"]] == [other]


def default_of(directory: str) -> tuple[str, str]:
    """The tenant and subscription that az works in."""
    held = json.loads((Path(directory) / "azureProfile.json").read_bytes().decode("utf-8-sig"))
    (chosen,) = [account for account in held["subscriptions"] if account["isDefault"]]
    return chosen["tenantId"], chosen["id"]


def test_a_shell_may_work_in_another_tenant_and_leaves_the_first_where_it_was(sandbox: Instance):
    first, other = sandbox.tenants[:2]
    theirs = shell_environment(sandbox, {"PATH": ""}, "Sandbox Two")
    there = (other.id, other.subscriptions[0].id)
    assert (theirs["AZURE_TENANT_ID"], theirs["AZURE_SUBSCRIPTION_ID"]) == there
    assert (theirs["ARM_CLIENT_ID"], theirs["ARM_CLIENT_SECRET"]) == (other.client_id, other.client_secret)
    assert default_of(theirs["AZURE_CONFIG_DIR"]) == there
    ours = shell_environment(sandbox, {"PATH": ""})
    assert default_of(ours["AZURE_CONFIG_DIR"]) == (first.id, first.subscriptions[0].id)
    assert shell_environment(sandbox, {"PATH": ""}, other.id) == theirs


def test_a_tenant_that_is_not_there_or_has_nothing_to_work_in_is_refused(sandbox: Instance):
    import msgspec

    with pytest.raises(NotFound, match="no tenant nowhere"):
        shell_environment(sandbox, {}, "nowhere")
    bare = msgspec.structs.replace(sandbox.tenants[1], subscriptions=[])
    with pytest.raises(NotFound, match="has no subscription"):
        shell_environment(msgspec.structs.replace(sandbox, tenants=[sandbox.tenants[0], bare]), {}, "sandbox two")


def test_azlin_follows_the_shell_only_where_the_sandbox_made_it(sandbox: Instance):
    theirs = shell_environment(sandbox, {"PATH": ""}, "sandbox two")
    assert subscription_of_shell(sandbox, theirs) == sandbox.tenants[1].subscriptions[0].id
    assert subscription_of_shell(sandbox, {**theirs, "AZURE_CONFIG_DIR": "/home/me/.azure"}) is None
    assert subscription_of_shell(sandbox, {"AZURE_SUBSCRIPTION_ID": "x"}) is None


def test_what_is_seeded_later_is_known_to_az_in_every_shell(sandbox: Instance):
    import msgspec

    directory = shell_environment(sandbox, {"PATH": ""}, "sandbox two")["AZURE_CONFIG_DIR"]
    fewer = msgspec.structs.replace(sandbox, tenants=sandbox.tenants[:2])
    write_tool_files(fewer)
    held = json.loads((Path(directory) / "azureProfile.json").read_bytes().decode("utf-8-sig"))
    assert {account["tenantId"] for account in held["subscriptions"]} == {one.id for one in fewer.tenants}
    write_tool_files(sandbox)
