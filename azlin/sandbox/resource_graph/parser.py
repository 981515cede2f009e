"""KQL statements and tabular operators from tokens.

What Resource Graph does not have (`mv-apply`, `make-series`, `render`, `evaluate`, user functions...) is refused by
name, never skipped. A query without a table asks the default one, `Resources`.
Source: "Supported tabular/top level operators" of Resource Graph, and each operator's page of the KQL reference.
"""

from __future__ import annotations

from azlin.sandbox.resource_graph import syntax, values
from azlin.sandbox.resource_graph.invalid import unsupported
from azlin.sandbox.resource_graph.terms import Terms

JOIN_KINDS = frozenset(
    [
        "innerunique",
        "inner",
        "leftouter",
        "rightouter",
        "fullouter",
        "leftanti",
        "leftantisemi",
        "anti",
        "leftsemi",
        "rightanti",
        "rightantisemi",
        "rightsemi",
    ]
)
OPERATORS = frozenset(
    [
        "where",
        "filter",
        "project",
        "project-away",
        "project-keep",
        "project-rename",
        "project-reorder",
        "extend",
        "summarize",
        "distinct",
        "order",
        "sort",
        "top",
        "limit",
        "take",
        "count",
        "join",
        "union",
        "mv-expand",
        "mvexpand",
        "parse",
        "parse-where",
    ]
)


def parse(text: str) -> syntax.Script:
    """The whole query. Raises QueryInvalid."""
    return Parser(text).script()


