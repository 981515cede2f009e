"""The functions of the template language that need nothing but their arguments.

Behaviour, argument order and edge cases as documented in "ARM template functions". Each takes the list of its evaluated
arguments; a Python TypeError, ValueError, IndexError or KeyError becomes a refusal of the call in `expressions.py`.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urljoin

from azlin.sandbox.arm.jsonc import array_of, object_of, read_json, same_json
from azlin.sandbox.arm.templates.expressions import Function, TemplateInvalid, type_word
from azlin.sandbox.arm.templates.function_arguments import Arguments, number_argument, text_argument
from azlin.sandbox.arm.templates.function_collections import (
    array,
    concat,
    contains,
    create_object,
    end,
    flatten,
    index_from_end,
    index_of,
    intersection,
    is_empty,
    items,
    join,
    last_index_of,
    length,
    number_range,
    numbers,
    object_keys,
    skip,
    take,
    try_get,
    try_index_from_end,
    union,
)
from azlin.sandbox.arm.templates.function_dates import (
    date_time_add,
    date_time_from_epoch,
    date_time_to_epoch,
    utc_now,
)
from azlin.sandbox.arm.templates.function_lambdas import OVER_LAMBDAS
from azlin.sandbox.arm.templates.function_networks import cidr_host, cidr_subnet, parse_cidr
from azlin.sandbox.arm.templates.function_signatures import argument_counts
from azlin.sandbox.arm.templates.function_texts import formatted, text_of
from azlin.sandbox.arm.templates.unique_string import name_guid, unique_string

_WIDEST = 16_384
"""The longest text `padLeft` makes."""


def _replace(arguments: Arguments) -> str:
    return text_argument(arguments).replace(text_argument(arguments, 1), text_argument(arguments, 2))


def _split(arguments: Arguments) -> list[str]:
    marks = [arguments[1]] if isinstance(arguments[1], str) else [str(one) for one in array_of(arguments[1])]
    text = text_argument(arguments)
    return re.split("|".join(re.escape(mark) for mark in marks if mark), text) if any(marks) else [text]


def _substring(arguments: Arguments) -> str:
    text, start = text_argument(arguments), number_argument(arguments, 1)
    length = number_argument(arguments, 2) if len(arguments) > 2 else len(text) - start
    if start < 0 or length < 0 or start + length > len(text):
        raise ValueError("the index and length parameters must refer to a location within the string")
    return text[start : start + length]


def _int(arguments: Arguments) -> int:
    if isinstance(arguments[0], bool) or not isinstance(arguments[0], str | int | float):
        raise TypeError(f"a string or an integer is expected, '{type_word(arguments[0])}' was given")
    return int(arguments[0])


def _bool(arguments: Arguments) -> bool:
    found = arguments[0]
    if isinstance(found, str):
        words = {"true": True, "false": False, "1": True, "0": False}
        return words[found.strip().casefold()]
    return bool(found)


def _compared(holds: Callable[[Any, Any], bool]) -> Function:
    def compare(arguments: Arguments) -> bool:
        if type_word(arguments[0]) != type_word(arguments[1]):
            raise TypeError("both parameters must be of one type")
        return holds(arguments[0], arguments[1])

    return compare


def _div(arguments: Arguments) -> int:
    left, right = number_argument(arguments), number_argument(arguments, 1)
    found = abs(left) // abs(right)
    return found if (left < 0) == (right < 0) else -found


def _mod(arguments: Arguments) -> int:
    return number_argument(arguments) - number_argument(arguments, 1) * _div(arguments)


def _float(arguments: Arguments) -> float:
    if isinstance(arguments[0], bool) or not isinstance(arguments[0], str | int | float):
        raise TypeError(f"a string or an integer is expected, '{type_word(arguments[0])}' was given")
    return float(arguments[0])


def _pad_left(arguments: Arguments) -> str:
    filler = text_argument(arguments, 2) if len(arguments) > 2 else " "
    if isinstance(arguments[0], bool) or not isinstance(arguments[0], str | int):
        raise TypeError(f"a string or an integer is expected, '{type_word(arguments[0])}' was given")
    if not 0 <= number_argument(arguments, 1) <= _WIDEST:
        raise ValueError(f"the length must be from 0 to {_WIDEST}")
    return text_of(arguments[0]).rjust(number_argument(arguments, 1), filler)


def _data_uri(arguments: Arguments) -> str:
    return "data:text/plain;charset=utf8;base64," + _base64(arguments)


def _base64(arguments: Arguments) -> str:
    return base64.b64encode(text_of(arguments[0]).encode()).decode()


def _from_base64(arguments: Arguments) -> str:
    return base64.b64decode(text_argument(arguments), validate=True).decode()


def _first_value(arguments: Arguments) -> Any:
    return next((one for one in arguments if one is not None), None)


def _json(arguments: Arguments) -> Any:
    return read_json(text_argument(arguments))


def _fail(arguments: Arguments) -> Any:
    raise TemplateInvalid(f"{text_argument(arguments)}")


def _not_here(name: str) -> Function:
    def refuse(_: Arguments) -> Any:
        raise TemplateInvalid(
            f"The template function '{name}' is not expected at this location. "
            "Please see https://aka.ms/arm-functions for usage details."
        )

    return refuse


def counted(name: str, function: Function) -> Function:
    """The function, refusing a wrong number of arguments in ARM's words."""
    counts = argument_counts().get(name)
    if counts is None:
        return function
    least, most = counts

    def call(arguments: Arguments) -> Any:
        if not least <= len(arguments) <= most:
            raise TemplateInvalid(
                f"Unable to evaluate template language function '{name}': function requires "
                f"{least if len(arguments) < least else most} argument(s) while {len(arguments)} were provided. "
                f"Please see https://aka.ms/arm-functions/#{name} for usage details."
            )
        return function(arguments)

    return call


