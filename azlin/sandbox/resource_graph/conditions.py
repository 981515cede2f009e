"""Conditions of a query that the store's indexes can answer.

`where type =~ 'x' and properties.y == 1` gives the condition `type in (x)`, which SQL meets, and leaves the rest.
SQL compares casefolded, so a condition never keeps too little; `exact` says that it keeps no more than the query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from azlin.sandbox.resource_graph import syntax
from azlin.sandbox.resource_graph.tables import INDEXED


@dataclass(frozen=True, slots=True)
class Condition:
    """The column has one of these values (casefolded)."""

    column: str
    values: frozenset[str]


def split(operators: tuple[syntax.Operator, ...]) -> tuple[list[Condition], tuple[syntax.Operator, ...]]:
    """The conditions of the leading `where`s, and the operators without what is exactly said by them."""
    conditions: list[Condition] = []
    for at, operator in enumerate(operators):
        if not isinstance(operator, syntax.Where):
            return conditions, _rest(operators, at)
        conditions += [found[0] for part in _parts(operator.condition) if (found := _condition(part)) is not None]
    return conditions, _rest(operators, len(operators))


def _rest(operators: tuple[syntax.Operator, ...], leading: int) -> tuple[syntax.Operator, ...]:
    kept: list[syntax.Operator] = []
    for operator in operators[:leading]:
        if not isinstance(operator, syntax.Where):
            continue
        kept += [
            syntax.Where(part)
            for part in _parts(operator.condition)
            if (found := _condition(part)) is None or not found[1]
        ]
    return (*kept, *operators[leading:])


def _parts(expression: syntax.Expression) -> Iterator[syntax.Expression]:
    if isinstance(expression, syntax.Binary) and expression.operator == "and":
        yield from _parts(expression.left)
        yield from _parts(expression.right)
    else:
        yield expression


def _condition(expression: syntax.Expression) -> tuple[Condition, bool] | None:
    match expression:
        case syntax.Binary("==" | "=~" as sign, syntax.Name(name), syntax.Literal("string", value)):
            return _of(name, [value], folded=sign == "=~")
        case syntax.Binary("==" | "=~" as sign, syntax.Literal("string", value), syntax.Name(name)):
            return _of(name, [value], folded=sign == "=~")
        case syntax.Binary(
            "==" | "=~", syntax.Function("tolower", (syntax.Name(name),)), syntax.Literal("string", value)
        ):
            found = _of(name, [value], folded=False)
            return None if found is None else (found[0], False)
        case syntax.Among("in" | "in~" as word, syntax.Name(name), wanted, None):
            texts = [one.value for one in wanted if isinstance(one, syntax.Literal) and one.type == "string"]
            return _of(name, texts, folded=word == "in~") if len(texts) == len(wanted) else None
        case _:
            return None


def _of(name: str, wanted: list[str], *, folded: bool) -> tuple[Condition, bool] | None:
    if name not in INDEXED:
        return None
    values = frozenset(one.casefold() for one in wanted)
    lower = name in ("type", "resourceGroup") and all(one == one.casefold() for one in wanted)
    return Condition(name, values), folded or lower
