"""One runner at a time, and a dead or silent one is not waited for."""

from __future__ import annotations

import os
import queue
import sqlite3
import subprocess
import sys
import time

import pytest

from azlin.errors import StillRunning
from azlin.gateways import ledger_lease
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import asked, disk, make, result, start


class TestLeases:
    def test_one_runner_at_a_time(self, journal: Journal, paths: Paths) -> None:
        with Journal.open(paths) as other:
            with journal.lease("0bject1ve", "doit") as lease:
                assert lease.fence == 1
                assert lease.lost is None
                by_us = f"by pid {os.getpid()} on "
                with pytest.raises(StillRunning, match=by_us) as running, other.lease("0bject1ve", "resume"):
                    pass
                assert "heartbeat was 0 s ago" in running.value.why
                holder = other.holder("0bject1ve")
                assert holder is not None
                assert (holder.pid, holder.alive, holder.runner) == (os.getpid(), True, "doit")
                with other.lease("another1", "doit"):
                    pass
            with other.lease("0bject1ve", "resume") as lease:
                assert lease.fence == 2
        holder = journal.holder("0bject1ve")
        assert holder is not None
        assert not holder.alive
        assert journal.holder("unknown1") is None

    def test_only_the_runner_writes_about_its_objective(self, journal: Journal, paths: Paths) -> None:
        with Journal.open(paths) as other, journal.lease("0bject1ve", "doit"):
            journal.save(asked())
            make(journal, asked(), disk("a"))
            for write in (
                lambda: other.save(asked()),
                lambda: start(other, asked(), disk("b")),
                lambda: other.submitted("0bject1ve", "disk:a", "https://arm"),
                lambda: other.finished("0bject1ve", result(disk("a"), "failed")),
                lambda: other.delete("0bject1ve"),
            ):
                with pytest.raises(StillRunning):
                    write()
            assert other.load("0bject1ve") == asked()
            other.save(asked("another1"))
            other.anchor("name", "value")

    def test_the_lease_of_a_dead_process_is_taken_over_at_once(self, journal: Journal, paths: Paths) -> None:
        code = (
            "import sys; from pathlib import Path; from azlin.paths import Paths\n"
            "from azlin.gateways.journal import Journal\n"
            "with Journal.open(Paths(Path(sys.argv[1]))) as journal, journal.lease('0bject1ve', 'doit'):\n"
            "    print('held', flush=True); sys.stdin.read()\n"
        )
        runner = subprocess.Popen(
            [sys.executable, "-c", code, str(paths.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with runner:
            assert runner.stdout is not None
            assert runner.stdout.readline() == "held\n"
            with pytest.raises(StillRunning, match=f"pid {runner.pid} "), journal.lease("0bject1ve", "resume"):
                pass
            runner.kill()
            runner.wait()
            with journal.lease("0bject1ve", "resume") as lease:
                assert lease.fence == 2

    def test_a_silent_runner_is_fenced_off(self, journal: Journal, paths: Paths) -> None:
        with Journal.open(paths) as other, journal.lease("0bject1ve", "doit") as frozen:
            with sqlite3.connect(paths.journal) as clock:
                clock.execute("UPDATE leases SET heartbeat_at = heartbeat_at - 31")
            with other.lease("0bject1ve", "resume") as lease:
                assert lease.fence == frozen.fence + 1
                with pytest.raises(StillRunning, match="took objective 0bject1v over"):
                    start(journal, asked(), disk("a"))
                start(other, asked(), disk("a"))
            with pytest.raises(StillRunning):
                journal.save(asked())
        holder = journal.holder("0bject1ve")
        assert holder is not None
        assert (holder.runner, holder.alive) == ("resume", False)

    def test_a_heartbeat_keeps_a_lease_and_notices_its_loss(
        self, journal: Journal, paths: Paths, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ledger_lease, "HEARTBEAT_S", 0.001)
        with journal.lease("0bject1ve", "doit") as lease:
            for _ in range(3):
                with sqlite3.connect(paths.journal, timeout=30) as clock:
                    clock.execute("UPDATE leases SET heartbeat_at = 1")
                while (holder := journal.holder("0bject1ve")) is None or not holder.alive:
                    assert lease.lost is None
            with sqlite3.connect(paths.journal, timeout=30) as thief:
                thief.execute("UPDATE leases SET fence = 7, runner = 'thief'")
            while lease.lost is None:
                assert journal.holder("0bject1ve") is not None
        holder = journal.holder("0bject1ve")
        assert holder is not None
        assert (holder.fence, holder.runner) == (7, "thief")

    def test_after_the_clock_was_set_the_holder_beats_at_once(
        self, journal: Journal, paths: Paths, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ledger_lease, "LISTEN_S", 0.005)
        true_time = time.time
        with journal.lease("0bject1ve", "doit") as lease:
            for set_by_s in (3_600.0, -7_200.0):  # a machine that slept for an hour; a clock that was set back
                monkeypatch.setattr(ledger_lease.time, "time", lambda by_s=set_by_s: true_time() + by_s)
                until = time.monotonic() + 4  # less than the time between two heartbeats
                while (holder := journal.holder("0bject1ve")) is None or not holder.alive:
                    assert time.monotonic() < until
            assert lease.lost is None

    def test_a_reused_process_number_is_not_taken_for_the_runner(self, journal: Journal, paths: Paths) -> None:
        with journal.lease("0bject1ve", "doit"):
            with sqlite3.connect(paths.journal) as editor:
                editor.execute("UPDATE leases SET born = 'another boot:1'")
            holder = journal.holder("0bject1ve")
            assert holder is not None
            assert not holder.alive


class TestHandingOver:
    def test_an_heir_takes_over_from_a_living_holder_who_then_writes_nothing_more(
        self, journal: Journal, paths: Paths
    ) -> None:
        with Journal.open(paths) as other, journal.lease("0bject1ve", "doit") as lease:
            with other.lease("0bject1ve", "background", heir_of=lease.fence) as heir:
                assert heir.fence == lease.fence + 1
                with pytest.raises(StillRunning, match="took objective 0bject1v over"):
                    journal.save(asked())
                other.save(asked())
            with pytest.raises(StillRunning):
                journal.save(asked())

    def test_an_heir_of_an_earlier_holder_is_refused_like_anybody_else(self, journal: Journal, paths: Paths) -> None:
        with journal.lease("0bject1ve", "doit") as first:
            pass
        with (
            Journal.open(paths) as other,
            journal.lease("0bject1ve", "resume"),
            pytest.raises(StillRunning),
            other.lease("0bject1ve", "background", heir_of=first.fence),
        ):
            pass

    def test_giving_a_lease_back_that_was_handed_over_leaves_the_heir_its_own(
        self, journal: Journal, paths: Paths
    ) -> None:
        with Journal.open(paths) as other:
            held = journal.lease("0bject1ve", "doit")
            lease = held.__enter__()
            with other.lease("0bject1ve", "background", heir_of=lease.fence):
                held.__exit__(None, None, None)
                holder = journal.holder("0bject1ve")
                assert holder is not None
                assert (holder.alive, holder.runner) == (True, "background")


class TestAskingToStop:
    @pytest.fixture(autouse=True)
    def quickly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledger_lease, "LISTEN_S", 0.005)

    def test_the_holder_hears_it_whoever_asks(self, journal: Journal, paths: Paths) -> None:
        heard: queue.Queue[str] = queue.Queue()
        with Journal.open(paths) as other, journal.lease("0bject1ve", "doit") as lease:
            lease.listen(heard.put)
            asked_one = other.ask_to_stop("0bject1ve", "cancelled by me")
            assert asked_one is not None
            assert asked_one.pid == os.getpid()
            assert heard.get(timeout=5) == "cancelled by me"
            assert lease.asked_to_stop == "cancelled by me"
            late: list[str] = []
            lease.listen(late.append)
            assert late == ["cancelled by me"]
            assert lease.lost is None

    def test_nobody_is_asked_where_nobody_runs(self, journal: Journal) -> None:
        assert journal.ask_to_stop("0bject1ve", "cancelled by me") is None
        with journal.lease("0bject1ve", "doit"):
            pass
        assert journal.ask_to_stop("0bject1ve", "cancelled by me") is None
        assert journal.history("0bject1ve") == []

    def test_a_request_to_an_earlier_holder_does_not_stop_a_later_one(self, journal: Journal) -> None:
        with journal.lease("0bject1ve", "doit") as first:
            journal.ask_to_stop("0bject1ve", "cancelled by me")
            while first.asked_to_stop is None:
                pass
        with journal.lease("0bject1ve", "resume") as second:
            for _ in range(20):
                assert second.asked_to_stop is None
                journal.holder("0bject1ve")

    def test_a_lost_lease_is_told_to_those_who_listen(
        self, journal: Journal, paths: Paths, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ledger_lease, "HEARTBEAT_S", 0.001)
        heard: queue.Queue[str] = queue.Queue()
        with journal.lease("0bject1ve", "doit") as lease:
            lease.listen(heard.put)
            with sqlite3.connect(paths.journal, timeout=30) as thief:
                thief.execute("UPDATE leases SET fence = 7")
            assert "took over" in heard.get(timeout=5)


class TestCutOff:
    def test_only_what_has_no_outcome_and_no_living_runner(self, journal: Journal, paths: Paths) -> None:
        for name in ("0bject1ve", "another1"):
            journal.save(asked(name))
        with journal.lease("0bject1ve", "doit"), journal.lease("another1", "doit"):
            assert journal.cut_off() == []
            with sqlite3.connect(paths.journal, timeout=30) as clock:
                clock.execute("UPDATE leases SET heartbeat_at = heartbeat_at - 90 WHERE objective = '0bject1ve'")
            [(name, holder)] = journal.cut_off()
            assert name == "0bject1ve"
            assert 85 < holder.heartbeat_age_s < 95
            with Journal.read(paths) as reader:
                assert [one for one, _ in reader.cut_off()] == [name]
            with sqlite3.connect(paths.journal, timeout=30) as end:
                end.execute("UPDATE objectives SET verdict = 'achieved'")
            assert journal.cut_off() == []
        assert journal.cut_off() == []


class TestAnchors:
    def test_an_anchor_holds_until_it_is_set_anew(self, journal: Journal, paths: Paths) -> None:
        journal.anchor("a", "1")
        journal.anchor("b", "2")
        journal.anchor("a", "3")
        with Journal.read(paths) as reader:
            assert reader.anchors() == {"a": "3", "b": "2"}
