"""Whatever is done to the log is found; whatever a crash does to it is not mistaken for that."""

from __future__ import annotations

import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.agentic.audit_chain import AuditReport
from azlin.agentic.audit_logger import AuditLogger
from azlin.agentic.types import OperationResult, Outcome
from azlin.errors import StateUnwritable, UsageRefused
from azlin.events import Event, Kind, Telling
from azlin.gateways.journal import Journal
from azlin.paths import Paths

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def event(kind: Kind = "notice", objective: str | None = "0bjective", **about: Any) -> Event:
    return Event(kind=kind, objective=objective, at=NOW, about=about)


@contextmanager
def written(home: Path, count: int, *, close: bool = True, **settings: int) -> Iterator[tuple[Paths, AuditLogger]]:
    paths = Paths(home)
    with Journal.open(paths) as journal:
        logger = AuditLogger(paths, journal, **settings)
        for number in range(count):
            logger(event(number=number, words="x" * (number % 7)))
        if close:
            logger.close()
        yield paths, logger


def what(report: AuditReport) -> set[str]:
    return {problem.what for problem in report.problems}


def test_what_was_told_is_read_back_in_order(tmp_path: Path) -> None:
    with written(tmp_path, 5) as (paths, logger):
        assert [record.about["number"] for record in logger.tail()] == [0, 1, 2, 3, 4]
        assert [record.seq for record in logger.tail(2)] == [4, 5]
        report = logger.verify()
        assert report.intact
        assert (report.lines, report.first, report.last, report.notes) == (5, 1, 5, ())
        assert paths.audit_log.stat().st_mode & 0o777 == 0o600


def test_an_empty_home_has_an_intact_empty_log(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "nothing")
    with Journal.read(paths) as journal:
        assert AuditLogger(paths, journal).verify() == AuditReport(lines=0, first=None, last=None)
        assert AuditLogger(paths, journal).tail() == []
    assert not paths.home.exists()


def test_a_log_goes_on_where_the_process_before_ended(tmp_path: Path) -> None:
    with written(tmp_path, 3):
        pass
    with written(tmp_path, 3) as (_, logger):
        assert [record.seq for record in logger.tail()] == [1, 2, 3, 4, 5, 6]
        assert logger.verify().intact


def tampered(lines: list[bytes], draw: st.DrawFn) -> tuple[str, list[bytes]]:
    kind = draw(st.sampled_from(["edit", "delete", "swap", "cut", "copy", "add", "drop"]))
    place = draw(st.integers(0, len(lines) - 1))
    changed = list(lines)
    if kind == "edit":
        spot = draw(st.integers(0, len(lines[place]) - 1))
        byte = draw(st.integers(0, 255).filter(lambda value: value != lines[place][spot]))
        changed[place] = lines[place][:spot] + bytes([byte]) + lines[place][spot + 1 :]
    elif kind == "delete":
        del changed[place]
    elif kind == "swap":
        other = draw(st.integers(0, len(lines) - 1).filter(lambda value: value != place))
        changed[place], changed[other] = changed[other], changed[place]
    elif kind == "cut":
        keep = draw(st.integers(0, len(b"".join(lines)) - 1))
        changed = [b"".join(lines)[:keep]]
    elif kind == "copy":
        changed.insert(place, lines[draw(st.integers(0, len(lines) - 1))])
    elif kind == "add":
        changed.insert(place, draw(st.sampled_from([b"\n", b"{}\n", b"hello\n", b'{"seq":1}\n'])))
    else:
        spot = draw(st.integers(0, len(lines[place]) - 1))
        changed[place] = lines[place][:spot] + lines[place][spot + 1 :]
    return kind, changed


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_single_change_of_any_line_is_found(
    intact_log: tuple[Paths, bytes, AuditLogger], data: st.DataObject
) -> None:
    paths, whole, logger = intact_log
    lines = whole.splitlines(keepends=True)
    _, changed = data.draw(st.composite(lambda draw: tampered(lines, draw))())
    paths.audit_log.write_bytes(b"".join(changed))

    assert not logger.verify().intact


@pytest.fixture(scope="module")
def intact_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Paths, bytes, AuditLogger]]:
    with written(tmp_path_factory.mktemp("home"), 8) as (paths, logger):
        assert logger.verify().intact
        yield paths, paths.audit_log.read_bytes(), logger


