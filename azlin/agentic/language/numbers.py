"""Numbers as people write them: `2`, `two`, `a couple of`, `a dozen`; and what only looks like one (`-5`, `2.5`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from azlin.agentic.language.tokens import Token

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
GROUPS = {"couple": 2, "pair": 2, "dozen": 12}
VAGUE = frozenset({"few", "several", "some", "many", "multiple", "various", "bunch", "lot", "lots"})

_WHOLE = re.compile(r"\d{1,9}$", re.ASCII)
_ODD = re.compile(r"[-+]?\d[\d.,]*(?:e\d+)?%?$|[-+]\d+$", re.ASCII)


class Number(NamedTuple):
    """A number that was read: `value` is None for one that cannot count things (`-5`, `a few`); `end` is the index
    after it; `said` is what was written when that needs explaining (`a couple of`)."""

    value: int | None
    end: int
    said: str = ""


def read_number(tokens: Sequence[Token], start: int) -> Number | None:
    """The number that begins at `start`, or None."""
    at = start + 1 if _low(tokens, start) == "a" and _low(tokens, start + 1) in GROUPS | dict.fromkeys(VAGUE) else start
    word = _low(tokens, at)
    if tokens[start].kind != "word":
        return None
    end = at + 2 if _low(tokens, at + 1) == "of" else at + 1
    said = " ".join(token.text for token in tokens[start:end])
    if word in GROUPS:
        return Number(GROUPS[word], end, said)
    if word in VAGUE:
        return Number(None, end, said)
    if _WHOLE.match(word):
        return Number(int(word), at + 1)
    if _ODD.match(word):
        return Number(None, at + 1, word)
    return _spelled(tokens, at)


def _spelled(tokens: Sequence[Token], at: int) -> Number | None:
    first, _, second = _low(tokens, at).partition("-")
    if first in TENS:
        following = second or _low(tokens, at + 1)
        if following in ONES[1:10]:
            return Number(TENS[first] + ONES.index(following), at + (1 if second else 2))
        return None if second else Number(TENS[first], at + 1)
    if first in ONES and not second:
        return Number(ONES.index(first), at + 1)
    return Number(100, at + 1) if first == "hundred" and not second else None


def _low(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].low if at < len(tokens) else ""
