"""`mv-expand` and `parse`: rows out of an array, columns out of a text.
Source: "mv-expand operator" and "parse operator" of the KQL reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

from azlin.sandbox.resource_graph import syntax, values
from azlin.sandbox.resource_graph.comparisons import regex
from azlin.sandbox.resource_graph.compiled import Columns, Rows, Scope
from azlin.sandbox.resource_graph.invalid import meaningless, unsupported
from azlin.sandbox.resource_graph.scalars import label, scalar

MOST_ROWS = 400
"""The largest row limit that Resource Graph takes."""
_SHAPES = {"long": r"-?\d+", "int": r"-?\d+", "real": r"-?\d+(?:\.\d+)?", "bool": r"(?i:true|false)"}


def expand(found: syntax.Expand, scope: Scope, unnamed: Callable[[], str]) -> tuple[Columns, Callable[[Rows], Rows]]:
    """One row per element; several columns go side by side. Null keeps its row, an empty array makes none."""
    if found.limit is not None and found.limit > MOST_ROWS:
        raise meaningless(f"mv-expand: the row limit {found.limit} is larger than {MOST_ROWS}.")
    sources: list[tuple[str, Callable[..., Any], str | None]] = []
    columns = dict(scope.columns)
    for name, expression, kind in found.columns:
        source = scalar(expression, scope)
        if source.type != "dynamic":
            raise meaningless(f"mv-expand: expected a value of type dynamic, got {source.type}.")
        called = name or label(expression) or unnamed()
        sources.append((called, source.of, kind))
        columns[called] = kind or "dynamic"
    if found.index_column:
        columns[found.index_column] = "long"
    kept = list(scope.columns)
    scope.used.update(kept)

    def apply(rows: Rows) -> Iterator[dict[str, Any]]:
        for row in rows:
            lists = [_elements(of(row), as_arrays=found.as_arrays) for _, of, _ in sources]
            base = {name: row[name] for name in kept}
            for at in range(min(max(map(len, lists)), found.limit or 1 << 31)):
                made = dict(base)
                for (name, _, kind), items in zip(sources, lists, strict=True):
                    made[name] = _cast(kind, items[at] if at < len(items) else None)
                if found.index_column:
                    made[found.index_column] = at
                yield made

    return columns, apply


def _elements(value: Any, *, as_arrays: bool) -> list[Any]:
    if isinstance(value, list):
        return cast("list[Any]", value)
    if isinstance(value, dict):
        bag = cast("dict[str, Any]", value)
        return [[key, one] if as_arrays else {key: one} for key, one in bag.items()]
    return [value]


def _cast(kind: str | None, value: Any) -> Any:
    return value if kind is None else values.convert(kind, value)


def parse(found: syntax.Parse, scope: Scope) -> tuple[Columns, Callable[[Rows], Rows]]:
    """Columns that the pattern names; a row that does not match has nulls, or goes with `parse-where`."""
    source = scalar(found.source, scope).as_text()
    named = [part for part in found.pattern if isinstance(part, tuple)]
    if found.kind == "relaxed":
        raise unsupported("relaxed")
    pattern = regex(_expression(found))
    columns = {**scope.columns, **dict(named)}

    def apply(rows: Rows) -> Iterator[dict[str, Any]]:
        for row in rows:
            match = pattern.fullmatch(source(row)) if found.kind == "simple" else pattern.search(source(row))
            if match is None and found.required:
                continue
            for at, (name, kind) in enumerate(named):
                text = None if match is None else match.group(f"p{at}")
                row[name] = values.convert(kind, text) if text is not None or kind == "string" else None
            yield row

    return columns, apply


def _expression(found: syntax.Parse) -> str:
    """The pattern as a regular expression: a column ends where the next literal begins."""
    made, number = "(?s)", 0
    for at, part in enumerate(found.pattern):
        last = at == len(found.pattern) - 1
        if part is None:
            made += ".*" if last else ".*?"
        elif isinstance(part, str):
            made += part if found.kind == "regex" else re.escape(part)
        else:
            greedy = "" if last else "?"
            made += f"(?P<p{number}>{_SHAPES.get(part[1], '.*' + greedy)})"
            number += 1
    return made