@pytest.mark.parametrize("place", range(8))
def test_each_kind_of_change_is_called_by_its_name(intact_log: tuple[Paths, bytes, AuditLogger], place: int) -> None:
    paths, whole, logger = intact_log
    lines = whole.splitlines(keepends=True)

    def after(changed: list[bytes]) -> set[str]:
        paths.audit_log.write_bytes(b"".join(changed))
        return what(logger.verify())

    edited = lines[place].replace(b'"kind":"notice"', b'"kind":"nothin"')
    assert after([*lines[:place], edited, *lines[place + 1 :]]) == {"edited"}
    assert after([*lines[:place], b"not json\n", *lines[place + 1 :]]) == {"edited"}
    expected = "truncated" if place == len(lines) - 1 else "deleted"
    assert after([*lines[:place], *lines[place + 1 :]]) == {expected}
    assert after([*lines[:place], b"not json\n", *lines[place:]]) == {"foreign"}
    assert after(lines[:place]) == {"truncated"}
    if place:
        swapped = [*lines[: place - 1], lines[place], lines[place - 1], *lines[place + 1 :]]
        assert after(swapped) == {"reordered"}
    assert after([*lines[: place + 1], *lines[place:]]) == {"foreign"}


def test_a_line_that_was_edited_and_hashed_anew_is_found(intact_log: tuple[Paths, bytes, AuditLogger]) -> None:
    from azlin.agentic.audit_chain import forge, line_of, read_line

    paths, whole, logger = intact_log
    lines = whole.splitlines()
    for place in range(len(lines)):
        old = read_line(lines[place])
        new = forge(old.seq, old.at, "approval-given", old.objective, {}, old.prev)
        changed = [*lines[:place], line_of(new).encode(), *lines[place + 1 :]]
        paths.audit_log.write_bytes(b"\n".join(changed) + b"\n")
        problems = logger.verify().problems
        assert [(p.line, p.what) for p in problems] == [(place + 1, "edited")]


def test_a_whole_chain_forged_anew_does_not_fit_the_journal(intact_log: tuple[Paths, bytes, AuditLogger]) -> None:
    from azlin.agentic.audit_chain import START, forge, line_of, read_line

    paths, whole, logger = intact_log
    prev, forged = START, list[str]()
    for old in map(read_line, whole.splitlines()):
        new = forge(old.seq, old.at, old.kind, "another", old.about, prev)
        prev = new.hash
        forged.append(line_of(new))
    paths.audit_log.write_text("\n".join(forged) + "\n")

    assert what(logger.verify()) == {"edited"}


def test_lines_that_the_journal_never_heard_of_are_foreign(tmp_path: Path) -> None:
    from azlin.agentic.audit_chain import forge, line_of

    with written(tmp_path, 3) as (paths, logger):
        last = logger.tail(1)[0]
        with paths.audit_log.open("a") as log:
            log.write(line_of(forge(4, NOW, "notice", None, {}, last.hash)) + "\n")
        assert what(logger.verify()) == {"foreign"}
    (tmp_path / "journal.sqlite").unlink()
    with Journal.read(paths) as journal:
        assert what(AuditLogger(paths, journal).verify()) == {"foreign"}


def test_a_log_that_was_removed_is_found(tmp_path: Path) -> None:
    with written(tmp_path, 3) as (paths, logger):
        paths.audit_log.unlink()
        assert what(logger.verify()) == {"truncated"}
        logger(event(number=4))
        assert what(logger.verify()) == {"deleted"}


def test_what_was_cut_off_stays_found_when_the_log_goes_on(tmp_path: Path) -> None:
    with written(tmp_path, 4) as (paths, logger):
        lines = paths.audit_log.read_bytes().splitlines(keepends=True)
        paths.audit_log.write_bytes(b"".join(lines[:3]) + lines[3][:10])
        logger(event(number=5))
        logger.close()
        report = logger.verify()
        assert [(problem.line, problem.what) for problem in report.problems] == [(4, "edited")]


@pytest.mark.parametrize("torn", [0, 1, 40, -2, -1])
def test_a_crash_before_or_in_the_write_is_a_note_and_the_next_append_finishes_the_line(
    tmp_path: Path, torn: int
) -> None:
    with written(tmp_path, 4, close=False) as (paths, logger):
        lines = paths.audit_log.read_bytes().splitlines(keepends=True)
        paths.audit_log.write_bytes(b"".join(lines[:3]) + lines[3][:torn])
        report = logger.verify()
        assert report.intact
        assert len(report.notes) == 1

        logger(event(number=4))
        logger.close()
        assert logger.verify() == AuditReport(lines=5, first=1, last=5)
        assert [record.about["number"] for record in logger.tail()] == [0, 1, 2, 3, 4]


