"""The chain itself: lines, links, and what a walk along them says. The file is proved in test_audit_logger.py."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.audit_chain import (
    START,
    AuditRecord,
    BrokenLine,
    Head,
    Line,
    Oldest,
    forge,
    line_of,
    lines_of,
    read_line,
    verify_chain,
)

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LOG = Path("audit.jsonl")


def chain(count: int) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    for seq in range(1, count + 1):
        prev = records[-1].hash if records else START
        records.append(forge(seq, AT, "notice", "0bjective", {"number": seq}, prev))
    return records


def lines(records: list[AuditRecord]) -> list[Line]:
    return [Line(LOG, number, line_of(record).encode(), True) for number, record in enumerate(records, 1)]


def head(record: AuditRecord, *, written: bool = True) -> Head:
    return Head(record.seq, record.hash, line_of(record), written)


ABOUT = st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text())


@given(about=ABOUT)
def test_a_line_is_read_back_as_it_was_forged_and_is_one_line(about: dict[str, Any]) -> None:
    record = forge(1, AT, "notice", None, about, START)
    assert "\n" not in line_of(record)
    assert read_line(line_of(record).encode()) == record


@pytest.mark.parametrize("text", [b"", b"{}", b"[" * 100_000, b"\xff", b'{"seq":1,"more":2}'])
def test_what_is_no_line_of_the_log_claims_nothing(text: bytes) -> None:
    with pytest.raises(BrokenLine) as broken:
        read_line(text)
    assert broken.value.record is None


def test_a_line_that_means_the_same_but_is_written_otherwise_is_broken() -> None:
    text = line_of(chain(1)[0]).encode().replace(b'"seq":1', b'"seq": 1')
    with pytest.raises(BrokenLine, match="does not fit") as broken:
        read_line(text)
    assert broken.value.record == chain(1)[0]


def test_the_hash_covers_every_field() -> None:
    record = chain(1)[0]
    for change in ({"seq": 2}, {"kind": "other"}, {"objective": None}, {"about": {}}, {"prev": "1" * 64}):
        with pytest.raises(BrokenLine):
            read_line(line_of(msgspec.structs.replace(record, **change)).encode())


def test_the_lines_of_a_missing_file_are_none_and_the_last_may_have_no_end(tmp_path: Path) -> None:
    assert list(lines_of(tmp_path / "gone")) == []
    (tmp_path / "log").write_bytes(b"one\n\ntwo")
    assert [(line.text, line.ended) for line in lines_of(tmp_path / "log")] == [
        (b"one", True),
        (b"", True),
        (b"two", False),
    ]


def test_a_chain_that_begins_where_the_pruning_ended_is_intact() -> None:
    records = chain(5)
    report = verify_chain(lines(records[2:]), head(records[-1]), Oldest(3, records[1].hash), LOG)
    assert (report.intact, report.lines, report.first, report.last) == (True, 3, 3, 5)
    other = verify_chain(lines(records[2:]), head(records[-1]), Oldest(3, "1" * 64), LOG)
    assert not other.intact


@given(gone=st.integers(0, 5))
def test_a_missing_line_is_deleted_or_truncated_by_where_it_stood(gone: int) -> None:
    records = chain(6)
    report = verify_chain(lines(records[:gone] + records[gone + 1 :]), head(records[-1]), Oldest(), LOG)
    assert [problem.what for problem in report.problems] == ["truncated" if gone == 5 else "deleted"]


def test_a_log_of_which_the_journal_knows_nothing_is_foreign_and_no_log_at_all_is_fine() -> None:
    assert verify_chain([], None, Oldest(), LOG).intact
    assert [p.what for p in verify_chain(lines(chain(2)), None, Oldest(), LOG).problems] == ["foreign"]


def test_the_newest_line_may_be_on_its_way_only_while_nobody_has_seen_it() -> None:
    records = chain(3)
    on_its_way = verify_chain(lines(records[:2]), head(records[2], written=False), Oldest(), LOG)
    assert on_its_way.intact
    assert len(on_its_way.notes) == 1
    assert not verify_chain(lines(records[:2]), head(records[2]), Oldest(), LOG).intact
