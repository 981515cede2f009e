"""The syntax tree of a query: expressions, operators, statements. Frozen, without meaning yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azlin.sandbox.resource_graph.lexer import Token


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: its KQL type and its value (None is null)."""

    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A column or a `let`."""

    name: str
    token: Token


@dataclass(frozen=True, slots=True)
class Member:
    """`source.key` or `source['key']`."""

    source: Expression
    key: str


@dataclass(frozen=True, slots=True)
class Element:
    """`source[expression]`."""

    source: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: tuple[Expression, ...]
    token: Token


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, comparison, string operators, `and`, `or`."""

    operator: str
    left: Expression
    right: Expression
    token: Token


@dataclass(frozen=True, slots=True)
class Among:
    """`left in (a, b)`, `has_any`, `has_all`; `within` is a query instead of the list."""

    operator: str
    left: Expression
    values: tuple[Expression, ...]
    within: Query | None
    token: Token


@dataclass(frozen=True, slots=True)
class Between:
    left: Expression
    low: Expression
    high: Expression
    negated: bool
    token: Token


@dataclass(frozen=True, slots=True)
class Star:
    """`*` as an argument: every column."""


Expression = Literal | Name | Member | Element | Function | Unary | Binary | Among | Between | Star


@dataclass(frozen=True, slots=True)
class Named:
    """`name = expression`; without `name` it is made from the expression."""

    name: str | None
    expression: Expression


@dataclass(frozen=True, slots=True)
class Ordering:
    expression: Expression
    ascending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Where:
    condition: Expression


@dataclass(frozen=True, slots=True)
class Project:
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Extend:
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """`project-away`, `project-keep`, `project-reorder` (`how`): patterns, where `*` is anything."""

    how: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rename:
    names: tuple[tuple[str, str], ...]
    """(new, old)."""


@dataclass(frozen=True, slots=True)
class Summarize:
    aggregates: tuple[Named, ...]
    groups: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Distinct:
    columns: tuple[Named, ...] | None
    """None is `distinct *`."""


@dataclass(frozen=True, slots=True)
class Sort:
    """`order by`; with `limit` it is `top`."""

    keys: tuple[Ordering, ...]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Take:
    count: int


@dataclass(frozen=True, slots=True)
class Count:
    pass


@dataclass(frozen=True, slots=True)
class Join:
    kind: str
    right: Query
    on: tuple[tuple[str, str], ...]
    """Pairs of a left and a right column."""


@dataclass(frozen=True, slots=True)
class Union:
    kind: str
    source_column: str | None
    others: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Expand:
    """`mv-expand`. `columns`: name, expression, type it becomes or None."""

    columns: tuple[tuple[str | None, Expression, str | None], ...]
    as_arrays: bool
    index_column: str | None
    limit: int | None


@dataclass(frozen=True, slots=True)
class Parse:
    """`parse`. `pattern`: `*` as None, a literal as str, a column as (name, type)."""

    source: Expression
    kind: str
    pattern: tuple[str | tuple[str, str] | None, ...]
    required: bool
    """`parse-where`: rows that do not match go."""


Operator = (
    Where
    | Project
    | Extend
    | Pick
    | Rename
    | Summarize
    | Distinct
    | Sort
    | Take
    | Count
    | Join
    | Union
    | Expand
    | Parse
)


@dataclass(frozen=True, slots=True)
class Query:
    """A table (or the name of a `let`) and what is done to it. `table` None is the default table."""

    table: str | None
    token: Token
    operators: tuple[Operator, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The `let`s before a query, in order, and the query."""

    lets: tuple[tuple[str, Expression | Query], ...]
    query: Query
