"""`checkNameAvailability` of any provider: whether a name that must be unique in all of Azure is still free.

The body is `{"name", "type"}`, the type with or without its namespace. Asked is the store, whose names are all that are
taken. What a service's own rules say of a name (length, characters, reserved words) is not known here and not checked;
a body without a type that Azure has is not answered at all. Providers that know more have a route of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azlin.sandbox.arm import refusals
from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.catalog import types
from azlin.sandbox.arm.jsonc import object_of


def _check(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    asked = object_of(body)
    name, kind = asked.get("name"), asked.get("type")
    if not isinstance(name, str) or not name:
        raise refusals.content_invalid("name is missing")
    wanted = str(kind) if "/" in str(kind) else f"{groups['namespace']}/{kind}"
    if wanted.casefold() not in types():
        raise refusals.not_done_here(groups["path"])
    for one in call.plane.store.all(type=wanted):
        if one.id.name.casefold() == name.casefold():
            message = f"The name '{name}' is already in use."
            return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Answer(200, {"nameAvailable": True})


def register(registry: Registry) -> None:
    registry.route(
        "POST",
        "*",
        r"(?P<path>(/subscriptions/[^/]+)?/providers/(?P<namespace>[^/]+)(/locations/[^/]+)?/checkNameAvailability)",
        _check,
    )