_PURE: dict[str, Function] = {
    **OVER_LAMBDAS,
    "add": lambda a: number_argument(a) + number_argument(a, 1),
    "array": array,
    "base64": _base64,
    "base64tojson": lambda a: read_json(_from_base64(a)),
    "base64tostring": _from_base64,
    "bool": _bool,
    "cidrhost": cidr_host,
    "cidrsubnet": cidr_subnet,
    "coalesce": _first_value,
    "concat": concat,
    "contains": contains,
    "createarray": list,
    "createobject": create_object,
    "datauri": _data_uri,
    "datauritostring": lambda a: _from_base64([text_argument(a).partition("base64,")[2]]),
    "datetimeadd": date_time_add,
    "datetimefromepoch": date_time_from_epoch,
    "datetimetoepoch": date_time_to_epoch,
    "div": _div,
    "empty": is_empty,
    "endswith": lambda a: text_argument(a).casefold().endswith(text_argument(a, 1).casefold()),
    "equals": lambda a: same_json(a[0], a[1]),
    "fail": _fail,
    "false": lambda a: False,
    "first": end(0),
    "flatten": flatten,
    "float": _float,
    "format": formatted,
    "greater": _compared(lambda left, right: left > right),
    "greaterorequals": _compared(lambda left, right: left >= right),
    "guid": lambda a: name_guid([text_of(one) for one in a]),
    "indexfromend": index_from_end,
    "indexof": index_of,
    "int": _int,
    "intersection": intersection,
    "items": items,
    "join": join,
    "json": _json,
    "last": end(-1),
    "lastindexof": last_index_of,
    "length": length,
    "less": _compared(lambda left, right: left < right),
    "lessorequals": _compared(lambda left, right: left <= right),
    "max": lambda a: max(numbers(a)),
    "min": lambda a: min(numbers(a)),
    "mod": _mod,
    "mul": lambda a: number_argument(a) * number_argument(a, 1),
    "not": lambda a: not _bool(a),
    "null": lambda a: None,
    "objectkeys": object_keys,
    "padleft": _pad_left,
    "parsecidr": parse_cidr,
    "range": number_range,
    "replace": _replace,
    "shallowmerge": lambda a: {name: value for one in array_of(a[0]) for name, value in object_of(one).items()},
    "skip": skip,
    "split": _split,
    "startswith": lambda a: text_argument(a).casefold().startswith(text_argument(a, 1).casefold()),
    "string": lambda a: text_of(a[0]),
    "sub": lambda a: number_argument(a) - number_argument(a, 1),
    "substring": _substring,
    "take": take,
    "tolower": lambda a: text_argument(a).lower(),
    "toupper": lambda a: text_argument(a).upper(),
    "trim": lambda a: text_argument(a).strip(),
    "true": lambda a: True,
    "tryget": try_get,
    "tryindexfromend": try_index_from_end,
    "union": union,
    "uniquestring": lambda a: unique_string([text_argument(a, at) for at in range(len(a))]),
    "uri": lambda a: urljoin(text_argument(a), text_argument(a, 1)),
    "uricomponent": lambda a: quote(text_argument(a), safe="-_.!~*'()"),
    "uricomponenttostring": lambda a: unquote(text_argument(a)),
}
PURE: dict[str, Function] = {name: counted(name, function) for name, function in _PURE.items()}
"""By casefolded name."""

DEFAULTS_ONLY: dict[str, Function] = {
    "newguid": counted("newguid", lambda _: str(uuid.uuid4())),
    "utcnow": counted("utcnow", utc_now),
}
"""What may stand only in the default of a parameter: it gives something else each time."""

NOT_HERE: dict[str, Function] = {
    name.casefold(): _not_here(name) for name in ("reference", "references", "copyIndex", "newGuid", "utcNow")
}
"""What is refused where it may not stand."""
