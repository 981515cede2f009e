"""The functions of the template language that need nothing but their arguments.

Behaviour, argument order and edge cases as documented in "ARM template functions". Each takes the list of its evaluated
arguments; a Python TypeError, ValueError, IndexError or KeyError becomes a refusal of the call in `expressions.py`.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote, unquote, urljoin

from azlin.sandbox.arm.jsonc import Body, array_of, object_of, read_json
from azlin.sandbox.arm.templates.expressions import Function, TemplateInvalid, type_word
from azlin.sandbox.arm.templates.unique_string import name_guid, unique_string

Arguments = Sequence[Any]


def text_of(value: Any) -> str:
    """What `string(value)` gives: the .NET spelling of booleans, compact JSON of arrays and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(cast("Any", value), separators=(",", ":"), ensure_ascii=False)
    return str(value)


def _text(arguments: Arguments, at: int = 0) -> str:
    value = arguments[at]
    if not isinstance(value, str):
        raise TypeError(f"a value of type 'String' is expected, '{type_word(value)}' was given")
    return value


def _number(arguments: Arguments, at: int = 0) -> int:
    value = arguments[at]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a value of type 'Integer' is expected, '{type_word(value)}' was given")
    return value


def _concat(arguments: Arguments) -> Any:
    if any(isinstance(one, list) for one in arguments):
        return [item for one in arguments for item in (array_of(one) if isinstance(one, list) else [one])]
    return "".join(text_of(one) for one in arguments)


def _replace(arguments: Arguments) -> str:
    return _text(arguments).replace(_text(arguments, 1), _text(arguments, 2))


def _split(arguments: Arguments) -> list[str]:
    marks = [arguments[1]] if isinstance(arguments[1], str) else [str(one) for one in array_of(arguments[1])]
    text = _text(arguments)
    return re.split("|".join(re.escape(mark) for mark in marks if mark), text) if any(marks) else [text]


def _join(arguments: Arguments) -> str:
    return _text(arguments, 1).join(text_of(one) for one in array_of(arguments[0]))


def _substring(arguments: Arguments) -> str:
    text, start = _text(arguments), _number(arguments, 1)
    length = _number(arguments, 2) if len(arguments) > 2 else len(text) - start
    if start < 0 or length < 0 or start + length > len(text):
        raise ValueError("the index and length parameters must refer to a location within the string")
    return text[start : start + length]


def _take(arguments: Arguments) -> Any:
    return arguments[0][: max(0, _number(arguments, 1))]


def _skip(arguments: Arguments) -> Any:
    return arguments[0][max(0, _number(arguments, 1)) :]


def _end(at: int) -> Function:
    def pick(arguments: Arguments) -> Any:
        found = arguments[0]
        if not found:
            return "" if isinstance(found, str) else None
        return found[at]

    return pick


def _contains(arguments: Arguments) -> bool:
    inside, wanted = arguments[0], arguments[1]
    if isinstance(inside, dict):
        return text_of(wanted).casefold() in (name.casefold() for name in object_of(cast("Any", inside)))
    if isinstance(inside, str):
        return text_of(wanted) in inside
    return any(_same(one, wanted) for one in array_of(inside))


def _empty(arguments: Arguments) -> bool:
    found = arguments[0]
    if found is None:
        return True
    if isinstance(found, str | list | dict):
        return len(cast("Any", found)) == 0
    raise TypeError(f"an array, object or string is expected, '{type_word(found)}' was given")


def _int(arguments: Arguments) -> int:
    return int(arguments[0])


def _bool(arguments: Arguments) -> bool:
    found = arguments[0]
    if isinstance(found, str):
        words = {"true": True, "false": False, "1": True, "0": False}
        return words[found.strip().casefold()]
    return bool(found)


def _array(arguments: Arguments) -> list[Any]:
    found = arguments[0]
    return array_of(found) if isinstance(found, list) else [found]


def _create_object(arguments: Arguments) -> Body:
    if len(arguments) % 2:
        raise ValueError("an even number of parameters is expected")
    return {str(arguments[at]): arguments[at + 1] for at in range(0, len(arguments), 2)}


def _union(arguments: Arguments) -> Any:
    if isinstance(arguments[0], list):
        made: list[Any] = []
        for item in (item for one in arguments for item in array_of(one)):
            if not any(_same(item, other) for other in made):
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


