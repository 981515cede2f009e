"""Tags as people write them: `env=test`, `env = test`, `env: test`, `a=b and c=d`, or only the name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from azlin.agentic.language.tokens import Token

_PAIR = re.compile(r"(?P<key>[^=:<>%&\\?/]{1,512})[=:](?P<value>[^=]{1,256})$")
_KEY = re.compile(r"[^=:<>%&\\?/,]{1,512}$")


class Tags(NamedTuple):
    """Tags that were read (a value of None: only the name was given), and the index after them."""

    tags: dict[str, str | None]
    end: int


def read_tags(tokens: Sequence[Token], start: int, *, bare: bool) -> Tags | None:
    """The tags that begin at `start`. With `bare`, the first may be a name without a value."""
    tags: dict[str, str | None] = {}
    end = start
    while found := _one(tokens, _after_joiner(tokens, end) if tags else start):
        key, value, end = found
        tags[key] = value
    if tags:
        return Tags(tags, end)
    if bare and start < len(tokens) and _is_key(tokens[start]):
        return Tags({tokens[start].text: None}, start + 1)
    return None


def _one(tokens: Sequence[Token], at: int) -> tuple[str, str, int] | None:
    if at >= len(tokens) or tokens[at].kind not in ("word", "quoted"):
        return None
    text = tokens[at].text
    if found := _PAIR.match(text):
        return found["key"], found["value"], at + 1
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if text[-1:] in "=:" and _KEY.match(text[:-1]) and following and following.kind in ("word", "quoted"):
        return text[:-1], following.text, at + 2
    if following and following.text in ("=", ":") and _KEY.match(text) and at + 2 < len(tokens):
        last = tokens[at + 2]
        return (text, last.text, at + 3) if last.kind in ("word", "quoted") else None
    if following and following.kind == "word" and following.text[:1] == "=" and len(following.text) > 1:
        return text, following.text[1:], at + 2
    return None


def _is_key(token: Token) -> bool:
    return token.kind in ("word", "quoted") and bool(_KEY.match(token.text))


def _after_joiner(tokens: Sequence[Token], at: int) -> int:
    """The index after `,` and `and`, if tags may go on there."""
    if at < len(tokens) and tokens[at].kind == "comma":
        at += 1
    if at < len(tokens) and tokens[at].low == "and":
        at += 1
    return at
