"""Holds a resource body against its type: what is wrong with it.

A body is what ARM takes in a PUT (location, tags, sku, kind, identity, zones, plan, properties). What stands in the URL
(`name`, `type`, `id`, `apiVersion`) may be in it and need not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, cast

from azlin.gateways.schema_shape import Definition, Member, Shape

ProblemKind = Literal["unknown-property", "missing", "wrong-kind", "wrong-value", "out-of-range"]

IN_THE_URL = frozenset({"id", "name", "type", "apiversion"})
"""Case-folded: said by the address of a PUT, not by its body."""

ENVELOPE = IN_THE_URL | {"etag", "systemdata"}
"""Case-folded: top-level properties that only Azure sets."""

WORDS = {"string": "a text", "int": "a whole number", "bool": "true or false", "list": "a list", "object": "an object"}

GOT = ((Mapping, "an object"), (list, "a list"), (bool, "true or false"), (str, "a text"))


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a body. `path` is where (`properties.dataDisks[0]`), empty at the top."""

    kind: ProblemKind
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def check(definition: Definition, body: Mapping[str, Any]) -> list[Problem]:
    """Everything wrong with a body, in the body's order, what is missing last.

    A value that is not listed is wrong only where the list is closed; names and listed values are compared as Azure
    does, without regard to case. null is taken for "not given".
    """
    return _Checker(definition).object("", definition.body, body, top=True)


