"""How data becomes rows, and rows become text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.views.rows import Rows, as_table, as_tsv, rows_of, width

CELLS = st.lists(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), min_size=1, max_size=4
)


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (None, Rows((), ())),
        ([], Rows((), ())),
        ("a", Rows((), (("a",),))),
        (["a", "b"], Rows((), (("a",), ("b",)))),
        ([["a", "b"], ["c"]], Rows((), (("a", "b"), ("c",)))),
        ({"a": "1"}, Rows(("a",), (("1",),))),
        ([{"a": "1"}, {"b": "2"}], Rows(("a", "b"), (("1", ""), ("", "2")))),
    ],
)
def test_every_shape_of_data_has_its_rows(data: Any, rows: Rows):
    assert rows_of(data) == rows


def test_one_value_among_objects_makes_plain_values_of_all():
    assert rows_of([{"a": 1}, "b"], str).columns == ()
    assert len(rows_of([{"a": 1}, "b"], str).cells) == 2


@given(CELLS)
def test_whatever_a_cell_holds_a_row_is_one_line(cells: list[list[str]]):
    rows = Rows(("x", "y"), tuple(tuple(line) for line in cells))
    assert as_tsv(rows).count("\n") == len(cells)
    assert all(line.count("\t") == 1 for line in as_tsv(rows).split("\n")[:-1])
    assert as_table(rows).count("\n") == len(cells) + 2


def test_an_empty_table_is_no_text_at_all():
    assert as_table(Rows(("a",), ())) == as_tsv(Rows(("a",), ())) == ""


def test_plain_values_have_neither_heading_nor_line():
    assert as_table(rows_of(["a", "bc"])) == "a\nbc\n"
    assert as_table(rows_of({"name": "a"})) == "Name\n----\na\n"


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("ｆ", 2)])
def test_width_is_what_a_terminal_gives_the_text(text: str, columns: int):
    assert width(text) == columns
