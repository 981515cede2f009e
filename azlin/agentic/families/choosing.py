"""Finding the things that exist and are meant: the same filter for reads and acts, and help when nothing fits."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from azlin.agentic.acts import power_of
from azlin.agentic.language.filters import Where, group_of
from azlin.agentic.language.kinds import Kind
from azlin.agentic.types import ResourceRef
from azlin.agentic.world import Resource, World
from azlin.errors import NotFound, Undecided, UsageRefused

Chosen = tuple[ResourceRef, Resource]


def choose(world: World, kind: Kind, where: Where, *, doing: str) -> list[Chosen]:
    """The resources of a kind that `where` means, by name. `doing` is the request so far (`stop`), for the questions.

    Raises NotFound when a name does not exist or nothing fits, Undecided when one name is in several groups,
    UsageRefused for a filter that would mean everything by accident.
    """
    if where == Where():
        raise UsageRefused(
            f"which {kind.singular} to {doing} was not said", fix=f'azlin doit "{doing} {kind.singular} NAME"'
        )
    there = world.list(kind.type)
    found = [resource for resource in there if _matches(world, resource, where)]
    chosen = sorted(((_ref(resource), resource) for resource in found), key=lambda pair: pair[0].key)
    for name in where.names:
        _check_name(name, chosen, there, kind, doing, where)
    if not chosen:
        said = where.in_words()
        raise NotFound(
            f"no {kind.singular} is {said}"
            if said.startswith(("named", "tagged"))
            else f"there is no {kind.singular} {said}".rstrip(),
            why=f"the subscription has {kind.counted(len(there))}",
            fix=f'azlin doit "list all {kind.plural}"',
        )
    return chosen


def _matches(world: World, resource: Resource, where: Where) -> bool:
    if not where.needs_power:
        return where.matches(resource)
    without_power = Where(
        **{field: getattr(where, field) for field in where.__struct_fields__ if "states" not in field}
    )
    return without_power.matches(resource) and where.matches(resource, power(world, resource))


def power(world: World, resource: Resource) -> str | None:
    """The power state of a VM, asked of Azure unless the resource brings it."""
    known = power_of(resource)
    if known is not None:
        return known
    there = world.get(_ref(resource), expand="instanceView")
    return power_of(there) if there is not None else None


def _ref(resource: Resource) -> ResourceRef:
    return ResourceRef.from_id(str(resource["id"]), resource.get("location"))


def _check_name(name: str, chosen: list[Chosen], there: list[Resource], kind: Kind, doing: str, where: Where) -> None:
    same = [ref for ref, _ in chosen if ref.leaf.casefold() == name.casefold()]
    if len(same) > 1:
        groups = sorted(str(ref.group) for ref in same)
        raise Undecided(
            f"there are {len(same)} {kind.plural} called {name}, in groups {' and '.join(groups)}; which one is meant?",
            fix=" or ".join(f'azlin doit "{doing} {kind.singular} {name} in group {group}"' for group in groups),
        )
    if not same:
        raise missing(name, there, kind, where)


def missing(name: str, there: list[Resource], kind: Kind, where: Where | None = None) -> NotFound:
    """The error for a name that does not exist, with the names that are near."""
    elsewhere = [resource for resource in there if str(resource["name"]).casefold() == name.casefold()]
    if elsewhere and where is not None:
        if where.groups:
            groups = ", ".join(sorted(group_of(resource) for resource in elsewhere))
            return NotFound(
                f"there is no {kind.singular} called {name} in group {where.groups[0]}", fix=f"it is in group {groups}"
            )
        return NotFound(f"{kind.singular} {name} is not {where.in_words()}")
    names = [str(resource["name"]) for resource in there]
    folded = {existing.casefold(): existing for existing in names}
    near = [folded[close] for close in get_close_matches(name.casefold(), folded, n=3, cutoff=0.5)]
    return NotFound(
        f"there is no {kind.singular} called {name}",
        why=f"there are {kind.counted(len(names))} in the subscription"
        if names
        else f"there are no {kind.plural} in the subscription",
        fix=f"did you mean {' or '.join(near)}?" if near else f'azlin doit "list all {kind.plural}"',
    )


def find(world: World, kind: Kind, name: str, group: str | None, *, doing: str) -> Chosen:
    """The one resource of that name."""
    where = Where(names=(name,), groups=(group,) if group else ())
    return choose(world, kind, where, doing=doing)[0]


def rows_of(raw: Any) -> list[Resource]:
    """What a read returned, as a list of resources."""
    if raw is None:
        return []
    return list(raw) if isinstance(raw, list) else [raw]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
