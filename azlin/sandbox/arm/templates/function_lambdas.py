"""The template language's functions over lambdas (`map`, `filter`, `reduce`, `sort`, `toObject`, `groupBy`...).

A lambda may take the index of an element after the element (`map`, `filter`, `reduce`); one that takes fewer values
than it is given ignores the rest.
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from azlin.sandbox.arm.jsonc import Body, array_of, object_of
from azlin.sandbox.arm.templates.expressions import Function, Lambda, type_word
from azlin.sandbox.arm.templates.function_arguments import Arguments


def _lambda(arguments: Arguments, at: int = 1) -> Lambda:
    found = arguments[at]
    if not isinstance(found, Lambda):
        raise TypeError(f"a lambda function is expected, '{type_word(found)}' was given")
    return found


def _items(arguments: Arguments) -> list[Any]:
    if not isinstance(arguments[0], list):
        raise TypeError(f"a value of type 'Array' is expected, '{type_word(arguments[0])}' was given")
    return array_of(arguments[0])


def _map(arguments: Arguments) -> list[Any]:
    each = _lambda(arguments)
    return [each(item, at) for at, item in enumerate(_items(arguments))]


def _holds(answer: Any) -> bool:
    if not isinstance(answer, bool):
        raise TypeError(f"the lambda must give a value of type 'Boolean', '{type_word(answer)}' was given")
    return answer


def _filter(arguments: Arguments) -> list[Any]:
    each = _lambda(arguments)
    return [item for at, item in enumerate(_items(arguments)) if _holds(each(item, at))]


def _reduce(arguments: Arguments) -> Any:
    each, made = _lambda(arguments, 2), arguments[1]
    for at, item in enumerate(_items(arguments)):
        made = each(made, item, at)
    return made


def _sort(arguments: Arguments) -> list[Any]:
    """Stable: the lambda says whether the first comes before the second."""
    before = _lambda(arguments)

    def compare(one: Any, other: Any) -> int:
        return -1 if _holds(before(one, other)) else 1 if _holds(before(other, one)) else 0

    return sorted(_items(arguments), key=cmp_to_key(compare))


def _to_object(arguments: Arguments) -> Body:
    key = _lambda(arguments)
    value = _lambda(arguments, 2) if len(arguments) > 2 else None
    return {_key(key(item)): value(item) if value else item for item in _items(arguments)}


def _key(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError(f"the lambda must give a value of type 'String', '{type_word(found)}' was given")
    return found


def _group_by(arguments: Arguments) -> Body:
    key = _lambda(arguments)
    made: dict[str, list[Any]] = {}
    for item in _items(arguments):
        made.setdefault(_key(key(item)), []).append(item)
    return dict(made)


def _map_values(arguments: Arguments) -> Body:
    each = _lambda(arguments)
    if not isinstance(arguments[0], dict):
        raise TypeError(f"a value of type 'Object' is expected, '{type_word(arguments[0])}' was given")
    return {name: each(value) for name, value in object_of(arguments[0]).items()}


OVER_LAMBDAS: dict[str, Function] = {
    "filter": _filter,
    "groupby": _group_by,
    "map": _map,
    "mapvalues": _map_values,
    "reduce": _reduce,
    "sort": _sort,
    "toobject": _to_object,
}
"""By casefolded name."""
