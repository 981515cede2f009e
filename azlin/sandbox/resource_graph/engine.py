"""A script run over an estate: a page of rows, and how many there are in all.

Leading `where`s become SQL where they can. When what follows changes no row's presence or place, only the page is
read and the total is counted by SQL, so a page costs the same in an estate of any size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.resource_graph import conditions, syntax, tables
from azlin.sandbox.resource_graph.compiled import Columns, Rows, Scalar, Scope
from azlin.sandbox.resource_graph.estate import Estate
from azlin.sandbox.resource_graph.invalid import meaningless
from azlin.sandbox.resource_graph.operators import Stage, stage
from azlin.sandbox.resource_graph.rows import Counts, Table
from azlin.sandbox.resource_graph.scalars import scalar


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the answer, its columns, and how many rows the whole answer has."""

    columns: Columns
    rows: list[dict[str, Any]]
    total: int


class Engine:
    """Runs one script. Used once."""

    def __init__(self, script: syntax.Script, estate: Estate, call: Call, counts: Counts) -> None:
        self._query = script.query
        self._estate = estate
        self._call = call
        self._counts = counts
        self._now = datetime.fromtimestamp(call.plane.now(), UTC)
        self._lets: dict[str, Scalar] = {}
        self._views: dict[str, syntax.Query] = {}
        for name, value in script.lets:
            if isinstance(value, syntax.Query):
                self._views[name] = value
            else:
                self._lets[name] = scalar(value, self._scope({}))

    def page(self, skip: int, top: int) -> Found:
        """Rows `skip` to `skip + top` of the answer. Raises QueryInvalid."""
        query = self._opened(self._query)
        table, wanted, stages, scope = self._prepared(query)
        columns = stages[-1].columns if stages else scope.columns
        simple = table is not None and all(one.one_to_one for one in stages)
        if table is not None and simple:
            total = table.count(wanted)
            rows: Rows = table.rows(wanted, scope.used | set(columns), skip=skip, top=top)
            return Found(columns, _shown(columns, self._through(stages, rows)), total)
        if table is not None and len(stages) == 1 and isinstance(query.operators[-1], syntax.Count):
            return Found(columns, [{"Count": table.count(wanted)}][skip : skip + top], 1)
        rows = table.rows(wanted, scope.used | set(columns)) if table is not None else iter(())
        every = self._through(stages, rows)
        held = every if isinstance(every, list) else list(every)
        return Found(columns, _shown(columns, held[skip : skip + top]), len(held))

    def run(self, query: syntax.Query) -> tuple[Columns, Rows]:
        """A query inside the query, whole."""
        opened = self._opened(query)
        table, wanted, stages, scope = self._prepared(opened)
        columns = stages[-1].columns if stages else scope.columns

        def rows() -> Iterator[dict[str, Any]]:
            scope.used.update(columns)
            yield from self._through(stages, table.rows(wanted, scope.used) if table is not None else iter(()))

        return columns, rows()

    def _prepared(self, query: syntax.Query) -> tuple[Table | None, list[conditions.Condition], list[Stage], Scope]:
        starts_union = query.table is None and query.operators and isinstance(query.operators[0], syntax.Union)
        table = None if starts_union else self._table(query)
        scope = self._scope({} if table is None else dict(tables.COLUMNS))
        wanted, operators = conditions.split(query.operators) if table is not None else ([], query.operators)
        stages: list[Stage] = []
        for operator in operators:
            made = stage(operator, scope)
            stages.append(made)
            scope = scope.over(made.columns)
        return table, wanted, stages, scope

    def _through(self, stages: list[Stage], rows: Rows) -> Rows:
        for one in stages:
            rows = one.apply(rows)
        return rows

    def _scope(self, columns: Columns) -> Scope:
        return Scope(columns, self._lets, self._now, self.run)

    def _opened(self, query: syntax.Query) -> syntax.Query:
        """A query over a `let` is that query with more operators."""
        opened = 0
        while query.table is not None and query.table in self._views:
            inner = self._views[query.table]
            query = syntax.Query(inner.table, inner.token, (*inner.operators, *query.operators))
            opened += 1
            if opened > len(self._views):
                raise meaningless(f"'{inner.table}' is defined by itself.")
        return query

    def _table(self, query: syntax.Query) -> Table:
        name = (query.table or tables.RESOURCES).casefold()
        if name not in tables.NAMES:
            raise meaningless(f"Table {query.table} is invalid, unsupported or disallowed.")
        return Table(name, self._estate, self._call, self._counts)


def _shown(columns: Columns, rows: Rows) -> list[dict[str, Any]]:
    return [{name: row[name] for name in columns} for row in rows]
