"""`summarize`: groups of rows and what is counted, added up or kept of each. Nulls are left out of every aggregate
but `count()`. Source: "Aggregation functions" and "summarize operator" of the KQL reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.resource_graph import syntax, values
from azlin.sandbox.resource_graph.compiled import Columns, Row, Rows, Scalar, Scope
from azlin.sandbox.resource_graph.invalid import meaningless, unknown_function
from azlin.sandbox.resource_graph.scalars import condition, label, scalar

Grouped = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Aggregate:
    """Makes one or more columns (name, type) of the rows of a group."""

    columns: tuple[tuple[str, str], ...]
    of: Callable[[Grouped], tuple[Any, ...]]


def summarize(
    found: syntax.Summarize, scope: Scope, unnamed: Callable[[], str]
) -> tuple[Columns, Callable[[Rows], Rows]]:
    """Columns of the groups first, then those of the aggregates; `unnamed` gives `Column1` and so on."""
    keys = [(one.name or label(one.expression) or unnamed(), scalar(one.expression, scope)) for one in found.groups]
    for name, key in keys:
        if key.type == "dynamic":
            raise meaningless(
                f"Summarize group key '{name}' is of a 'dynamic' type. Please use an explicit cast (for example, "
                f"'summarize ... by tostring({name})') as grouping by a 'dynamic' type is not supported."
            )
    taken = {name for name, _ in keys}
    aggregates = [_aggregate(one, scope, taken) for one in found.aggregates]
    columns: Columns = {name: key.type for name, key in keys}
    for aggregate in aggregates:
        for name, kind in aggregate.columns:
            columns[_free(name, columns)] = kind
    readers = [key.of for _, key in keys]
    names = list(columns)

    def apply(rows: Rows) -> Iterator[dict[str, Any]]:
        groups = _groups(rows, readers)
        if not groups and not readers:
            groups[()] = []
        for key, members in groups.items():
            made = list(key)
            for aggregate in aggregates:
                made += aggregate.of(members)
            yield dict(zip(names, made, strict=True))

    return columns, apply


def _groups(rows: Rows, readers: list[Callable[[Row], Any]]) -> dict[tuple[Any, ...], Grouped]:
    groups: dict[tuple[Any, ...], Grouped] = {}
    if len(readers) == 1:
        only = readers[0]
        for row in rows:
            groups.setdefault((only(row),), []).append(row)
        return groups
    for row in rows:
        groups.setdefault(tuple([read(row) for read in readers]), []).append(row)
    return groups


def _free(name: str, columns: Columns) -> str:
    found, number = name, 1
    while found in columns:
        found, number = f"{name}{number}", number + 1
    return found


def _aggregate(named: syntax.Named, scope: Scope, taken: set[str]) -> _Aggregate:
    expression = named.expression
    if not isinstance(expression, syntax.Function) or expression.name not in _KNOWN:
        return _around(named, scope, taken)
    name, arguments = expression.name, expression.arguments
    if name in ("arg_max", "arg_min"):
        return _extreme_row(name == "arg_max", arguments, named.name, scope, taken)
    if name in ("any", "take_any", "anyif", "take_anyif") and any(isinstance(one, syntax.Star) for one in arguments):
        kept = tuple((column, kind) for column, kind in scope.columns.items() if column not in taken)
        scope.used.update(column for column, _ in kept)
        return _Aggregate(kept, lambda rows: tuple(rows[0][column] if rows else None for column, _ in kept))
    least, most = (1, 3) if name in _FILTERED else (0 if name == "count" else 1, 2)
    if not least <= len(arguments) <= most:
        raise meaningless(f"{name}(): function expects [{least},{most}] argument(s).")
    kind, of = _value(name, arguments, scope)
    return _Aggregate(((named.name or _named_after(name, arguments), kind),), lambda rows: (of(rows),))


def _named_after(name: str, arguments: tuple[syntax.Expression, ...]) -> str:
    """`count_`, `dcount_name`, `list_name`, `set_name`; `take_any` keeps its argument's name."""
    prefix = {"make_list": "list", "make_set": "set", "makelist": "list", "makeset": "set"}.get(name, name)
    prefix = {"make_list_if": "list", "make_set_if": "set", "make_bag": "bag"}.get(name, prefix)
    inner = (label(arguments[0]) or "") if arguments and name not in ("count", "countif") else ""
    return inner if name == "take_any" and inner else f"{prefix}_{inner}"


