"""The audit log at the command line, over a log that the real logger wrote."""

import json
from datetime import UTC, datetime

import pytest

from azlin.agentic.audit_logger import AuditLogger
from azlin.events import Event
from azlin.gateways.journal import Journal
from azlin.paths import Paths

ID = "aaaaaaaa-0000-4000-8000-000000000000"


@pytest.fixture
def logged(home):
    paths = Paths(home)
    paths.prepare()
    with Journal.open(paths) as journal:
        logger = AuditLogger(paths, journal)
        for number, kind in enumerate(("request-received", "operation-done", "outcome-reached")):
            at = datetime(2026, 5, 1, 12, number, tzinfo=UTC)
            logger(Event(kind=kind, objective=ID, at=at, about={"text": f"line {number}"}))
        logger.close()
    return paths


def test_tail_shows_the_newest_last(azlin, logged):
    lines = azlin("audit", "tail", "-n", "2").stdout.splitlines()
    assert lines[0].split() == ["At", "Objective", "Kind", "About"]
    assert lines[-1] == "2026-05-01 12:02:00  aaaaaaaa   outcome-reached  line 2"
    assert len(lines) == 4


def test_scripts_get_whole_records(azlin, logged):
    records = [json.loads(line) for line in azlin("audit", "tail", "-o", "jsonl").stdout.splitlines()]
    assert [record["seq"] for record in records] == [1, 2, 3]
    assert records[1]["prev"] == records[0]["hash"]


def test_the_records_of_one_objective_can_be_shown(azlin, logged):
    assert len(json.loads(azlin("audit", "show", "aaaa", "-o", "json").stdout)) == 3
    assert azlin("audit", "show", "ffff").returncode == 3


def test_a_whole_log_verifies(azlin, logged):
    done = azlin("audit", "verify")
    assert done.returncode == 0
    assert "3 records" in done.stdout


def test_a_changed_line_is_exit_1_and_still_one_json_document(azlin, logged):
    log = logged.audit_log
    log.write_text(log.read_text().replace("line 1", "line 9"))
    done = azlin("audit", "verify", "-o", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["intact"] is False
    assert report["problems"]
    assert "not what azlin wrote" in done.stderr
    assert azlin("audit", "verify").returncode == 1


def test_a_cut_off_line_is_exit_1(azlin, logged):
    log = logged.audit_log
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    assert azlin("audit", "verify").returncode == 1


def test_the_log_can_be_exported(azlin, logged, tmp_path):
    assert len(json.loads(azlin("audit", "export").stdout)) == 3
    target = tmp_path / "log.csv"
    assert azlin("audit", "export", "--format", "csv", "--to", str(target)).stdout == ""
    assert target.read_text().splitlines()[0] == "seq,at,kind,objective,about,hash"


def test_an_empty_log_is_whole(azlin):
    assert azlin("audit", "tail").returncode == 0
    assert azlin("audit", "verify").returncode == 0
