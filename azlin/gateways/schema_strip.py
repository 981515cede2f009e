"""Takes out of a body what only Azure sets, so that it can be sent in a PUT: by the type's own flags, or by rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from azlin.gateways.schema_check import ENVELOPE, lookup
from azlin.gateways.schema_shape import Definition, Shape

SET_BY_AZURE = re.compile(
    r"provisioningState|systemData|timeCreated|(created|creation|(last)?modified|(last)?updated|changed)(Time|At|Date|On)",
    re.IGNORECASE,
)
"""Names that mean the same in every provider (Azure's REST guidelines, and what providers write)."""

IDENTITY_READ_ONLY = frozenset({"principalid", "tenantid", "clientid"})


def strip_read_only(definition: Definition, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what only Azure sets: the envelope, and every read-only property at any depth.

    The rule is azapi's (`GetWriteOnly` in Azure/terraform-provider-azapi): keep a property that is required, or that
    is neither read-only nor constant after deployment. An object that held nothing else goes with it. Unknown
    properties are kept.
    """
    kept = {name: value for name, value in body.items() if name.casefold() not in ENVELOPE}
    return _stripped_object(definition, definition.body, kept)


def strip_by_rule(body: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a type that nobody knows: envelope, timestamps, provisioningState, the ids that Azure gave to the
    identity and to parts of the resource itself."""
    own = str(body.get("id", "")).casefold()
    kept = {name: value for name, value in body.items() if name.casefold() not in ENVELOPE}
    for name, value in kept.items():
        if name.casefold() == "identity":
            kept[name] = _without(value, IDENTITY_READ_ONLY)
    return {name: _ruled(value, own) for name, value in kept.items() if not SET_BY_AZURE.fullmatch(name)}


def strip_paths(body: Mapping[str, Any], read_only: Iterable[str]) -> dict[str, Any]:
    """The body without these paths (see `schema_shape`), wherever they occur."""
    stripped: Any = dict(body)
    for path in read_only:
        stripped = _cut(stripped, path.replace("[]", ".[]").split("."))
    return stripped


def _cut(value: Any, path: list[str]) -> Any:
    first, rest = path[0], path[1:]
    if first == "[]" and isinstance(value, list):
        return [_cut(item, rest) if rest else item for item in cast("list[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    pairs = cast("Mapping[str, Any]", value)
    meant = {key for key in pairs if first == "*" or key.casefold() == first.casefold()}
    if not rest:
        return {key: inner for key, inner in pairs.items() if key not in meant}
    return {key: _cut(inner, rest) if key in meant else inner for key, inner in pairs.items()}


def _stripped(definition: Definition, shape: Shape, value: Any) -> Any:
    resolved = definition.resolve(shape)
    if isinstance(value, Mapping) and resolved.kind == "object":
        return _stripped_object(definition, resolved, cast("Mapping[str, Any]", value))
    if isinstance(value, list) and resolved.kind == "list" and resolved.of is not None:
        return [_stripped(definition, resolved.of, item) for item in cast("list[Any]", value)]
    return cast("Any", value)


def _stripped_object(definition: Definition, shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    chosen = lookup(value, shape.discriminator) if shape.discriminator else None
    known = {name.casefold(): entry for name, entry in definition.properties_of(shape, chosen).items()}
    kept: dict[str, Any] = {}
    for name, inner in value.items():
        member = known.get(name.casefold())
        if member is not None and member.read_only:
            continue
        if member is None and shape.of is None:
            kept[name] = inner
            continue
        rest = _stripped(definition, member.shape if member is not None else shape.of or shape, inner)
        emptied = rest == {} and inner != {} and member is not None and not member.required
        if not emptied:
            kept[name] = rest
    return kept


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value)
        return {key: _without(inner, names) for key, inner in pairs.items() if key.casefold() not in names}
    return value


def _ruled(value: Any, own: str) -> Any:
    if isinstance(value, list):
        return [_ruled(item, own) for item in cast("list[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    pairs = cast("Mapping[str, Any]", value)
    # An object that is nothing but an id is a reference, which is ours to set; beside other things it is a self link.
    is_part = len(pairs) > 1 and own and str(lookup(pairs, "id") or "").casefold().startswith(f"{own}/")
    return {
        key: _ruled(inner, own)
        for key, inner in pairs.items()
        if not SET_BY_AZURE.fullmatch(key) and not (is_part and key.casefold() in ("id", "etag", "type"))
    }