def test_a_crash_before_the_very_first_write_is_a_note(tmp_path: Path) -> None:
    with written(tmp_path, 1, close=False) as (paths, logger):
        paths.audit_log.write_bytes(b"")
        assert logger.verify().intact
        logger(event(number=1))
        assert [record.about["number"] for record in logger.tail()] == [0, 1]
        assert logger.verify().intact


def test_when_a_story_has_ended_a_missing_end_is_no_crash(tmp_path: Path) -> None:
    with written(tmp_path, 3, close=False) as (paths, logger):
        logger(event("outcome-reached"))
        whole = paths.audit_log.read_bytes()
        for cut in (whole[:-1], whole[:-20], b"".join(whole.splitlines(keepends=True)[:3])):
            paths.audit_log.write_bytes(cut)
            assert "truncated" in what(logger.verify())


def test_two_lines_missing_is_more_than_a_crash_can_do(tmp_path: Path) -> None:
    with written(tmp_path, 4, close=False) as (paths, logger):
        lines = paths.audit_log.read_bytes().splitlines(keepends=True)
        paths.audit_log.write_bytes(b"".join(lines[:2]))
        assert what(logger.verify()) == {"truncated"}


def test_a_full_log_is_rotated_and_the_chain_goes_on(tmp_path: Path) -> None:
    with written(tmp_path, 30, size_max_bytes=1_000, files_kept=50) as (_, logger):
        files = sorted(path.name for path in tmp_path.glob("audit.log*") if path.suffix != ".lock")
        assert len(files) > 5
        assert all(path.stat().st_size <= 1_000 for path in tmp_path.glob("audit.log*"))
        assert logger.verify() == AuditReport(lines=30, first=1, last=30)
        assert [record.seq for record in logger.tail(10)] == list(range(21, 31))


def test_pruned_files_leave_a_log_that_still_verifies(tmp_path: Path) -> None:
    with written(tmp_path, 40, size_max_bytes=1_000, files_kept=2) as (_, logger):
        report = logger.verify()
        assert report.intact
        assert report.last == 40
        assert (report.first or 0) > 1
        assert {path.name for path in tmp_path.glob("audit.log*")} == {
            "audit.log", "audit.log.1", "audit.log.2", "audit.log.lock"
        }  # fmt: skip


def test_a_rotated_file_that_is_missing_or_edited_is_found(tmp_path: Path) -> None:
    with written(tmp_path, 40, size_max_bytes=1_000, files_kept=3) as (_, logger):
        for number in (1, 2, 3):
            path = tmp_path / f"audit.log.{number}"
            whole = path.read_bytes()
            path.unlink()
            assert what(logger.verify()) == {"deleted"}
            path.write_bytes(whole.replace(b"notice", b"nothin", 1))
            assert what(logger.verify()) == {"edited"}
            path.write_bytes(whole)
        assert logger.verify().intact


@pytest.mark.parametrize("renamed", [1, 2, 3])
def test_a_crash_in_the_middle_of_a_rotation_is_no_tampering_and_loses_nothing(tmp_path: Path, renamed: int) -> None:
    log, one, two, three = (tmp_path / f"audit.log{end}" for end in ("", ".1", ".2", ".3"))
    with written(tmp_path, 8, size_max_bytes=1_000, files_kept=3, close=False) as (_, logger):
        assert two.exists()
        assert not three.exists()
        for source, target in [(two, three), (one, two), (log, one)][:renamed]:
            source.rename(target)
        assert logger.verify().intact

        for number in range(8, 11):
            logger(event(number=number))
            assert logger.verify().intact
        assert [record.about["number"] for record in logger.tail(99)] == list(range(11))


def test_a_crash_between_the_anchor_of_a_pruning_and_the_pruning_leaves_more_lines(tmp_path: Path) -> None:
    with written(tmp_path, 40, size_max_bytes=1_000, files_kept=3) as (_, logger):
        first = logger.verify().first or 0
        oldest = (tmp_path / "audit.log.3").read_bytes()
    home = tmp_path / "second"
    with written(home, 40, size_max_bytes=1_000, files_kept=4) as (paths, logger):
        assert (home / "audit.log.3").read_bytes() == oldest
        with Journal.open(Paths(tmp_path)) as pruned, Journal.open(paths) as kept:
            kept.anchor("audit.oldest", pruned.anchors()["audit.oldest"])
        report = logger.verify()
        assert report.intact
        assert (report.first or 0) < first


