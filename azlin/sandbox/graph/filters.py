"""The `$filter` of Microsoft Graph: comparisons, `in`, and, or, not, string functions, any and all.

Strings compare without regard to case, as the directory does. Source: OData 4.01 "URL Conventions", 5.1.1, and
"Use the $filter query parameter" of the Graph reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.jsonc import array_of
from azlin.sandbox.graph.refusals import GraphRefusal, filter_invalid

Scope = dict[str, Any]
Test = Callable[[Scope], bool]
Read = Callable[[Scope], Any]

_DEEPEST = 60
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<when>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)"
    r"|(?P<id>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_@][\w.@]*(?:/\$?[A-Za-z_][\w.]*)*)"
    r"|(?P<mark>[(),:]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: _ordered(a, b) and a > b,
    "ge": lambda a, b: _ordered(a, b) and a >= b,
    "lt": lambda a, b: _ordered(a, b) and a < b,
    "le": lambda a, b: _ordered(a, b) and a <= b,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda text, part: part in text,
}
_LITERALS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Hint:
    """What every match must have, so that an index can find it: `how` is `eq` or `startswith`."""

    how: str
    name: str
    value: str


class Filter:
    """A parsed filter.

    `hints` hold for every match. `advanced` says what makes it an advanced query (`ConsistencyLevel: eventual`).
    """

    def __init__(self, text: str, kind: str, knows: Callable[[str], bool]) -> None:
        """`knows` says whether the kind has a property of that name. Raises GraphRefusal 400."""
        self._text, self._kind, self._knows = text, kind, knows
        self._tokens = self._scan(text)
        self._at = self._depth = 0
        self._loose = 0
        self._variables: list[str] = []
        self.hints: list[Hint] = []
        self.advanced: str | None = None
        self._test = self._either()
        if self._at != len(self._tokens):
            raise self._refusal()

    def keeps(self, body: dict[str, Any]) -> bool:
        return self._test({"": body})

    # ------------------------------------------------------------- grammar

    def _scan(self, text: str) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise filter_invalid(f"Syntax error at position {at} in '{self._text}'.")
            tokens.append((match.lastgroup, match.group(match.lastgroup)))
            at = match.end()
        return tokens

    def _either(self) -> Test:
        start = len(self.hints)
        tests = [self._both()]
        while self._word("or"):
            tests.append(self._both())
        if len(tests) > 1:
            del self.hints[start:]
        return tests[0] if len(tests) == 1 else lambda scope: any(test(scope) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._word("and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda scope: all(test(scope) for test in tests)

    def _one(self) -> Test:
        if self._word("not"):
            self._advance("Operator: 'Not'")
            inner = self._hintless(self._one)
            return lambda scope: not inner(scope)
        if self._mark("("):
            inner = self._deeper(self._either)
            self._expect(")")
            return inner
        kind, text = self._next()
        name, _, last = text.rpartition("/")
        if kind == "word" and last.casefold() in ("any", "all") and self._mark("("):
            return self._lambda(name, last.casefold())
        if kind == "word" and text.casefold() in _FUNCTIONS and self._mark("("):
            return self._function(text.casefold())
        left = self._operand(kind, text)
        return self._comparison(left, text if kind == "word" else "")

    def _comparison(self, left: Read, name: str) -> Test:
        kind, operator = self._peek()
        folded = operator.casefold()
        if kind == "word" and folded == "in":
            self._at += 1
            return self._in(left)
        if kind == "word" and folded in _COMPARE:
            self._at += 1
            kind, text = self._next()
            right = self._operand(kind, text)
            if folded == "ne":
                self._advance("Operator: 'NotEqualsMatch'")
            if folded == "eq" and kind in ("text", "id"):
                self._hint("eq", name, kind, text)
            test = _COMPARE[folded]
            return lambda scope: test(left(scope), right(scope))
        return lambda scope: left(scope) is True

    def _in(self, left: Read) -> Test:
        self._expect("(")
        wanted: list[Read] = []
        while not self._mark(")"):
            wanted.append(self._operand(*self._next()))
            self._mark(",")
        return lambda scope: left(scope) in [one(scope) for one in wanted]

    def _function(self, name: str) -> Test:
        kind, first = self._next()
        left = self._operand(kind, first)
        self._expect(",")
        value_kind, second = self._next()
        right = self._operand(value_kind, second)
        self._expect(")")
        if name == "endswith":
            self._advance("Operator: 'EndsWithMatch'")
        if name == "contains":
            self._advance("Operator: 'Contains'")
        if self._word("eq"):
            wanted = self._next()[1].casefold()
            if wanted == "false":
                test = _FUNCTIONS[name]
                return lambda scope: not test(_text(left(scope)), _text(right(scope)))
        if name == "startswith" and value_kind == "text":
            self._hint("startswith", first, value_kind, second)
        function = _FUNCTIONS[name]
        return lambda scope: left(scope) is not None and function(_text(left(scope)), _text(right(scope)))

    def _lambda(self, name: str, how: str) -> Test:
        """`path/any(x:test)`; `path/any()` asks whether there is one."""
        items = self._property(name)
        if self._mark(")"):
            return lambda scope: bool(items(scope))
        kind, variable = self._next()
        if kind != "word":
            raise self._refusal()
        self._expect(":")
        self._variables.append(variable)
        at = self._at
        inner = self._hintless(self._either)
        self._variables.pop()
        self._expect(")")
        if how == "any":
            self._hint_of(name, variable, self._tokens[at : self._at - 1])
        every = all if how == "all" else any
        return lambda scope: every(inner({**scope, variable: one}) for one in array_of(items(scope)))

    # ------------------------------------------------------------ operands

    def _operand(self, kind: str, text: str) -> Read:
        if kind == "text":
            value: Any = text[1:-1].replace("''", "'").casefold()
        elif kind in ("when", "id"):
            value = text.casefold()
        elif kind == "number":
            value = float(text) if "." in text else int(text)
        elif kind == "word" and text.casefold() in _LITERALS:
            value = _LITERALS[text.casefold()]
        elif kind == "word":
            return self._property(text)
        else:
            raise self._refusal()
        return lambda _: value

    def _property(self, path: str) -> Read:
        root, *rest = path.split("/")
        if root in self._variables:
            return lambda scope: _walk(scope.get(root), rest)
        if not self._knows(root):
            raise filter_invalid(f"Could not find a property named '{root}' on type 'microsoft.graph.{self._kind}'.")
        return lambda scope: _walk(scope[""], [root, *rest])

    # --------------------------------------------------------------- hints

    def _hint(self, how: str, name: str, kind: str, text: str) -> None:
        if not self._loose and name and "/" not in name:
            value = text[1:-1].replace("''", "'") if kind == "text" else text
            self.hints.append(Hint(how, name, value))

    def _hint_of(self, name: str, variable: str, tokens: list[tuple[str, str]]) -> None:
        """`servicePrincipalNames/any(c:c eq 'x')` is found by its key as well."""
        match tokens:
            case [("word", left), ("word", operator), (("text" | "id") as kind, text)] if (
                left == variable and operator.casefold() == "eq"
            ):
                self._hint("eq", name, kind, text)
            case _:
                pass

    def _hintless(self, read: Callable[[], Test]) -> Test:
        self._loose += 1
        inner = self._deeper(read)
        self._loose -= 1
        return inner

    def _advance(self, what: str) -> None:
        self.advanced = self.advanced or what

    # -------------------------------------------------------------- tokens

    def _deeper(self, read: Callable[[], Test]) -> Test:
        if self._depth == _DEEPEST:
            raise self._refusal()
        self._depth += 1
        inner = read()
        self._depth -= 1
        return inner

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._refusal()
        self._at += 1
        return self._tokens[self._at - 1]

    def _word(self, word: str) -> bool:
        return self._skip("word", word)

    def _mark(self, mark: str) -> bool:
        return self._skip("mark", mark)

    def _skip(self, kind: str, text: str) -> bool:
        found = self._peek()
        if found[0] == kind and found[1].casefold() == text:
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._mark(mark):
            raise self._refusal()

    def _refusal(self) -> GraphRefusal:
        return filter_invalid(f"Syntax error at position {self._at} in '{self._text}'.")


def _walk(value: Any, path: list[str]) -> Any:
    """The value at a path, casefolded when it is text; `$count` counts a collection."""
    for name in path:
        if name == "$count":
            value = len(value) if isinstance(value, list) else 0  # pyright: ignore[reportUnknownArgumentType]
        else:
            value = value.get(name) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return value.casefold() if isinstance(value, str) else value  # pyright: ignore[reportUnknownVariableType]


def _ordered(a: Any, b: Any) -> bool:
    """Whether two values can be put in order: null is neither less nor more."""
    return (isinstance(a, str) and isinstance(b, str)) or (isinstance(a, int | float) and isinstance(b, int | float))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
