"""Between the process that was given the yes and the one that carries it out nothing falls."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from azlin.agentic.background import handover
from azlin.agentic.background.handover import Orders, hand_over, orders
from azlin.agentic.terms import Terms
from azlin.agentic.types import Outcome
from azlin.errors import RunnerNotStarted, StillRunning
from azlin.gateways.journal import Holder, Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import asked

ID = "0bject1ve"
TAKES = (
    "import sys, time; from pathlib import Path; from azlin.paths import Paths\n"
    "from azlin.agentic.background.handover import Orders; from azlin.gateways.journal import Journal\n"
    "given = Orders.read(sys.stdin.buffer.read())\n"
    "journal = Journal.open(Paths(Path(sys.argv[1])))\n"
    "held = journal.lease(given.objective, 'background', heir_of=given.fence); held.__enter__()\n"
)
STAYS = "time.sleep(60)\n"
ENDS = (
    "from msgspec.structs import replace; from azlin.agentic.types import Outcome\n"
    "one = journal.load(given.objective)\n"
    "journal.save(replace(one, outcome=Outcome(verdict='achieved', summary=given.secrets['PASSWORD'])))\n"
    "held.__exit__(None, None, None)\n"
)


class Desk:
    """A process with the lease of an objective, which hands it over to `code`."""

    def __init__(self, directory: Path) -> None:
        self.paths = Paths(directory / "home")
        self.journal = Journal.open(self.paths)
        self._held = self.journal.lease(ID, "doit")
        self.fence = self._held.__enter__().fence
        self.journal.save(asked(ID))

    def hands_to(self, code: str) -> Outcome:
        told = orders(asked(ID), self.fence, Terms(no_wait=True), {"PASSWORD": "hunter2"})
        given = hand_over(asked(ID), told, [sys.executable, "-c", code, str(self.paths.home)], self.paths, self.journal)
        assert given.outcome is not None
        return given.outcome

    def looks_late(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on it sees another holder only when that one has let go, or is dead."""
        look: Callable[[str], Holder | None] = self.journal.holder

        def late(name: str) -> Holder | None:
            while (holder := look(name)) is None or holder.alive:
                time.sleep(0.002)
            return holder

        monkeypatch.setattr(self.journal, "holder", late)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_caller_hears_that_it_runs_only_when_the_lease_has_been_taken(desk: Desk) -> None:
    told = desk.hands_to(TAKES + STAYS)
    holder = desk.journal.holder(ID)
    assert holder is not None
    try:
        assert (told.verdict, told.exit_code) == ("running", 8)
        assert told.next_steps == (f"azlin objective watch {ID[:8]}", f"azlin objective cancel {ID[:8]}")
        assert str(holder.pid) in told.summary
        assert (holder.alive, holder.fence) == (True, desk.fence + 1)
        with pytest.raises(StillRunning):
            desk.journal.save(asked(ID))
        assert desk.journal.load(ID).outcome is None
    finally:
        os.kill(holder.pid, signal.SIGKILL)


def test_one_that_is_over_already_is_told_with_its_own_outcome(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.looks_late(monkeypatch)
    told = desk.hands_to(TAKES + ENDS)
    assert (told.verdict, told.summary) == ("achieved", "hunter2")


def test_one_that_took_it_and_died_is_not_said_to_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.looks_late(monkeypatch)
    told = desk.hands_to(TAKES + "print('going', flush=True); import os; os.kill(os.getpid(), 9)")
    assert (told.verdict, told.exit_code) == ("partly", 7)
    assert "gone at once (going)" in told.summary
    assert told.next_steps == (f"azlin objective resume {ID[:8]}",)
    assert desk.journal.load(ID).outcome is None


def test_one_that_never_begins_is_told_with_its_last_words_and_the_lease_is_still_ours(desk: Desk) -> None:
    with pytest.raises(RunnerNotStarted) as refused:
        desk.hands_to("import sys; sys.exit('there is no such thing')")
    assert "it ended with code 1: there is no such thing" in refused.value.why
    assert "azlin objective resume" in refused.value.fix
    with Journal.open(desk.paths) as other, pytest.raises(StillRunning), other.lease(ID, "somebody else"):
        pass


def test_one_that_does_not_begin_in_time_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "TAKEN_WITHIN_S", 0.05)
    with pytest.raises(RunnerNotStarted, match="did not begin"):
        desk.hands_to("import time; time.sleep(60)")


def test_orders_come_through_the_pipe_whole_and_show_no_secret() -> None:
    terms = Terms(no_wait=True, yes=True, dry_run=True, on_failure="undo", plan_path=Path("p"), deadline_s=60.0)
    given = orders(asked(ID), 3, terms, {"PASSWORD": "hunter2"})
    assert Orders.read(given.as_bytes()) == given
    assert given.terms == Terms(yes=True, no_input=True, on_failure="undo", deadline_s=60.0)
    assert "hunter2" not in repr(given)


def test_orders_that_were_cut_off_are_refused() -> None:
    whole = orders(asked(ID), 3, Terms(), {}).as_bytes()
    with pytest.raises(ValueError, match="truncated"):
        Orders.read(whole[:-10])