_FILTERED = frozenset(("countif", "sumif", "avgif", "minif", "maxif", "dcountif", "make_list_if", "make_set_if"))


def _value(name: str, arguments: tuple[syntax.Expression, ...], scope: Scope) -> tuple[str, Callable[[Grouped], Any]]:
    if name == "count":
        return "long", len
    if name == "countif":
        test = condition(arguments[0], scope)
        return "long", lambda rows: sum(1 for row in rows if test(row))
    if name in _FILTERED:
        test = condition(arguments[1], scope)
        plain = {"make_list_if": "make_list", "make_set_if": "make_set"}.get(name, name.removesuffix("if"))
        kind, of = _value(plain, arguments[:1] + arguments[2:], scope)
        return kind, lambda rows: of([row for row in rows if test(row)])
    source = scalar(arguments[0], scope)
    limit = scalar(arguments[1], scope).of({}) if len(arguments) > 1 and name.startswith("make") else None
    kind, fold = _folding(name, source, limit)
    read = source.of
    return kind, lambda rows: fold([value for row in rows if (value := read(row)) is not None])


def _folding(  # noqa: C901, PLR0911 - one line per aggregate
    name: str, source: Scalar, limit: int | None
) -> tuple[str, Callable[[list[Any]], Any]]:
    kind = source.type
    if name in ("sum", "avg", "stdev", "variance", "percentile") and kind not in (*values.NUMBERS, "timespan"):
        if kind != "dynamic":
            raise meaningless(f"{name}(): argument must be of a numeric type, not {kind}.")
        return "real", lambda found: _TOTALS[name]([one for one in map(values.number, found) if one is not None])
    match name:
        case "sum":
            return ("long" if kind == "int" else kind), _total
        case "avg":
            return ("timespan" if kind == "timespan" else "real"), _mean
        case "stdev" | "variance":
            return "real", _TOTALS[name]
        case "min" | "max":
            pick = min if name == "min" else max
            return kind, lambda found: _extreme(pick, kind, found)
        case "dcount" | "count_distinct":
            return "long", lambda found: len({values.key(one) for one in found if one != ""})
        case "make_list" | "makelist":
            return "dynamic", lambda found: [values.jsonable(one) for one in found][:limit]
        case "make_set" | "makeset":
            return "dynamic", lambda found: list({values.key(one): values.jsonable(one) for one in found}.values())[
                :limit
            ]
        case "make_bag":
            return "dynamic", _bag
        case _:
            return kind, lambda found: found[0] if found else ("" if kind == "string" else None)


def _total(found: list[Any]) -> Any:
    return sum(found[1:], found[0]) if found else 0


def _mean(found: list[Any]) -> Any:
    return _total(found) / len(found) if found else None


def _variance(found: list[Any]) -> float | None:
    if len(found) < 2:
        return 0.0 if found else None
    mean = _mean(found)
    return sum((one - mean) ** 2 for one in found) / (len(found) - 1)


_TOTALS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": _total,
    "avg": _mean,
    "variance": _variance,
    "stdev": lambda found: None if (spread := _variance(found)) is None else math.sqrt(spread),
}


def _extreme(pick: Callable[..., Any], kind: str, found: list[Any]) -> Any:
    if not found:
        return "" if kind == "string" else None
    return pick(found, key=_comparable) if kind == "dynamic" else pick(found)


