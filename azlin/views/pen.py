"""What lines are drawn with: colour and wrapping on a terminal (through rich), plain text everywhere else.

rich is imported only when there is a terminal to draw on; a pipe, a file and CI get plain lines without it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TextIO

from azlin.views.rows import Rows, as_table, width
from azlin.views.words import clean

Part = str | tuple[str, str]
"""A text, or a text and its style (`bold`, `red`, `dim`)."""

TABLE_WIDTH_MIN = 60
"""Below this many columns a table is unreadable: rows are drawn one below the other."""


class Pen:
    """Draws on one stream. With `loses=True`, a stream that has closed is no error: what is drawn is lost."""

    def __init__(self, stream: TextIO, *, loses: bool = False) -> None:
        self._stream = stream
        self._loses = loses
        self._console = _console(stream)

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None when there is none, and lines may be as long as they are."""
        return self._console.width if self._console is not None else None

    def line(self, *parts: Part, indent: int = 0) -> None:
        """One line (on a narrow terminal wrapped, the rest indented as deep)."""
        try:
            if self._console is None:
                text = "".join(part if isinstance(part, str) else part[0] for part in parts)
                self._stream.write(f"{' ' * indent}{clean(text)}".rstrip() + "\n")
                self._stream.flush()
            else:
                self._draw(parts, indent)
        except (OSError, ValueError):
            if not self._loses:
                raise

    def command(self, text: str, *, indent: int = 0) -> None:
        """A line to be copied: never broken by us, so that what is pasted is one line however narrow the terminal."""
        try:
            if self._console is None:
                self._stream.write(f"{' ' * indent}{clean(text)}".rstrip() + "\n")
                self._stream.flush()
            else:
                from rich.text import Text

                self._console.print(Text(" " * indent + clean(text)), soft_wrap=True)
        except (OSError, ValueError):
            if not self._loses:
                raise

    def columns(self, lines: Sequence[Sequence[str]], styles: Sequence[str], *, indent: int = 2) -> None:
        """Cells side by side, each line in its style; on a terminal too narrow for that, wrapped."""
        if not lines:
            return
        count = max(len(line) for line in lines)
        widths = [max(width(line[i]) for line in lines if i < len(line)) for i in range(count)]
        for line, style in zip(lines, styles, strict=True):
            cells = [cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=False)]
            whole = "  ".join(cells).rstrip()
            if self.width is not None and indent + width(whole) > self.width:
                whole = "  ".join(cell for cell in line if cell)
            self.line((whole, style), indent=indent)

    def table(self, rows: Rows) -> None:
        """Rows of data: drawn on a terminal, columns of plain text elsewhere."""
        if self._console is None:
            self._stream.write(as_table(rows))
            self._stream.flush()
            return
        if self._console.width < TABLE_WIDTH_MIN and rows.columns:
            self._stacked(rows)
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD if rows.columns else None, show_header=bool(rows.columns), pad_edge=False)
        for column in rows.columns or ("",) * max((len(line) for line in rows.cells), default=0):
            table.add_column(Text(clean(column)), overflow="fold")
        for line in rows.cells:
            table.add_row(*(Text(clean(cell)) for cell in line))
        self._console.print(table)

    def _stacked(self, rows: Rows) -> None:
        for number, line in enumerate(rows.cells):
            if number:
                self.line()
            for column, cell in zip(rows.columns, line, strict=True):
                self.line((f"{column}: ", "bold"), cell)

    def _draw(self, parts: Sequence[Part], indent: int) -> None:
        from rich.padding import Padding
        from rich.text import Text

        text = Text()
        for part in parts:
            words, style = (part, "") if isinstance(part, str) else part
            text.append(clean(words), style)
        if not text:
            # rich pads nothing to nothing: an empty line would not be a line.
            self._console.print()
            return
        self._console.print(Padding(text, (0, 0, 0, indent), expand=False))


def _console(stream: TextIO) -> Any:
    """A rich console on a terminal; None elsewhere, and on a terminal that can draw nothing."""
    try:
        if not stream.isatty() or os.environ.get("TERM") == "dumb":
            return None
    except ValueError:
        return None
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False)
