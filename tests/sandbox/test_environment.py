from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from azlin.sandbox.environment import render, shell_environment, write_tool_files
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