def _comparable(value: Any) -> tuple[int, Any]:
    """Dynamic values side by side: numbers, then texts, then the rest."""
    if isinstance(value, int | float):
        return (0, value)
    return (1, value) if isinstance(value, str) else (2, values.text(value))


def _bag(found: list[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for one in found:
        made.update(one if isinstance(one, dict) else {})  # pyright: ignore[reportUnknownArgumentType] - JSON
    return made


def _extreme_row(
    largest: bool, arguments: tuple[syntax.Expression, ...], name: str | None, scope: Scope, taken: set[str]
) -> _Aggregate:
    """`arg_max(by, *)`: of the row where `by` is largest."""
    if not arguments:
        raise meaningless("arg_max(): function expects at least 1 argument(s).")
    by = scalar(arguments[0], scope)
    if by.type == "dynamic":
        raise meaningless("arg_max(): the first argument must not be of a 'dynamic' type. Try adding an explicit cast.")
    first = name or label(arguments[0]) or ("max_" if largest else "min_")
    shown: list[tuple[str, Scalar]] = [(first, by)]
    for one in arguments[1:]:
        if isinstance(one, syntax.Star):
            rest = (column for column in scope.columns if column not in taken and column != first)
            shown += [(column, scope.column(column)) for column in rest]
        else:
            shown.append((label(one) or f"Column{len(shown)}", scalar(one, scope)))
    pick = max if largest else min

    def of(rows: Grouped) -> tuple[Any, ...]:
        held = [row for row in rows if by.of(row) is not None]
        if not held:
            return tuple(read.of(rows[0]) if rows else None for _, read in shown)
        best = pick(held, key=by.of)
        return tuple(read.of(best) for _, read in shown)

    return _Aggregate(tuple((column, read.type) for column, read in shown), of)


def _around(named: syntax.Named, scope: Scope, taken: set[str]) -> _Aggregate:  # noqa: C901 - with `lift` inside
    """An expression over aggregates, such as `round(100.0 * countif(a) / count(), 1)`."""
    inner: list[_Aggregate] = []

    def lift(expression: syntax.Expression) -> syntax.Expression:  # noqa: PLR0911 - one line per kind
        match expression:
            case syntax.Function(name, arguments, token):
                if name in _KNOWN:
                    aggregate = _aggregate(syntax.Named(f"#{len(inner)}", expression), scope, taken)
                    inner.append(aggregate)
                    return syntax.Name(aggregate.columns[0][0], token)
                return syntax.Function(name, tuple(lift(one) for one in arguments), token)
            case syntax.Binary(sign, left, right, token):
                return syntax.Binary(sign, lift(left), lift(right), token)
            case syntax.Unary(sign, operand):
                return syntax.Unary(sign, lift(operand))
            case syntax.Member(source, key):
                return syntax.Member(lift(source), key)
            case syntax.Element(source, index):
                return syntax.Element(lift(source), index)
            case _:
                return expression

    lifted = lift(named.expression)
    if not inner:
        if isinstance(named.expression, syntax.Function):
            raise unknown_function(named.expression.name)
        raise meaningless("summarize: an aggregate is expected.")
    columns = {name: kind for aggregate in inner for name, kind in aggregate.columns}
    outer = scalar(lifted, scope.over(columns))

    def of(rows: Grouped) -> tuple[Any, ...]:
        made = [value for aggregate in inner for value in aggregate.of(rows)]
        return (outer.of(dict(zip(columns, made, strict=True))),)

    return _Aggregate(((named.name or label(named.expression) or "Column1", outer.type),), of)


_KNOWN = frozenset(
    [
        "count",
        "countif",
        "dcount",
        "dcountif",
        "count_distinct",
        "sum",
        "sumif",
        "avg",
        "avgif",
        "min",
        "minif",
        "max",
        "maxif",
        "make_list",
        "make_list_if",
        "makelist",
        "make_set",
        "make_set_if",
        "makeset",
        "make_bag",
        "any",
        "take_any",
        "arg_max",
        "arg_min",
        "stdev",
        "variance",
    ]
)
