"""The published spelling of choices: Azure takes `fromImage` for `FromImage`, and gives back the latter.

The rule is ARM's (Azure REST guidelines: enum values are compared case-insensitively); recorded answers show the
published casing whatever was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from azlin.gateways.schema_check import lookup
from azlin.gateways.schema_shape import Definition, Shape


def in_published_casing(definition: Definition, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with every value of a choice as the definition spells it. What is in no list of values is kept."""
    return _object(definition, definition.body, body)


def _value(definition: Definition, shape: Shape, value: Any) -> Any:
    resolved = definition.resolve(shape)
    if isinstance(value, str) and resolved.values:
        return next((choice for choice in resolved.values if choice.casefold() == value.casefold()), value)
    if isinstance(value, Mapping) and resolved.kind == "object":
        return _object(definition, resolved, cast("Mapping[str, Any]", value))
    if isinstance(value, list) and resolved.kind == "list" and resolved.of is not None:
        return [_value(definition, resolved.of, item) for item in cast("list[Any]", value)]
    return cast("Any", value)


def _object(definition: Definition, shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    chosen = lookup(value, shape.discriminator) if shape.discriminator else None
    known = {name.casefold(): member.shape for name, member in definition.properties_of(shape, chosen).items()}
    written: dict[str, Any] = {}
    for name, inner in value.items():
        inside = known.get(name.casefold(), shape.of)
        written[name] = inner if inside is None else _value(definition, inside, inner)
    return written
