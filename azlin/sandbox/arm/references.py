"""What one resource says of another: the `{"id": ...}` that services keep in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource


def id_of(reference: Any) -> str | None:
    """The id in `{"id": ...}`, None where there is none."""
    found = object_of(reference).get("id")
    return found if isinstance(found, str) and found else None


def referenced(reference: Any, owner: ResourceId, call: Call) -> Resource | None:
    """The resource a reference names; None when nothing is named. Raises ArmRefusal when it is not there."""
    path = id_of(reference)
    if path is None:
        return None
    try:
        found = call.plane.store.get(call.plane.store.parse(path, call.tenant))
    except ValueError:
        raise ArmRefusal(
            400,
            "LinkedInvalidPropertyId",
            f"Property id '{path}' at path '' is invalid. Expect fully qualified resource Id that start with "
            "'/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.",
        ) from None
    if found is None:
        raise reference_dangles(path, owner)
    return found


def reference_dangles(path: str, owner: ResourceId) -> ArmRefusal:
    """What Microsoft.Network says of a reference to what is not there."""
    return ArmRefusal(
        400,
        "InvalidResourceReference",
        f"Resource {path} referenced by resource {owner.id} was not found. Please make sure that the referenced "
        "resource exists, and that both resources are in the same region.",
        details=[],
    )


def references_in(value: Any) -> Iterator[str]:
    """The id of each `{"id": ...}` in a value, at any depth."""
    for one in array_of(value):
        yield from references_in(one)
    path = id_of(value)
    if path is not None:
        yield path
    for one in object_of(value).values():
        yield from references_in(one)


def point_at(target: Resource, name: str, path: str, call: Call) -> None:
    """Say in `target` that `path` uses it, as the one user (`properties.name = {"id": path}`)."""
    target.properties[name] = {"id": path}
    call.plane.store.put(target.id, target.body)


def add_user(target: Resource, name: str, path: str, call: Call) -> None:
    """The same where there may be many users (`properties.name` is a list)."""
    users = array_of(target.properties.get(name))
    if all(str(id_of(one)).casefold() != path.casefold() for one in users):
        target.properties[name] = [*users, {"id": path}]
        call.plane.store.put(target.id, target.body)


def drop_user(target_id: str | None, name: str, path: str, call: Call) -> None:
    """Take `path` out again, whichever form it has; everything below `path` goes with it."""
    target = call.plane.store.get(target_id) if target_id else None
    if target is None:
        return
    held = target.properties.get(name)
    if isinstance(held, list):
        left = [one for one in array_of(held) if not _is_at(one, path)]
        if left:
            target.properties[name] = left
        else:
            del target.properties[name]
    elif held is not None and _is_at(held, path):
        del target.properties[name]
    else:
        return
    call.plane.store.put(target.id, target.body)


def _is_at(reference: Any, path: str) -> bool:
    found = str(id_of(reference)).casefold()
    return found == path.casefold() or found.startswith(path.casefold() + "/")
