"""How what Azure has differs from what was wanted, setting by setting.

Azure writes some things in its own way, which is no difference: the casing of ids, types, SKUs and sizes, `West Europe`
for `westeurope`, the order of keys, the order of list elements that have a name, null for what is absent. What Azure
adds to an object on its own is no difference either; what it adds to a list is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from azlin.agentic.types import Operation, Plan
from azlin.agentic.world import VOLATILE, Resource
from azlin.gateways.schema_flags import TypeFlags
from azlin.redaction import MASK, PLACEHOLDER, is_secret_name, redact

Unreadable = Callable[[str, str], bool]
"""(type, path such as `properties.rules[].password`) → whether Azure never returns that setting."""


Published = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""(type, body) → the body with every choice spelt as Azure publishes it (`gateways.schema.Schemas.published`)."""


IDENTIFYING = frozenset({"id", "name", "type", "etag", "apiversion", "dependson"})
"""Keys at the top of a body that say which resource it is: it was found by its id, so they need no comparing."""

NEVER_RETURNED = frozenset({"customdata", "userdata", "protectedsettings"})
"""Settings that Azure keeps to itself (or returns only with an `$expand`), where no schema says so."""

OWN_WRITING = re.compile(
    r"(^|\.)(sku(\.(name|tier|family|size))?|kind|identity\.type|vmSize|storageAccountType|\w*[lL]ocations?(Name)?)(\[\d+\])?$"
)
"""Paths whose values Azure writes in its own casing and spacing."""

TYPE_NAME = re.compile(r"[A-Za-z]+(\.[A-Za-z]+)+(/\w+)+$")


@dataclass(frozen=True)
class Difference:
    """One setting: its dotted path, what was wanted, what is there (None: nothing). Secrets are masked."""

    path: str
    wanted: Any
    there: Any

    def __str__(self) -> str:
        return f"{self.path} is {_short(self.there)}, not {_short(self.wanted)}"


def differences(
    operation: Operation,
    there: Resource,
    *,
    plan: Plan | None = None,
    unreadable: Unreadable | None = None,
    published: Published | None = None,
) -> list[Difference]:
    """Every leaf of `operation.desired` that Azure does not have as wanted, in the order of the body.

    With the plan, an element of a named list that nobody asked for is a difference too, unless another operation of
    the plan makes it (a subnet in its own operation shows up in the network's list).
    """
    type_, made = operation.target.type, _children(operation, plan) if plan is not None else None
    comparison = _Comparison(type_, made, unreadable or (lambda _type, _path: False))
    if published is not None:
        return list(comparison.body(published(type_, operation.desired), published(type_, there)))
    return list(comparison.body(operation.desired, there))


def unreadable_by(flags: Callable[[str], TypeFlags | None]) -> Unreadable:
    """The settings that the type schemas say are write-only or secret."""
    known: dict[str, re.Pattern[str]] = {}

    def unreadable(type_: str, path: str) -> bool:
        if type_ not in known:
            told = flags(type_)
            paths = sorted(told.write_only | told.secret) if told is not None else []
            known[type_] = re.compile(
                "|".join(re.escape(one).replace(r"\*", r"[^.]+") for one in paths) or "(?!)", re.I
            )
        return known[type_].fullmatch(path) is not None

    return unreadable


def mended(there: Mapping[str, Any], wanted: Mapping[str, Any], differing: Collection[str]) -> dict[str, Any]:
    """The resource with those of its settings as wanted that differ (`Difference.path`), and all others as they are:
    of a list of named things only the differing elements are replaced, added or left out."""
    return cast("dict[str, Any]", _mended(dict(there), dict(wanted), "", differing))


def _mended(there: Any, wanted: Any, path: str, differing: Collection[str]) -> Any:
    if isinstance(wanted, dict) and isinstance(there, dict):
        found, asked = cast("dict[str, Any]", there), cast("dict[str, Any]", wanted)
        result = dict(found)
        names = {key.casefold(): key for key in found}
        for key, value in asked.items():
            place, below = names.get(key.casefold(), key), f"{path}.{key}" if path else key
            if _concerned(below, differing):
                result[place] = _mended(found.get(place), value, below, differing)
        return result
    if isinstance(wanted, list) and isinstance(there, list):
        return _mended_list(cast("list[Any]", there), cast("list[Any]", wanted), path, differing)
    return cast("Any", wanted)


def _mended_list(there: list[Any], wanted: list[Any], path: str, differing: Collection[str]) -> list[Any]:
    asked = {name: element for element in wanted if (name := _name_of(element)) is not None}
    found = [_name_of(element) for element in there]
    if len(asked) != len(wanted) or None in found:
        return wanted
    result: list[Any] = []
    for name, element in zip(found, there, strict=True):
        shown = f"{path}[{(name or '').rpartition('/')[2]}]"
        if name in asked and _concerned(shown, differing):
            result.append(_mended(element, asked[name], shown, differing))
        elif shown not in differing:
            result.append(element)
    return [*result, *(element for name, element in asked.items() if name not in found)]


def _concerned(path: str, differing: Collection[str]) -> bool:
    return any(one == path or one.startswith((f"{path}.", f"{path}[")) for one in differing)


