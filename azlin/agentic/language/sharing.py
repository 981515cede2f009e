"""What is said once and holds for several parts of a request: region, resource group, and what flags say."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from azlin.agentic.language.bound import TAKES, Bound
from azlin.agentic.language.regions import region_of


def share(bounds: list[Bound], *, group: str | None, location: str | None) -> None:
    """Give each part the region and the group that the others name, where it can have one and names none itself."""
    for bound in bounds:
        if group is not None:
            _from_flag(bound, "group", "groups", group)
        if location is not None:
            region = region_of(location)
            if region is None:
                bound.ask(f"There is no region {location!r} (-l). Which is meant?")
            else:
                _from_flag(bound, "location", "locations", region)
    _fold(bounds, "subnet", "vnet", lambda bound: _subnets_of(bound.parameters))
    _fold(bounds, "container", "account", lambda bound: {"containers": bound.parameters.get("names", [])})
    makers = [bound for bound in bounds if bound.action == "create"]
    if len(makers) > 1:
        _spread(makers, "location", "region")
        _spread(makers, "group", "resource group")
        _into_new_group(makers)
        _one_network(makers)
    for bound in bounds:
        if bound.region is not None and bound.kind is not None:
            bound.ask(f"A new {bound.kind.singular} has no region of its own. What is meant?")


def _fold(bounds: list[Bound], child: str, holder: str, parameters: Callable[[Bound], dict[str, Any]]) -> None:
    """`a vnet … and a subnet …`: a child that names no holder is a part of the one made in the same request."""
    holders = [bound for bound in bounds if bound.action == "create" and bound.kind and bound.kind.name == holder]
    if len(holders) != 1 or len(holders[0].parameters.get("names", ())) > 1:
        return
    for bound in [bound for bound in bounds if bound.action == "create" and bound.kind and bound.kind.name == child]:
        said = {"location": bound.region, "group": bound.parameters.get("group")}
        if bound.questions or holder in bound.parameters or not _agrees(holders[0].parameters, said):
            continue
        holders[0].parameters |= {field: value for field, value in said.items() if value is not None}
        for field, values in parameters(bound).items():
            holders[0].parameters[field] = [*holders[0].parameters.get(field, []), *values]
        bounds.remove(bound)


def _agrees(parameters: dict[str, Any], said: dict[str, str | None]) -> bool:
    """Whether what was said last, of the part, can be meant for the whole."""
    return all(value is None or parameters.get(field, value) == value for field, value in said.items())


def _subnets_of(parameters: dict[str, Any]) -> dict[str, Any]:
    names, prefixes = parameters.get("names", []), parameters.get("prefixes", [])
    return {"subnets": [{"name": name, "prefix": prefix} for name, prefix in zip_longest(names, prefixes)]}


def _from_flag(bound: Bound, field: str, plural: str, value: str) -> None:
    if bound.creates:
        said = bound.parameters.get(field)
        if said is not None and said.casefold() != value.casefold():
            bound.ask(f"The request says {field} {said}, and the flag says {value}. Which counts?")
        elif _takes(bound, field):
            bound.parameters[field] = value
        return
    if bound.kind is None or (bound.kind.name == "group" and field == "group"):
        return
    where = bound.parameters.setdefault("where", {})
    said = where.get(plural)
    if said is not None and [one.casefold() for one in said] != [value.casefold()]:
        bound.ask(f"The request says {field} {' and '.join(said)}, and the flag says {value}. Which counts?")
    elif not bound.parameters.get("id"):
        where[plural] = [value]


def _spread(makers: list[Bound], field: str, word: str) -> None:
    values = list(dict.fromkeys(bound.parameters[field] for bound in makers if bound.parameters.get(field)))
    if len(values) != 1:
        return
    for bound in makers:
        if field not in bound.parameters and _takes(bound, field) and bound.kind is not None:
            bound.parameters[field] = values[0]
            bound.assumptions.append(f"{word} {values[0]} is meant for the {bound.kind.singular} too")


def _into_new_group(makers: list[Bound]) -> None:
    """A group that is made in the same breath is meant to hold the rest."""
    groups = [
        name
        for bound in makers
        if bound.kind and bound.kind.name == "group"
        for name in bound.parameters.get("names", [])
    ]
    if len(groups) != 1:
        return
    for bound in makers:
        if bound.kind and bound.kind.name != "group" and "group" not in bound.parameters and _takes(bound, "group"):
            bound.parameters["group"] = groups[0]
            bound.assumptions.append(f"the {bound.kind.singular} goes into the new resource group {groups[0]}")


def _one_network(makers: list[Bound]) -> None:
    """Machines of one request, in one place, share the network that is made for the first."""
    machines = [bound for bound in makers if bound.kind and bound.kind.name == "vm" and "vnet" not in bound.parameters]
    if len(machines) < 2:
        return
    first = machines[0].parameters
    for bound in machines[1:]:
        same = all(bound.parameters.get(field) == first.get(field) for field in ("group", "location"))
        if same and first.get("names"):
            bound.parameters["network_of"] = first["names"][0]


def _takes(bound: Bound, field: str) -> bool:
    return bound.kind is not None and field in TAKES.get(bound.kind.name, frozenset())
