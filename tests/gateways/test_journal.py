"""What the journal was told is there, for whoever asks."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from azlin.agentic.types import (
    Failure,
    Operation,
    Outcome,
    approval_fingerprint,
)
from azlin.errors import NotFound, StateDamaged, UsageRefused
from azlin.gateways.journal import Journal, PreImage
from azlin.paths import Paths
from tests.gateways.ledger_builders import (
    ABSENT,
    AT,
    THERE,
    UNKNOWN,
    approved,
    asked,
    disk,
    make,
    planned,
    result,
    start,
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
