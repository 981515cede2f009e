"""Whoever types the next command is told what was cut off, and told how to go on; cheaply, and never on stdout."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest

from azlin.cli.unfinished import ago, cut_off
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import asked


def left(home: Path, *names: str, minutes_ago: float = 3) -> Paths:
    """Objectives whose runner died."""
    paths = Paths(home)
    with Journal.open(paths) as journal:
        for name in names:
            journal.save(asked(name))
            with journal.lease(name, "doit"):
                pass
        with sqlite3.connect(paths.journal, timeout=30) as editor:
            editor.execute("UPDATE leases SET released = 0, heartbeat_at = ?", (time.time() - minutes_ago * 60,))
    return paths


def test_one_is_named_and_several_are_counted(tmp_path: Path) -> None:
    found = cut_off(left(tmp_path / "one", "0bject1ve"))
    assert found is not None
    assert (found.sentence, found.command) == (
        "objective 0bject1v was cut off 3 minutes ago",
        "azlin objective resume 0bject1v",
    )
    found = cut_off(left(tmp_path / "two", "0bject1ve", "another1"))
    assert found is not None
    assert (found.sentence, found.command) == (
        "2 objectives were cut off, the last one 3 minutes ago",
        "azlin objective resume --all",
    )


def test_where_nothing_was_cut_off_nothing_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home")
    assert cut_off(paths) is None
    assert not paths.home.exists()
    with Journal.open(paths) as journal:
        journal.save(asked())
        with journal.lease("0bject1ve", "doit"):
            assert cut_off(paths) is None
        assert cut_off(paths) is None


@pytest.mark.parametrize("command", [["objective", "list"], ["objective", "show", "0bject1ve"]])
def test_it_is_told_on_stderr_and_stdout_stays_what_it_was(azlin, home: Path, command: list[str]) -> None:
    left(home, "0bject1ve")
    told = azlin(*command, "-o", "json")
    assert told.returncode == 0
    words = "Note: objective 0bject1v was cut off 3 minutes ago: azlin objective resume 0bject1v"
    assert told.stderr.splitlines()[-1] == words
    json.loads(told.stdout)


def test_looking_costs_less_than_ten_milliseconds(tmp_path: Path) -> None:
    paths = left(tmp_path / "home", *(f"0bject1ve{number}" for number in range(20)))
    best_s = float("inf")
    for _ in range(10):
        began = time.perf_counter()
        assert cut_off(paths) is not None
        best_s = min(best_s, time.perf_counter() - began)
    assert best_s < 0.010


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "just now"), (1, "1 second ago"), (59, "59 seconds ago"), (7200, "2 hours ago"), (1e6, "11 days ago")],
)
def test_how_long_ago_is_said_in_one_unit(seconds: float, words: str) -> None:
    assert ago(seconds) == words
