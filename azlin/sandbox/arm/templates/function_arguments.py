"""What a template function was given, read as what it wants. Raises TypeError, which becomes ARM's refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azlin.sandbox.arm.templates.expressions import type_word

Arguments = Sequence[Any]


def text_argument(arguments: Arguments, at: int = 0) -> str:
    value = arguments[at]
    if not isinstance(value, str):
        raise TypeError(f"a value of type 'String' is expected, '{type_word(value)}' was given")
    return value


def number_argument(arguments: Arguments, at: int = 0) -> int:
    value = arguments[at]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"a value of type 'Integer' is expected, '{type_word(value)}' was given")
    return value
