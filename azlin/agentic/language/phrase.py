"""A phrase: some tokens that together say one thing about a request."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from azlin.agentic.language.tokens import Token

ARTICLES = frozenset({"a", "an", "the", "my", "our", "new", "existing", "its", "own"})
PREPOSITIONS = frozenset(
    {"in", "into", "from", "of", "inside", "within", "to", "under", "on", "at", "with", "using", "by", "for", "across"}
)
CALLED = frozenset({"called", "named", "name", "titled"})
JOINERS = frozenset({"and", "plus", "then", "also"})
FUNCTION_WORDS = (
    ARTICLES
    | PREPOSITIONS
    | JOINERS
    | CALLED
    | frozenset(
        [
            "it",
            "them",
            "they",
            "this",
            "that",
            "these",
            "those",
            "same",
            "there",
            "here",
            "is",
            "are",
            "be",
            "all",
            "every",
            "each",
            "any",
            "both",
            "no",
            "not",
            "without",
            "except",
            "or",
            "but",
            "tagged",
            "me",
            "i",
            "you",
            "please",
            "now",
            "which",
            "what",
            "who",
            "where",
            "how",
            "many",
            "with",
            "tags",
            "tag",
        ]
    )
)
"""Words that can never be a name unless they are put in quotes or after `called`."""


class Phrase(NamedTuple):
    """`slot` says what it is about (`location`, `unknown` …), `value` what it says; [start, end) are indices."""

    slot: str
    value: Any
    start: int
    end: int


class Tokens:
    """The tokens of a request, with the few questions that readers of phrases ask."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens

    def __len__(self) -> int:
        return len(self.tokens)

    def low(self, at: int) -> str:
        """The word at an index, case-folded; empty for what is no word, and past the end."""
        return self.tokens[at].low if 0 <= at < len(self.tokens) and self.tokens[at].kind == "word" else ""

    def text(self, at: int) -> str:
        return self.tokens[at].text if at < len(self.tokens) else ""

    def said(self, start: int, end: int) -> str:
        return " ".join(token.text for token in self.tokens[start:end])

    def skip(self, at: int, words: Collection[str]) -> int:
        """The index after any of these words."""
        while self.low(at) in words:
            at += 1
        return at

    def after(self, at: int, *forms: str) -> int | None:
        """The index after the first of these phrases that stands here (give the longest first); None for none."""
        for form in forms:
            words = form.split()
            if all(self.low(at + n) == word for n, word in enumerate(words)):
                return at + len(words)
        return None
