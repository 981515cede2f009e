"""Dates in the template language, with .NET's format strings.

Formats are those of .NET's "Standard" and "Custom date and time format strings" in the invariant culture. A year is 365
days and a month 30, as the reference of `dateTimeAdd` says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "O": "yyyy-MM-dd'T'HH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-dd'T'HH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
_PART = re.compile(
    r"'[^']*'|\"[^\"]*\"|\\.|y+|M{1,4}|d{1,4}|H{1,2}|h{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7}|t{1,2}|K|z{1,3}|%"
)
_NOW = "yyyyMMdd'T'HHmmss'Z'"
_ISO = "yyyy-MM-dd'T'HH:mm:ssK"
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?"
    r"(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_DATE_READ = ("%Y%m%dT%H%M%SZ", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y", "%a, %d %b %Y %H:%M:%S GMT")


def formatted_date(moment: datetime, how: str) -> str:
    """A UTC time in a .NET format string. Raises ValueError for a one-letter format that there is not."""
    if len(how) == 1:
        if how not in _STANDARD:
            raise ValueError(f"the date format '{how}' is not valid")
        how = _STANDARD[how]

    def put(match: re.Match[str]) -> str:
        return _part(moment, match[0])

    return _PART.sub(put, how)


def _part(moment: datetime, part: str) -> str:  # noqa: PLR0911 - a table of parts
    kind, length = part[0], len(part)
    if kind in "'\"":
        return part[1:-1]
    if kind == "\\":
        return part[1]
    numbers = {"H": moment.hour, "h": moment.hour % 12 or 12, "m": moment.minute, "s": moment.second}
    if kind in numbers:
        return f"{numbers[kind]:0{length}d}"
    if kind == "y":
        return f"{moment.year % 100:0{length}d}" if length < 3 else f"{moment.year:0{length}d}"
    if kind in "Md":
        number, names = (moment.month, _MONTHS) if kind == "M" else (moment.day, _DAYS)
        name = names[moment.month - 1 if kind == "M" else moment.weekday()]
        return f"{number:0{length}d}" if length < 3 else name[:3] if length == 3 else name
    if kind in "fF":
        digits = f"{moment.microsecond:06d}0"[:length]
        return digits if kind == "f" else digits.rstrip("0")
    if kind == "t":
        return ("AM" if moment.hour < 12 else "PM")[:length]
    return {"K": "Z", "z": "+0", "zz": "+00", "zzz": "+00:00"}.get(part, "")


def read_date(text: str) -> datetime:
    """A time as templates write it; without an offset it is UTC. Raises ValueError."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        for form in _DATE_READ:
            try:
                found = datetime.strptime(text.strip(), form)
                break
            except ValueError:
                continue
        else:
            raise ValueError(f"'{text}' is not a date and time") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def read_duration(text: str) -> timedelta:
    """An ISO 8601 duration. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None or text.rstrip("T") in ("P", "-P"):
        raise ValueError(f"'{text}' is not a duration in ISO 8601 form")
    part = {name: float(value or 0) for name, value in found.groupdict().items() if name != "sign"}
    days = part["Y"] * 365 + part["M"] * 30 + part["W"] * 7 + part["D"]
    length = timedelta(days=days, hours=part["h"], minutes=part["m"], seconds=part["s"])
    return -length if found["sign"] else length


def utc_now(arguments: Sequence[Any]) -> str:
    """`utcNow([format])`."""
    return formatted_date(datetime.now(UTC), str(arguments[0]) if arguments else _NOW)


def date_time_add(arguments: Sequence[Any]) -> str:
    """`dateTimeAdd(base, duration, [format])`."""
    moment = read_date(str(arguments[0])) + read_duration(str(arguments[1]))
    return formatted_date(moment, str(arguments[2]) if len(arguments) > 2 else _ISO)


def date_time_from_epoch(arguments: Sequence[Any]) -> str:
    """`dateTimeFromEpoch(seconds)`."""
    return formatted_date(datetime.fromtimestamp(int(arguments[0]), UTC), _ISO)


def date_time_to_epoch(arguments: Sequence[Any]) -> int:
    """`dateTimeToEpoch(dateTime)`."""
    return int(read_date(str(arguments[0])).timestamp())
