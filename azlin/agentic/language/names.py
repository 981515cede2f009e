"""Names as people list them: `Sam`, `web1, web2 and web3`, `n01..n30`, `n01 to n30`, `"my vm"`, and patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from azlin.agentic.language.tokens import Token

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._()-]*[A-Za-z0-9_()-])?$")
_PATTERN = re.compile(r"(?=.*\*)[A-Za-z0-9._*-]+$")
_RANGE = re.compile(r"(?P<first>[A-Za-z0-9._-]*?\d+)\.\.\.?(?P<last>[A-Za-z0-9._-]*?\d+)$")
_NUMBERED = re.compile(r"(?P<stem>.*?)(?P<number>\d+)$")
BETWEEN = {"to", "through", "thru", "till", "until", "..", "...", "-", "–"}
RANGE_MAX = 1000

Stop = Callable[[int], bool]
"""Whether something other than a name begins at an index."""


class Names(NamedTuple):
    """Names that were read (None for a range that makes no sense), and the index after them."""

    names: tuple[str, ...] | None
    end: int


def is_name(token: Token) -> bool:
    """Whether a token can name a resource. Whether Azure takes that name for a type is the type's rule."""
    return bool(token.text) if token.kind == "quoted" else token.kind == "word" and bool(_NAME.match(token.text))


def is_pattern(token: Token) -> bool:
    return token.kind in ("word", "quoted") and bool(_PATTERN.match(token.text))


def looks_made_up(token: Token) -> bool:
    """Whether a token is no word of a language: it has a digit, a capital inside, a hyphen, or quotes around it."""
    if token.kind == "quoted":
        return True
    return is_name(token) and (any(c.isdigit() or c in "-_." for c in token.text) or token.text != token.text.lower())


def read_names(tokens: Sequence[Token], start: int, stop: Stop) -> Names | None:
    """The list of names that begins at `start`: the first is taken as it stands, each following one only after a comma
    or `and`, and only if nothing else begins there."""
    found = _one(tokens, start)
    if found is None:
        return None
    names, at = list(found.names or ()), found.end
    if found.names is None:
        return found
    while True:
        following = _after_joiner(tokens, at)
        if following is None or stop(following):
            return Names(tuple(names), at)
        found = _one(tokens, following)
        if found is None:
            return Names(tuple(names), at)
        if found.names is None:
            return found
        names.extend(found.names)
        at = found.end


def _one(tokens: Sequence[Token], at: int) -> Names | None:
    """A name or a range."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "word" and (within := _RANGE.match(token.text)):
        return Names(expand(within["first"], within["last"]), at + 1)
    if not is_name(token):
        return None
    if at + 2 < len(tokens) and tokens[at + 1].low in BETWEEN and _NUMBERED.match(token.text):
        last = tokens[at + 2]
        if is_name(last) and _same_stem(token.text, last.text):
            return Names(expand(token.text, last.text), at + 3)
    return Names((token.text,), at + 1)


def _after_joiner(tokens: Sequence[Token], at: int) -> int | None:
    """The index after `,`, `and` or `, and`; None when there is none."""
    start = at
    if at < len(tokens) and tokens[at].kind == "comma":
        at += 1
    if at < len(tokens) and tokens[at].kind == "word" and tokens[at].low in ("and", "&"):
        at += 1
    return at if start < at < len(tokens) else None


def _same_stem(first: str, last: str) -> bool:
    one, other = _NUMBERED.match(first), _NUMBERED.match(last)
    return one is not None and other is not None and one["stem"].casefold() == other["stem"].casefold()


def expand(first: str, last: str) -> tuple[str, ...] | None:
    """`n01`, `n30` → n01 … n30 (`n01..30` too). None when the stems differ, it runs backwards, or it is longer than
    RANGE_MAX."""
    start, end = _NUMBERED.match(first), _NUMBERED.match(last)
    if start is None or end is None or end["stem"].casefold() not in ("", start["stem"].casefold()):
        return None
    low, high = int(start["number"]), int(end["number"])
    if high < low or high - low >= RANGE_MAX:
        return None
    width = len(start["number"]) if start["number"].startswith("0") or len(start["number"]) > 1 else 1
    return tuple(f"{start['stem']}{number:0{width}d}" for number in range(low, high + 1))
