"""Scalar expressions of KQL from tokens: a recursive descent, loosest operator first."""

from __future__ import annotations

from typing import Any

import msgspec

from azlin.sandbox.resource_graph import syntax, values
from azlin.sandbox.resource_graph.invalid import QueryInvalid, unparsable
from azlin.sandbox.resource_graph.lexer import Token, tokens

_WORDS = (
    "contains contains_cs startswith startswith_cs endswith endswith_cs has has_cs hasprefix hasprefix_cs hassuffix "
    "hassuffix_cs"
)
_COMPARISONS = frozenset(
    ["==", "!=", "<>", "=~", "!~", "<", "<=", ">", ">=", *(no + word for no in ("", "!") for word in _WORDS.split())]
)
_AMONG = frozenset(("in", "in~", "!in", "!in~", "has_any", "has_all"))
_TYPED = frozenset(
    [
        "datetime",
        "timespan",
        "time",
        "dynamic",
        "bool",
        "boolean",
        "int",
        "long",
        "real",
        "double",
        "guid",
        "date",
        "decimal",
        "string",
    ]
)
_KEYWORDS = frozenset(("where", "by", "and", "or", "on", "with", "matches", "let", "null"))
_DEEPEST = 60
"""How deep expressions and queries may lie in one another; beyond it Python's own stack would end."""