class _Comparison:
    def __init__(self, type_: str, children: frozenset[tuple[str, str]] | None, unreadable: Unreadable) -> None:
        self._type = type_
        self._children = children
        self._unreadable = unreadable

    def body(self, wanted: dict[str, Any], there: Resource) -> Iterator[Difference]:
        for key, value in wanted.items():
            if key.casefold() not in IDENTIFYING:
                yield from self._pair(key, value, there, "")

    def _pair(self, key: str, wanted: Any, there: dict[str, Any], above: str) -> Iterator[Difference]:
        path = f"{above}.{key}" if above else key
        if self._is_hidden(key, path, wanted):
            return
        found = _under(there, key)
        if wanted == {} and key.startswith("/") and found is None:
            # An object of ids (userAssignedIdentities) says what it says by its keys.
            yield Difference(path, wanted, None)
            return
        yield from self._value(wanted, found, path)

    def _value(self, wanted: Any, there: Any, path: str) -> Iterator[Difference]:
        if wanted is None:
            return
        if isinstance(wanted, dict):
            if there is not None and not isinstance(there, dict):
                yield Difference(path, redact(wanted), redact(there))
                return
            inside = cast("dict[str, Any]", there or {})
            for key, value in cast("dict[str, Any]", wanted).items():
                yield from self._pair(key, value, inside, path)
        elif isinstance(wanted, list):
            if there is not None and not isinstance(there, list):
                yield Difference(path, redact(wanted), redact(there))
                return
            yield from self._elements(cast("list[Any]", wanted), cast("list[Any]", there or []), path)
        elif not _same(wanted, there, path):
            yield Difference(path, redact(wanted), redact(there))

    def _elements(self, wanted: list[Any], there: list[Any], path: str) -> Iterator[Difference]:
        names = [_name_of(element) for element in wanted]
        if wanted and None not in names and len(set(names)) == len(names):
            yield from self._named(wanted, there, path)
            return
        if not wanted and there and all(_name_of(element) is not None for element in there):
            yield from self._uninvited(set(), there, path)
            return
        if len(wanted) != len(there):
            yield Difference(path, redact(wanted), redact(there))
            return
        for place, (one, other) in enumerate(zip(wanted, there, strict=True)):
            yield from self._value(one, other, f"{path}[{place}]")

    def _named(self, wanted: list[Any], there: list[Any], path: str) -> Iterator[Difference]:
        found = {name: element for element in there if (name := _name_of(element)) is not None}
        invited = {name: element for element in wanted if (name := _name_of(element)) is not None}
        for name, element in invited.items():
            shown = f"{path}[{name.rpartition('/')[2]}]"
            if name not in found:
                yield Difference(shown, redact(element), None)
                continue
            rest = {key: value for key, value in element.items() if key.casefold() not in ("name", "id")}
            yield from self._value(rest, found[name], shown)
        yield from self._uninvited(set(invited), there, path)

    def _uninvited(self, invited: set[str], there: list[Any], path: str) -> Iterator[Difference]:
        if self._children is None:
            return
        kind = path.rpartition(".")[2].casefold()
        for element in there:
            name = _name_of(element)
            if name not in invited and (kind, name) not in self._children:
                yield Difference(f"{path}[{(name or '?').rpartition('/')[2]}]", None, redact(element))

    def _is_hidden(self, key: str, path: str, wanted: Any) -> bool:
        if key.casefold() in VOLATILE and not path.startswith("tags."):
            return True  # it came with a body that was read, and changes by itself
        if key.casefold() in NEVER_RETURNED or (is_secret_name(key) and not path.startswith("tags.")):
            return not isinstance(wanted, dict) or key.casefold() in NEVER_RETURNED
        if isinstance(wanted, str) and (PLACEHOLDER.search(wanted) or wanted == MASK):
            return True
        return self._unreadable(self._type, re.sub(r"\[[^\]]*\]", "[]", path))


def _same(wanted: Any, there: Any, path: str) -> bool:
    if isinstance(wanted, bool) or isinstance(there, bool):
        return wanted is there
    if not isinstance(wanted, str) or not isinstance(there, str) or path.startswith("tags."):
        return wanted == there
    if OWN_WRITING.search(path):
        return _squeezed(wanted) == _squeezed(there)
    if _is_id(wanted) or TYPE_NAME.match(wanted):
        return wanted.rstrip("/").casefold() == there.rstrip("/").casefold()
    return wanted == there


def _is_id(text: str) -> bool:
    return text.startswith("/") and ("/providers/" in text.casefold() or text.casefold().startswith("/subscriptions/"))


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def _under(there: dict[str, Any], key: str) -> Any:
    """ARM's property names, tag names and ids as keys do not differ by casing."""
    if key in there:
        return there[key]
    folded = key.casefold()
    return next((value for name, value in there.items() if name.casefold() == folded), None)


def _name_of(element: Any) -> str | None:
    """What tells an element of a list from its neighbours: its name, else its id; case-folded."""
    if not isinstance(element, dict):
        return None
    pairs = cast("dict[str, Any]", element)
    name = pairs.get("name", pairs.get("id"))
    return name.casefold() if isinstance(name, str) and name else None


def _children(operation: Operation, plan: Plan) -> frozenset[tuple[str, str]]:
    """(kind, name) of everything that other operations of the plan make directly below this resource."""
    parent_type = operation.target.type.casefold() + "/"
    parent_name = operation.target.name.casefold() + "/"
    return frozenset(
        (other.target.type.casefold().removeprefix(parent_type), other.target.name.casefold().removeprefix(parent_name))
        for other in plan.operations
        if other.verb == "ensure"
        and other.target.type.casefold().startswith(parent_type)
        and other.target.name.casefold().startswith(parent_name)
        and (other.target.group or "").casefold() == (operation.target.group or "").casefold()
    )


def _short(value: Any) -> str:
    if value is None:
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "..."
