"""Lines, columns and tables, on a terminal and elsewhere."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.views.pen import Pen
from azlin.views.rows import Rows


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    def write(self, _text: str, /) -> int:
        raise BrokenPipeError


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3), st.integers(0, 8))
def test_whatever_is_drawn_into_a_pipe_is_one_plain_line(parts: list[str], indent: int):
    stream = io.StringIO()
    Pen(stream).line(*[(part, "bold red") for part in parts], indent=indent)
    drawn = stream.getvalue()
    assert drawn.endswith("\n")
    assert drawn.count("\n") == 1
    assert "\x1b" not in drawn


def test_columns_stand_below_each_other_and_short_lines_are_no_trouble():
    stream = io.StringIO()
    Pen(stream).columns([["a", "日本", "x"], ["long", "b"]], ["", "red"], indent=1)
    assert stream.getvalue() == " a     日本  x\n long  b\n"
    Pen(stream).columns([], [])
    assert stream.getvalue().count("\n") == 2


def test_a_pipe_has_no_width_and_a_terminal_has(terminal: Terminal):
    assert Pen(io.StringIO()).width is None
    assert Pen(terminal).width == 40


def test_a_terminal_that_can_draw_nothing_gets_plain_lines(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TERM", "dumb")
    pen = Pen(terminal)
    pen.line(("red", "red"))
    assert (pen.width, terminal.getvalue()) == (None, "red\n")


def test_a_stream_that_is_closed_already_is_no_terminal():
    stream = io.StringIO()
    stream.close()
    assert Pen(stream, loses=True).width is None
    Pen(stream, loses=True).line("lost")


def test_only_a_pen_that_may_lose_survives_a_reader_that_went_away():
    Pen(Gone(), loses=True).line("lost")
    with pytest.raises(BrokenPipeError):
        Pen(Gone()).line("lost")


def test_square_brackets_are_text_and_not_markup(terminal: Terminal):
    Pen(terminal).line("[bold]name[/bold] :smile:")
    assert "[bold]name[/bold] :smile:" in terminal.getvalue()


def test_a_narrow_terminal_gets_rows_one_below_the_other(terminal: Terminal):
    Pen(terminal).table(Rows(("name", "size"), (("a", "1"), ("b", "2"))))
    told = [line.strip() for line in _plain(terminal.getvalue()).split("\n")]
    assert told == ["name: a", "size: 1", "", "name: b", "size: 2", ""]


def test_a_wide_terminal_gets_a_table_that_holds_every_cell(terminal: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = "x" * 100
    Pen(terminal).table(Rows(("name", "id"), (("a", long),)))
    drawn = _plain(terminal.getvalue())
    assert drawn.count("x") == 100
    assert max(len(line) for line in drawn.split("\n")) <= 80


def _plain(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)
