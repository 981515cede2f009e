"""What KQL's plain scalar functions do, by name: those whose result type does not depend on their arguments.

Source: the pages of the functions in the KQL reference.
"""

# pyright: reportUnknownLambdaType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
# The lambdas get what `functions` has read for their letters; a type at each would say the letter again.
from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote, unquote, urlsplit

from azlin.sandbox.resource_graph import values
from azlin.sandbox.resource_graph.comparisons import regex
from azlin.sandbox.resource_graph.invalid import meaningless

# ------------------------------------------------------------------ strings


def _substring(source: str, start: int | None, length: int | None = None) -> str:
    if start is None:
        return ""
    start = max(start, 0) if start >= 0 else max(len(source) + start, 0)
    return source[start:] if length is None else source[start : start + max(length, 0)]


def _split(source: str, delimiter: str, at: int | None = None) -> list[str]:
    found = source.split(delimiter) if delimiter else [source]
    if at is None:
        return found
    return [found[at]] if 0 <= at < len(found) else []


def _trim(pattern: str, source: str) -> str:
    return regex(f"(?:{pattern})$").sub("", regex(f"^(?:{pattern})").sub("", source, count=1), count=1)


def _replacement(written: str) -> str:
    return re.sub(r"\$(\d)", r"\\\1", written)


def _extract(pattern: str, group: int | None, source: str) -> str:
    found = regex(pattern).search(source)
    if found is None or group is None or group > (found.re.groups):
        return ""
    return found.group(group) or ""


def _extract_all(pattern: str, source: str) -> list[Any] | None:
    found = [
        match.group(1) if match.re.groups == 1 else list(match.groups()) if match.re.groups else match.group()
        for match in regex(pattern).finditer(source)
    ]
    return found or None


def _indexof(source: str, wanted: str, start: int | None = 0, length: int | None = -1, nth: int | None = 1) -> int:
    at = (start or 0) - 1
    end = len(source) if length is None or length < 0 else (start or 0) + length
    for _ in range(max(nth or 1, 1)):
        at = source.find(wanted, at + 1, end)
        if at < 0:
            return -1
    return at


def _parse_url(written: str) -> dict[str, Any]:
    parts = urlsplit(written)
    return {
        "Scheme": parts.scheme,
        "Host": parts.hostname or "",
        "Port": str(parts.port or ""),
        "Path": parts.path,
        "Username": parts.username or "",
        "Password": parts.password or "",
        "Query Parameters": dict(one.split("=", 1) for one in parts.query.split("&") if "=" in one),
        "Fragment": parts.fragment,
    }


def _decode64(written: str) -> str:
    try:
        return base64.b64decode(written).decode()
    except ValueError:
        return ""


# ------------------------------------------------------------- arrays, bags


def _length(value: Any) -> int | None:
    return len(cast("list[Any]", value)) if isinstance(value, list) else None


def _keys(value: Any) -> list[str] | None:
    return list(cast("dict[str, Any]", value)) if isinstance(value, dict) else None


def _pack(*pairs: Any) -> dict[str, Any]:
    return {values.text(key): values.jsonable(value) for key, value in zip(pairs[::2], pairs[1::2], strict=False)}


