"""JSON as Azure Resource Manager reads it, which is more than JSON.

ARM accepts comments, single quotes, unquoted property names, line breaks inside strings and trailing commas, and the
real `az deployment ... create` relies on it: it sends `{"properties": {..., template:{raw text of the file}}}`.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

Body = dict[str, Any]

_SKIPPED = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$.-]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


class JsonInvalid(ValueError):
    """The text is not even lenient JSON. `line` and `column` count from 1."""

    def __init__(self, what: str, line: int, column: int) -> None:
        super().__init__(f"{what}, line {line}, position {column}")
        self.line = line
        self.column = column


def read_json(text: str | bytes) -> Any:
    """The value the text stands for; the last of two equal names wins. Raises JsonInvalid.

    Strict JSON takes the fast road; only what that refuses is read by the lenient one. Nested too deeply is invalid.
    """
    text = text.decode("utf-8-sig", errors="replace") if isinstance(text, bytes) else text
    try:
        return json.loads(text)
    except ValueError:
        return _lenient(text)
    except RecursionError:
        raise JsonInvalid("The reader's MaxDepth has been exceeded", 1, 1) from None


def _lenient(text: str) -> Any:
    reader = _Reader(text)
    try:
        value = reader.value()
    except RecursionError:
        raise reader.invalid("The reader's MaxDepth has been exceeded") from None
    reader.skip()
    if reader.at < len(text):
        raise reader.invalid("Additional text encountered after finished reading JSON content") from None
    return value


def object_of(value: Any) -> Body:
    """The value where it is a JSON object, else an empty one."""
    return cast("Body", value) if isinstance(value, dict) else {}


def array_of(value: Any) -> list[Any]:
    """The value where it is a JSON array, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def same_json(left: Any, right: Any) -> bool:
    """Whether two values are the same JSON: `1` and `true` are not, nor are `1` and `1.0`."""
    if isinstance(left, dict):
        other = object_of(right)
        fields = cast("Body", left)
        return (
            isinstance(right, dict)
            and fields.keys() == other.keys()
            and all(same_json(value, other[name]) for name, value in fields.items())
        )
    if isinstance(left, list):
        items, others = cast("list[Any]", left), array_of(right)
        return (
            isinstance(right, list)
            and len(items) == len(others)
            and all(same_json(one, other) for one, other in zip(items, others, strict=True))
        )
    return type(left) is type(right) and left == right


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def invalid(self, what: str) -> JsonInvalid:
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        return JsonInvalid(what, line, column)

    def skip(self) -> str:
        """Pass blanks and comments; the character that follows, "" at the end."""
        found = _SKIPPED.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def value(self) -> Any:
        character = self.skip()
        if character == "{":
            return self._object()
        if character == "[":
            return self._array()
        if character in ("'", '"'):
            return self._string(character)
        number = _NUMBER.match(self.text, self.at)
        if number:
            self.at = number.end()
            return float(number[0]) if number[1] or number[2] else int(number[0])
        word = _NAME.match(self.text, self.at)
        if word and word[0] in _WORDS:
            self.at = word.end()
            return _WORDS[word[0]]
        raise self.invalid(f"Unexpected character encountered while parsing value: {character or 'end of text'}")

    def _object(self) -> Body:
        made: Body = {}
        self.at += 1
        while True:
            character = self.skip()
            if character == "}":
                self.at += 1
                return made
            if character in ("'", '"'):
                name = self._string(character)
            else:
                word = _NAME.match(self.text, self.at)
                if word is None:
                    raise self.invalid(f"Invalid property identifier character: {character or 'end of text'}")
                name, self.at = word[0], word.end()
            if self.skip() != ":":
                raise self.invalid("Invalid character after parsing property name. Expected ':'")
            self.at += 1
            made[name] = self.value()
            self._comma("}")

    def _array(self) -> list[Any]:
        made: list[Any] = []
        self.at += 1
        while True:
            if self.skip() == "]":
                self.at += 1
                return made
            made.append(self.value())
            self._comma("]")

    def _comma(self, closing: str) -> None:
        character = self.skip()
        if character == ",":
            self.at += 1
        elif character != closing:
            raise self.invalid(f"After parsing a value an unexpected character was encountered: {character}")

    def _string(self, quote: str) -> str:
        self.at += 1
        made: list[str] = []
        while True:
            character = self.text[self.at : self.at + 1]
            if not character:
                raise self.invalid(f"Unterminated string. Expected delimiter: {quote}")
            self.at += 1
            if character == quote:
                # A surrogate pair written as two escapes is one character.
                return "".join(made).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            if character != "\\":
                made.append(character)
                continue
            escaped = self.text[self.at : self.at + 1]
            self.at += 1
            if escaped == "u":
                digits = self.text[self.at : self.at + 4]
                if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                    raise self.invalid("Invalid Unicode escape sequence")
                made.append(chr(int(digits, 16)))
                self.at += 4
            else:
                made.append(_ESCAPES.get(escaped, escaped))
