from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from conformance import az_examples
from conformance.az_commands import Example, Table
from conformance.az_runner import Lane, Said

TEXTS = {
    "vm delete": "az vm delete -g G -n v",
    "vm create": "az vm create -g g -n v",
    "vm nic add": "az vm nic add -g g --vm-name v",
    "vm show": "az vm show -g other -n v",
    "group lock create": "az group lock create -g g -n l",
    "vm list": "az vm list | wc",
}


class Ran:
    """Stands in for az: notes the lanes, and fails the commands it is told to."""

    def __init__(self) -> None:
        self.lanes: Sequence[Lane] = ()
        self.failing: set[tuple[int, str]] = set()

    def run(self, lanes: Sequence[Lane]) -> list[list[Said]]:
        self.lanes = lanes
        return [[self._said(at, argv) for argv in lane.commands] for at, lane in enumerate(lanes)]

    def _said(self, at: int, argv: Sequence[str]) -> Said:
        bad = (at, " ".join(argv[:2])) in self.failing
        return Said(argv, int(bad), "", "ERROR: (Code) words" if bad else "", 0.0, ("GET /x 404",) if bad else ())

    def workers(self) -> list[Any]:
        class Subscription:
            id = "s"

        class Sandbox:
            default_subscription = Subscription

        class Worker:
            sandbox = Sandbox

        return [Worker]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    ran = Ran()
    monkeypatch.setattr(az_examples, "run", ran.run)
    monkeypatch.setattr(az_examples, "workers", ran.workers)
    monkeypatch.setattr(az_examples, "table", lambda: Table("2.0", [], []))
    return ran


def measured(*prepared: str) -> Any:
    return az_examples.measure([Example(name, "", text) for name, text in TEXTS.items()], prepared)


def test_what_creates_comes_first_and_what_locks_last(ran: Ran):
    figure = measured()
    together, *alone = ran.lanes
    ran_in_order = [" ".join(argv[:2]) for argv in together.commands]
    assert ran_in_order == ["vm create", "vm nic", "vm show", "vm delete", "group lock"]
    assert together.again == len(alone) == 2
    assert list(together.groups) == ["g", "other"]
    assert (figure.passed, figure.of) == (5, 5)


def test_what_creates_is_right_when_it_succeeds_in_one_of_the_two_subscriptions(ran: Ran):
    ran.failing = {(0, "vm create"), (2, "vm nic"), (0, "vm show")}
    figure = measured()
    assert [one.what for one in figure.failures] == ["az vm show -g other -n v"]
    assert figure.failures[0].cause == "(Code)"
    assert (figure.passed, figure.of) == (4, 5)


def test_what_is_prepared_runs_first_and_does_not_count(ran: Ran):
    ran.failing = {(0, "disk create")}
    figure = measured("disk create -g made -n {subscription}")
    assert ran.lanes[0].commands[0] == ["disk", "create", "-g", "made", "-n", "/subscriptions/s"]
    assert "made" in ran.lanes[0].groups
    assert (figure.passed, figure.of) == (5, 5)
    assert "not prepared: disk create -g" in figure.note
