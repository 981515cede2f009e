"""What the journal was told is there, for whoever asks, whatever happened in between."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.types import (
    Approval,
    Failure,
    MadeAgainst,
    Objective,
    Operation,
    OperationResult,
    Outcome,
    Plan,
    Quote,
    QuoteLine,
    Request,
    ResourceRef,
    Status,
    Verb,
    approval_fingerprint,
)
from azlin.errors import NotFound, StateDamaged, StateUnwritable, StillRunning, UsageRefused
from azlin.gateways import ledger_lease
from azlin.gateways.journal import Journal, PreImage
from azlin.paths import Paths

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ABSENT = PreImage(known=True, absent=True)
THERE = PreImage(known=True, absent=False, etag='"1"')
UNKNOWN = PreImage(known=False)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


@pytest.fixture
def journal(paths: Paths) -> Iterator[Journal]:
    with Journal.open(paths) as journal:
        yield journal


def asked(objective_id: str = "0bject1ve", text: str = "create a vm", at: datetime = AT, **more: Any) -> Objective:
    return Objective(id=objective_id, cloud="sandbox", request=Request(text=text, actor="sam", at=at), **more)


def disk(name: str, verb: Verb = "ensure", **desired: Any) -> Operation:
    target = ResourceRef(type="Microsoft.Compute/disks", name=name, group="web", subscription="s")
    return Operation(id=f"disk:{name}", verb=verb, effect="creates", target=target, desired=desired)


def planned(*operations: Operation) -> Plan:
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


def result(operation: Operation, status: Status = "done", **more: Any) -> OperationResult:
    return OperationResult(operation=operation.id, status=status, strategy="arm", **more)


def start(
    journal: Journal, objective: Objective, operation: Operation, pre_image: PreImage = ABSENT, **more: Any
) -> None:
    given: dict[str, Any] = {"strategy": "arm", "attempt": 1, "request": {}, "pre_image": pre_image, **more}
    journal.started(objective.id, operation, **given)


def make(journal: Journal, objective: Objective, *operations: Operation) -> None:
    for operation in operations:
        start(journal, objective, operation)
        journal.finished(objective.id, result(operation))


def approved(objective: Objective, amounts: list[tuple[Operation, str]], at: datetime = AT) -> Objective:
    plan = planned(*(operation for operation, _ in amounts))
    lines = tuple(
        QuoteLine(
            operation=operation.id, meter="disk", quantity=Decimal(1), unit="month", unit_price=Decimal(amount),
            low=Decimal(0), expected=Decimal(amount), high=Decimal(99), source="list", as_of="2026-11-01",
            confidence="high",
        )
        for operation, amount in amounts
    )  # fmt: skip
    quote = Quote(lines=lines)
    approval = Approval(by="sam", at=at, how="typed", fingerprint=approval_fingerprint(plan, quote))
    return Objective(
        id=objective.id, cloud=objective.cloud, request=objective.request, plan=plan, quote=quote, approval=approval
    )


class TestObjectives:
    def test_an_objective_is_read_back_as_it_was_saved(self, journal: Journal, paths: Paths) -> None:
        objective = approved(asked(), [(disk("a", properties={"diskSizeGB": 8}), "1.50")])
        journal.save(asked())
        journal.save(objective)

        assert journal.load(objective.id) == objective
        with Journal.read(paths) as reader:
            assert reader.load(objective.id) == objective
            assert reader.objectives() == [objective]

    def test_the_newest_come_first(self, journal: Journal) -> None:
        for day in (2, 3, 1):
            journal.save(asked(f"day{day}", at=AT + timedelta(days=day)))

        assert [objective.id for objective in journal.objectives()] == ["day3", "day2", "day1"]
        assert [objective.id for objective in journal.objectives(2)] == ["day3", "day2"]

    def test_a_beginning_of_an_id_will_do_when_it_is_unique_and_long_enough(self, journal: Journal) -> None:
        for name in ("abcd1111", "abcd2222", "abcd"):
            journal.save(asked(name))

        assert journal.load("abcd1").id == "abcd1111"
        assert journal.load("abcd").id == "abcd"
        journal.delete("abcd")
        with pytest.raises(UsageRefused, match="2 objectives begin with abcd") as refused:
            journal.load("abcd")
        assert "abcd1111" in refused.value.why
        assert "abcd2222" in refused.value.why
        with pytest.raises(UsageRefused, match="too short"):
            journal.load("abc")
        with pytest.raises(NotFound, match="there is no objective ffff"):
            journal.load("ffff")
        with pytest.raises(NotFound):
            journal.load("abcd%")

    def test_what_reads_returned_is_kept_as_count_and_digest(self, journal: Journal, paths: Paths) -> None:
        read = result(disk("a", "read"), data=[{"name": "c4n4ry"}])
        outcome = Outcome(verdict="achieved", summary="", data=[{"name": "c4n4ry"}] * 2, results=(read,))
        journal.save(asked(outcome=outcome))
        journal.finished("0bject1ve", read)

        kept = journal.load("0bject1ve")
        assert kept.outcome is not None
        assert kept.outcome.data["count"] == 2
        assert journal.results("0bject1ve")["disk:a"].data["count"] == 1
        journal.save(kept)
        assert journal.load("0bject1ve") == kept
        assert b"c4n4ry" not in paths.journal.read_bytes()

    def test_no_secret_is_written_and_an_approval_does_not_cover_what_is_left(
        self, journal: Journal, paths: Paths
    ) -> None:
        operation = disk("a", adminPassword="c4n4ry-1")
        objective = approved(asked(text="use password c4n4ry-1"), [(operation, "1")])
        journal.save(objective)
        start(journal, objective, operation, request={"body": {"adminPassword": "c4n4ry-1"}})
        failure = Failure(type="azure", code="X", message="password: c4n4ry-1")
        journal.finished(objective.id, result(operation, "failed", failure=failure))

        assert b"c4n4ry" not in paths.journal.read_bytes()
        kept = journal.load(objective.id)
        assert kept.plan is not None
        assert kept.quote is not None
        assert kept.approval is not None
        assert kept.approval.fingerprint != approval_fingerprint(kept.plan, kept.quote)

    def test_a_request_that_is_no_text_is_refused_with_words(self, journal: Journal) -> None:
        with pytest.raises(UsageRefused, match="not text"):
            journal.save(asked(text="create \udcff"))

    def test_a_damaged_objective_is_named_and_the_others_are_listed(self, journal: Journal, paths: Paths) -> None:
        for name in ("good1", "bad11", "bad22"):
            journal.save(asked(name))
        with sqlite3.connect(paths.journal) as editor:
            editor.execute("UPDATE objectives SET body = '{}' WHERE id = 'bad11'")
            editor.execute("UPDATE objectives SET body = replace(body, 'create', 'delete') WHERE id = 'bad22'")

        assert [objective.id for objective in journal.objectives()] == ["good1"]
        assert {damage.what.split()[1] for damage in journal.damaged()} == {"bad11", "bad22"}
        with pytest.raises(StateDamaged, match="bad22") as damaged:
            journal.load("bad22")
        assert damaged.value.fix.startswith("azlin objective delete bad22")
        assert journal.delete("bad22") == "bad22"
        assert len(journal.damaged()) == 1


class TestOperations:
    def test_an_operation_goes_from_todo_to_done(self, journal: Journal) -> None:
        operation = disk("a")
        objective = approved(asked(), [(operation, "1")])
        journal.save(objective)

        def state() -> str | None:
            entry = journal.entry(objective.id, operation.id)
            return None if entry is None else entry.state

        assert state() == "todo"
        start(journal, objective, operation, request={"method": "PUT"})
        assert state() == "started"
        assert journal.results(objective.id) == {}
        journal.submitted(objective.id, operation.id, "https://arm/operations/1?t=1&c=2")
        assert state() == "submitted"
        journal.finished(objective.id, result(operation, attempts=1))
        entry = journal.entry(objective.id, operation.id)

        assert entry is not None
        assert (entry.state, entry.attempts, entry.strategy, entry.removed) == ("done", 1, "arm", False)
        assert entry.request == {"method": "PUT"}
        assert entry.async_url == "https://arm/operations/1?t=1&c=2"
        assert entry.pre_image == ABSENT
        assert entry.resource_id == operation.target.id
        assert journal.results(objective.id) == {operation.id: result(operation)}
        assert [moment.what for moment in journal.history(objective.id)] == ["saved", "started", "submitted", "done"]

    def test_an_operation_nobody_knows_has_no_entry(self, journal: Journal) -> None:
        assert journal.entry("0bject1ve", "x") is None
        with pytest.raises(NotFound, match="never started"):
            journal.submitted("0bject1ve", "x", "https://arm")

    @pytest.mark.parametrize("between", ["nothing", "failed"])
    def test_a_retry_does_not_take_what_we_made_for_anothers(self, journal: Journal, between: str) -> None:
        operation, objective = disk("a"), asked()
        start(journal, objective, operation, ABSENT)
        if between == "failed":
            journal.finished(objective.id, result(operation, "failed"))
        start(journal, objective, operation, THERE, attempt=2)
        journal.finished(objective.id, result(operation, attempts=2))

        entry = journal.entry(objective.id, operation.id)
        assert entry is not None
        assert (entry.pre_image, entry.attempts) == (ABSENT, 2)
        assert [made for made, _ in journal.created(objective.id)] == [operation.target.id]

    @pytest.mark.parametrize(
        ("first", "second", "kept"),
        [(UNKNOWN, ABSENT, ABSENT), (THERE, ABSENT, ABSENT), (THERE, UNKNOWN, THERE), (UNKNOWN, THERE, THERE)],
    )
    def test_the_pre_image_is_the_best_proof_there_is(
        self, journal: Journal, first: PreImage, second: PreImage, kept: PreImage
    ) -> None:
        operation, objective = disk("a"), asked()
        start(journal, objective, operation, first)
        start(journal, objective, operation, second, attempt=2)

        entry = journal.entry(objective.id, operation.id)
        assert entry is not None
        assert entry.pre_image == kept

    def test_a_new_start_after_the_end_looks_anew(self, journal: Journal) -> None:
        operation, objective = disk("a"), asked()
        make(journal, objective, operation)
        start(journal, objective, operation, THERE)

        entry = journal.entry(objective.id, operation.id)
        assert entry is not None
        assert (entry.pre_image, entry.result, entry.finished_at) == (THERE, None, None)

    @pytest.mark.parametrize("state", ["started", "submitted", "done"])
    def test_a_run_that_stops_early_does_not_forget_what_is_under_way(self, journal: Journal, state: str) -> None:
        operation, objective = disk("a"), asked()
        start(journal, objective, operation)
        if state == "submitted":
            journal.submitted(objective.id, operation.id, "https://arm")
        if state == "done":
            journal.finished(objective.id, result(operation))
        journal.finished(objective.id, result(operation, "skipped"))

        entry = journal.entry(objective.id, operation.id)
        assert entry is not None
        assert entry.state == state

    def test_what_was_never_started_can_be_skipped(self, journal: Journal) -> None:
        objective = approved(asked(), [(disk("a"), "1")])
        journal.save(objective)
        journal.finished(objective.id, result(disk("a"), "skipped"))

        assert journal.results(objective.id)["disk:a"].status == "skipped"

    def test_a_plan_made_again_does_not_take_the_old_record_for_its_own(self, journal: Journal) -> None:
        small, large = disk("a", size=8), disk("a", size=16)
        elsewhere = Operation(id="disk:b", verb="ensure", effect="creates", target=disk("c").target)
        journal.save(asked(plan=planned(small, disk("b"))))
        make(journal, asked(), small, disk("b"))
        journal.save(asked(plan=planned(large, elsewhere)))

        for name in ("disk:a", "disk:b"):
            entry = journal.entry("0bject1ve", name)
            assert entry is not None
            assert entry.state == "todo"
        assert journal.results("0bject1ve") == {}
        assert len(journal.entries("0bject1ve")) == 4
        made = {made for made, _ in journal.created("0bject1ve")}
        assert made == {small.target.id, disk("b").target.id}

    def test_a_plan_made_again_keeps_what_is_done_or_under_way_in_any_order(self, journal: Journal) -> None:
        first, second, third = disk("a"), disk("b"), disk("c")
        journal.save(asked(plan=planned(first, second)))
        make(journal, asked(), first)
        start(journal, asked(), second)
        journal.save(asked(plan=planned(third, second, first)))

        states = {entry.operation: entry.state for entry in journal.entries("0bject1ve")}
        assert states == {first.id: "done", second.id: "started", third.id: "todo"}
        journal.save(asked())
        states = {entry.operation: entry.state for entry in journal.entries("0bject1ve")}
        assert states == {first.id: "done", second.id: "started"}

    def test_threads_that_write_at_once_are_all_heard(self, journal: Journal, paths: Paths) -> None:
        operations = [disk(f"d{number}") for number in range(40)]
        with ThreadPoolExecutor(8) as hands:
            list(hands.map(lambda operation: make(journal, asked(), operation), operations))

        with Journal.read(paths) as reader:
            assert set(reader.results("0bject1ve")) == {operation.id for operation in operations}
            assert len(reader.created("0bject1ve")) == 40

    def test_one_refused_change_does_not_take_its_neighbours_along(self, journal: Journal) -> None:
        gate = threading.Barrier(8)

        def write(number: int) -> str:
            gate.wait()
            try:
                if number % 2:
                    journal.submitted("0bject1ve", "unknown", "https://arm")
                else:
                    start(journal, asked(), disk(f"d{number}"))
            except NotFound:
                return "refused"
            return "written"

        with ThreadPoolExecutor(8) as hands:
            assert list(hands.map(write, range(8))) == ["written", "refused"] * 4
        assert len(journal.entries("0bject1ve")) == 4


class TestResources:
    def test_only_what_was_absent_before_and_exists_now_was_created(self, journal: Journal) -> None:
        objective = asked()
        make(journal, objective, disk("made"))
        for name, pre_image, status in [
            ("there", THERE, "done"),
            ("unknown", UNKNOWN, "done"),
            ("bad", ABSENT, "failed"),
        ]:
            start(journal, objective, disk(name), pre_image)
            journal.finished(objective.id, result(disk(name), status))
        start(journal, objective, disk("under-way"))
        make(journal, objective, disk("gone", "delete"), disk("seen", "read"), disk("last"))

        made = journal.created(objective.id)
        assert [made_id for made_id, _ in made] == [disk("last").target.id, disk("made").target.id]
        assert made[0][1] >= made[1][1]

    def test_what_is_undone_or_deleted_is_no_longer_there(self, journal: Journal) -> None:
        objective = asked()
        make(journal, objective, disk("a"), disk("b"), disk("c"), disk("d"))
        undo = Operation(id="undo:disk:a", verb="delete", effect="destroys", target=disk("A").target)
        start(journal, objective, undo, THERE)
        journal.finished(objective.id, result(undo, "undone", resource_id=undo.target.id))
        other = asked("another1")
        start(journal, other, disk("b", "delete"), THERE)
        journal.finished(other.id, result(disk("b", "delete")))
        journal.removed(disk("c").target.id.upper())

        assert [made for made, _ in journal.created(objective.id)] == [disk("d").target.id]

    def test_a_group_takes_everything_in_it_along_but_not_its_namesake(self, journal: Journal) -> None:
        group = ResourceRef(type="Microsoft.Resources/resourceGroups", name="we", subscription="s")
        make(journal, asked(), disk("a"))
        journal.removed(group.id)
        assert len(journal.created("0bject1ve")) == 1
        journal.removed(group.id + "b")
        assert journal.created("0bject1ve") == []

    def test_what_was_made_again_exists_again(self, journal: Journal) -> None:
        make(journal, asked(), disk("a"))
        journal.removed(disk("a").target.id)
        make(journal, asked(), disk("a"))

        assert len(journal.created("0bject1ve")) == 1

    def test_a_resource_knows_what_it_was_made_with(self, journal: Journal) -> None:
        make(journal, asked("first1"), disk("a"), disk("b"), disk("c"))
        start(journal, asked("first1"), disk("theirs"), THERE)
        journal.finished("first1", result(disk("theirs")))
        journal.removed(disk("b").target.id)

        assert journal.made_with(disk("A").target.id) == (disk("c").target.id,)
        assert journal.made_with(disk("theirs").target.id) == ()
        assert journal.made_with("/subscriptions/s/resourceGroups/none") == ()

    def test_the_latest_maker_counts(self, journal: Journal) -> None:
        make(journal, asked("first1"), disk("a"), disk("b"))
        journal.removed(disk("a").target.id)
        make(journal, asked("second"), disk("a"), disk("z"))

        assert journal.made_with(disk("a").target.id) == (disk("z").target.id,)
        assert journal.made_with(disk("b").target.id) == ()

    def test_a_forgotten_objective_still_knows_what_it_made(self, journal: Journal, paths: Paths) -> None:
        objective = approved(asked(), [(disk("a"), "5"), (disk("b"), "1")])
        journal.save(objective)
        start(journal, objective, disk("a"), request={"note": "s3ntence"})
        journal.finished(objective.id, result(disk("a")))
        make(journal, objective, disk("b"))
        journal.delete(objective.id)

        with pytest.raises(NotFound):
            journal.load(objective.id)
        assert journal.history(objective.id) == []
        assert journal.made_with(disk("a").target.id) == (disk("b").target.id,)
        assert journal.committed("2026-11") == Decimal(6)


class TestMoney:
    def test_what_was_approved_in_a_month_is_committed(self, journal: Journal) -> None:
        journal.save(approved(asked("one1"), [(disk("a"), "10.50"), (disk("b"), "2")]))
        journal.save(approved(asked("two2"), [(disk("c"), "5")], at=datetime(2026, 12, 1, tzinfo=UTC)))
        journal.save(asked("three3", plan=planned(disk("d"))))

        assert journal.committed("2026-11") == Decimal("12.50")
        assert journal.committed("2026-12") == Decimal(5)
        assert journal.committed("2026-10") == Decimal(0)

    def test_an_approval_that_was_replaced_no_longer_counts(self, journal: Journal) -> None:
        journal.save(approved(asked(), [(disk("a"), "10")]))
        journal.save(asked())
        assert journal.committed("2026-11") == Decimal(0)
        journal.save(approved(asked(), [(disk("a"), "3")]))
        assert journal.committed("2026-11") == Decimal(3)

    def test_what_was_removed_no_longer_counts_and_its_saving_does_not_count_twice(self, journal: Journal) -> None:
        objective = approved(asked(), [(disk("a"), "10"), (disk("b"), "4")])
        journal.save(objective)
        make(journal, objective, disk("a"), disk("b"))
        removal = approved(asked("another1"), [(disk("a", "delete"), "-10")])
        journal.save(removal)
        start(journal, removal, disk("a", "delete"), THERE)
        journal.finished(removal.id, result(disk("a", "delete")))

        assert journal.committed("2026-11") == Decimal(4)

    def test_a_saving_on_what_others_made_counts(self, journal: Journal) -> None:
        removal = approved(asked(), [(disk("theirs", "delete"), "-10")])
        journal.save(removal)
        make(journal, removal, disk("theirs", "delete"))

        assert journal.committed("2026-11") == Decimal(-10)

    def test_what_was_cancelled_before_it_began_does_not_count(self, journal: Journal) -> None:
        objective = approved(asked(), [(disk("a"), "10"), (disk("b"), "4")])
        journal.save(objective)
        make(journal, objective, disk("a"))
        outcome = Outcome(verdict="cancelled", summary="")
        journal.save(
            Objective(
                id=objective.id, cloud="sandbox", request=objective.request, plan=objective.plan,
                quote=objective.quote, approval=objective.approval, outcome=outcome,
            )
        )  # fmt: skip

        assert journal.committed("2026-11") == Decimal(10)


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


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write anywhere; give that up for a while, so that a read-only directory is one for root as well.

    Linux: the effective capabilities of this thread (capset(2), version 3 header). Elsewhere tests do not run as root.
    """
    if os.geteuid() != 0:
        yield
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    before = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, before) == 0
    less = (ctypes.c_uint32 * 6)(*before)
    less[0] &= ~0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, effective set
    assert libc.capset(header, less) == 0
    try:
        yield
    finally:
        assert libc.capset(header, before) == 0


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    modes = {path: path.stat().st_mode for path in [home, *home.rglob("*")]}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        with without_privileges():
            yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


