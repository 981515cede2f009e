"""Texts in the template language: how values are written, and .NET's composite formatting.

Numeric formats are those of .NET's "Standard" and "Custom numeric format strings" in the invariant culture.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast

_FORMAT = re.compile(r"\{\{|\}\}|\{(\d+)(?:,\s*(-?\d+))?(?::([^}]*))?\}|[{}]")
_STANDARD = re.compile(r"([CcDdEeFfGgNnPpRrXx])(\d*)")
_CUSTOM = re.compile(r"('[^']*'|\"[^\"]*\"|\\.|[^0#.,%'\"\\])*([0#,.%]+)(.*)")


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
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def formatted(arguments: Sequence[Any]) -> str:
    """`format(text, ...)`. Raises ValueError for a text that .NET does not take."""

    def put(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[1] is None or int(match[1]) >= len(arguments) - 1:
            raise ValueError("the format has an index that no argument belongs to")
        made = formatted_value(arguments[1 + int(match[1])], match[3] or "")
        width = int(match[2] or 0)
        return made.rjust(width) if width >= 0 else made.ljust(-width)

    return _FORMAT.sub(put, str(arguments[0]))


def formatted_value(value: Any, how: str) -> str:
    """A value in a .NET format; only numbers take one."""
    if not how or not isinstance(value, int | float) or isinstance(value, bool):
        return text_of(value)
    standard = _STANDARD.fullmatch(how)
    if standard is not None:
        return _standard(value, standard[1], standard[2])
    if how[0].isalpha() and how[0].isascii() and len(how) == 1:
        raise ValueError(f"the format '{how}' is not valid")
    return _custom(value, how)


def _standard(value: float, kind: str, digits: str) -> str:
    lower = kind.lower()
    if lower in "dx" and not isinstance(value, int):
        raise ValueError(f"the format '{kind}' is for whole numbers")
    if lower == "d":
        return ("-" if value < 0 else "") + f"{abs(int(value)):0{int(digits or 1)}d}"
    if lower == "x":
        return f"{int(value) & 0xFFFFFFFFFFFFFFFF:0{int(digits or 1)}{kind}}"
    if lower == "p":
        return f"{_rounded(Decimal(str(value)) * 100, int(digits or 2)):,} %"
    if lower == "e":
        mantissa, _, power = f"{value:.{int(digits or 6)}e}".partition("e")
        return f"{mantissa}{kind}{power[0]}{int(power[1:]):03d}"
    if lower in "gr":
        return text_of(value)
    number = _rounded(Decimal(str(value)), int(digits or 2))
    mark = "¤" if lower == "c" else ""
    return f"{'-' if number < 0 else ''}{mark}{abs(number):{'' if lower == 'f' else ','}}"


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _custom(value: float, how: str) -> str:
    """`000`, `#,##0.00`, `0.#`, `0%`, with other text around it."""
    found = _CUSTOM.fullmatch(how)
    if found is None:
        return how
    pattern = found[2]
    number = Decimal(str(value)) * (100 if "%" in pattern else 1)
    whole, _, fraction = pattern.replace("%", "").partition(".")
    grouped = "," in whole
    number = _rounded(number, fraction.count("0") + fraction.count("#"))
    left, _, right = f"{abs(number):f}".partition(".")
    right = right[: fraction.count("0")] + right[fraction.count("0") :].rstrip("0")
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if grouped and left:
        left = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", left)
    sign = "-" if number < 0 else ""
    text = f"{sign}{left}{'.' + right if right else ''}{'%' if '%' in pattern else ''}"
    before = how[: found.start(2)]
    return _plain(before) + text + _plain(found[3])


def _plain(text: str) -> str:
    return re.sub(r"'([^']*)'|\"([^\"]*)\"|\\(.)", lambda match: match[1] or match[2] or match[3] or "", text)
