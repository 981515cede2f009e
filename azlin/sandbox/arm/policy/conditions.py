"""The `if` of a policy rule, decided for one resource.

Comparisons of texts ignore casing, except `match`. A condition on an array field (`[*]`) holds when it holds for every
element. What the grammar does not have is refused when the definition is written (`check`), never ignored. Source:
"Azure Policy definition structure policy rule".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.policy.fields import Candidate, read, values_of
from azlin.sandbox.arm.templates.expressions import Function, Functions, Layered, evaluate_value

_LOGICAL = ("allOf", "anyOf", "not")
_FORMS = ("field", "value", "count", "source")


class ConditionInvalid(ValueError):
    """A rule that the grammar does not have; the text says where."""


def check(condition: Any, path: str = "if") -> None:
    """Raises ConditionInvalid for what `holds` would not understand."""
    asked = object_of(condition)
    for word in _LOGICAL:
        if word in asked:
            inner = asked[word]
            for at, one in enumerate(array_of(inner) if word != "not" else [inner]):
                check(one, f"{path}.{word}[{at}]" if word != "not" else f"{path}.not")
            return
    forms = [word for word in _FORMS if word in asked]
    operators = [word for word in asked if word in _OPERATORS]
    if len(forms) != 1 or len(operators) != 1 or set(asked) - {*forms, *operators}:
        raise ConditionInvalid(
            f"The policy rule '{path}' must have one of {', '.join(_FORMS)} and one condition such as 'equals'"
        )
    if asked.get("source", "action") != "action":
        raise ConditionInvalid(f"The source of the policy rule '{path}' must be 'action'")
    count = object_of(asked.get("count"))
    if "where" in count:
        check(count["where"], f"{path}.count.where")


def holds(condition: Any, candidate: Candidate, functions: Functions) -> bool:
    """Whether the condition is met. Raises ConditionInvalid or TemplateInvalid."""
    asked = object_of(condition)
    if "allOf" in asked:
        return all(holds(one, candidate, functions) for one in array_of(asked["allOf"]))
    if "anyOf" in asked:
        return any(holds(one, candidate, functions) for one in array_of(asked["anyOf"]))
    if "not" in asked:
        return not holds(asked["not"], candidate, functions)
    check(asked)
    operator = next(word for word in asked if word in _OPERATORS)
    wanted = evaluate_value(asked[operator], functions)
    decide = _OPERATORS[operator]
    return all(decide(value, wanted) for value in _values(asked, candidate, functions))


def _values(asked: Body, candidate: Candidate, functions: Functions) -> list[Any]:
    if "value" in asked:
        return [evaluate_value(asked["value"], functions)]
    if "source" in asked:
        # The oldest form of a rule: what is being done. Policies are asked about writes alone.
        return [f"{one}/write" for one in values_of("type", candidate)]
    if "count" in asked:
        return [_count(object_of(asked["count"]), candidate, functions)]
    return _field(str(evaluate_value(asked["field"], functions)), candidate, functions)


def _field(name: str, candidate: Candidate, functions: Functions) -> list[Any]:
    """A field; inside a `count` one of the counted array is that of the element at hand."""
    current = functions.get(_CURRENT)
    if current is not None:
        array, element = current(())
        if name.casefold().startswith(array.casefold()):
            return read(element, name[len(array) :].lstrip("."))
    return values_of(name, candidate)


_CURRENT = "current element of a count"


def _count(asked: Body, candidate: Candidate, functions: Functions) -> int:
    if "value" in asked:
        name = str(asked.get("name", "value"))
        elements = array_of(evaluate_value(asked["value"], functions))
    else:
        name = str(evaluate_value(asked.get("field"), functions))
        elements = _field(name, candidate, functions)
    if "where" not in asked:
        return len([one for one in elements if one is not None])
    return sum(holds(asked["where"], candidate, _within(name, one, functions)) for one in elements)


def _within(array: str, element: Any, functions: Functions) -> Functions:
    def current(arguments: Any) -> Any:
        path = str(arguments[0]) if arguments else array
        if not path.casefold().startswith(array.casefold()):
            return None
        found = read(element, path[len(array) :].lstrip("."))
        return found[0] if len(found) == 1 else found

    over: Mapping[str, Function] = {_CURRENT: lambda _: (array, element), "current": current}
    return Layered(over, functions)


# ------------------------------------------------------------- operators


def _equal(value: Any, wanted: Any) -> bool:
    return _plain(value) == _plain(wanted) and value is not None


def _plain(value: Any) -> Any:
    """Texts without casing; true and `"true"`, 1 and `"1"` are the same to a rule."""
    if isinstance(value, bool):
        return str(value).casefold()
    if isinstance(value, str | int | float):
        return str(value).casefold()
    return value


def _like(value: Any, wanted: Any) -> bool:
    pattern = ".*".join(re.escape(part) for part in str(wanted).casefold().split("*"))
    return isinstance(value, str) and re.fullmatch(pattern, value.casefold(), re.DOTALL) is not None


def _match(value: Any, wanted: Any, flags: int = 0) -> bool:
    marks = {"#": r"\d", "?": r"[A-Za-z]", ".": r"."}
    pattern = "".join(marks.get(letter, re.escape(letter)) for letter in str(wanted))
    return isinstance(value, str) and re.fullmatch(pattern, value, flags | re.DOTALL) is not None


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return _in(wanted, value)
    return isinstance(value, str) and str(wanted).casefold() in value.casefold()


def _in(value: Any, wanted: Any) -> bool:
    return any(_equal(value, one) for one in array_of(wanted))


def _contains_key(value: Any, wanted: Any) -> bool:
    return any(name.casefold() == str(wanted).casefold() for name in object_of(value))


def _exists(value: Any, wanted: Any) -> bool:
    return (value is not None) is (_plain(wanted) == "true")


def _ordered(holds_for: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Numbers with numbers, texts (and dates, which order as texts) with texts; nothing else compares."""

    def decide(value: Any, wanted: Any) -> bool:
        if isinstance(value, str) and isinstance(wanted, str):
            return holds_for(value.casefold(), wanted.casefold())
        numbers = isinstance(value, int | float) and isinstance(wanted, int | float)
        return numbers and holds_for(value, wanted)

    return decide


def _not(decide: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: not decide(value, wanted)


def _match_any_case(value: Any, wanted: Any) -> bool:
    return _match(value, wanted, re.IGNORECASE)


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _equal,
    "notEquals": _not(_equal),
    "like": _like,
    "notLike": _not(_like),
    "match": _match,
    "notMatch": _not(_match),
    "matchInsensitively": _match_any_case,
    "notMatchInsensitively": _not(_match_any_case),
    "contains": _contains,
    "notContains": _not(_contains),
    "in": _in,
    "notIn": _not(_in),
    "containsKey": _contains_key,
    "notContainsKey": _not(_contains_key),
    "exists": _exists,
    "less": _ordered(lambda value, wanted: value < wanted),
    "lessOrEquals": _ordered(lambda value, wanted: value <= wanted),
    "greater": _ordered(lambda value, wanted: value > wanted),
    "greaterOrEquals": _ordered(lambda value, wanted: value >= wanted),
}
