"""Trouble drawn from a seed: always the same, always bounded, and gone when its run is, without anybody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from azlin.agentic.terms import Terms
from azlin.app import App
from azlin.errors import UsageRefused
from azlin.paths import Paths
from azlin.sandbox.arm.faults import Fault
from azlin.sandbox.chaos import FEWEST, MOST, clear_leftovers, mishaps, told, unleashed
from azlin.sandbox.instance import Instance, ensure_running
from azlin.settings import Settings

SEEDS = range(300)


def faults_of(sandbox: Instance) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.ask("GET", "faults")
    return found


@pytest.fixture
def theirs(sandbox: Instance):
    """A fault that a person set, and no other."""
    sandbox.ask("DELETE", "faults")
    sandbox.ask("POST", "faults", {"code": "Theirs", "times": 3})
    yield "Theirs"
    sandbox.ask("DELETE", "faults")


def test_a_seed_makes_the_same_trouble_again_and_another_seed_makes_other_trouble():
    assert [mishaps(seed) for seed in SEEDS] == [mishaps(seed) for seed in SEEDS]
    assert len({told(0, mishaps(seed)) for seed in SEEDS}) > 290


def test_trouble_ends_by_itself_so_that_a_run_can_too():
    for seed in SEEDS:
        drawn = mishaps(seed)
        assert 1 <= len(drawn) <= MOST
        for one in drawn:
            fault = one.fault
            assert fault.times is not None
            assert fault.times <= 6
            assert fault.latency_s <= 2.5
            assert fault.stale_s <= 2.5
            assert fault.hold_s <= 1.5
            assert (fault.retry_after_s or 0) <= 2


def test_over_many_seeds_everything_that_can_go_wrong_does():
    drawn = [one.fault for seed in SEEDS for one in mishaps(seed)]
    assert {fault.drop for fault in drawn} == {None, "before", "after", "half"}
    for wrong in ("retry_after_s", "latency_s", "stale_s", "hold_s"):
        assert any(getattr(fault, wrong) for fault in drawn), wrong
    assert {429, 409, 500, 503} <= {fault.refusal().status for fault in drawn if fault.refuses}
    assert sum(len(mishaps(seed)) >= FEWEST for seed in SEEDS) > len(SEEDS) / 2


def test_the_trouble_is_there_while_the_run_lasts_and_goes_with_it_and_no_other(sandbox: Instance, theirs: str):
    with unleashed(sandbox, 42) as drawn:
        set_now = faults_of(sandbox)
        assert len(set_now) == len(drawn) + 1
        wanted = [msgspec.structs.replace(one.fault, by=None) for one in drawn]
        found = [msgspec.convert({**one, "id": "", "by": None}, Fault) for one in set_now if one["by"]]
        assert found == wanted
    assert [one["code"] for one in faults_of(sandbox)] == [theirs]
    assert list(sandbox.chaos.iterdir()) == []


def test_the_trouble_goes_also_when_the_run_breaks(sandbox: Instance, theirs: str):
    with pytest.raises(KeyError), unleashed(sandbox, 7):
        raise KeyError
    assert [one["code"] for one in faults_of(sandbox)] == [theirs]


def test_the_trouble_of_a_run_that_was_killed_is_taken_away_and_that_of_a_living_one_stays(
    sandbox: Instance, theirs: str
):
    with unleashed(sandbox, 1) as living:
        # What a killed run leaves: its faults, and its file, which nobody holds the lock of.
        (sandbox.chaos / "chaos-9-dead").touch()
        sandbox.ask("POST", "faults", {"code": "Left", "by": "chaos-9-dead"})
        assert clear_leftovers(sandbox) == 1
        assert {one["code"] for one in faults_of(sandbox)} >= {theirs}
        assert "Left" not in {one["code"] for one in faults_of(sandbox)}
        assert len(faults_of(sandbox)) == len(living) + 1
        assert clear_leftovers(sandbox) == 0


def test_the_next_command_takes_away_what_a_killed_run_left(sandbox: Instance, theirs: str):
    sandbox.chaos.mkdir(exist_ok=True)
    (sandbox.chaos / "chaos-9-dead").touch()
    sandbox.ask("POST", "faults", {"code": "Left", "by": "chaos-9-dead"})
    ensure_running(Paths(Path(sandbox.directory).parent))
    assert [one["code"] for one in faults_of(sandbox)] == [theirs]
    assert list(sandbox.chaos.iterdir()) == []


def test_it_is_told_that_the_trouble_is_the_sandboxs_own():
    sentence = told(42, mishaps(42))
    assert sentence.startswith("sandbox chaos 42: ")
    assert sentence.count(";") == len(mishaps(42)) - 1


def test_only_the_sandbox_may_be_given_trouble(tmp_path: Path):
    app = App.open(Paths(tmp_path), Settings(), Terms(), {})
    nobody: Any = None
    with pytest.raises(UsageRefused, match="only the sandbox") as refused:
        app.doit("create a resource group called x", Terms(chaos=42), nobody, nobody)
    assert refused.value.exit_code == 2
    assert "--sandbox" in refused.value.fix
