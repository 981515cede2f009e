"""Tabular operators compiled to functions from rows to rows; the columns are known before a row is read.

Rows are dicts that belong to the query alone: an operator may put columns into them. Columns that are no more in
`Stage.columns` may still lie in a row; nothing reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from azlin.sandbox.resource_graph import aggregates, expansion, joins, syntax, values
from azlin.sandbox.resource_graph.compiled import Columns, Row, Rows, Scope
from azlin.sandbox.resource_graph.invalid import meaningless
from azlin.sandbox.resource_graph.scalars import condition, label, scalar


@dataclass(frozen=True, slots=True)
class Stage:
    """An operator over rows. `one_to_one`: as many rows come out as went in, in the same order."""

    columns: Columns
    apply: Callable[[Rows], Rows]
    one_to_one: bool = False


def stage(found: syntax.Operator, scope: Scope) -> Stage:  # noqa: C901, PLR0911, PLR0912 - one line per operator
    """Compile one operator over `scope.columns`; unions are the business of whoever runs queries."""
    match found:
        case syntax.Where(test):
            return Stage(scope.columns, partial(_where, condition(test, scope)))
        case syntax.Project(columns):
            return _project(columns, scope)
        case syntax.Extend(columns):
            return _extend(columns, scope)
        case syntax.Pick():
            return _pick(found, scope)
        case syntax.Rename(names):
            return _rename(names, scope)
        case syntax.Summarize():
            return Stage(*aggregates.summarize(found, scope, _unnamed()))
        case syntax.Distinct(columns):
            return _distinct(columns, scope)
        case syntax.Sort(keys, limit):
            return _sort(keys, limit, scope)
        case syntax.Take(count):
            return Stage(scope.columns, lambda rows: islice(rows, count))
        case syntax.Count():
            return Stage({"Count": "long"}, lambda rows: iter([{"Count": sum(1 for _ in rows)}]))
        case syntax.Join(_, right, _):
            columns, rows = scope.run(right)
            scope.used.update(scope.columns)
            return Stage(*joins.join(found, scope.columns, (columns, rows)))
        case syntax.Union(_, _, others):
            return _union(found, others, scope)
        case syntax.Expand():
            return Stage(*expansion.expand(found, scope, _unnamed()))
        case syntax.Parse():
            return Stage(*expansion.parse(found, scope), one_to_one=not found.required)


def _where(test: Callable[[Row], Any], rows: Rows) -> Iterator[dict[str, Any]]:
    return (row for row in rows if test(row))


def _unnamed() -> Callable[[], str]:
    numbers = iter(range(1, 1 << 31))
    return lambda: f"Column{next(numbers)}"


def _named(columns: tuple[syntax.Named, ...], scope: Scope) -> list[tuple[str, str, Callable[[Row], Any]]]:
    unnamed = _unnamed()
    found: list[tuple[str, str, Callable[[Row], Any]]] = []
    taken: set[str] = set()
    for one in columns:
        value = scalar(one.expression, scope)
        name = one.name or label(one.expression) or unnamed()
        number, free = 0, name
        while free in taken:
            if one.name is not None:
                raise meaningless(f"A column named '{name}' is given twice.")
            number += 1
            free = f"{name}{number}"
        taken.add(free)
        found.append((free, value.type, value.of))
    return found


def _project(columns: tuple[syntax.Named, ...], scope: Scope) -> Stage:
    found = _named(columns, scope)
    pairs = [(name, of) for name, _, of in found]
    made: Columns = {name: kind for name, kind, _ in found}
    return Stage(made, lambda rows: ({name: of(row) for name, of in pairs} for row in rows), one_to_one=True)


def _extend(columns: tuple[syntax.Named, ...], scope: Scope) -> Stage:
    found = _named(columns, scope)
    pairs = [(name, of) for name, _, of in found]

    def apply(rows: Rows) -> Iterator[dict[str, Any]]:
        for row in rows:
            row.update([(name, of(row)) for name, of in pairs])
            yield row

    return Stage({**scope.columns, **{name: kind for name, kind, _ in found}}, apply, one_to_one=True)


def _pick(found: syntax.Pick, scope: Scope) -> Stage:
    chosen: list[str] = []
    for pattern in found.patterns:
        shape = re.compile(re.escape(pattern).replace(r"\*", ".*"))
        met = [name for name in scope.columns if shape.fullmatch(name)]
        if not met and "*" not in pattern:
            raise meaningless(f"{found.how}: failed to resolve column named '{pattern}'.")
        chosen += [name for name in met if name not in chosen]
    match found.how:
        case "project-away":
            names = [name for name in scope.columns if name not in chosen]
        case "project-keep":
            names = [name for name in scope.columns if name in chosen]
        case _:
            names = chosen + [name for name in scope.columns if name not in chosen]
    return Stage({name: scope.columns[name] for name in names}, lambda rows: rows, one_to_one=True)


def _rename(names: tuple[tuple[str, str], ...], scope: Scope) -> Stage:
    new_of = {old: new for new, old in names}
    for old in new_of:
        scope.column(old)
    made: Columns = {new_of.get(name, name): kind for name, kind in scope.columns.items()}
    if len(made) != len(scope.columns):
        raise meaningless("project-rename: two columns would have the same name.")

    def apply(rows: Rows) -> Iterator[dict[str, Any]]:
        for row in rows:
            row.update([(new, row[old]) for old, new in new_of.items()])
            yield row

    return Stage(made, apply, one_to_one=True)


def _distinct(columns: tuple[syntax.Named, ...] | None, scope: Scope) -> Stage:
    found = (
        _named(columns, scope)
        if columns is not None
        else [(name, scope.columns[name], scope.column(name).of) for name in scope.columns]
    )
    pairs = [(name, of) for name, _, of in found]

    def apply(rows: Rows) -> Iterator[dict[str, Any]]:
        seen: set[tuple[Any, ...]] = set()
        for row in rows:
            made = {name: of(row) for name, of in pairs}
            key = tuple([values.key(value) for value in made.values()])
            if key not in seen:
                seen.add(key)
                yield made

    return Stage({name: kind for name, kind, _ in found}, apply)


def _sort(keys: tuple[syntax.Ordering, ...], limit: int | None, scope: Scope) -> Stage:
    made: list[tuple[Callable[[Row], Any], bool, bool]] = []
    for key in keys:
        value = scalar(key.expression, scope)
        if value.type == "dynamic":
            raise meaningless(
                f"order: key '{label(key.expression) or ''}' is of a 'dynamic' type. Please use an explicit cast as "
                "sorting by a 'dynamic' type is not supported."
            )
        made.append((value.of, key.ascending, key.nulls_first))

    def apply(rows: Rows) -> list[dict[str, Any]]:
        ordered = list(rows)
        for of, ascending, nulls_first in reversed(made):
            # A stable sort by each key, the last one first, orders by all of them.
            null_place = nulls_first is ascending
            ordered.sort(key=partial(_place, of, null_place), reverse=not ascending)
        return ordered if limit is None else ordered[:limit]

    return Stage(scope.columns, apply)


def _place(of: Callable[[Row], Any], null_low: bool, row: Row) -> tuple[bool, Any]:
    value = of(row)
    return (not null_low, 0) if value is None else (null_low, value)


def _union(found: syntax.Union, others: tuple[syntax.Query, ...], scope: Scope) -> Stage:
    scope.used.update(scope.columns)
    legs = [(one.table or "", scope.run(one)) for one in others]
    none: list[dict[str, Any]] = []
    columns, _ = joins.union(found, ("", (scope.columns, none)) if scope.columns else None, legs)

    def apply(rows: Rows) -> Rows:
        return joins.union(found, ("union_arg0", (scope.columns, rows)) if scope.columns else None, legs)[1]

    return Stage(columns, apply)
