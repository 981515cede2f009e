"""Which resources are ours, what they were made with, and what they cost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from azlin.agentic.types import (
    Objective,
    Operation,
    Outcome,
    ResourceRef,
)
from azlin.errors import NotFound
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import ABSENT, THERE, UNKNOWN, approved, asked, disk, make, planned, result, start


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
