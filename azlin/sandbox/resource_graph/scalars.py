"""Expressions of the syntax tree compiled to functions over a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from azlin.sandbox.resource_graph import functions, syntax, values
from azlin.sandbox.resource_graph.comparisons import among, compare
from azlin.sandbox.resource_graph.compiled import Row, Scalar, Scope, fixed
from azlin.sandbox.resource_graph.invalid import meaningless, unsupported


def scalar(expression: syntax.Expression, scope: Scope) -> Scalar:
    """Raises QueryInvalid for unknown names and for types that do not go together."""
    found = _compiled(expression, scope)
    if found.constant is None and _constant(expression):
        return fixed(found.type, found.of({}))
    return found


def condition(expression: syntax.Expression, scope: Scope) -> Callable[[Row], Any]:
    """A predicate: null is no."""
    found = scalar(expression, scope)
    if found.type not in ("bool", *values.NUMBERS):
        raise meaningless(f"The expression of a condition must be of type bool, not {found.type}.")
    return found.of


def label(expression: syntax.Expression) -> str | None:
    """The name that a column gets from its expression: `properties.a[0]` is `properties_a_0`; None: `ColumnN`."""
    match expression:
        case syntax.Name(name):
            return name
        case syntax.Member(source, key):
            before = label(source)
            return None if before is None else f"{before}_{key}"
        case syntax.Element(source, syntax.Literal("long", value)):
            before = label(source)
            return None if before is None else f"{before}_{value}"
        case syntax.Function(name, (first, *_)) if name in functions.NAMED_BY_ARGUMENT:
            return label(first)
        case syntax.Function(name, (first, *_)) if name in functions.NAMED_WITH_ARGUMENT:
            return f"{name}_{label(first) or ''}"
        case _:
            return None


def _constant(expression: syntax.Expression) -> bool:
    match expression:
        case syntax.Literal():
            return True
        case syntax.Function(name, arguments):
            return name not in functions.VARYING and name != "pack_all" and all(_constant(one) for one in arguments)
        case syntax.Unary(_, operand):
            return _constant(operand)
        case syntax.Binary(_, left, right):
            return _constant(left) and _constant(right)
        case syntax.Member(source, _):
            return _constant(source)
        case _:
            return False


def _compiled(expression: syntax.Expression, scope: Scope) -> Scalar:  # noqa: C901, PLR0911 - one line per kind
    match expression:
        case syntax.Literal(kind, value):
            return fixed(kind, value)
        case syntax.Name(name):
            return scope.column(name)
        case syntax.Member(source, key):
            return _member(scalar(source, scope), key)
        case syntax.Element(source, index):
            return _element(scalar(source, scope), scalar(index, scope))
        case syntax.Function("pack_all", ()):
            return _every_column(scope)
        case syntax.Function(name, arguments):
            if any(isinstance(one, syntax.Star) for one in arguments):
                raise unsupported("*")
            return functions.call(name, [scalar(one, scope) for one in arguments], scope)
        case syntax.Unary(sign, operand):
            return _unary(sign, scalar(operand, scope))
        case syntax.Binary(sign, left, right):
            return _binary(sign, scalar(left, scope), scalar(right, scope))
        case syntax.Among(word, left, wanted, within):
            chosen = [scalar(one, scope) for one in wanted] if within is None else _column_of(within, scope)
            return Scalar("bool", among(word, scalar(left, scope), chosen))
        case syntax.Between(left, low, high, negated):
            return _between(scalar(left, scope), scalar(low, scope), scalar(high, scope), negated)
        case syntax.Star():
            raise unsupported("*")


def _every_column(scope: Scope) -> Scalar:
    columns = [(name, scope.column(name).of) for name in scope.columns]
    return Scalar("dynamic", lambda row: {name: values.jsonable(of(row)) for name, of in columns})


def _column_of(query: syntax.Query, scope: Scope) -> list[Scalar]:
    columns, rows = scope.run(query)
    name = next(iter(columns))
    return [fixed(columns[name], row[name]) for row in rows]


def _member(source: Scalar, key: str) -> Scalar:
    if source.type != "dynamic":
        raise meaningless(f"The path '{key}' needs a value of type dynamic, not {source.type}.")
    of = source.of

    def read(row: Row) -> Any:
        value = of(row)
        return cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None

    return Scalar("dynamic", read)


def _element(source: Scalar, index: Scalar) -> Scalar:
    if source.type != "dynamic":
        raise meaningless(f"An index needs a value of type dynamic, not {source.type}.")
    of, at = source.of, index.of

    def read(row: Row) -> Any:
        value, place = of(row), at(row)
        if isinstance(value, dict):
            return cast("dict[str, Any]", value).get(values.text(place))
        if not isinstance(value, list) or isinstance(place, bool) or not isinstance(place, int):
            return None
        items = cast("list[Any]", value)
        return items[place] if -len(items) <= place < len(items) else None

    return Scalar("dynamic", read)


def _unary(sign: str, operand: Scalar) -> Scalar:
    of = operand.of
    if sign == "not":
        if operand.type not in ("bool", *values.NUMBERS):
            raise meaningless(f"not(): argument must be of type bool, not {operand.type}.")
        return Scalar("bool", lambda row: None if (value := of(row)) is None else not value)
    if operand.type not in (*values.NUMBERS, "timespan"):
        raise meaningless(f"Unary operator '-' cannot be used with a value of type {operand.type}.")
    return Scalar(operand.type, lambda row: None if (value := of(row)) is None else -value)


def _binary(sign: str, left: Scalar, right: Scalar) -> Scalar:
    if sign in ("and", "or"):
        return Scalar("bool", _logical(sign, left, right))
    if sign in ("+", "-", "*", "/", "%"):
        return _arithmetic(sign, left, right)
    return Scalar("bool", compare(sign, left, right))


def _logical(sign: str, left: Scalar, right: Scalar) -> Callable[[Row], bool | None]:
    for side in (left, right):
        if side.type not in ("bool", *values.NUMBERS):
            raise meaningless(f"Operator '{sign}' cannot be used with a value of type {side.type}; it needs a bool.")
    one, other = left.of, right.of
    ends = sign == "or"

    def test(row: Row) -> bool | None:
        first = one(row)
        if first is not None and bool(first) is ends:
            return ends
        second = other(row)
        if second is not None and bool(second) is ends:
            return ends
        return None if first is None or second is None else not ends

    return test


def _between(left: Scalar, low: Scalar, high: Scalar, negated: bool) -> Scalar:
    if high.type == "timespan" and low.type == "datetime":
        high = _arithmetic("+", low, high)
    above, below = compare(">=", left, low), compare("<=", left, high)

    def test(row: Row) -> bool | None:
        first, second = above(row), below(row)
        return None if first is None or second is None else (first and second) is not negated

    return Scalar("bool", test)


def _arithmetic(sign: str, left: Scalar, right: Scalar) -> Scalar:
    kind = _result(sign, left.type, right.type)
    one, other, work = left.of, right.of, _WORK[sign]

    def compute(row: Row) -> Any:
        first, second = one(row), other(row)
        if first is None or second is None:
            return None
        try:
            return work(first, second)
        except (ZeroDivisionError, OverflowError):
            return None

    return Scalar(kind, compute)


def _result(sign: str, one: str, other: str) -> str:
    numbers = values.NUMBERS
    if one in numbers and other in numbers:
        return "real" if "real" in (one, other) else "long"
    times = {("datetime", "timespan", "+"), ("datetime", "timespan", "-"), ("timespan", "datetime", "+")}
    if (one, other, sign) in times:
        return "datetime"
    if (one, other) == ("datetime", "datetime") and sign == "-":
        return "timespan"
    if (one, other) == ("timespan", "timespan"):
        return "real" if sign == "/" else "timespan"
    if "timespan" in (one, other) and sign in "*/" and {one, other} & numbers:
        return "timespan"
    raise meaningless(
        f"Arithmetic expression cannot be carried-out between {one} and {other}. Try adding explicit casts."
    )


def _divide(one: Any, other: Any) -> Any:
    if isinstance(one, int) and isinstance(other, int):
        whole = abs(one) // abs(other)
        return whole if (one < 0) == (other < 0) else -whole
    return one / other


def _remain(one: Any, other: Any) -> Any:
    return one - other * _divide(one, other) if isinstance(one, int) and isinstance(other, int) else one % other


_WORK: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _divide,
    "%": _remain,
}
