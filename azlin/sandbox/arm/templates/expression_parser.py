"""How an expression of the template language is written.

Grammar (Microsoft, "Syntax and expressions in ARM templates"): a call `name(arg, ...)` or `namespace.name(arg, ...)`,
a string in single quotes ('' is one quote), a whole number; after a value `.property`, `[expression]`, and the safe
forms `.?property`, `[?expression]`. `[[` at the start of a text stands for a plain `[`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[().,\[\]?]))")
_DEEPEST = 200


class TemplateInvalid(Exception):
    """The template, its parameters or one of its expressions cannot be used. The text is ARM's."""

    def __init__(self, message: str, code: str = "InvalidTemplate") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """`target.key` or `target[key]`; `safe` gives null where there is no such key."""

    target: Node
    key: Node
    safe: bool


Node = Literal | Call | Access


def is_expression(value: Any) -> bool:
    """Whether a template value is to be evaluated."""
    return isinstance(value, str) and value.startswith("[") and value.endswith("]") and not value.startswith("[[")


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Node:
    """The tree of `[...]`. Raises TemplateInvalid."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split(text[1:-1])
        self._at = 0

    def _split(self, inner: str) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        at = 0
        end = len(inner.rstrip())
        while at < end:
            found = _TOKEN.match(inner, at)
            if found is None:
                raise self._invalid(f"The string character '{inner[at]}' at position '{at + 1}' is not expected.")
            kind = found.lastgroup or ""
            tokens.append((kind, found[kind]))
            at = found.end()
        return tokens

    def _invalid(self, why: str) -> TemplateInvalid:
        return TemplateInvalid(f"Unable to parse language expression '{self._text[1:-1]}': {why}", "InvalidTemplate")

    def whole(self) -> Node:
        node = self._value(0)
        if self._at < len(self._tokens):
            raise self._invalid(f"expected token 'EndOfData' and actual '{self._tokens[self._at][1]}'.")
        return node

    def _take(self, mark: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark):
            self._at += 1
            return True
        return False

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            actual = self._tokens[self._at][1] if self._at < len(self._tokens) else "EndOfData"
            raise self._invalid(f"expected token '{mark}' and actual '{actual}'.")

    def _value(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self._invalid("it is nested too deeply.")
        kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "EndOfData")
        self._at += 1
        if kind == "text":
            node: Node = Literal(word[1:-1].replace("''", "'"))
        elif kind == "number":
            node = Literal(int(word))
        elif kind == "name":
            node = self._call(word, depth)
        else:
            raise self._invalid(f"expected token 'Identifier' and actual '{word}'.")
        return self._accesses(node, depth)

    def _call(self, name: str, depth: int) -> Call:
        while self._take("."):
            kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "EndOfData")
            if kind != "name":
                raise self._invalid(f"expected token 'Identifier' and actual '{word}'.")
            name, self._at = f"{name}.{word}", self._at + 1
        self._need("(")
        arguments: list[Node] = []
        if not self._take(")"):
            arguments.append(self._value(depth + 1))
            while self._take(","):
                arguments.append(self._value(depth + 1))
            self._need(")")
        return Call(name, tuple(arguments))

    def _accesses(self, node: Node, depth: int) -> Node:
        while True:
            if self._take("."):
                safe = self._take("?")
                kind, word = self._tokens[self._at] if self._at < len(self._tokens) else ("", "EndOfData")
                if kind != "name":
                    raise self._invalid(f"expected token 'Identifier' and actual '{word}'.")
                self._at += 1
                node = Access(node, Literal(word), safe)
            elif self._take("["):
                safe = self._take("?")
                node = Access(node, self._value(depth + 1), safe)
                self._need("]")
            else:
                return node
