"""`azlin sandbox` as it is typed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SUB = "/subscriptions/11111111-2222-3333-4444-555555555555"
DISK = {"id": f"{SUB}/resourceGroups/g/providers/Microsoft.Compute/disks/d", "location": "westeurope"}


@pytest.fixture
def azlin(azlin) -> Iterator:
    yield azlin
    azlin("sandbox", "stop")


def status(azlin) -> dict:
    return json.loads(azlin("sandbox", "status", "-o", "json").stdout)


def test_start_status_and_stop(azlin, home: Path):
    assert azlin("sandbox", "status").returncode == 3
    assert json.loads(azlin("sandbox", "status", "-o", "json").stdout) == {"sandbox": True, "running": False}
    started = azlin("sandbox", "start")
    assert (started.returncode, started.stdout.startswith("sandbox: started at https://127.0.0.1:")) == (0, True)
    assert "runs already" in azlin("sandbox", "start").stdout
    said = status(azlin)
    assert said["running"]
    assert [one["name"] for one in said["tenants"]] == ["sandbox", "sandbox two"]
    os.kill(said["pid"], 0)
    assert "stopped" in azlin("sandbox", "stop").stdout
    assert not list(home.glob("sandbox/instance.json"))
    assert azlin("sandbox", "stop").returncode == 0


def test_every_line_for_people_says_sandbox(azlin):
    for command in (
        ["start"],
        ["status"],
        ["fault", "add", "--code", "X"],
        ["fault", "clear"],
        ["reset", "-y"],
        ["stop"],
    ):
        assert azlin("sandbox", *command).stdout.startswith("sandbox: ")


def test_seed_and_reset(azlin, tmp_path: Path):
    estate = tmp_path / "estate.json"
    estate.write_text(json.dumps([DISK]))
    seeded = azlin("sandbox", "seed", "--tenant", str(estate), "--name", "Contoso", "-o", "json")
    assert seeded.returncode == 0, seeded.stderr
    assert json.loads(seeded.stdout)["groups_added"] == ["g"]
    assert status(azlin)["resources"] == 1
    unasked = azlin("sandbox", "reset")
    assert unasked.returncode == 6
    assert "azlin sandbox reset --yes" in unasked.stderr
    assert status(azlin)["resources"] == 1
    assert azlin("sandbox", "reset", "--yes").returncode == 0
    after = status(azlin)
    assert after["resources"] == 0
    assert "Contoso" in [one["name"] for one in after["tenants"]]


def test_a_demo_tenant_is_made_and_called_by_its_name(azlin):
    seeded = azlin("sandbox", "seed", "--tenant", "defenderatevet12", "-o", "json")
    assert seeded.returncode == 0, seeded.stderr
    made = json.loads(seeded.stdout)
    assert made["tenant_name"] == "DefenderATEVET12"
    alias = azlin("config", "get", "tenants.DefenderATEVET12.tenant_id")
    assert made["tenant"] in alias.stdout
    again = azlin("sandbox", "seed", "--tenant", "DefenderATEVET12")
    assert again.returncode == 2
    assert "there already" in again.stderr


def test_an_estate_of_a_size_is_made(azlin):
    seeded = azlin("sandbox", "seed", "--size", "12", "--name", "Small")
    assert seeded.returncode == 0, seeded.stderr
    assert "in tenant Small" in seeded.stdout, seeded.stdout
    assert "It is called Small" in seeded.stderr


def test_a_name_in_the_configuration_that_is_another_tenant_is_left_alone(azlin):
    azlin("config", "set", "tenants.Mine.tenant_id", "00000000-0000-0000-0000-000000000001")
    seeded = azlin("sandbox", "seed", "--size", "1", "--name", "Mine")
    assert "was left as it is" in seeded.stderr
    assert "000000000001" in azlin("config", "get", "tenants.Mine.tenant_id").stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["--tenant", "DefenderATEVET17", "--size", "3"], ["--tenant", "DefenderATEVET17", "--name", "Else"]],
)
def test_a_seed_that_says_too_little_or_too_much_is_refused(azlin, arguments: list[str]):
    assert azlin("sandbox", "seed", *arguments).returncode == 2


def test_a_seed_that_cannot_be_read_says_why(azlin, tmp_path: Path):
    assert azlin("sandbox", "seed", "--tenant", str(tmp_path / "none.json")).returncode == 3
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    refused = azlin("sandbox", "seed", "--tenant", str(broken))
    assert refused.returncode == 2
    assert "is not JSON" in refused.stderr


def test_env_can_be_evaluated_and_azlin_still_works_in_that_shell(azlin, environment: dict[str, str]):
    lines = azlin("sandbox", "env")
    assert lines.returncode == 0
    script = f'{lines.stdout}\nexec "$PYTHON" -m azlin.cli.main sandbox status -o json'
    import sys

    inside = subprocess.run(
        ["sh", "-c", script], env={**environment, "PYTHON": sys.executable}, capture_output=True, text=True, check=False
    )
    assert inside.returncode == 0, inside.stderr
    assert json.loads(inside.stdout)["running"]
    variables = json.loads(azlin("sandbox", "env", "-o", "json").stdout)
    assert variables["AZLIN_SANDBOX"] == "1"
    assert "set -gx HTTPS_PROXY" in azlin("sandbox", "env", "--shell", "fish").stdout


def test_env_of_another_tenant_is_where_azlin_works_too(azlin, environment: dict[str, str]):
    script = """
        eval "$("$PYTHON" -m azlin.cli.main sandbox env --tenant "sandbox two")"
        "$PYTHON" -m azlin.cli.main doit "create a resource group called there in westeurope" -n
    """
    done = subprocess.run(
        ["sh", "-c", script], env={**environment, "PYTHON": sys.executable}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (there,) = status(azlin)["tenants"][1]["subscriptions"]
    assert f"in sandbox, subscription {there['id']}" in done.stdout + done.stderr
    assert azlin("sandbox", "env", "--tenant", "nowhere").returncode == 3


def test_the_az_that_was_kept_loaded_goes_with_the_sandbox(tmp_path):
    from azlin.gateways.az import Az
    from azlin.paths import Paths
    from azlin.sandbox.instance import ensure_running

    paths = Paths(tmp_path / "home")
    az = Az(ensure_running(paths).cloud(), paths)
    az.call(["az", "group", "list"])
    assert az.link.socket_path.exists()
    done = subprocess.run(
        [sys.executable, "-m", "azlin.cli.main", "sandbox", "stop"],
        env={**os.environ, "AZLIN_HOME": str(paths.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "stopped" in done.stdout
    assert not az.link.socket_path.exists()
