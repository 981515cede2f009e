"""Text → tokens. Nothing is thrown away here: a character that means nothing to us is a token of its own."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

TokenKind = Literal["word", "quoted", "secret", "comma", "end", "symbol"]

_TOKEN = re.compile(
    r"""
      (?P<secret>\{secret:[\w.-]+\})
    | "(?P<double>[^"]*)" | “(?P<curly>[^”]*)” | '(?P<single>[^']*)'(?!\w)
    | (?P<word>(?:[^\W]|[*~@+\-./:=%\#\[\]])(?:[\w*~@+\-./:=%\#\[\]]|['’](?=\w))*)
    | (?P<comma>,)
    | (?P<end>[?!…]+)
    | (?P<symbol>\S)
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """One token: `text` as written (without quotes), `low` case-folded with straight apostrophes."""

    text: str
    low: str
    kind: TokenKind


def tokenise(text: str) -> list[Token]:
    """The tokens of a text, in order. Linear in the length of the text; never raises."""
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "symbol"
        if kind in ("double", "single", "curly"):
            tokens.append(_token(found[kind].strip(), "quoted"))
        elif kind == "word":
            tokens.extend(_word(found.group()))
        else:
            tokens.append(_token(found.group(), kind))  # type: ignore[arg-type]
    return tokens


def _word(text: str) -> list[Token]:
    """A word, and the full stop that ends a sentence after it as a token of its own."""
    bare = text.rstrip(".")
    if bare == text:
        return [_token(text, "word")]
    return [_token(bare, "word"), _token(".", "end")] if bare else [_token(text, "symbol")]


def _token(text: str, kind: TokenKind) -> Token:
    return Token(text, text.casefold().replace("’", "'"), kind)
