"""Who may write through which ledger, and for how long. What it remembers is proved in test_journal.py."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from azlin.errors import StateUnwritable, StillRunning
from azlin.gateways.journal import Journal
from azlin.gateways.ledger import Ledger
from azlin.paths import Paths
from tests.gateways.ledger_builders import asked, disk, make


def test_a_journal_is_a_ledger_and_closes_with_its_block(paths: Paths) -> None:
    with Journal.open(paths) as journal:
        assert isinstance(journal, Ledger)
        journal.save(asked())
    with pytest.raises(StateUnwritable, match="closed"):
        journal.objectives()


def test_a_lease_is_of_the_whole_ledger_and_so_every_thread_writes_under_it(journal: Journal) -> None:
    with journal.lease("0bject1ve", "doit"), ThreadPoolExecutor(4) as hands:
        list(hands.map(lambda number: make(journal, asked(), disk(f"d{number}")), range(8)))
    assert len(journal.created("0bject1ve")) == 8


def test_one_ledger_holds_several_leases_and_ends_each_by_itself(journal: Journal, paths: Paths) -> None:
    with Journal.open(paths) as other:
        with journal.lease("0bject1ve", "doit"):
            with journal.lease("another1", "doit"):
                pass
            other.save(asked("another1"))
            with pytest.raises(StillRunning):
                other.save(asked())
        other.save(asked())


def test_a_lease_ends_when_its_block_breaks_off(journal: Journal) -> None:
    with pytest.raises(KeyboardInterrupt), journal.lease("0bject1ve", "doit"):
        raise KeyboardInterrupt
    holder = journal.holder("0bject1ve")
    assert holder is not None
    assert not holder.alive
    journal.save(asked())


def test_a_beginning_of_an_id_does_not_get_round_a_lease(journal: Journal, paths: Paths) -> None:
    journal.save(asked())
    with Journal.open(paths) as other, journal.lease("0bject1ve", "doit"), pytest.raises(StillRunning):
        other.delete("0bje")
    assert journal.load("0bje") == asked()


def test_a_ledger_that_was_opened_for_reading_writes_nothing(journal: Journal, paths: Paths) -> None:
    with Journal.read(paths) as reader:
        for write in (
            lambda: reader.save(asked()),
            lambda: reader.removed(disk("a").target.id),
            lambda: reader.anchor("name", "value"),
            lambda: make(reader, asked(), disk("a")),
        ):
            with pytest.raises(StateUnwritable, match="for reading only"):
                write()
    assert journal.anchors() == {}
