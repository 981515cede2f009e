"""How a value of a setting is read: what each kind may look like, and the words for what it must be.

Every reader takes what TOML, the environment or a command line gave, and returns the value as the
code uses it. It raises ValueError whose text completes the sentence "it must be …".
"""

from __future__ import annotations

import math
import re
import shlex
from decimal import Decimal, InvalidOperation
from typing import cast
from urllib.parse import urlsplit


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text in quotes")
    return value.strip()


def money(value: object) -> Decimal:
    """An amount; text is taken too, because the environment and `config set` have nothing else."""
    wanted = "an amount of money that is not negative, such as 500 or 99.50"
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise ValueError(wanted)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise ValueError(wanted) from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(wanted)
    return amount


def seconds(value: object) -> Decimal:
    try:
        amount = money(value)
    except ValueError:
        amount = Decimal(0)
    if amount <= 0:
        raise ValueError("a number of seconds above 0")
    return amount


def duration(value: object) -> float:
    """Seconds, from a number of them or a text such as `90s`, `10m`, `2h`, `1d` or `1h30m`."""
    wanted = "a time above 0, in seconds or such as 90s, 10m, 2h, 1h30m or 1d"
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise ValueError(wanted)
    told = str(value).strip().casefold().replace(" ", "")
    try:
        total_s = float(told)
    except ValueError:
        if not re.fullmatch(r"(\d+(\.\d+)?[dhms])+", told):
            raise ValueError(wanted) from None
        total_s = sum(float(n) * UNITS_S[unit] for n, unit in re.findall(r"([\d.]+)([dhms])", told))
    if not 0 < total_s < math.inf:
        raise ValueError(wanted)
    return total_s


UNITS_S = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def amounts(value: object) -> dict[str, Decimal]:
    if not isinstance(value, dict):
        raise ValueError('a table such as "my-group" = 100.0')
    return {name: money(amount) for name, amount in cast("dict[str, object]", value).items()}


def percentages(value: object) -> tuple[int, ...]:
    wanted = "a list of whole percentages from 1 to 1000, such as [50, 80, 100]"
    if isinstance(value, str):
        parts = [part.strip() for part in value.split(",")]
        value = [int(part) if part.isdecimal() and len(part) <= 4 else part for part in parts]
    if not isinstance(value, list):
        raise ValueError(wanted)
    numbers = cast("list[object]", value)
    chosen = [n for n in numbers if isinstance(n, int) and not isinstance(n, bool) and 0 < n <= 1000]
    if len(chosen) != len(numbers):
        raise ValueError(wanted)
    return tuple(sorted(set(chosen)))


def texts(value: object) -> tuple[str, ...]:
    items: object = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        raise ValueError("a list of texts")
    return tuple(text(item) for item in cast("list[object]", items))


def address(value: object) -> str:
    wanted = "an https:// address (http:// only for a loopback address)"
    address = text(value).rstrip("/")
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ValueError(wanted) from None
    if parts.username or parts.password:
        raise ValueError("an address without a user name or password in it")
    host = parts.hostname or ""
    if host and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        return address
    raise ValueError(wanted)


def _is_loopback(host: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def command(value: object) -> tuple[str, ...]:
    """An argument list, or one text that is split as a shell would."""
    try:
        parts = tuple(shlex.split(value)) if isinstance(value, str) else texts(value)
    except ValueError:
        parts = ()
    if not parts:
        raise ValueError("a command")
    return parts


def journal_url(_value: object) -> str:
    raise ValueError("left out: this version keeps its journal in SQLite under AZLIN_HOME")