def check_paths(required: Iterable[str], unknown: Iterable[str], body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a body when only paths are known: what is missing where its parent is there, and what Azure
    has refused before."""
    problems: list[Problem] = []
    for path in sorted(unknown):
        for where, holder, name in holders(body, path):
            if lookup(holder, name) is not None:
                problems.append(Problem("unknown-property", where, f"no property {name!r}; Azure refused it before"))
    for path in sorted(required):
        for where, holder, name in holders(body, path):
            if lookup(holder, name) is None and not (not where and name.casefold() in ENVELOPE):
                problems.append(Problem("missing", where, f"{name!r} is required"))
    return problems


def holders(body: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Every object in the body that could hold the last name of a path: (where it is, the object, that name)."""
    *parents, leaf = path.split(".")
    places: list[tuple[str, Any]] = [("", body)]
    for part in parents:
        name, lists = part.rstrip("[]"), part.count("[]")
        places = [inner for place in places for inner in _entered(place, name)]
        for _ in range(lists):
            places = [
                (f"{where}[{number}]", item)
                for where, value in places
                if isinstance(value, list)
                for number, item in enumerate(cast("list[Any]", value))
            ]
    for where, value in places:
        if isinstance(value, Mapping):
            yield where, cast("Mapping[str, Any]", value), leaf


def _entered(place: tuple[str, Any], name: str) -> list[tuple[str, Any]]:
    where, value = place
    if not isinstance(value, Mapping):
        return []
    pairs = cast("Mapping[str, Any]", value)
    return [
        (f"{where}.{key}" if where else key, inner)
        for key, inner in pairs.items()
        if name == "*" or key.casefold() == name.casefold()
    ]


class _Checker:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition

    def object(self, path: str, shape: Shape, value: Mapping[str, Any], *, top: bool = False) -> list[Problem]:
        chosen = lookup(value, shape.discriminator) if shape.discriminator else None
        known = self.definition.properties_of(shape, chosen)
        folded = {name.casefold(): name for name in known}
        problems: list[Problem] = []
        for name, inner in value.items():
            spelled = folded.get(name.casefold())
            below = f"{path}.{name}" if path else name
            if spelled is not None and spelled != shape.discriminator:
                problems += self.value(below, known[spelled].shape, inner)
            elif spelled is None and shape.of is not None:
                problems += self.value(below, shape.of, inner)
            elif spelled is None and known and not (top and name.casefold() in ENVELOPE):
                problems.append(self._unknown(path, name, known))
        if shape.discriminator and isinstance(chosen, str):
            problems += self._variant(path, shape, chosen)
        given = {name.casefold() for name, inner in value.items() if inner is not None}
        for name, member in known.items():
            if self._is_missing(name, member, given, chosen, shape, top=top):
                problems.append(Problem("missing", path, f"{name!r} is required"))
        return problems

    def value(self, path: str, shape: Shape, value: Any) -> list[Problem]:
        resolved = self.definition.resolve(shape)
        if value is None or resolved.kind == "any":
            return []
        if resolved.kind == "object":
            if not isinstance(value, Mapping):
                return [_wrong_kind(path, "object", value)]
            return self.object(path, resolved, cast("Mapping[str, Any]", value))
        if resolved.kind == "list":
            if not isinstance(value, (list, tuple)):
                return [_wrong_kind(path, "list", value)]
            return self._list(path, resolved, list(cast("list[Any]", value)))
        return _plain(path, resolved, value)

    def _list(self, path: str, shape: Shape, items: list[Any]) -> list[Problem]:
        problems = _bounds(path, shape, len(items), "items")
        for place, item in enumerate(items):
            problems += self.value(f"{path}[{place}]", shape.of, item) if shape.of is not None else []
        return problems

    def _unknown(self, path: str, name: str, known: dict[str, Member]) -> Problem:
        near = nearest(name, known)
        inside = known.get("properties")
        if near is None and not path and inside is not None:
            deeper = self.definition.properties_of(self.definition.resolve(inside.shape))
            found = nearest(name, deeper)
            near = None if found is None else f"properties.{found}"
        hint = f"; did you mean {near!r}?" if near is not None else ""
        return Problem("unknown-property", path, f"no property {name!r}{hint}")

    def _variant(self, path: str, shape: Shape, chosen: str) -> list[Problem]:
        if chosen.casefold() in {name.casefold() for name in shape.variants}:
            return []
        where = f"{path}.{shape.discriminator}" if path else shape.discriminator
        return [_not_listed(where, chosen, tuple(shape.variants))]

    def _is_missing(
        self, name: str, member: Member, given: set[str], chosen: object, shape: Shape, *, top: bool
    ) -> bool:
        if not member.required or name.casefold() in given or (top and name.casefold() in ENVELOPE):
            return False
        # What only a variant requires is not missed while nobody has said which variant is meant.
        return isinstance(chosen, str) or not shape.discriminator or name in shape.properties


def nearest(name: str, known: Mapping[str, Any]) -> str | None:
    """The known name that was probably meant."""
    folded = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return folded[near[0]] if near else None


def _plain(path: str, shape: Shape, value: Any) -> list[Problem]:
    if shape.kind == "bool":
        return [] if isinstance(value, bool) else [_wrong_kind(path, "bool", value)]
    if shape.kind == "int":
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if not whole or isinstance(value, bool):
            return [_wrong_kind(path, "int", value)]
        return _bounds(path, shape, int(value), "")
    if not isinstance(value, str):
        return [_wrong_kind(path, "string", value)]
    return _choice(path, shape, value) if shape.kind == "choice" else _text(path, shape, value)


def _choice(path: str, shape: Shape, value: str) -> list[Problem]:
    if shape.open or value.casefold() in {listed.casefold() for listed in shape.values}:
        return []
    return [_not_listed(path, value, shape.values)]


def _text(path: str, shape: Shape, value: str) -> list[Problem]:
    if "{secret:" in value:
        return []  # the text that will stand here is not known to us, and not shown
    problems = _bounds(path, shape, len(value), "characters")
    if shape.pattern and (pattern := _compiled(shape.pattern)) is not None and pattern.search(value) is None:
        shown = "the value" if shape.secret else repr(value)
        problems.append(Problem("out-of-range", path, f"{shown} does not match {shape.pattern}"))
    return problems


def _bounds(path: str, shape: Shape, size: int, unit: str) -> list[Problem]:
    low, high = shape.low, shape.high
    if (low is None or size >= low) and (high is None or size <= high):
        return []
    span = f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}"
    allowed = f"{span} {unit}".rstrip()
    return [Problem("out-of-range", path, f"{allowed} allowed, not {size}")]


def _not_listed(path: str, value: str, values: tuple[str, ...]) -> Problem:
    near = nearest(value, dict.fromkeys(values))
    hint = f"; did you mean {near!r}?" if near is not None else ""
    shown = ", ".join(values[:12]) + (", …" if len(values) > 12 else "")
    return Problem("wrong-value", path, f"{value!r} is not one of {shown}{hint}")


def _wrong_kind(path: str, wanted: str, value: Any) -> Problem:
    got = next((words for kind, words in GOT if isinstance(value, kind)), "a number")
    return Problem("wrong-kind", path, f"must be {WORDS[wanted]}, not {got}")


def lookup(value: Mapping[str, Any], name: str) -> Any:
    """The value of a key in any casing; None when it is not there."""
    return next((inner for key, inner in value.items() if key.casefold() == name.casefold()), None)


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None  # written for another engine; Azure will judge it
