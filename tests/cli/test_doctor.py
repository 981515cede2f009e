"""The doctor: what is broken, what is merely missing, and what it can repair itself."""

import json
import stat
import sys
from pathlib import Path

import pytest

from azlin.agentic.objective_manager import ObjectiveManager
from azlin.agentic.types import Request
from azlin.gateways.journal import Journal
from azlin.paths import Paths


@pytest.fixture
def examined(azlin, tmp_path):
    """`examined("--fix")` → (exit code, findings by what was looked at). az is left out, so that no host is started."""

    def examine(*flags: str, **variables: str):
        variables = {"AZLIN_AZ": str(tmp_path / "no-az")} | variables
        done = azlin("doctor", *flags, "-o", "json", **variables)
        return done.returncode, {finding["what"]: finding for finding in json.loads(done.stdout)}

    return examine


def filed(home: Path) -> Path:
    """One objective; the path of its readable copy."""
    from datetime import UTC, datetime

    paths = Paths(home)
    paths.prepare()
    with Journal.open(paths) as journal:
        manager = ObjectiveManager(journal, paths)
        one = manager.create(Request(text="x", actor="me", at=datetime.now(UTC)), "sandbox")
        manager.file(one)
        return manager.copy_path(one.id)


def test_a_variable_that_names_no_az_is_broken_and_says_so(examined):
    code, findings = examined()
    assert code == 1
    assert findings["az"]["state"] == "broken"
    assert "AZLIN_AZ" in findings["az"]["fix"] + findings["az"]["found"]


def test_a_fresh_machine_has_nothing_else_broken(examined):
    _, findings = examined()
    assert [what for what, finding in findings.items() if finding["state"] == "broken"] == ["az"]
    assert findings["sign-in"]["fix"].startswith("az login")


def test_everything_that_is_not_ok_has_a_fix(examined, home):
    filed(home).unlink()
    home.chmod(0o755)
    (home / "config.toml").write_text("[budget\n")
    _, findings = examined()
    wrong = [finding for finding in findings.values() if finding["state"] in ("broken", "missing")]
    assert {"home", "config", "copies"} <= {finding["what"] for finding in wrong}
    assert all(finding["fix"] or "set AZLIN_AZ" in finding["found"] for finding in wrong)


def test_what_others_can_read_is_made_private_again(examined, home):
    copy = filed(home)
    copy.chmod(0o644)
    home.chmod(0o755)
    assert examined()[1]["home"]["state"] == "broken"
    assert examined("--fix")[1]["home"]["state"] == "repaired"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert examined()[1]["home"]["state"] == "ok"


def test_missing_and_damaged_copies_are_written_again(examined, home):
    copy = filed(home)
    before = copy.read_bytes()
    for spoil in (copy.unlink, lambda: copy.write_text("{")):
        spoil()
        assert examined()[1]["copies"]["state"] == "broken"
        assert examined("--fix")[1]["copies"]["state"] == "repaired"
        assert copy.read_bytes() == before


def test_a_missing_home_is_made_only_when_asked_for(examined, home):
    assert examined()[1]["home"]["state"] == "ok"
    assert not home.exists()
    examined("--fix")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_what_was_cut_off_is_offered_to_be_resumed(examined, home):
    filed(home)
    assert "azlin objective resume" in examined()[1]["journal"]["fix"]


def test_a_clock_behind_its_own_files_is_broken(examined, home):
    import os
    import time

    filed(home)
    tomorrow = time.time() + 86_400
    os.utime(home / "journal.sqlite", (tomorrow, tomorrow))
    assert examined()[1]["clock"]["state"] == "broken"


def test_the_real_az_is_found_with_its_version(azlin, home, tmp_path):
    from azlin.gateways.az import Az
    from azlin.gateways.cloud import Cloud

    real = Path(sys.prefix) / "az" / "bin" / "az"
    try:
        done = azlin("doctor", "-o", "json", AZLIN_AZ=str(real))
    finally:
        environ = {"AZLIN_AZ": str(real), "AZURE_CONFIG_DIR": str(home.with_name("azure"))}
        Az(Cloud(name="AzureCloud"), Paths(home), environ=environ).stop()
    found = next(finding for finding in json.loads(done.stdout) if finding["what"] == "az")
    assert found["state"] == "ok"
    assert found["found"].split(",")[0].count(".") == 2
    assert done.returncode == 0


def test_what_was_cut_off_and_what_would_go_on_with_it_is_told(examined, home, tmp_path):
    from tests.cli.test_unfinished import left

    left(home, "0bject1ve")
    config = tmp_path / "config"
    _, findings = examined(XDG_CONFIG_HOME=str(config), HOME=str(tmp_path))
    assert findings["unfinished"]["fix"] == "azlin objective resume 0bject1v"
    assert findings["after a restart"]["state"] == "missing"
    timer = config / "systemd" / "user" / "azlin-resume.timer"
    timer.parent.mkdir(parents=True)
    timer.touch()
    _, findings = examined(XDG_CONFIG_HOME=str(config), HOME=str(tmp_path))
    assert (findings["after a restart"]["state"], findings["after a restart"]["fix"]) == ("ok", "")
