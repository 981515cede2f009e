"""KQL text to tokens.

Strings: '...' and "..." with backslash escapes, @'...' and @"..." verbatim (the quote doubled), ```...``` over
lines. Comments: `//` to the end of the line. Timespans are numbers with a unit (`7d`, `1.5h`).
Source: "The string data type", "The timespan data type" and "Entity names" of the KQL reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from azlin.sandbox.resource_graph.invalid import unparsable

Kind = Literal["name", "string", "number", "timespan", "mark", "end"]

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<verbatim>[hH]?@'(?:[^']|'')*'|[hH]?@"(?:[^"]|"")*")
    |(?P<string>[hH]?'(?:[^'\\\n]|\\.)*'|[hH]?"(?:[^"\\\n]|\\.)*")
    |(?P<lines>```.*?```|~~~.*?~~~)
    |(?P<timespan>\d+(?:\.\d+)?(?:days?|d|hours?|hr?s?|minutes?|min|m|milliseconds?|millis|ms|microseconds?|micros|
        microsecond|seconds?|sec|s|ticks?)(?![A-Za-z0-9_]))
    |(?P<number>0[xX][0-9a-fA-F]+|\d+\.\d+(?:[eE][+-]?\d+)?|\d+(?:[eE][+-]?\d+)?)
    |(?P<hyphened>(?:project-(?:away|keep|rename|reorder|smart)|mv-(?:expand|apply)|make-(?:series|graph)|
        top-(?:nested|hitters)|sample-distinct|parse-(?:where|kv)|graph-\w+|order-by)(?![A-Za-z0-9_]))
    |(?P<folded>in~)
    |(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
    |(?P<mark>![a-z_]+~?|==|!=|=~|!~|<=|>=|<>|\.\.|[|(){}\[\],;:.=<>+\-*/%?])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is what a string holds, what stands in the query for the rest. Line from 1, position from 0."""

    kind: Kind
    text: str
    line: int
    position: int
    at: int


def tokens(query: str) -> list[Token]:
    """The tokens of a query, the last one of kind `end`. Raises QueryInvalid."""
    found: list[Token] = []
    at, line, line_at = 0, 1, 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise unparsable(line, at - line_at, query[at])
        kind, text = str(match.lastgroup), match.group()
        if kind != "space":
            found.append(_token(kind, text, line, at - line_at, at))
        breaks = text.count("\n")
        if breaks:
            line += breaks
            line_at = at + text.rindex("\n") + 1
        at = match.end()
    found.append(Token("end", "<EOF>", line, at - line_at, at))
    return found


def _token(kind: str, text: str, line: int, position: int, at: int) -> Token:
    if kind == "string":
        return Token("string", _ESCAPE.sub(_unescaped, text.lstrip("hH")[1:-1]), line, position, at)
    if kind == "verbatim":
        quoted = text.lstrip("hH")[1:]
        return Token("string", quoted[1:-1].replace(quoted[0] * 2, quoted[0]), line, position, at)
    if kind == "lines":
        return Token("string", text[3:-3], line, position, at)
    if kind in ("hyphened", "folded"):
        return Token("name", text, line, position, at)
    return Token(kind, text, line, position, at)  # pyright: ignore[reportArgumentType] - the groups are the kinds


def _unescaped(match: re.Match[str]) -> str:
    text = match.group(1)
    if text[0] in "uUx" and len(text) > 1:
        return chr(int(text[1:], 16))
    if text[0].isdigit():
        return chr(int(text, 8))
    return _LETTERS.get(text, text)