def _intersection(arguments: Arguments) -> Any:
    first, rest = arguments[0], arguments[1:]
    if isinstance(first, list):
        return [one for one in array_of(first) if all(_contains([other, one]) for other in rest)]
    return {
        name: value
        for name, value in object_of(first).items()
        if all(name in other and _same(other[name], value) for other in map(object_of, rest))
    }


def _numbers(arguments: Arguments) -> list[int]:
    return [int(one) for one in (array_of(arguments[0]) if isinstance(arguments[0], list) else arguments)]


def _range(arguments: Arguments) -> list[int]:
    start, count = _number(arguments), _number(arguments, 1)
    if not 0 <= count <= 10_000:
        raise ValueError("the count must be from 0 to 10000")
    return list(range(start, start + count))


def _flatten(arguments: Arguments) -> list[Any]:
    return [item for one in array_of(arguments[0]) for item in array_of(one)]


def _same(left: Any, right: Any) -> bool:
    return type_word(left) == type_word(right) and left == right


def _compared(holds: Callable[[Any, Any], bool]) -> Function:
    def compare(arguments: Arguments) -> bool:
        if type_word(arguments[0]) != type_word(arguments[1]):
            raise TypeError("both parameters must be of one type")
        return holds(arguments[0], arguments[1])

    return compare


def _div(arguments: Arguments) -> int:
    left, right = _number(arguments), _number(arguments, 1)
    found = abs(left) // abs(right)
    return found if (left < 0) == (right < 0) else -found


def _mod(arguments: Arguments) -> int:
    return _number(arguments) - _number(arguments, 1) * _div(arguments)


def _index_of(arguments: Arguments) -> int:
    inside = arguments[0]
    if isinstance(inside, str):
        return inside.casefold().find(_text(arguments, 1).casefold())
    return next((at for at, one in enumerate(array_of(inside)) if _same(one, arguments[1])), -1)


def _last_index_of(arguments: Arguments) -> int:
    inside = arguments[0]
    if isinstance(inside, str):
        return inside.casefold().rfind(_text(arguments, 1).casefold())
    return max((at for at, one in enumerate(array_of(inside)) if _same(one, arguments[1])), default=-1)


def _items(arguments: Arguments) -> list[Body]:
    fields = object_of(arguments[0])
    return [{"key": name, "value": fields[name]} for name in sorted(fields)]


def _pad_left(arguments: Arguments) -> str:
    filler = _text(arguments, 2) if len(arguments) > 2 else " "
    return text_of(arguments[0]).rjust(_number(arguments, 1), filler)


def _data_uri(arguments: Arguments) -> str:
    return "data:text/plain;charset=utf8;base64," + _base64(arguments)


def _base64(arguments: Arguments) -> str:
    return base64.b64encode(text_of(arguments[0]).encode()).decode()


def _from_base64(arguments: Arguments) -> str:
    return base64.b64decode(_text(arguments), validate=True).decode()


_FORMAT = re.compile(r"\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^}]*))?\}")


