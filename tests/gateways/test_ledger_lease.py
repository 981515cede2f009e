"""One runner at a time, and a dead or silent one is not waited for."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

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

    def test_a_reused_process_number_is_not_taken_for_the_runner(self, journal: Journal, paths: Paths) -> None:
        with journal.lease("0bject1ve", "doit"):
            with sqlite3.connect(paths.journal) as editor:
                editor.execute("UPDATE leases SET born = 'another boot:1'")
            holder = journal.holder("0bject1ve")
            assert holder is not None
            assert not holder.alive


class TestAnchors:
    def test_an_anchor_holds_until_it_is_set_anew(self, journal: Journal, paths: Paths) -> None:
        journal.anchor("a", "1")
        journal.anchor("b", "2")
        journal.anchor("a", "3")
        with Journal.read(paths) as reader:
            assert reader.anchors() == {"a": "3", "b": "2"}