class Terms:
    """A place in the tokens of one query. `parser.Parser` adds the tabular half."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = self._depth = 0

    # ------------------------------------------------------------- tokens

    @property
    def here(self) -> Token:
        return self._tokens[self._at]

    def ahead(self, steps: int = 1) -> Token:
        return self._tokens[min(self._at + steps, len(self._tokens) - 1)]

    def next(self) -> Token:
        token = self.here
        if token.kind != "end":
            self._at += 1
        return token

    def is_mark(self, text: str) -> bool:
        return self.here.kind == "mark" and self.here.text == text

    def is_word(self, *words: str) -> bool:
        return self.here.kind == "name" and self.here.text in words

    def skip(self, text: str) -> bool:
        """Pass a mark or a word if it is here."""
        if self.here.kind in ("mark", "name") and self.here.text == text:
            self._at += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        if not (self.here.kind in ("mark", "name") and self.here.text == text):
            raise self.stopped()
        return self.next()

    def stopped(self, token: Token | None = None) -> QueryInvalid:
        at = token or self.here
        shown = "<EOF>" if at.kind == "end" else self._text[at.at : at.at + max(len(at.text), 1)]
        return unparsable(at.line, at.position, shown)

    def name(self) -> str:
        """A name, plain or as ['name']."""
        if self.here.kind == "name":
            return self.next().text
        if self.is_mark("[") and self.ahead().kind == "string":
            self.next()
            found = self.next().text
            self.expect("]")
            return found
        raise self.stopped()

    def deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.stopped()

    def shallower(self) -> None:
        self._depth -= 1

    # -------------------------------------------------------- expressions

    def expression(self) -> syntax.Expression:
        self.deeper()
        found = self._both()
        while self.is_word("or"):
            token = self.next()
            found = syntax.Binary("or", found, self._both(), token)
        self.shallower()
        return found

    def _both(self) -> syntax.Expression:
        found = self._comparison()
        while self.is_word("and"):
            token = self.next()
            found = syntax.Binary("and", found, self._comparison(), token)
        return found

    def _comparison(self) -> syntax.Expression:
        left = self._sum()
        token = self.here
        if token.kind not in ("mark", "name"):
            return left
        if token.text in _COMPARISONS:
            self.next()
            return syntax.Binary("!=" if token.text == "<>" else token.text, left, self._sum(), token)
        if token.text in _AMONG:
            self.next()
            return self._among(token, left)
        if token.text == "matches":
            self.next()
            self.expect("regex")
            return syntax.Binary("matches", left, self._sum(), token)
        if token.text in ("between", "!between"):
            self.next()
            self.expect("(")
            low = self._sum()
            self.expect("..")
            high = self._sum()
            self.expect(")")
            return syntax.Between(left, low, high, token.text[0] == "!", token)
        return left

    def _among(self, token: Token, left: syntax.Expression) -> syntax.Expression:
        if not self.is_mark("("):
            return syntax.Among(token.text, left, (self._sum(),), None, token)
        self.next()
        within = self.subquery()
        if within is not None:
            self.expect(")")
            return syntax.Among(token.text, left, (), within, token)
        found = () if self.is_mark(")") else self.arguments()
        self.expect(")")
        return syntax.Among(token.text, left, found, None, token)

    def subquery(self) -> syntax.Query | None:
        """A query where a list may stand; the tabular half knows it."""
        return None

    def arguments(self) -> tuple[syntax.Expression, ...]:
        found = [self._argument()]
        while self.skip(","):
            found.append(self._argument())
        return tuple(found)

    def _argument(self) -> syntax.Expression:
        if self.is_mark("*") and self.ahead().text in (")", ","):
            self.next()
            return syntax.Star()
        if self.here.kind == "name" and self.ahead().text == "=" and self.ahead().kind == "mark":
            self._at += 2  # a named argument
        return self.expression()

    def _sum(self) -> syntax.Expression:
        found = self._product()
        while self.here.kind == "mark" and self.here.text in ("+", "-"):
            token = self.next()
            found = syntax.Binary(token.text, found, self._product(), token)
        return found

    def _product(self) -> syntax.Expression:
        found = self._sign()
        while self.here.kind == "mark" and self.here.text in ("*", "/", "%"):
            token = self.next()
            found = syntax.Binary(token.text, found, self._sign(), token)
        return found

    def _sign(self) -> syntax.Expression:
        if self.here.kind == "mark" and self.here.text in ("-", "+"):
            sign = self.next().text
            self.deeper()
            operand = self._sign()
            self.shallower()
            return operand if sign == "+" else syntax.Unary("-", operand)
        return self._path()

    def _path(self) -> syntax.Expression:
        found = self._primary()
        while True:
            if self.is_mark("."):
                self.next()
                if self.here.kind == "mark" and self.here.text == "[":
                    continue  # properties.['odata.type']
                if self.here.kind != "name":
                    raise self.stopped()
                found = syntax.Member(found, self.next().text)
            elif self.is_mark("["):
                self.next()
                if self.here.kind == "string" and self.ahead().text == "]":
                    found = syntax.Member(found, self.next().text)
                else:
                    found = syntax.Element(found, self.expression())
                self.expect("]")
            else:
                return found

    def _primary(self) -> syntax.Expression:  # noqa: PLR0911 - one line per kind of token
        token = self.next()
        if token.kind == "string":
            return syntax.Literal("string", self._joined_strings(token.text))
        if token.kind == "number":
            return _number(token.text)
        if token.kind == "timespan":
            return syntax.Literal("timespan", values.timespan(token.text))
        if token.kind == "mark" and token.text == "(":
            found = self.expression()
            self.expect(")")
            return found
        if token.kind == "mark" and token.text == "[" and self.here.kind == "string":
            named = self.next()
            self.expect("]")
            return syntax.Name(named.text, token)
        if token.kind != "name":
            raise self.stopped(token)
        if token.text in ("true", "false", "True", "False", "TRUE", "FALSE"):
            return syntax.Literal("bool", token.text.lower() == "true")
        if self.is_mark("("):
            return self._call(token)
        if token.text in _KEYWORDS:
            raise self.stopped()
        return syntax.Name(token.text, token)

    def _joined_strings(self, text: str) -> str:
        while self.here.kind == "string":
            text += self.next().text
        return text

    def _call(self, token: Token) -> syntax.Expression:
        name = token.text
        if name in _TYPED and not (name == "datetime" and self.ahead(2).text == "("):
            literal = self._typed_literal(name, token)
            if literal is not None:
                return literal
        self.expect("(")
        found = () if self.is_mark(")") else self.arguments()
        self.expect(")")
        if name == "not" and len(found) == 1:
            return syntax.Unary("not", found[0])
        return syntax.Function(name, found, token)

    def _typed_literal(self, name: str, token: Token) -> syntax.Literal | None:
        """`datetime(2024-01-01)`, `dynamic([1])`, `int(null)`: what is in the parentheses is not an expression."""
        opened = self.here
        inner, end = self._raw()
        kind = values.canonical_type(name)
        text = inner.strip()
        if kind is None:
            return None
        if kind == "dynamic":
            value = self._dynamic(text, opened)
        elif text == "null":
            value = None
        else:
            quoted = len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]
            value = values.literal(kind, text[1:-1] if quoted else text)
            if value is None:
                raise self.stopped(token)
        while self.here.at < end:
            self.next()
        return syntax.Literal(kind, value)

    def _raw(self) -> tuple[str, int]:
        """The text between the parenthesis here and its partner, and where that ends."""
        depth, at = 0, self._at
        while True:
            one = self._tokens[at]
            if one.kind == "end":
                raise self.stopped(one)
            if one.kind == "mark" and one.text in "()":
                depth += 1 if one.text == "(" else -1
                if depth == 0:
                    return self._text[self.here.at + 1 : one.at], one.at + 1
            at += 1

    def _dynamic(self, text: str, opened: Token) -> Any:
        """JSON, where strings may also stand in single quotes and typed literals may stand."""
        try:
            return msgspec.json.decode(text.encode())
        except msgspec.DecodeError:
            pass
        try:
            inner = Terms(text)
            value = inner.json()
            if inner.here.kind != "end":
                raise inner.stopped()
        except QueryInvalid:
            raise self.stopped(opened) from None
        return value

    def json(self) -> Any:
        """A dynamic literal from tokens."""
        token = self.next()
        if token.kind == "string":
            return token.text
        if token.kind == "name" and token.text in ("true", "false", "null"):
            return {"true": True, "false": False}.get(token.text)
        if token.kind == "number" or (token.text == "-" and self.here.kind == "number"):
            sign = -1 if token.text == "-" else 1
            return sign * _number((self.next() if sign < 0 else token).text).value
        if token.text == "[":
            items: list[Any] = []
            while not self.skip("]"):
                items.append(self.json())
                if not self.is_mark("]"):
                    self.expect(",")
            return items
        if token.text == "{":
            bag: dict[str, Any] = {}
            while not self.skip("}"):
                key = self.next()
                self.expect(":")
                bag[key.text] = self.json()
                if not self.is_mark("}"):
                    self.expect(",")
            return bag
        raise self.stopped(token)


def _number(text: str) -> syntax.Literal:
    if text[:2] in ("0x", "0X"):
        return syntax.Literal("long", int(text, 16))
    if any(letter in text for letter in ".eE"):
        return syntax.Literal("real", float(text))
    return syntax.Literal("long", int(text))
