"""Calls of KQL's scalar functions: casts, choices whose type is that of their arguments, and the plain ones.

Source: the pages of the functions in the KQL reference; how columns are named after them: `ResultNameKind` of the
published language definition.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from azlin.sandbox.resource_graph import values
from azlin.sandbox.resource_graph.compiled import Row, Scalar, Scope, fixed
from azlin.sandbox.resource_graph.function_table import TABLE
from azlin.sandbox.resource_graph.invalid import meaningless, unknown_function

NAMED_BY_ARGUMENT = frozenset(
    (
        "tostring", "toint", "tolong", "toreal", "todouble", "tobool", "toboolean", "todatetime", "totimespan",
        "todynamic", "parse_json", "toguid", "todecimal", "split", "bin", "floor", "startofday", "startofmonth",
    )
)  # fmt: skip
"""A column made by these is called like their first argument."""
NAMED_WITH_ARGUMENT = frozenset(("strlen",))
VARYING = frozenset(("now", "ago", "rand", "new_guid"))
_MANY = 64
_CASTS = {
    "tostring": "string",
    "toint": "int",
    "tolong": "long",
    "toreal": "real",
    "todouble": "real",
    "todecimal": "real",
    "tobool": "bool",
    "toboolean": "bool",
    "todatetime": "datetime",
    "totimespan": "timespan",
    "toguid": "guid",
    "todynamic": "dynamic",
    "parse_json": "dynamic",
}


def call(name: str, arguments: list[Scalar], scope: Scope) -> Scalar:
    """Raises QueryInvalid for a function that there is not, or a wrong number of arguments."""
    if name in _CASTS:
        _count(name, arguments, 1, 1)
        kind = _CASTS[name]
        return Scalar(kind, arguments[0].to(kind))
    if name == "now":
        _count(name, arguments, 0, 1)
        return fixed("datetime", scope.now + (arguments[0].of({}) if arguments else timedelta()))
    if name == "ago":
        _count(name, arguments, 1, 1)
        return fixed("datetime", scope.now - arguments[0].to("timespan")({}))
    choice = _CHOICES.get(name)
    if choice is not None:
        least, most, make = choice
        _count(name, arguments, least, most)
        return make(arguments)
    found = TABLE.get(name)
    if found is None:
        raise unknown_function(name)
    kind, takes, least, work = found
    _count(name, arguments, least, len(takes) if "*" not in takes else _MANY)
    return Scalar(kind, _apply(work, _readers(takes, arguments)))


def _count(name: str, arguments: list[Scalar], least: int, most: int) -> None:
    if not least <= len(arguments) <= most:
        wanted = f"{least}" if least == most else f"[{least},{most}]"
        raise meaningless(f"{name}(): function expects {wanted} argument(s).")


def _readers(takes: str, arguments: list[Scalar]) -> list[Callable[[Row], Any]]:
    """By a letter for each argument: s string, i whole, n number, d dynamic, t datetime, p timespan, a any."""
    letters = takes.rstrip("*")
    found: list[Callable[[Row], Any]] = []
    for at, argument in enumerate(arguments):
        letter = letters[at] if at < len(letters) else letters[-1]
        match letter:
            case "s":
                found.append(argument.as_text())
            case "i":
                found.append(argument.to("long"))
            case "n":
                of = argument.of
                found.append(lambda row, of=of: values.number(of(row)))
            case "t":
                found.append(argument.to("datetime"))
            case "p":
                found.append(argument.to("timespan"))
            case _:
                found.append(argument.of)
    return found


def _apply(work: Callable[..., Any], read: list[Callable[[Row], Any]]) -> Callable[[Row], Any]:
    match read:
        case [only]:
            return lambda row: work(only(row))
        case [one, other]:
            return lambda row: work(one(row), other(row))
        case _:
            return lambda row: work(*[one(row) for one in read])


# ------------------------------------------------------------------ choices


def _same_type(chosen: list[Scalar]) -> str:
    kinds = {one.type for one in chosen if one.constant is None or one.constant[0] is not None}
    if len(kinds) <= 1:
        return kinds.pop() if kinds else "dynamic"
    return "real" if kinds <= values.NUMBERS and "real" in kinds else "long" if kinds <= values.NUMBERS else "dynamic"


def _iff(arguments: list[Scalar]) -> Scalar:
    test, yes, no = arguments
    if test.type not in ("bool", *values.NUMBERS):
        raise meaningless(f"iff(): the condition must be of type bool, not {test.type}.")
    kind = _same_type([yes, no])
    asked, one, other = test.of, yes.to(kind), no.to(kind)
    return Scalar(kind, lambda row: one(row) if asked(row) else other(row))


def _case(arguments: list[Scalar]) -> Scalar:
    if len(arguments) % 2 == 0:
        raise meaningless("case(): function expects an odd number of arguments.")
    results = [*arguments[1::2], arguments[-1]]
    kind = _same_type(results)
    pairs = [(test.of, result.to(kind)) for test, result in zip(arguments[:-1:2], arguments[1::2], strict=True)]
    otherwise = arguments[-1].to(kind)

    def choose(row: Row) -> Any:
        for test, result in pairs:
            if test(row):
                return result(row)
        return otherwise(row)

    return Scalar(kind, choose)


def _coalesce(arguments: list[Scalar]) -> Scalar:
    kind = _same_type(arguments)
    read = [one.to(kind) for one in arguments]
    absent = ("", None) if kind == "string" else (None,)

    def choose(row: Row) -> Any:
        value = None
        for one in read:
            value = one(row)
            if value not in absent:
                return value
        return value

    return Scalar(kind, choose)


def _emptiness(wanted: bool, blank: bool) -> Callable[[list[Scalar]], Scalar]:
    """`isnull`, `isempty` and their opposites. A string is never null."""

    def make(arguments: list[Scalar]) -> Scalar:
        of = arguments[0].of
        if blank:
            return Scalar("bool", lambda row: (of(row) in (None, "")) is wanted)
        return Scalar("bool", lambda row: (of(row) is None) is wanted)

    return make


def _bin(arguments: list[Scalar]) -> Scalar:
    value, size = arguments
    if value.type == "dynamic":
        raise meaningless("bin(): the value must be a number, datetime or timespan. Try adding an explicit cast.")
    kind = value.type
    of, step = value.of, size.of

    def round_down(row: Row) -> Any:
        found, width = of(row), step(row)
        if found is None or not width:
            return None
        if isinstance(found, datetime):
            if not isinstance(width, timedelta):
                return None
            start = datetime(1, 1, 1, tzinfo=UTC)
            return start + ((found - start) // width) * width
        return (found // width) * width

    return Scalar(kind, round_down)


def _extreme(pick: Callable[[list[Any]], Any]) -> Callable[[list[Scalar]], Scalar]:
    def make(arguments: list[Scalar]) -> Scalar:
        kind = _same_type(arguments)
        read = [one.to(kind) for one in arguments]

        def choose(row: Row) -> Any:
            found = [value for value in (one(row) for one in read) if value is not None]
            return pick(found) if found else None

        return Scalar(kind, choose)

    return make


def _absolute(arguments: list[Scalar]) -> Scalar:
    of = arguments[0].of
    return Scalar(arguments[0].type, lambda row: None if (value := of(row)) is None else abs(value))


_CHOICES: dict[str, tuple[int, int, Callable[[list[Scalar]], Scalar]]] = {
    "iff": (3, 3, _iff),
    "iif": (3, 3, _iff),
    "case": (3, _MANY, _case),
    "coalesce": (1, _MANY, _coalesce),
    "isnull": (1, 1, _emptiness(True, False)),
    "isnotnull": (1, 1, _emptiness(False, False)),
    "notnull": (1, 1, _emptiness(False, False)),
    "isempty": (1, 1, _emptiness(True, True)),
    "isnotempty": (1, 1, _emptiness(False, True)),
    "notempty": (1, 1, _emptiness(False, True)),
    "bin": (2, 2, _bin),
    "floor": (2, 2, _bin),
    "max_of": (1, _MANY, _extreme(max)),
    "min_of": (1, _MANY, _extreme(min)),
    "abs": (1, 1, _absolute),
}
