from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from azlin.sandbox.arm.store import Store


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of every row that is read from here on."""
    statements: list[str] = []
    plain = Store.select

    def select(self: Store, sql: str, bound: Any) -> Iterator[tuple[Any, ...]]:
        for row in plain(self, sql, bound):
            statements.append(sql)
            yield row

    monkeypatch.setattr(Store, "select", select)
    return statements


def test_a_page_reads_only_its_rows(graph: Any, estate: str, read: list[str]):
    assert graph("Resources | project id, name, location", {"$top": 2})["totalRecords"] == 5
    assert len(read) == 2


def test_a_count_reads_no_row(graph: Any, estate: str, read: list[str]):
    assert graph("Resources | where type =~ 'microsoft.compute/disks' | count")["data"] == [{"Count": 2}]
    assert read == []


def test_bodies_are_read_only_for_columns_that_lie_in_them(graph: Any, estate: str, read: list[str]):
    graph("Resources | summarize count() by type")
    assert all(" body " not in statement for statement in read)
    read.clear()
    graph("Resources | summarize count() by location")
    assert all(" body " in statement for statement in read)


def test_a_let_that_names_itself_is_refused(refused: Any):
    assert refused("let a = a | count; a | count")["message"]
