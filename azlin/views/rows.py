"""Data as rows and columns: how a list of dicts, one dict, or plain values become a table."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from azlin.views.words import CONTROL, compact


@dataclass(frozen=True)
class Rows:
    """`columns` is empty for plain values: then every row has one cell, and there is nothing to head it."""

    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def rows_of(data: Any, cell: Callable[[object], str] = compact) -> Rows:
    """The rows of any JSON-able value; columns in the order in which they first appear, cells as `cell` writes them."""
    items = cast("list[Any]", data) if isinstance(data, list) else [] if data is None else [data]
    if items and all(isinstance(item, dict) for item in items):
        tables = cast("list[dict[str, Any]]", items)
        columns = tuple(dict.fromkeys(key for table in tables for key in table))
        return Rows(columns, tuple(tuple(cell(table.get(key)) for key in columns) for table in tables))
    if items and all(isinstance(item, list) for item in items):
        lists = cast("list[list[Any]]", items)
        return Rows((), tuple(tuple(cell(value) for value in values) for values in lists))
    return Rows((), tuple((cell(item),) for item in items))


def as_tsv(rows: Rows) -> str:
    """Cells between tabs, no heading, as az writes it. A tab or a line end inside a cell is written `\\t`, `\\n`."""
    escapes = {ord("\\"): "\\\\", ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
    return "".join("\t".join(cell.translate(escapes) for cell in cells) + "\n" for cells in rows.cells)


def as_table(rows: Rows) -> str:
    """Columns side by side, as wide as their widest cell; a heading and a line below it. Nothing is cut off."""
    if not rows.cells:
        return ""
    cells = [[CONTROL.sub(" ", cell.replace("\n", " ").replace("\t", " ")) for cell in line] for line in rows.cells]
    count = max(len(line) for line in cells)
    headings = [_heading(column) for column in rows.columns] or [""] * count
    widths = [max(width(line[i]) for line in [headings, *cells] if i < len(line)) for i in range(count)]
    lines = [headings, ["-" * width for width in widths], *cells] if rows.columns else cells
    return "".join(_line(line, widths) for line in lines)


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def _heading(column: str) -> str:
    return column[:1].upper() + column[1:]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (wide - width(cell)) for cell, wide in zip(cells, widths, strict=False)]
    return "  ".join(padded).rstrip() + "\n"
