"""kill -9 at any instant: whatever the journal acknowledged is there, and nothing is half there."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

from azlin.agentic.audit_logger import AuditLogger
from azlin.gateways.journal import Journal
from azlin.paths import Paths

KILLS = 20

WRITER = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path

from azlin.agentic.audit_logger import AuditLogger
from azlin.agentic.objective_manager import ObjectiveManager
from azlin.agentic.types import Operation, OperationResult, Request, ResourceRef
from azlin.events import Telling
from azlin.gateways.journal import Journal, PreImage
from azlin.paths import Paths

paths, life = Paths(Path(sys.argv[1])), sys.argv[2]
journal = Journal.open(paths)
told = Telling()
told.listen(AuditLogger(paths, journal, size_max_bytes=20_000, files_kept=1_000), vital=True)
manager = ObjectiveManager(journal, paths)
objective = manager.create(Request(text="x" * 20_000, actor="sam", at=datetime.now(UTC)), "sandbox")
manager.file(objective)
said = threading.Lock()

def say(*words):
    with said:
        print(*words, flush=True)

def work(hand):
    for number in range(100_000):
        name = f"{life}-{hand}-{number}"
        target = ResourceRef(type="Microsoft.Compute/disks", name=name, group="g", subscription="s")
        operation = Operation(id=name, verb="ensure", effect="creates", target=target)
        journal.started(
            objective.id, operation, strategy="arm", attempt=1, request={"body": "x" * 3_000},
            pre_image=PreImage(known=True, absent=True),
        )
        say("started", objective.id, name)
        told.tell("operation-started", objective.id, operation=name)
        say("told", objective.id, name)
        journal.finished(objective.id, OperationResult(operation=name, status="done", strategy="arm"))
        say("done", objective.id, name)
        manager.file(objective)

with journal.lease(objective.id, "doit"):
    say("filed", objective.id, "")
    hands = [threading.Thread(target=work, args=(hand,)) for hand in range(3)]
    [hand.start() for hand in hands]
    [hand.join() for hand in hands]
"""


def one_life(home: Path, life: int) -> list[list[str]]:
    """Run a writer until it has said a random number of things, kill it, and return everything it said."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(life)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        said: list[str] = []
        for _ in range(random.Random(life).randrange(1, 40)):
            if not (line := writer.stdout.readline()):
                raise AssertionError(writer.stderr.read())
            said.append(line)
        writer.kill()
        said += writer.stdout.readlines()
    assert writer.returncode == -9
    return [line.split() for line in said if line.endswith("\n")]


def test_nothing_acknowledged_is_lost_and_the_audit_log_is_not_thought_tampered_with(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "home")
    acknowledged: list[list[str]] = []
    for life in range(KILLS):
        acknowledged += one_life(paths.home, life)
        with Journal.read(paths) as reader:
            report = AuditLogger(paths, reader).verify()
            assert report.intact, report.problems
            told = {(record.objective, record.about["operation"]) for record in AuditLogger(paths, reader).tail(10**6)}
        with Journal.open(paths) as journal:
            entries = {
                (objective.id, entry.operation): entry.state
                for objective in journal.objectives()
                for entry in journal.entries(objective.id)
            }
            assert journal.damaged() == []
            for objective in journal.objectives():
                holder = journal.holder(objective.id)
                assert holder is None or not holder.alive
        for what, objective, *name in acknowledged:
            if what == "filed":
                assert (paths.objectives / f"{objective}.json").exists()
            elif what == "done":
                assert entries[objective, name[0]] == "done"
            elif what == "told":
                assert (objective, name[0]) in told
            else:
                assert entries[objective, name[0]] in {"started", "done"}

    with sqlite3.connect(paths.journal) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Journal.open(paths) as journal:
        assert len(journal.objectives()) >= KILLS
    drafts = [path for path in paths.objectives.iterdir() if not path.name.startswith(".") and path.suffix != ".json"]
    assert drafts == []


def test_half_a_commit_is_rolled_back_for_a_reader_that_may_not_write(tmp_path: Path) -> None:
    """SQLite writes into the file before the commit when its cache is full: a kill then leaves a hot journal."""
    paths = Paths(tmp_path / "home")
    with Journal.open(paths) as journal:
        for number in range(100):
            journal.anchor(f"name{number}", "before" + "x" * 2_000)
    code = (
        "import os, signal, sqlite3, sys\n"
        "ledger = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "ledger.execute('PRAGMA cache_size = 5')\n"
        "ledger.execute('BEGIN IMMEDIATE')\n"
        "ledger.execute(\"UPDATE anchors SET value = 'after' || substr(value, 7)\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(paths.journal)], check=False).returncode == -9
    half = paths.home / "journal.sqlite-journal"
    assert half.stat().st_size > 0

    with Journal.read(paths) as reader:
        assert {value[:6] for value in reader.anchors().values()} == {"before"}
    assert half.exists()
    with Journal.open(paths) as journal:
        assert {value[:6] for value in journal.anchors().values()} == {"before"}
        journal.anchor("name0", "after")
    assert not half.exists()
