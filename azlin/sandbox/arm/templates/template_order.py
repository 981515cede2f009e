"""In which order the resources of a template go: `dependsOn`, and what `reference` implies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from azlin.sandbox.arm.templates.expressions import TemplateInvalid

if TYPE_CHECKING:
    from azlin.sandbox.arm.templates.template import Deployable


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource as the template declares it.

    `waits_for` has ids, names, `type/name` forms, symbols or loop names; one that begins with "?" is implied by a
    `reference` and may name something outside the template. `wanted` is False when its condition is.
    """

    deployable: Deployable
    waits_for: tuple[str, ...]
    loop: str | None
    wanted: bool
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """The wanted resources, each after what it waits for; by casefolded name, symbol and id the id of each resource;
    and by casefolded name or symbol the ids of a loop's copies."""

    resources: tuple[Deployable, ...]
    ids: dict[str, str]
    loops: dict[str, list[str]]


def order(found: Sequence[Declared]) -> Ordered:
    """Put them in order.

    Raises TemplateInvalid for a resource defined twice, a dependency that is not there, and a circle.
    """
    known = _known(found)
    wanted = {one.deployable.id.casefold(): one for one in found if one.wanted}
    waits: dict[str, frozenset[str]] = {}
    for one in found:
        if one.wanted:
            waits[one.deployable.id.casefold()] = _resolved(one, known) & wanted.keys()
    try:
        sequence = tuple(TopologicalSorter({key: sorted(after) for key, after in waits.items()}).static_order())
    except CycleError as circle:
        raise _refused(
            f"Circular dependency detected on resource: '{circle.args[1][0]}'. Please see "
            "https://aka.ms/arm-syntax-resources for usage details."
        ) from circle
    ids = {name: keys[0] for name, keys in known.items() if len(keys) == 1}
    spelled = {one.deployable.id.casefold(): one.deployable.id for one in found}
    loops: dict[str, list[str]] = {}
    for one in found:
        if one.loop and one.wanted:
            for name in {one.loop.casefold(), (one.deployable.symbol or one.loop).casefold()}:
                loops.setdefault(name, []).append(one.deployable.id)
    return Ordered(
        tuple(replace(wanted[key].deployable, after=waits[key]) for key in sequence),
        {name: spelled[key] for name, key in ids.items()},
        loops,
    )


def _known(found: Sequence[Declared]) -> dict[str, list[str]]:
    """The ids (casefolded) behind everything that a template may call its resources."""
    known: defaultdict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for one in found:
        own = one.deployable
        key = own.id.casefold()
        if key in seen:
            if one.wanted:
                raise _refused(
                    f"The resource '{own.id}' at line '1' and column '1' is defined multiple times in a template. "
                    "Please see https://aka.ms/arm-syntax-resources for usage details."
                )
            continue
        seen.add(key)
        relative = key.rpartition("/providers/")[2] if "/providers/" in key else key
        flat = f"{own.type}/{own.name}".casefold()
        names = {key, relative, flat, own.name.casefold(), (own.symbol or own.name).casefold()}
        if one.loop:
            names.add(one.loop.casefold())
        if own.symbol and one.index is not None:
            names.add(f"{own.symbol}[{one.index}]".casefold())
        for name in names:
            known[name].append(key)
    return known


def _resolved(one: Declared, known: dict[str, list[str]]) -> frozenset[str]:
    made: set[str] = set()
    own = one.deployable.id.casefold()
    for name in one.waits_for:
        implied = name.startswith("?")
        keys = known.get(name.lstrip("?").strip("/").casefold()) or known.get(name.lstrip("?").casefold())
        if keys is None and not implied:
            raise _refused(
                f"The resource '{name}' is not defined in the template. Please see "
                "https://aka.ms/arm-syntax for usage details."
            )
        made.update(key for key in keys or () if not (implied and key == own))
    return frozenset(made)


def _refused(why: str) -> TemplateInvalid:
    return TemplateInvalid(f"Deployment template validation failed: '{why}'.")