class TestBadPlaces:
    def test_a_read_only_home_can_be_read_and_not_written(self, paths: Paths) -> None:
        with Journal.open(paths) as journal:
            journal.save(asked())
        with read_only(paths.home):
            with Journal.read(paths) as reader:
                assert reader.objectives() == [asked()]
                with pytest.raises(StateUnwritable, match="for reading only"):
                    reader.save(asked())
                with pytest.raises(StateUnwritable), reader.lease("0bject1ve", "doit"):
                    pass
            with pytest.raises(StateUnwritable, match="cannot write"):
                Journal.open(paths)

    def test_a_home_that_cannot_be_made_is_unwritable(self, tmp_path: Path) -> None:
        tmp_path.joinpath("file").write_text("")
        with pytest.raises(StateUnwritable, match="cannot write"):
            Journal.open(Paths(tmp_path / "file" / "home"))

    def test_a_home_that_does_not_exist_reads_as_empty_and_is_not_made(self, paths: Paths) -> None:
        with Journal.read(paths) as reader:
            assert reader.objectives() == []
            assert reader.committed("2026-11") == 0
            assert not paths.home.exists()
            with Journal.open(paths) as journal:
                journal.save(asked())
            assert reader.objectives() == [asked()]

    def test_a_full_disk_is_told_before_anything_is_done_and_harms_nothing(
        self, journal: Journal, paths: Paths
    ) -> None:
        journal.save(asked())
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (paths.journal.stat().st_size, hard))
        try:
            with pytest.raises(StateUnwritable, match="cannot write") as full:
                start(journal, asked(), disk("a"), request={"body": "x" * 500_000})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert "AZLIN_HOME" in full.value.fix

        assert journal.entry("0bject1ve", "disk:a") is None
        start(journal, asked(), disk("a"))
        assert journal.entry("0bject1ve", "disk:a") is not None

    def test_a_database_that_may_not_grow_is_told_as_a_full_disk(self, journal: Journal, paths: Paths) -> None:
        from azlin.gateways.ledger_file import in_our_words

        with sqlite3.connect(":memory:") as small:
            small.execute("CREATE TABLE t (x)")
            small.execute("PRAGMA max_page_count = 2")
            with pytest.raises(sqlite3.OperationalError) as full:
                small.execute("INSERT INTO t VALUES (zeroblob(1000000))")
        told = in_our_words(full.value, paths.journal)
        assert isinstance(told, StateUnwritable)
        assert "full" in told.why

    @pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 4096])
    def test_what_is_not_a_database_is_left_alone(self, paths: Paths, content: bytes) -> None:
        paths.prepare()
        paths.journal.write_bytes(content)
        for open_ in (Journal.open, lambda paths: Journal.read(paths).objectives()):
            with pytest.raises(StateDamaged, match="it was left as it is") as damaged:
                open_(paths)
            assert str(paths.journal) in damaged.value.fix
        assert paths.journal.read_bytes() == content

    def test_a_database_of_something_else_is_left_alone(self, paths: Paths) -> None:
        paths.prepare()
        with sqlite3.connect(paths.journal) as other:
            other.execute("CREATE TABLE objectives (id)")
        before = paths.journal.read_bytes()
        with pytest.raises(StateDamaged) as damaged:
            Journal.open(paths)
        assert "something else" in damaged.value.why
        assert paths.journal.read_bytes() == before

    def test_a_torn_database_is_told_as_damage(self, paths: Paths) -> None:
        with Journal.open(paths) as journal:
            for number in range(50):
                journal.save(asked(f"number{number:02}", text="x" * 3_000))
        whole = paths.journal.read_bytes()
        paths.journal.write_bytes(whole[:20_000] + b"\xa5" * (len(whole) - 20_000))
        with pytest.raises(StateDamaged), Journal.open(paths) as journal:
            journal.objectives()

    def test_the_journal_of_a_newer_azlin_is_left_alone(self, paths: Paths) -> None:
        Journal.open(paths).close()
        with sqlite3.connect(paths.journal) as newer:
            newer.execute("PRAGMA user_version = 99")
        with pytest.raises(StateDamaged, match="newer azlin"):
            Journal.open(paths)

    def test_state_is_private(self, journal: Journal, paths: Paths) -> None:
        journal.save(asked())
        assert paths.home.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in paths.home.iterdir()} == {0o600}

    def test_a_closed_journal_says_so(self, journal: Journal) -> None:
        journal.close()
        with pytest.raises(StateUnwritable, match="closed"):
            journal.save(asked())

    def test_two_processes_with_two_objectives_both_get_their_turn(self, journal: Journal, paths: Paths) -> None:
        code = (
            "import sys; from pathlib import Path; from azlin.paths import Paths\n"
            "from azlin.gateways.journal import Journal\n"
            "with Journal.open(Paths(Path(sys.argv[1]))) as journal:\n"
            "    for number in range(40): journal.anchor(f'{sys.argv[2]}{number}', 'x')\n"
        )
        writers = [subprocess.Popen([sys.executable, "-c", code, str(paths.home), name]) for name in ("one", "two")]
        for number in range(40):
            journal.anchor(f"three{number}", "x")
        assert [writer.wait() for writer in writers] == [0, 0]
        assert len(journal.anchors()) == 120
