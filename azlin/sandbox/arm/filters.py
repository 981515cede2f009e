"""The OData `$filter` of ARM lists: eq, ne, and, or, not, parentheses, startswith, substringof, and
`atScope()`, `atScopeAndBelow()`, `atExactScope()` and `assignedTo()` of the lists of Microsoft.Authorization. Which
scopes a list covers is for whoever makes it.

Source: "Resources - List" of the Azure REST reference, and OData 3 for the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body, Resource

Fields = Mapping[str, str]
Test = Callable[[Fields], bool]

_SCOPE = "scope()"
"""A field that no property can be called."""
_DEEPEST = 100
"""How deep parentheses and `not` may be nested."""
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|([A-Za-z_][\w/.]*)|([(),])|(-?\d[\d.]*))")


class Filter:
    """A parsed filter. `resource_type` is the type that every match must have, when it says so."""

    def __init__(self, text: str, scope: str = "") -> None:
        """`scope` is the id that the list is asked of. Raises ArmRefusal 400 for what is not understood: an ignored
        filter would lie."""
        self._text = text
        self._tokens = self._scan(text)
        self._scope = scope.casefold()
        self._at = self._depth = 0
        self.resource_type = _required_type(text)
        self._test = self._either()
        if self._at != len(self._tokens):
            raise self._refusal()

    def keeps(self, resource: Resource) -> bool:
        """Whether the resource matches; with several tags, whether one of them makes it match."""
        fields = _fields(resource)
        tags = resource.body.get("tags") or {"": ""}
        for name, value in tags.items():
            fields["tagname"], fields["tagvalue"] = str(name), str(value)
            if self._test(fields):
                return True
        return False

    def _scan(self, text: str) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._refusal()
            string, word, mark, number = match.groups()
            if string is not None or number is not None:
                tokens.append(("value", number or (string or "").replace("''", "'")))
            else:
                tokens.append(("word", word) if word else ("mark", mark))
            at = match.end()
        return tokens

    def _either(self) -> Test:
        tests = [self._both()]
        while self._word("or"):
            tests.append(self._both())
        return lambda fields: any(test(fields) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._word("and"):
            tests.append(self._one())
        return lambda fields: all(test(fields) for test in tests)

    def _one(self) -> Test:
        if self._word("not"):
            inner = self._deeper(self._one)
            return lambda fields: not inner(fields)
        if self._mark("("):
            inner = self._deeper(self._either)
            self._expect(")")
            return inner
        kind, text = self._next()
        if kind != "word":
            raise self._refusal()
        if self._mark("("):
            return self._function(text.casefold())
        operator = self._next()[1].casefold()
        kind, value = self._next()
        if operator not in ("eq", "ne") or kind not in ("value", "word"):
            raise self._refusal()
        field, wanted, equal = text.casefold(), value.casefold(), operator == "eq"
        return lambda fields: (fields.get(field, "").casefold() == wanted) is equal

    def _deeper(self, read: Callable[[], Test]) -> Test:
        if self._depth == _DEEPEST:
            raise self._refusal()
        self._depth += 1
        inner = read()
        self._depth -= 1
        return inner

    def _function(self, name: str) -> Test:
        arguments: list[tuple[str, str]] = []
        while not self._mark(")"):
            arguments.append(self._next())
            self._mark(",")
        if name in ("atscope", "atscopeandbelow") and not arguments:
            return lambda _: True
        if name == "assignedto" and len(arguments) == 1:
            principal = arguments[0][1].casefold()
            return lambda fields: fields.get("principalid", "").casefold() == principal
        if name == "atexactscope" and not arguments:
            return lambda fields: fields[_SCOPE].casefold() == self._scope
        if name not in ("startswith", "substringof", "contains") or len(arguments) != 2:
            raise self._refusal()
        field = next((text for kind, text in arguments if kind == "word"), "").casefold()
        wanted = next((text for kind, text in arguments if kind == "value"), "").casefold()
        if name == "startswith":
            return lambda fields: fields.get(field, "").casefold().startswith(wanted)
        return lambda fields: wanted in fields.get(field, "").casefold()

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
        if self._at < len(self._tokens):
            found_kind, found = self._tokens[self._at]
            if found_kind == kind and found.casefold() == text:
                self._at += 1
                return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._mark(mark):
            raise self._refusal()

    def _refusal(self) -> ArmRefusal:
        return ArmRefusal(
            400,
            "InvalidFilterInQueryString",
            f"Invalid $filter '{self._text}' specified in the query string.",
        )


def _required_type(text: str) -> str | None:
    """The type of a plain `resourceType eq 'X'` that is not one side of an `or` or under a `not`."""
    if re.search(r"\b(or|not)\b", re.sub(r"'[^']*'", "", text), re.IGNORECASE):
        return None
    found = re.search(r"\bresourceType\s+eq\s+'([^']+)'", text, re.IGNORECASE)
    return found.group(1) if found else None


def _fields(resource: Resource) -> dict[str, str]:
    body: Body = resource.body
    fields = {key.casefold(): str(value) for key, value in resource.properties.items() if not isinstance(value, dict)}
    fields.update({key.casefold(): value for key, value in body.items() if isinstance(value, str)})
    fields["resourcetype"] = resource.id.type
    fields[_SCOPE] = resource.id.scope
    fields["resourcegroup"] = resource.id.group or ""
    identity = body.get("identity")
    if isinstance(identity, dict):
        fields["identity/principalid"] = str(identity.get("principalId", ""))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return fields