def _merge(*bags: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for bag in bags:
        for key, value in (cast("dict[str, Any]", bag) if isinstance(bag, dict) else {}).items():
            made.setdefault(key, value)
    return made


def _array(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _concat(*arrays: Any) -> list[Any]:
    return [one for array in arrays for one in _array(array)]


def _slice(array: Any, start: int | None, end: int | None) -> list[Any] | None:
    if not isinstance(array, list) or start is None or end is None:
        return None
    items = cast("list[Any]", array)
    return items[start : len(items) if end == -1 else end + 1]


def _index_in(array: Any, wanted: Any) -> int | None:
    if not isinstance(array, list):
        return None
    keys = [values.key(one) for one in cast("list[Any]", array)]
    return keys.index(values.key(wanted)) if values.key(wanted) in keys else -1


def _sorted(array: Any) -> list[Any] | None:
    return sorted(_array(array), key=values.text) if isinstance(array, list) else None


def _sets(keep: Callable[[set[Any], list[set[Any]]], set[Any]]) -> Callable[..., list[Any]]:
    def work(*arrays: Any) -> list[Any]:
        groups = [{values.key(one) for one in _array(array)} for array in arrays]
        kept = keep(groups[0], groups[1:])
        seen: dict[Any, Any] = {}
        for one in _concat(*arrays):
            if values.key(one) in kept:
                seen.setdefault(values.key(one), one)
        return list(seen.values())

    return work


def _has_element(array: Any, wanted: Any) -> bool | None:
    if not isinstance(array, list):
        return None
    return values.key(wanted) in {values.key(one) for one in cast("list[Any]", array)}


def _has_key(bag: Any, key: str) -> bool | None:
    return key in bag if isinstance(bag, dict) else None


# -------------------------------------------------------------------- times

_FORMATS = (
    ("yyyy", "%Y"), ("yy", "%y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("hh", "%I"), ("mm", "%M"), ("ss", "%S"),
    ("tt", "%p"),
)  # fmt: skip


def _format(value: datetime | None, form: str) -> str:
    if value is None:
        return ""

    def part(match: re.Match[str]) -> str:
        run = match.group()
        if run[0] in "fF":
            return f"{value.microsecond:06d}0"[: len(run)]
        known = dict(_FORMATS).get(run)
        if known is not None:
            return value.strftime(known)
        single = {"y": value.year % 100, "M": value.month, "d": value.day, "H": value.hour, "m": value.minute}
        single |= {"s": value.second, "h": (value.hour - 1) % 12 + 1}
        return str(single[run]) if run in single else run

    return re.sub(r"y+|M+|d+|H+|h+|m+|s+|t+|[fF]+", part, form)


_SECONDS = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}


def _difference(period: str, one: datetime | None, other: datetime | None) -> int | None:
    """`datetime_diff`: borders of the period that lie between the two."""
    if one is None or other is None:
        return None
    unit = period.casefold()
    if unit == "year":
        return one.year - other.year
    if unit in ("month", "quarter"):
        first, second = ((at.year * 12 + at.month - 1) // (3 if unit == "quarter" else 1) for at in (one, other))
        return first - second
    seconds = _SECONDS.get(unit)
    if seconds is None:
        raise meaningless(f"datetime_diff(): '{period}' is not a period.")
    start = datetime(1, 1, 1, tzinfo=UTC) - (timedelta(days=1) if unit == "week" else timedelta())
    first, second = (int((at - start).total_seconds() // seconds) for at in (one, other))
    return first - second


def _part_of(name: str) -> Callable[[datetime | None], Any]:
    return lambda value: None if value is None else getattr(value, name)


def _start_of(value: datetime | None, *, day: int | None = None, month: int | None = None) -> datetime | None:
    if value is None:
        return None
    return datetime(value.year, month or value.month, day or value.day, tzinfo=UTC)


def _null_safe(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else work(value)


def _added(period: str, amount: int | None, value: datetime | None) -> datetime | None:
    if amount is None or value is None:
        return None
    unit = period.casefold()
    if unit in ("year", "month", "quarter"):
        months = value.year * 12 + value.month - 1 + amount * {"year": 12, "quarter": 3, "month": 1}[unit]
        for day in range(value.day, 27, -1):
            try:
                return value.replace(year=months // 12, month=months % 12 + 1, day=day)
            except ValueError:
                continue
        return value.replace(year=months // 12, month=months % 12 + 1)
    return value + timedelta(seconds=_SECONDS[unit] * amount) if unit in _SECONDS else None


def _type_of(value: Any) -> str:
    kinds = ((bool, "bool"), (int, "long"), (float, "double"), (str, "string"), (dict, "dictionary"), (list, "array"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


TABLE: dict[str, tuple[str, str, int, Callable[..., Any]]] = {
    # name: (result type, a letter per argument as `functions` reads them, fewest arguments, what it does)
    "tolower": ("string", "s", 1, str.lower),
    "toupper": ("string", "s", 1, str.upper),
    "strlen": ("long", "s", 1, len),
    "strcat": ("string", "s*", 1, lambda *parts: "".join(parts)),
    "strcat_delim": ("string", "s*", 2, lambda delimiter, *parts: delimiter.join(parts)),
    "strcat_array": ("string", "ds", 2, lambda array, delimiter: delimiter.join(map(values.text, _array(array)))),
    "substring": ("string", "sii", 2, _substring),
    "split": ("dynamic", "ssi", 2, _split),
    "trim": ("string", "ss", 2, _trim),
    "trim_start": ("string", "ss", 2, lambda pattern, source: regex(f"^(?:{pattern})").sub("", source, count=1)),
    "trim_end": ("string", "ss", 2, lambda pattern, source: regex(f"(?:{pattern})$").sub("", source, count=1)),
    "replace_string": ("string", "sss", 3, lambda source, old, new: source.replace(old, new) if old else source),
    "replace_regex": ("string", "sss", 3, lambda source, old, new: regex(old).sub(_replacement(new), source)),
    "replace": ("string", "sss", 3, lambda old, new, source: regex(old).sub(_replacement(new), source)),
    "extract": ("string", "sis", 3, _extract),
    "extract_all": ("dynamic", "ss", 2, _extract_all),
    "indexof": ("long", "ssiii", 2, _indexof),
    "countof": ("long", "ss", 2, lambda source, wanted: source.count(wanted)),
    "reverse": ("string", "s", 1, lambda source: source[::-1]),
    "url_encode": ("string", "s", 1, lambda source: quote(source, safe="")),
    "url_decode": ("string", "s", 1, unquote),
    "base64_encode_tostring": ("string", "s", 1, lambda source: base64.b64encode(source.encode()).decode()),
    "base64_decode_tostring": ("string", "s", 1, _decode64),
    "parse_url": ("dynamic", "s", 1, _parse_url),
    "strcmp": ("int", "ss", 2, lambda one, other: (one > other) - (one < other)),
    "array_length": ("long", "d", 1, _length),
    "bag_keys": ("dynamic", "d", 1, _keys),
    "bag_has_key": ("bool", "ds", 2, _has_key),
    "bag_merge": ("dynamic", "d*", 2, _merge),
    "pack": ("dynamic", "a*", 2, _pack),
    "bag_pack": ("dynamic", "a*", 2, _pack),
    "pack_array": ("dynamic", "a*", 1, lambda *items: [values.jsonable(one) for one in items]),
    "array_concat": ("dynamic", "d*", 1, _concat),
    "array_slice": ("dynamic", "dii", 3, _slice),
    "array_index_of": ("long", "da", 2, _index_in),
    "array_sort_asc": ("dynamic", "d", 1, _sorted),
    "array_reverse": ("dynamic", "d", 1, lambda array: _array(array)[::-1]),
    "set_union": ("dynamic", "d*", 2, _sets(lambda first, rest: first.union(*rest))),
    "set_intersect": ("dynamic", "d*", 2, _sets(lambda first, rest: first.intersection(*rest))),
    "set_difference": ("dynamic", "d*", 2, _sets(lambda first, rest: first.difference(*rest))),
    "set_has_element": ("bool", "da", 2, _has_element),
    "gettype": ("string", "a", 1, _type_of),
    "format_datetime": ("string", "ts", 2, _format),
    "datetime_diff": ("long", "stt", 3, _difference),
    "datetime_add": ("datetime", "sit", 3, _added),
    "startofday": ("datetime", "t", 1, _start_of),
    "startofmonth": ("datetime", "t", 1, lambda value: _start_of(value, day=1)),
    "startofyear": ("datetime", "t", 1, lambda value: _start_of(value, day=1, month=1)),
    "getyear": ("int", "t", 1, _part_of("year")),
    "getmonth": ("int", "t", 1, _part_of("month")),
    "monthofyear": ("int", "t", 1, _part_of("month")),
    "dayofmonth": ("int", "t", 1, _part_of("day")),
    "hourofday": ("int", "t", 1, _part_of("hour")),
    "round": ("real", "ni", 1, lambda value, places=0: None if value is None else round(float(value), places or 0)),
    "ceiling": ("real", "n", 1, _null_safe(lambda value: float(-(-value // 1)))),
    "pow": ("real", "nn", 2, lambda one, other: None if one is None or other is None else float(one) ** other),
    "isnan": ("bool", "n", 1, lambda value: value is not None and value != value),  # noqa: PLR0124 - NaN
}