def _format(arguments: Arguments) -> str:
    def put(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        made = _formatted(arguments[1 + int(match[1])], match[3] or "")
        width = int(match[2] or 0)
        return made.rjust(width) if width >= 0 else made.ljust(-width)

    return _FORMAT.sub(put, _text(arguments))


def _formatted(value: Any, how: str) -> str:
    if not how or not isinstance(value, int) or isinstance(value, bool):
        return text_of(value)
    standard = re.fullmatch(r"([DdXxNnFf])(\d*)", how)
    if standard:
        kind, digits = standard[1], int(standard[2] or 0)
        if kind in "Dd":
            return f"{value:0{digits}d}" if digits else str(value)
        if kind in "Xx":
            return f"{value:0{digits or 1}{kind}}"
        return f"{value:{',' if kind in 'Nn' else ''}.{digits if standard[2] else 2}f}"
    if re.fullmatch(r"0+", how):
        return f"{value:0{len(how)}d}"
    raise ValueError(f"the format '{how}' is not supported")


_DATE_PARTS = re.compile(r"yyyy|MM|dd|HH|mm|ss|fff|f|yy|M|d|H|m|s|'[^']*'")
_DATE_CODES = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_DATE_WHOLE = {"d": "MM/dd/yyyy", "s": "yyyy-MM-dd'T'HH:mm:ss", "u": "yyyy-MM-dd HH:mm:ss'Z'", "M": "MMMM dd"}


def _utc_now(arguments: Arguments) -> str:
    how = _text(arguments) if arguments else "yyyyMMdd'T'HHmmss'Z'"
    now = datetime.now(UTC)

    def put(match: re.Match[str]) -> str:
        part = match[0]
        if part.startswith("'"):
            return part[1:-1]
        if part.startswith("f"):
            return f"{now.microsecond:06d}"[: len(part)]
        code = _DATE_CODES.get(part) or _DATE_CODES.get(part * 2)
        found = now.strftime(code or part)
        return found if part in _DATE_CODES else found.lstrip("0") or "0"

    return _DATE_PARTS.sub(put, _DATE_WHOLE.get(how, how))


def _first_value(arguments: Arguments) -> Any:
    return next((one for one in arguments if one is not None), None)


def _json(arguments: Arguments) -> Any:
    return read_json(_text(arguments))


def _try_get(arguments: Arguments) -> Any:
    found: Any = arguments[0]
    for key in arguments[1:]:
        if isinstance(found, dict):
            found = object_of(cast("Any", found)).get(key)
        elif isinstance(found, list) and isinstance(key, int) and 0 <= key < len(cast("Any", found)):
            found = array_of(cast("Any", found))[key]
        else:
            return None
    return found


def _unsupported(name: str) -> Function:
    def refuse(_: Arguments) -> Any:
        raise TemplateInvalid(
            f"The template function '{name}' is not expected at this location. "
            "Please see https://aka.ms/arm-functions for usage details."
        )

    return refuse


PURE: dict[str, Function] = {
    "add": lambda a: _number(a) + _number(a, 1),
    "array": _array,
    "base64": _base64,
    "base64tojson": lambda a: read_json(_from_base64(a)),
    "base64tostring": _from_base64,
    "bool": _bool,
    "coalesce": _first_value,
    "concat": _concat,
    "contains": _contains,
    "createarray": list,
    "createobject": _create_object,
    "datauri": _data_uri,
    "datauritostring": lambda a: _from_base64([_text(a).partition("base64,")[2]]),
    "div": _div,
    "empty": _empty,
    "endswith": lambda a: _text(a).casefold().endswith(_text(a, 1).casefold()),
    "equals": lambda a: _same(a[0], a[1]),
    "false": lambda a: False,
    "first": _end(0),
    "flatten": _flatten,
    "float": lambda a: float(a[0]),
    "format": _format,
    "greater": _compared(lambda left, right: left > right),
    "greaterorequals": _compared(lambda left, right: left >= right),
    "guid": lambda a: name_guid([text_of(one) for one in a]),
    "indexof": _index_of,
    "int": _int,
    "intersection": _intersection,
    "items": _items,
    "join": _join,
    "json": _json,
    "last": _end(-1),
    "lastindexof": _last_index_of,
    "length": lambda a: len(a[0]),
    "less": _compared(lambda left, right: left < right),
    "lessorequals": _compared(lambda left, right: left <= right),
    "max": lambda a: max(_numbers(a)),
    "min": lambda a: min(_numbers(a)),
    "mod": _mod,
    "mul": lambda a: _number(a) * _number(a, 1),
    "newguid": lambda a: str(uuid.uuid4()),
    "not": lambda a: not _bool(a),
    "null": lambda a: None,
    "objectkeys": lambda a: sorted(object_of(a[0])),
    "padleft": _pad_left,
    "range": _range,
    "replace": _replace,
    "shallowmerge": lambda a: {name: value for one in array_of(a[0]) for name, value in object_of(one).items()},
    "skip": _skip,
    "split": _split,
    "startswith": lambda a: _text(a).casefold().startswith(_text(a, 1).casefold()),
    "string": lambda a: text_of(a[0]),
    "sub": lambda a: _number(a) - _number(a, 1),
    "substring": _substring,
    "take": _take,
    "tolower": lambda a: _text(a).lower(),
    "toupper": lambda a: _text(a).upper(),
    "trim": lambda a: _text(a).strip(),
    "true": lambda a: True,
    "tryget": _try_get,
    "union": _union,
    "uniquestring": lambda a: unique_string([_text(a, at) for at in range(len(a))]),
    "uri": lambda a: urljoin(_text(a), _text(a, 1)),
    "uricomponent": lambda a: quote(_text(a), safe="-_.!~*'()"),
    "uricomponenttostring": lambda a: unquote(_text(a)),
    "utcnow": _utc_now,
}
"""By casefolded name."""

NOT_HERE: dict[str, Function] = {name.casefold(): _unsupported(name) for name in ("reference", "list", "copyIndex")}
"""What is refused where it may not stand (parameters and variables)."""
