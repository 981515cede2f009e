from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from azlin.sandbox.clock import Clock
from azlin.sandbox.scenario import ScenarioUnreadable, built_in, play, read_scenario


@pytest.mark.parametrize("name", built_in())
def test_every_scenario_that_comes_along_can_be_played(azure: Any, name: str):
    scenario = read_scenario(name)
    assert scenario.title
    added = play(scenario, azure.plane, Clock(azure.plane.store))
    assert len(added) == len(scenario.fault)
    assert added or azure.plane.throttle.limits is not None or azure.plane.capacity.clear()


def test_a_file_says_faults_buckets_and_time(azure: Any, tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text(
        "[[fault]]\ncode = 'A'\n[[fault]]\ncode = 'B'\n[throttle]\nwrites = {bucket = 5, refill_per_s = 1}\n"
        "[clock]\nadvance_s = 60\n"
    )
    clock = Clock(azure.plane.store)
    added = play(read_scenario(str(file)), azure.plane, clock)
    assert [one.code for one in added] == ["A", "B"]
    assert [one.code for one in azure.plane.faults.list()] == ["A", "B"]
    assert azure.plane.throttle.limits.writes.bucket == 5
    assert azure.plane.throttle.limits.reads.bucket == 250
    assert clock.ahead_s == 60


@pytest.mark.parametrize(
    ("text", "said"),
    [("[[fault]]\ncod = 'X'", "unknown field `cod`"), ("[[fault", "mine.toml"), ("[clock]\n", "advance_s")],
)
def test_a_file_that_is_no_scenario_says_what_is_wrong(tmp_path: Path, text: str, said: str):
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ScenarioUnreadable, match=said):
        read_scenario(str(file))


def test_a_file_says_what_is_scarce_and_what_cannot_be_had(azure: Any, tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text(
        "[[quota]]\nname = 'standardDSv3Family'\nlocation = 'West Europe'\nlimit = 10\n"
        "[[unavailable]]\nsize = 'Standard_D*'\nzones = ['1']\n"
    )
    play(read_scenario(str(file)), azure.plane, Clock(azure.plane.store))
    capacity = azure.plane.capacity
    assert capacity.limit("standardDSv3Family", "westeurope", "s", 7) == 10
    assert capacity.limit("standardDSv3Family", "eastus", "s", 7) == 7
    assert [one.zones for one in capacity.unavailable("Standard_D2s_v3", "eastus", "s")] == [("1",)]
    assert capacity.clear() == 2


def test_a_name_that_nobody_knows_tells_the_known_ones():
    with pytest.raises(ScenarioUnreadable, match="built in are bad-day, eventual, scarce-capacity, throttled"):
        read_scenario("nonsense")