class Parser(Terms):
    """Statements, pipes and operators."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._tables: set[str] = set()
        """Names that `let` gave to queries."""

    def script(self) -> syntax.Script:
        lets: list[tuple[str, syntax.Expression | syntax.Query]] = []
        while self.is_word("let"):
            self.next()
            name = self.name()
            self.expect("=")
            value = self._let_value()
            if isinstance(value, syntax.Query):
                self._tables.add(name)
            lets.append((name, value))
            self.expect(";")
        query = self.query(first=True)
        self.skip(";")
        if self.here.kind != "end":
            raise self.stopped()
        return syntax.Script(tuple(lets), query)

    def _let_value(self) -> syntax.Expression | syntax.Query:
        token = self.here
        if self.is_mark("(") and self._declares():
            raise unsupported("let", token.line, token.position)
        if self.is_word("view") or (self.here.kind == "name" and self._begins_query()):
            return self.query()
        if self.is_mark("(") and self.ahead().kind == "name" and self._begins_query(1):
            self.next()
            found = self.query()
            self.expect(")")
            return found
        return self.expression()

    def _declares(self) -> bool:
        """`(a: string) { ... }`: a function."""
        return self.ahead().text == ")" or (self.ahead(2).kind == "mark" and self.ahead(2).text == ":")

    def _begins_query(self, steps: int = 0) -> bool:
        name, after = self.ahead(steps), self.ahead(steps + 1)
        if after.kind == "mark" and after.text == "|":
            return True
        ends = after.kind == "end" or (after.kind == "mark" and after.text in (";", ")"))
        known = name.text in self._tables or name.text.casefold().endswith(("resources", "resourcecontainers"))
        return ends and known and name.kind == "name"

    def subquery(self) -> syntax.Query | None:
        return self.query() if self.here.kind == "name" and self._begins_query() else None

    def query(self, *, first: bool = False) -> syntax.Query:
        """A table and its pipe. `first`: the table may be left out."""
        self.deeper()
        start = self.here
        table: str | None = None
        operators: list[syntax.Operator] = []
        if first and start.kind == "end":
            raise self.stopped()
        if self.is_mark("("):
            self.next()
            inner = self.query()
            self.expect(")")
            table, start, operators = inner.table, inner.token, list(inner.operators)
        elif self.is_word("union") or (
            first and start.kind == "name" and start.text in OPERATORS and self.ahead().text != "|"
        ):
            operators.append(self._operator())
        else:
            table = self.name()
        while self.skip("|"):
            operators.append(self._operator())
        self.shallower()
        return syntax.Query(table, start, tuple(operators))

    def _operator(self) -> syntax.Operator:  # noqa: C901, PLR0911, PLR0912 - one line per operator
        token = self.here
        if token.kind != "name":
            raise self.stopped()
        if token.text not in OPERATORS:
            known = self.ahead().kind != "end" or "-" in token.text
            raise unsupported(token.text, token.line, token.position) if known else self.stopped()
        self.next()
        match token.text:
            case "where" | "filter":
                return syntax.Where(self.expression())
            case "project":
                return syntax.Project(() if self._at_end() else self._columns())
            case "extend":
                return syntax.Extend(self._columns())
            case "project-away" | "project-keep" | "project-reorder":
                return syntax.Pick(token.text, self._patterns())
            case "project-rename":
                return self._rename()
            case "summarize":
                return self._summarize()
            case "distinct":
                return syntax.Distinct(None if self.skip("*") else self._columns())
            case "order" | "sort":
                self.expect("by")
                return syntax.Sort(self._orderings())
            case "limit" | "take":
                return syntax.Take(self._whole())
            case "count":
                return syntax.Count()
            case "join":
                return self._join()
            case "union":
                return self._union()
            case "mv-expand" | "mvexpand":
                return self._expand(legacy=token.text == "mvexpand")
            case "parse" | "parse-where":
                return self._parse(required=token.text == "parse-where")
            case _:
                return self._top()

    def _at_end(self) -> bool:
        return self.here.kind == "end" or (self.here.kind == "mark" and self.here.text in ("|", ")", ";"))

    def _columns(self) -> tuple[syntax.Named, ...]:
        found = [self._column()]
        while self.skip(","):
            found.append(self._column())
        return tuple(found)

    def _column(self) -> syntax.Named:
        bracketed = self.is_mark("[") and self.ahead(3).text == "=" and self.ahead(3).kind == "mark"
        plain = self.here.kind == "name" and self.ahead().text == "=" and self.ahead().kind == "mark"
        if not (bracketed or plain):
            return syntax.Named(None, self.expression())
        name = self.name()
        self.expect("=")
        return syntax.Named(name, self.expression())

    def _patterns(self) -> tuple[str, ...]:
        found = [self._pattern()]
        while self.skip(","):
            found.append(self._pattern())
        return tuple(found)

    def _pattern(self) -> str:
        """A name in which `*` may stand anywhere."""
        text, end = "", self.here.at
        while self.here.at == end and (self.here.kind == "name" or self.is_mark("*") or self.is_mark("[")):
            if self.is_mark("["):
                text += self.name()
                end = -1
            else:
                token = self.next()
                text += token.text
                end = token.at + len(token.text)
        if not text:
            raise self.stopped()
        if self.is_word("asc", "desc"):
            self.next()
        return text

    def _rename(self) -> syntax.Rename:
        found: list[tuple[str, str]] = []
        while True:
            new = self.name()
            self.expect("=")
            found.append((new, self.name()))
            if not self.skip(","):
                return syntax.Rename(tuple(found))

    def _summarize(self) -> syntax.Summarize:
        while self.is_word("hint"):
            raise unsupported("hint")
        aggregates = () if self.is_word("by") else self._columns()
        groups = self._columns() if self.skip("by") else ()
        return syntax.Summarize(aggregates, groups)

    def _orderings(self) -> tuple[syntax.Ordering, ...]:
        found = [self._ordering()]
        while self.skip(","):
            found.append(self._ordering())
        return tuple(found)

    def _ordering(self) -> syntax.Ordering:
        expression = self.expression()
        ascending = False
        if self.is_word("asc", "desc"):
            ascending = self.next().text == "asc"
        nulls_first = ascending
        if self.skip("nulls"):
            if not self.is_word("first", "last"):
                raise self.stopped()
            nulls_first = self.next().text == "first"
        return syntax.Ordering(expression, ascending, nulls_first)

    def _top(self) -> syntax.Operator:
        """`top N by ...` is an order and a limit."""
        count = self._whole()
        self.expect("by")
        return syntax.Sort(self._orderings(), count)

    def _whole(self) -> int:
        if self.here.kind != "number" or not self.here.text.isdigit():
            raise self.stopped()
        return int(self.next().text)

    def _join(self) -> syntax.Join:
        kind = "innerunique"
        while self.here.kind == "name" and self.ahead().text in ("=", "."):
            token = self.next()
            if token.text != "kind":
                raise unsupported(token.text, token.line, token.position)
            self.expect("=")
            if not self.is_word(*JOIN_KINDS):
                raise self.stopped()
            kind = self.next().text
        right = self._leg()
        self.expect("on")
        pairs = [self._pair()]
        while self.skip(",") or self.skip("and"):
            pairs.append(self._pair())
        return syntax.Join(kind, right, tuple(pairs))

    def _leg(self) -> syntax.Query:
        """A table by its name, or a query in parentheses."""
        if self.skip("("):
            found = self.query()
            self.expect(")")
            return found
        token = self.here
        return syntax.Query(self.name(), token, ())

    def _pair(self) -> tuple[str, str]:
        if not self.is_word("$left", "$right"):
            name = self.name()
            return name, name
        side, name = self._side()
        self.expect("==")
        other_side, other = self._side()
        if side == other_side:
            raise self.stopped()
        return (name, other) if side == "$left" else (other, name)

    def _side(self) -> tuple[str, str]:
        if not self.is_word("$left", "$right"):
            raise self.stopped()
        side = self.next().text
        self.expect(".")
        return side, self.name()

    def _union(self) -> syntax.Union:
        kind, source = "outer", None
        while self.here.kind == "name" and self.ahead().kind == "mark" and self.ahead().text == "=":
            token = self.next()
            self.expect("=")
            if token.text == "kind" and self.is_word("inner", "outer"):
                kind = self.next().text
            elif token.text == "withsource":
                source = self.name()
            else:
                raise unsupported(token.text, token.line, token.position)
        legs = [self._leg()]
        while self.skip(","):
            legs.append(self._leg())
        return syntax.Union(kind, source, tuple(legs))

    def _expand(self, *, legacy: bool) -> syntax.Expand:
        as_arrays, index = False, None
        while self.is_word("kind", "bagexpansion", "with_itemindex") and self.ahead().text == "=":
            option = self.next().text
            self.next()
            if option == "with_itemindex":
                index = self.name()
            elif self.is_word("bag", "array"):
                as_arrays = self.next().text == "array"
            else:
                raise self.stopped()
        found: list[tuple[str | None, syntax.Expression, str | None]] = []
        while True:
            column = self._column()
            kind: str | None = None
            if self.skip("to"):
                self.expect("typeof")
                self.expect("(")
                kind = values.canonical_type(self.name())
                if kind is None:
                    raise self.stopped()
                self.expect(")")
            found.append((column.name, column.expression, kind))
            if not self.skip(","):
                break
        limit = self._whole() if self.skip("limit") else None
        return syntax.Expand(tuple(found), as_arrays, index, 128 if legacy and limit is None else limit)

    def _parse(self, *, required: bool) -> syntax.Parse:
        kind = "simple"
        if self.is_word("kind") and self.ahead().text == "=":
            self.next()
            self.next()
            if not self.is_word("simple", "regex", "relaxed"):
                raise self.stopped()
            kind = self.next().text
        source = self.expression()
        self.expect("with")
        pattern: list[str | tuple[str, str] | None] = []
        while not self._at_end():
            if self.skip("*"):
                pattern.append(None)
            elif self.here.kind == "string":
                pattern.append(self.next().text)
            else:
                name, of = self.name(), "string"
                if self.skip(":"):
                    of = values.canonical_type(self.name()) or ""
                    if not of:
                        raise self.stopped()
                pattern.append((name, of))
        return syntax.Parse(source, kind, tuple(pattern), required)
