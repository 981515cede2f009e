"""What a template function was given, read as what it wants. Raises WrongArgument, which becomes ARM's refusal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azlin.sandbox.arm.templates.expressions import WrongArgument, type_word

Arguments = Sequence[Any]


def text_argument(arguments: Arguments, at: int = 0) -> str:
    value = arguments[at]
    if not isinstance(value, str):
        raise WrongArgument(at, "String", type_word(value))
    return value


def number_argument(arguments: Arguments, at: int = 0) -> int:
    value = arguments[at]
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongArgument(at, "Integer", type_word(value))
    return value
