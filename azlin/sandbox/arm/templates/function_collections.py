"""Arrays and objects in the template language.

Semantics of Microsoft's reference: names of an object's fields are compared without regard to case, values with it;
`union` merges objects at every depth and leaves arrays inside them alone.
"""

from __future__ import annotations

from typing import Any, cast

from azlin.sandbox.arm.jsonc import Body, array_of, object_of, same_json
from azlin.sandbox.arm.templates.expressions import Function, type_word
from azlin.sandbox.arm.templates.function_arguments import Arguments, number_argument, text_argument
from azlin.sandbox.arm.templates.function_texts import text_of


def concat(arguments: Arguments) -> Any:
    if any(isinstance(one, list) for one in arguments):
        return [item for one in arguments for item in (array_of(one) if isinstance(one, list) else [one])]
    return "".join(text_of(one) for one in arguments)


def join(arguments: Arguments) -> str:
    return text_argument(arguments, 1).join(text_of(one) for one in array_of(arguments[0]))


def take(arguments: Arguments) -> Any:
    return arguments[0][: max(0, number_argument(arguments, 1))]


def skip(arguments: Arguments) -> Any:
    return arguments[0][max(0, number_argument(arguments, 1)) :]


def end(at: int) -> Function:
    def pick(arguments: Arguments) -> Any:
        found = arguments[0]
        if not found:
            return "" if isinstance(found, str) else None
        return found[at]

    return pick


def contains(arguments: Arguments) -> bool:
    inside, wanted = arguments[0], arguments[1]
    if isinstance(inside, dict):
        return text_of(wanted).casefold() in (name.casefold() for name in object_of(cast("Any", inside)))
    if isinstance(inside, str):
        return text_of(wanted) in inside
    return any(same_json(one, wanted) for one in array_of(inside))


def is_empty(arguments: Arguments) -> bool:
    found = arguments[0]
    if found is None:
        return True
    if isinstance(found, str | list | dict):
        return len(cast("Any", found)) == 0
    raise TypeError(f"an array, object or string is expected, '{type_word(found)}' was given")


def array(arguments: Arguments) -> list[Any]:
    found = arguments[0]
    return array_of(found) if isinstance(found, list) else [found]


def create_object(arguments: Arguments) -> Body:
    if len(arguments) % 2:
        raise ValueError("an even number of parameters is expected")
    return {str(arguments[at]): arguments[at + 1] for at in range(0, len(arguments), 2)}


def union(arguments: Arguments) -> Any:
    if isinstance(arguments[0], list):
        made: list[Any] = []
        for item in (item for one in arguments for item in array_of(one)):
            if not any(same_json(item, other) for other in made):
                made.append(item)
        return made
    merged: Body = {}
    for one in arguments:
        merged = _merged(merged, object_of(one))
    return merged


def _merged(into: Body, more: Body) -> Body:
    made = dict(into)
    for name, value in more.items():
        both = isinstance(value, dict) and isinstance(made.get(name), dict)
        made[name] = _merged(object_of(made[name]), object_of(value)) if both else value
    return made


def intersection(arguments: Arguments) -> Any:
    first, rest = arguments[0], arguments[1:]
    if isinstance(first, list):
        return [one for one in array_of(first) if all(contains([other, one]) for other in rest)]
    return {
        name: value
        for name, value in object_of(first).items()
        if all(name in other and same_json(other[name], value) for other in map(object_of, rest))
    }


def numbers(arguments: Arguments) -> list[int]:
    return [int(one) for one in (array_of(arguments[0]) if isinstance(arguments[0], list) else arguments)]


def number_range(arguments: Arguments) -> list[int]:
    start, count = number_argument(arguments), number_argument(arguments, 1)
    if not 0 <= count <= 10_000:
        raise ValueError("the count must be from 0 to 10000")
    return list(range(start, start + count))


def flatten(arguments: Arguments) -> list[Any]:
    return [item for one in array_of(arguments[0]) for item in array_of(one)]


def index_of(arguments: Arguments) -> int:
    inside = arguments[0]
    if isinstance(inside, str):
        return inside.casefold().find(text_argument(arguments, 1).casefold())
    return next((at for at, one in enumerate(array_of(inside)) if same_json(one, arguments[1])), -1)


def last_index_of(arguments: Arguments) -> int:
    inside = arguments[0]
    if isinstance(inside, str):
        return inside.casefold().rfind(text_argument(arguments, 1).casefold())
    return max((at for at, one in enumerate(array_of(inside)) if same_json(one, arguments[1])), default=-1)


def _sorted_keys(found: Any) -> list[str]:
    if not isinstance(found, dict):
        raise TypeError(f"a value of type 'Object' is expected, '{type_word(found)}' was given")
    return sorted(object_of(cast("Any", found)), key=lambda name: (name.upper(), name))


def object_keys(arguments: Arguments) -> list[str]:
    return _sorted_keys(arguments[0])


def items(arguments: Arguments) -> list[Body]:
    return [{"key": name, "value": arguments[0][name]} for name in _sorted_keys(arguments[0])]


def length(arguments: Arguments) -> int:
    if not isinstance(arguments[0], str | list | dict):
        raise TypeError(f"an array, object or string is expected, '{type_word(arguments[0])}' was given")
    return len(cast("Any", arguments[0]))


def try_get(arguments: Arguments) -> Any:
    """Each key in turn; null as soon as one is not there. An object has its keys in any casing."""
    found: Any = arguments[0]
    for key in arguments[1:]:
        found = _reached(found, key)
        if found is None:
            return None
    return found


def _reached(inside: Any, key: Any) -> Any:
    if isinstance(inside, dict):
        fields = object_of(cast("Any", inside))
        folded = str(key).casefold()
        return fields.get(key, next((value for name, value in fields.items() if name.casefold() == folded), None))
    if isinstance(inside, list) and isinstance(key, int) and 0 <= key < len(cast("Any", inside)):
        return array_of(cast("Any", inside))[key]
    if isinstance(inside, list) and isinstance(key, dict):  # what Bicep writes for [?^1] further down
        described = object_of(cast("Any", key))
        at = number_argument([described.get("value")])
        return try_index_from_end([inside, at]) if described.get("fromEnd") is True else _reached(inside, at)
    return None


def index_from_end(arguments: Arguments) -> Any:
    found, at = array_of(arguments[0]), number_argument(arguments, 1)
    if not isinstance(arguments[0], list):
        raise TypeError(f"a value of type 'Array' is expected, '{type_word(arguments[0])}' was given")
    if not 1 <= at <= len(found):
        raise IndexError(f"the array has no element '{at}' from its end")
    return found[-at]


def try_index_from_end(arguments: Arguments) -> Any:
    found, at = arguments[0], number_argument(arguments, 1)
    if not isinstance(found, list) or not 1 <= at <= len(cast("Any", found)):
        return None
    return try_get([array_of(cast("Any", found))[-at], *arguments[2:]])