def test_several_processes_append_to_one_chain(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from azlin.events import Telling\n"
        "from azlin.gateways.journal import Journal; from azlin.paths import Paths\n"
        "from azlin.agentic.audit_logger import AuditLogger\n"
        "paths = Paths(Path(sys.argv[1])); journal = Journal.open(paths); logger = AuditLogger(paths, journal)\n"
        "telling = Telling(); telling.listen(logger, vital=True)\n"
        "for number in range(15): telling.tell('notice', sys.argv[2], number=number)\n"
        "logger.close()\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in ("one", "two", "three")]
    assert [writer.wait() for writer in writers] == [0, 0, 0]

    paths = Paths(tmp_path)
    with Journal.read(paths) as journal:
        logger = AuditLogger(paths, journal)
        assert logger.verify() == AuditReport(lines=45, first=1, last=45)
        for name in ("one", "two", "three"):
            assert [record.about["number"] for record in logger.show(name)] == list(range(15))


def test_several_threads_append_to_one_chain(tmp_path: Path) -> None:
    with written(tmp_path, 0) as (_, logger):
        hands = [
            threading.Thread(target=lambda: [logger(event(number=number)) for number in range(10)]) for _ in range(4)
        ]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        assert logger.verify() == AuditReport(lines=40, first=1, last=40)


def test_what_reads_returned_and_secrets_are_not_kept(tmp_path: Path) -> None:
    canary = "c4n4ry-Tr0ub4dor"
    result = OperationResult(operation="o", status="done", strategy="arm", data=[{"name": canary}])
    with written(tmp_path, 0) as (_, logger):
        logger(
            event(
                outcome=Outcome(verdict="achieved", summary="", data=[{"x": canary}] * 3, results=(result,)),
                result=result,
                data={"x": canary},
                request=f"create a vm with password {canary}",
                body={"adminPassword": canary},
                nested=[{"results": [result]}],
            )
        )
        (record,) = logger.tail()
        assert canary not in json.dumps(record.about)
        assert record.about["outcome"]["data"]["count"] == 3
        assert canary.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_very_large_value_is_kept_as_its_digest(tmp_path: Path) -> None:
    with written(tmp_path, 0) as (_, logger):
        logger(event(plan=[{"id": f"operation {number}"} for number in range(5_000)], count=5_000))
        (record,) = logger.tail()
        assert record.about["plan"].keys() == {"count", "digest"}
        assert record.about["plan"]["count"] == record.about["count"] == 5_000


@given(
    about=st.dictionaries(
        st.text(),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.text(st.characters()),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
        max_size=3,
    )
)
@settings(max_examples=50, deadline=None)
def test_whatever_an_event_is_about_can_be_kept_and_verified(about: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as home, written(Path(home), 0) as (_, logger):
        logger(Event(kind="notice", objective=None, at=NOW, about={**about, "path": Path("\udcff")}))
        assert logger.verify().intact


def test_the_log_is_exported_whole(tmp_path: Path) -> None:
    with written(tmp_path, 3) as (_, logger):
        table = list(csv.DictReader(io.StringIO("".join(logger.export("csv")))))
        assert [row["seq"] for row in table] == ["1", "2", "3"]
        assert json.loads(table[2]["about"]) == {"number": 2, "words": "xx"}
        records = json.loads("".join(logger.export("json")))
        assert [record["about"]["number"] for record in records] == [0, 1, 2]
        with pytest.raises(UsageRefused, match="xml"):
            logger.export("xml")
    with written(tmp_path / "empty", 0) as (_, logger):
        assert json.loads("".join(logger.export("json"))) == []


@contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """A disk that takes no file beyond this size: the write comes up short, and the next one is refused."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_stops_the_run_and_the_torn_line_is_finished_when_there_is_room(tmp_path: Path) -> None:
    with written(tmp_path, 0) as (paths, logger):
        told = Telling()
        told.listen(logger, vital=True)
        numbers = iter(range(20))
        with files_limited_to(400_000), pytest.raises(StateUnwritable, match=r"cannot write .*audit\.log"):
            deque(told.tell("operation-started", "o", number=number, words="x" * 50_000) for number in numbers)
        torn = paths.audit_log.read_bytes()
        assert not torn.endswith(b"\n")
        assert logger.verify().intact

        told.tell("notice", "0bjective", number=100)
        logger.close()
        assert paths.audit_log.read_bytes().startswith(torn)
        assert logger.verify() == AuditReport(lines=len(logger.tail(99)), first=1, last=len(logger.tail(99)))
        numbers = [record.about["number"] for record in logger.tail(99)]
        assert numbers == [*range(len(numbers) - 1), 100]
