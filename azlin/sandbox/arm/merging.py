"""How bodies meet: a PATCH over what is stored, and inline arrays taken out of their parent."""

from __future__ import annotations

import copy

from azlin.sandbox.arm.behaviour import Behaviour
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Body


def merge_patch(before: Body, patch: Body) -> Body:
    """ARM's PATCH: tags are replaced, objects merge, null removes (RFC 7396 otherwise). Shares nothing with `before`,
    which others still compare with."""
    return _merge(copy.deepcopy(before), patch)


def _merge(held: Body, patch: Body) -> Body:
    for key, value in patch.items():
        if value is None:
            held.pop(key, None)
        elif isinstance(value, dict) and key != "tags":
            held[key] = _merge(object_of(held.get(key)), object_of(value))
        else:
            held[key] = value
    return held


def take_inline(behaviour: Behaviour, body: Body, *, patch: bool) -> list[tuple[str, list[Body]]]:
    """Take inline arrays out of a body; what is absent removes or keeps, as the type says."""
    taken: list[tuple[str, list[Body]]] = []
    properties = body.get("properties")
    if not behaviour.inline:
        return taken
    held: Body = dict(properties) if isinstance(properties, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    for inline in behaviour.inline:
        wanted = held.pop(inline.segment, None)
        if isinstance(wanted, list):
            taken.append((inline.segment, wanted))  # pyright: ignore[reportUnknownArgumentType]
        elif not patch and inline.absent == "remove":
            taken.append((inline.segment, []))
    body["properties"] = held
    return taken
