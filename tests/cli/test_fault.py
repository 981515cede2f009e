from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def azlin(azlin) -> Iterator:
    yield azlin
    azlin("sandbox", "stop")


def test_faults_are_added_listed_and_cleared(azlin):
    added = azlin(
        *("sandbox", "fault", "add", "--type", "Microsoft.Compute/*", "--method", "put", "--name", "web*"),
        *("--status", "429", "--retry-after-s", "3", "--times", "2", "-o", "json"),
    )
    assert added.returncode == 0, added.stderr
    listed = json.loads(azlin("sandbox", "fault", "list", "-o", "json").stdout)
    assert listed == [json.loads(added.stdout)]
    assert (listed[0]["method"], listed[0]["times"], listed[0]["retry_after_s"]) == ("PUT", 2, 3.0)
    assert azlin("sandbox", "fault", "clear").returncode == 0
    assert json.loads(azlin("sandbox", "fault", "list", "-o", "json").stdout) == []


def test_a_held_request_is_told_as_one(azlin):
    added = azlin("sandbox", "fault", "add", "--method", "PUT", "--hold-s", "1.5", "--times", "1")
    assert "PUT: carried out 1.5 s late; 1 times more" in added.stdout


def test_a_gateways_page_is_told_as_one(azlin):
    added = azlin("sandbox", "fault", "add", "--status", "502", "--body", "", "--times", "1")
    assert "502, an empty body; 1 times more" in added.stdout


def test_a_fault_that_changes_nothing_is_refused(azlin):
    assert azlin("sandbox", "fault", "add", "--type", "X/y").returncode == 2
    assert azlin("sandbox", "fault", "add", "--status", "200").returncode == 2


def test_a_scenario_tells_each_of_its_troubles(azlin):
    played = azlin("sandbox", "fault", "load", "bad-day")
    assert played.returncode == 0, played.stderr
    assert "409, AllocationFailed, takes 2 s; 1 times more" in played.stdout
    assert "409, AnotherOperationInProgress; 2 times more, not the first 1" in played.stdout
    assert "any method to arm: 503, ServerTimeout; always, by chance of 0.02 (seed 7)" in played.stdout


def test_what_is_scarce_is_told(azlin, tmp_path: Path):
    file = tmp_path / "scarce.toml"
    file.write_text(
        "[[quota]]\nname = 'cores'\nlimit = 10\n[[unavailable]]\nsize = 'Standard_D4s_v3'\nlocation = 'westeurope'\n"
        "zones = ['1', '2']\n"
    )
    loaded = azlin("sandbox", "fault", "load", str(file)).stdout
    assert "quota of cores: 10 in every region" in loaded
    assert "not to be had: Standard_D4s_v3 in westeurope zone 1, 2" in loaded


def test_the_help_names_every_scenario_that_comes_with_azlin():
    from azlin.cli.fault import load_scenario
    from azlin.sandbox.scenario import built_in

    assert [name for name in built_in() if name not in str(load_scenario.help)] == []


def test_throttling_is_told_and_ends_with_the_faults(azlin):
    loaded = azlin("sandbox", "fault", "load", "throttled")
    assert "200 writes, 10 more a second" in loaded.stdout
    assert "250 reads, 25 more a second" in azlin("sandbox", "fault", "list").stdout
    azlin("sandbox", "fault", "load", "scarce-capacity")
    assert "not to be had:" in azlin("sandbox", "fault", "list").stdout
    assert "0 faults" not in azlin("sandbox", "fault", "clear").stdout
    assert "no faults" in azlin("sandbox", "fault", "list").stderr


def test_a_scenario_that_cannot_be_read_is_refused_with_the_place(azlin, tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text("[[fault]]\ncod = 'X'")
    refused = azlin("sandbox", "fault", "load", str(file))
    assert refused.returncode == 2
    assert "unknown field `cod`" in refused.stderr
    assert azlin("sandbox", "fault", "load", "nonsense").returncode == 2
    file.write_text("[[fault]]\nservice = 'blob'\nstatus = 500")
    assert "Invalid enum value 'blob'" in azlin("sandbox", "fault", "load", str(file)).stderr


def test_the_clock_is_moved_on(azlin):
    moved = azlin("sandbox", "clock", "--advance", "3600")
    assert "3600 s ahead of this machine" in moved.stdout
    assert json.loads(azlin("sandbox", "clock", "-o", "json").stdout)["ahead_s"] == 3600
