"""KQL's scalar types as Python values: what they read from, turn into, and look like.

string str · bool bool · long, int int · real float · datetime aware datetime · timespan timedelta · guid str ·
dynamic any JSON. None is null; a string is never null. Conversions give null for what they cannot read.
Source: "Scalar data types" and the pages of `tostring`, `todatetime`, `totimespan` of the KQL reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

_NAMES = {
    "string": "string",
    "bool": "bool",
    "boolean": "bool",
    "int": "int",
    "long": "long",
    "real": "real",
    "double": "real",
    "decimal": "real",
    "datetime": "datetime",
    "date": "datetime",
    "timespan": "timespan",
    "time": "timespan",
    "dynamic": "dynamic",
    "guid": "guid",
}
NUMBERS = frozenset(("int", "long", "real"))
TEXTS = frozenset(("string", "guid"))
_UNITS = (
    (("days", "day", "d"), 86_400_000_000),
    (("milliseconds", "millisecond", "millis", "ms"), 1_000),
    (("microseconds", "microsecond", "micros"), 1),
    (("hours", "hour", "hrs", "hr", "h"), 3_600_000_000),
    (("minutes", "minute", "min", "m"), 60_000_000),
    (("seconds", "second", "sec", "s"), 1_000_000),
)
_UNIT = {name: microseconds for names, microseconds in _UNITS for name in names}
_SPAN = re.compile(r"(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?")
_STAMP = re.compile(
    r"(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")


def canonical_type(name: str) -> str | None:
    """How a type is called here, or None: KQL has no such type."""
    return _NAMES.get(name)


def text(value: Any) -> str:  # noqa: PLR0911 - one line per type
    """`tostring`: null is the empty string, a container its JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, timedelta):
        return span(value)
    if isinstance(value, dict | list):
        return msgspec.json.encode(jsonable(value)).decode()
    if isinstance(value, float):
        return str(int(value)) + ".0" if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def jsonable(value: Any) -> Any:
    """A value as it stands in JSON: datetimes and timespans are texts."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, timedelta):
        return span(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):  # noqa: PLR0124 - NaN
        return "NaN" if value != value else ("Infinity" if value > 0 else "-Infinity")  # noqa: PLR0124
    return value


def number(value: Any) -> int | float | None:
    """`toreal` without rounding: whole numbers stay whole."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if isinstance(value, str):
        try:
            return int(value) if _WHOLE.fullmatch(value) else float(value)
        except ValueError:
            return None
    return None


def whole(value: Any) -> int | None:
    """`tolong`: towards zero."""
    found = number(value)
    try:
        return None if found is None else int(found)
    except (ValueError, OverflowError):
        return None


def boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        folded = value.strip().casefold()
        return {"true": True, "1": True, "false": False, "0": False}.get(folded)
    return bool(value) if isinstance(value, int | float) else None


def moment(value: Any) -> datetime | None:
    """`todatetime`: ISO 8601 and RFC 822 forms; without a zone it is UTC."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    found = _STAMP.fullmatch(value.strip())
    if found is None:
        return _other_moment(value.strip())
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    microseconds = int(((fraction or "") + "000000")[:6])
    try:
        made = datetime(
            int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), microseconds, UTC
        )
        if zone and zone.upper() != "Z":
            away = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
            made = made - away if zone[0] == "+" else made + away
    except (ValueError, OverflowError):
        return None
    return made


def _other_moment(written: str) -> datetime | None:
    for form in ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y", "%a, %d %b %Y %H:%M:%S %Z"):
        try:
            return datetime.strptime(written, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def timespan(value: Any) -> timedelta | None:  # noqa: PLR0911 - one line per form
    """`7d`, `1.5h`, `1.02:03:04.5`; null for anything else."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        return None
    written = value.strip()
    unit = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s*([a-z]+)", written)
    try:
        if unit is not None:
            if unit.group(2) in ("tick", "ticks"):
                return timedelta(microseconds=float(unit.group(1)) / 10)
            return timedelta(microseconds=float(unit.group(1)) * _UNIT[unit.group(2)])
        if re.fullmatch(r"-?\d+", written):
            return timedelta(days=int(written))
        found = _SPAN.fullmatch(written)
        if found is None:
            return None
        sign, days, hours, minutes, seconds, fraction = found.groups()
        made = timedelta(int(days or 0), int(seconds or 0), 0, 0, int(minutes), int(hours))
        made += timedelta(microseconds=int(((fraction or "") + "0000000")[:7]) / 10)
    except (KeyError, OverflowError):
        return None
    return -made if sign else made


def stamp(value: datetime) -> str:
    """`2024-01-02T03:04:05.6Z` with seven places, as Kusto writes a datetime."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def span(value: timedelta) -> str:
    """`[-][d.]hh:mm:ss[.fffffff]`."""
    sign = "-" if value < timedelta() else ""
    value = abs(value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    days = f"{value.days}." if value.days else ""
    fraction = f".{value.microseconds:06d}0" if value.microseconds else ""
    return f"{sign}{days}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"


def parse_json(value: Any) -> Any:
    """`parse_json`: what is no JSON stays a string."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return msgspec.json.decode(value.encode())
    except (msgspec.DecodeError, UnicodeEncodeError):
        return value


_READERS: dict[str, Callable[[Any], Any]] = {
    "string": text,
    "guid": lambda value: text(value).lower(),
    "bool": boolean,
    "int": whole,
    "long": whole,
    "real": lambda value: None if (found := number(value)) is None else float(found),
    "datetime": moment,
    "timespan": timespan,
    "dynamic": parse_json,
}


def convert(kind: str, value: Any) -> Any:
    """`tostring`, `tolong`... by the name of the type."""
    return _READERS[kind](value)


def literal(kind: str, written: str) -> Any:
    """What stands in `int(5)` or `datetime(2024-01-01)`; None when it cannot be read."""
    if kind == "datetime" and written in ("", "min", "max"):
        return datetime.max.replace(tzinfo=UTC) if written == "max" else datetime.min.replace(tzinfo=UTC)
    return convert(kind, written)


def key(value: Any) -> Any:
    """What tells a value from others in groups and sets: containers by their JSON."""
    if isinstance(value, dict | list):
        return ("json", msgspec.json.encode(value))
    if isinstance(value, bool):
        return ("bool", value)
    return value
