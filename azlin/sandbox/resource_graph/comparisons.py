"""`==`, `<`, `=~`, `contains`, `has`, `in`, `between`: what KQL compares with what, and what null gives.

A dynamic value takes the type of what it is compared with; two dynamic ones cannot be compared without a cast.
Null equals nothing, differs from everything that is not null, and is in no order.
Source: "Null values", "String operators" and "Numerical operators" of the KQL reference.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from azlin.sandbox.resource_graph import values
from azlin.sandbox.resource_graph.compiled import Row, Scalar
from azlin.sandbox.resource_graph.invalid import meaningless

Test = Callable[[Row], "bool | None"]
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CASED = frozenset(("contains_cs", "startswith_cs", "endswith_cs", "has_cs", "hasprefix_cs", "hassuffix_cs"))
_PLAIN = frozenset(("contains", "startswith", "endswith"))


def compare(sign: str, left: Scalar, right: Scalar) -> Test:
    """Any operator between two values. Raises QueryInvalid for types that do not go together."""
    if sign in ("=~", "!~"):
        return _folded(sign == "=~", left, right)
    if sign in ("==", "!="):
        return _equal(sign == "==", left, right)
    if sign in _ORDER:
        return _ordered(_ORDER[sign], left, right)
    negated = sign.startswith("!")
    test = _string(sign.lstrip("!"), left, right)
    return (lambda row: not test(row)) if negated else test


def common_type(left: Scalar, right: Scalar) -> str:
    """The type in which two values are compared."""
    one, other = left.type, right.type
    if one == other and one != "dynamic":
        return one
    if one in values.NUMBERS and other in values.NUMBERS:
        return "real" if "real" in (one, other) else "long"
    if one in values.TEXTS and other in values.TEXTS:
        return "string"
    if one == "dynamic" and other != "dynamic":
        return other
    if other == "dynamic" and one != "dynamic":
        return one
    if "dynamic" in (one, other) and None in (*(left.constant or ()), *(right.constant or ())):
        return "dynamic"
    raise meaningless(f"Cannot compare values of types {one} and {other}. Try adding explicit casts.")


def _both(left: Scalar, right: Scalar) -> tuple[Callable[[Row], Any], Callable[[Row], Any]]:
    kind = common_type(left, right)
    if kind in values.NUMBERS:
        return _number(left), _number(right)
    if kind == "dynamic":
        return left.of, right.of
    return left.to(kind), right.to(kind)


def _number(scalar: Scalar) -> Callable[[Row], Any]:
    if scalar.type in values.NUMBERS:
        return scalar.of
    of, number = scalar.of, values.number
    return lambda row: number(of(row))


def _equal(wanted: bool, left: Scalar, right: Scalar) -> Test:
    one, other = _both(left, right)
    if right.constant is not None and right.constant[0] is not None:
        fixed = other({})
        if wanted:
            return lambda row: one(row) == fixed
        return lambda row: one(row) != fixed

    def test(row: Row) -> bool | None:
        first, second = one(row), other(row)
        if first is None and second is None:
            return None
        return (first == second) is wanted

    return test


def _ordered(order: Callable[[Any, Any], bool], left: Scalar, right: Scalar) -> Test:
    one, other = _both(left, right)

    def test(row: Row) -> bool | None:
        first, second = one(row), other(row)
        return None if first is None or second is None else order(first, second)

    return test


def _folded(wanted: bool, left: Scalar, right: Scalar) -> Test:
    one, other = _strings("=~" if wanted else "!~", left, right)
    if right.constant is not None:
        fixed = other({}).casefold()
        if wanted:
            return lambda row: one(row).casefold() == fixed
        return lambda row: one(row).casefold() != fixed
    return lambda row: (one(row).casefold() == other(row).casefold()) is wanted


def _strings(sign: str, left: Scalar, right: Scalar) -> tuple[Callable[[Row], str], Callable[[Row], str]]:
    for side in (left, right):
        if side.type not in values.TEXTS and side.type != "dynamic":
            raise meaningless(f"Operator '{sign}' cannot be used with a value of type {side.type}; it needs a string.")
    return left.as_text(), right.as_text()


def _string(word: str, left: Scalar, right: Scalar) -> Test:
    one, other = _strings(word, left, right)
    if word == "matches":
        return _matches(one, other, right)
    cased = word in _CASED
    plain = word.removesuffix("_cs")
    if plain in _PLAIN:
        return _part(plain, one, other, cased)
    if right.constant is not None:
        pattern = term(plain, other({}), cased)
        return lambda row: pattern.search(one(row)) is not None
    return lambda row: term(plain, other(row), cased).search(one(row)) is not None


def _part(word: str, one: Callable[[Row], str], other: Callable[[Row], str], cased: bool) -> Test:
    if word == "contains":
        if cased:
            return lambda row: other(row) in one(row)
        return lambda row: other(row).casefold() in one(row).casefold()
    way = str.startswith if word == "startswith" else str.endswith
    if cased:
        return lambda row: way(one(row), other(row))
    return lambda row: way(one(row).casefold(), other(row).casefold())


def _matches(one: Callable[[Row], str], other: Callable[[Row], str], right: Scalar) -> Test:
    if right.constant is None:
        raise meaningless("'matches regex': the regular expression must be a constant string.")
    pattern = regex(other({}))
    return lambda row: pattern.search(one(row)) is not None


@lru_cache(maxsize=256)
def regex(written: str) -> re.Pattern[str]:
    """An RE2 expression. Raises QueryInvalid when it cannot be read."""
    try:
        return re.compile(written.replace("(?<", "(?P<") if re.search(r"\(\?<[A-Za-z]", written) else written)
    except re.error as unreadable:
        raise meaningless(f"The regular expression '{written}' is not valid: {unreadable}.") from None


def term(word: str, wanted: str, cased: bool) -> re.Pattern[str]:
    """`has` and its like find whole terms: runs of letters and digits."""
    before = "" if word == "hassuffix" else r"(?<![^\W_])"
    after = "" if word == "hasprefix" else r"(?![^\W_])"
    return re.compile(before + re.escape(wanted) + after, re.NOFLAG if cased else re.IGNORECASE)


def among(word: str, left: Scalar, wanted: list[Scalar]) -> Test:
    """`in`, `in~`, `has_any`, `has_all` and their negations. A dynamic array counts as its elements."""
    negated = word.startswith("!")
    plain = word.lstrip("!")
    if plain in ("has_any", "has_all"):
        return _terms(left, wanted, every=plain == "has_all")
    if all(one.constant is not None for one in wanted):
        test = _fixed_set(plain, left, wanted)
    else:
        test = _any_of(plain, left, wanted)
    return (lambda row: not test(row)) if negated else test


def _elements(wanted: list[Scalar]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for one in wanted:
        value = one.constant[0] if one.constant is not None else None
        if isinstance(value, list):
            found += [("dynamic", element) for element in cast("list[Any]", value)]
        else:
            found.append((one.type, value))
    return found


def _fixed_set(word: str, left: Scalar, wanted: list[Scalar]) -> Test:
    elements = _elements(wanted)
    if word == "in~":
        texts = frozenset(values.text(value).casefold() for _, value in elements)
        text, _ = _strings(word, left, left)
        return lambda row: text(row).casefold() in texts
    kinds = {kind for kind, _ in elements if kind != "dynamic"}
    kind = left.type
    if kind == "dynamic":
        kind = kinds.pop() if len(kinds) == 1 else "string"
    of = _number(left) if kind in values.NUMBERS else left.to(kind)
    for other in kinds:
        common_type(Scalar(kind, of), Scalar(other, of))
    numeric = kind in values.NUMBERS
    converted = [values.number(one) if numeric else values.convert(kind, one) for _, one in elements]
    found = frozenset(map(values.key, converted))
    if kind in values.TEXTS:
        return lambda row: of(row) in found
    return lambda row: (value := of(row)) is not None and values.key(value) in found


def _any_of(word: str, left: Scalar, wanted: list[Scalar]) -> Test:
    if len(wanted) == 1 and wanted[0].type == "dynamic":
        text, other = left.as_text(), wanted[0].of
        fold = str.casefold if word == "in~" else str

        def within(row: Row) -> bool:
            array = other(row)
            looked = fold(text(row))
            return isinstance(array, list) and any(fold(values.text(one)) == looked for one in array)  # pyright: ignore[reportUnknownVariableType]

        return within
    tests = [compare("=~" if word == "in~" else "==", left, one) for one in wanted]
    return lambda row: any(test(row) for test in tests)


def _terms(left: Scalar, wanted: list[Scalar], *, every: bool) -> Test:
    if any(one.constant is None for one in wanted):
        raise meaningless("'has_any': the values must be constants.")
    patterns = [term("has", values.text(value), False) for _, value in _elements(wanted)]
    text, _ = _strings("has_all" if every else "has_any", left, left)
    if every:
        return lambda row: all(pattern.search(text(row)) for pattern in patterns)
    return lambda row: any(pattern.search(text(row)) for pattern in patterns)
