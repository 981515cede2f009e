"""How a policy changes a body: one operation on a tag or on a property. Source: "modify" and "append" effects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from azlin.sandbox.arm.jsonc import Body, object_of
from azlin.sandbox.arm.policy.fields import Candidate, alias_path

_TAG = re.compile(r"tags(?:\.(.+)|\[['\"]?(.+?)['\"]?\])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """`operation` is add, addorreplace, remove or append; `field` a tag, `location`, `identity.type` or an alias."""

    operation: str
    field: str
    value: Any = None


def apply(change: Change, candidate: Candidate) -> None:
    """Change the candidate's body in place. A value of null adds nothing, as an absent tag of a group has none."""
    tag = _TAG.fullmatch(change.field)
    if tag is not None:
        path = ["tags", tag.group(1) or tag.group(2)]
    else:
        found = alias_path(change.field, candidate) or change.field
        path = [part for part in found.removesuffix("[*]").split(".") if part]
    if "[*]" in "".join(path):
        return
    place = candidate.body
    for name in path[:-1]:
        inner = _key(place, name)
        if not isinstance(place.get(inner), dict):
            if change.operation == "remove":
                return
            place[inner] = {}
        place = object_of(place[inner])
    _set(place, _key(place, path[-1]), change)


def _set(place: Body, name: str, change: Change) -> None:
    if change.operation == "remove":
        place.pop(name, None)
    elif change.value is None:
        return
    elif change.field.endswith("[*]"):
        have = place.get(name)
        place[name] = [*have, change.value] if isinstance(have, list) else [change.value]  # pyright: ignore[reportUnknownVariableType] - JSON
    elif change.operation == "addorreplace" or name not in place:
        place[name] = change.value


def _key(place: Body, name: str) -> str:
    return next((known for known in place if known.casefold() == name.casefold()), name)
