"""Drafting a plan: operations are added one by one, checked against what exists, and wired by what they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from msgspec.structs import replace

from azlin.agentic.families.bodies import pairs
from azlin.agentic.families.foreseen import Foreseen, id_of
from azlin.agentic.language.kinds import kind_of_type
from azlin.agentic.language.regions import region_of
from azlin.agentic.types import GROUP_TYPE, Effect, Operation, Plan, ResourceRef
from azlin.agentic.world import Resource, World
from azlin.errors import Undecided

_PREFIXES = {
    "vm": "vm",
    "nic": "nic",
    "ip": "ip",
    "nsg": "nsg",
    "rule": "rule",
    "vnet": "vnet",
    "subnet": "subnet",
    "account": "storage",
    "container": "container",
    "group": "group",
    "disk": "disk",
}


class Draft:
    """Operations for one world. Raises Undecided when something of the same name, but different, exists."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.assumptions: list[str] = []
        self._operations: list[Operation] = []

    def ref(self, type_: str, name: str, group: str | None = None, location: str | None = None) -> ResourceRef:
        return ResourceRef(type=type_, name=name, group=group, subscription=self.world.subscription, location=location)

    def existing(self, ref: ResourceRef) -> Resource | None:
        """What Azure has, or an earlier part of the request makes, under this name; None when there is nothing, or
        nobody is signed in to ask."""
        if isinstance(self.world, Foreseen) and (made := self.world.made(ref)):
            return made
        return self.world.get(ref) if self.world.known else None

    def names_of(self, type_: str, group: str) -> set[str]:
        """The names, case-folded, that things of a type have in a group, as far as that is known."""
        there = self.world.list(type_, group=group) if self.world.known else []
        if isinstance(self.world, Foreseen):
            there = [*there, *self.world.made_of(type_, group)]
        return {str(resource["name"]).casefold() for resource in there}

    def assume(self, sentence: str) -> None:
        if sentence not in self.assumptions:
            self.assumptions.append(sentence)

    def ensure(self, ref: ResourceRef, body: dict[str, Any], *, ours: bool = False, advice: str = "") -> bool:
        """Add a resource that must be there with this body, and return whether it has to be made.

        One that is there already as wanted is left out and told; one that differs raises Undecided with `advice`.
        `ours`: nobody asked for it by name, so being there is enough (a resource group).
        """
        if isinstance(self.world, Foreseen) and self.world.goes(ref):
            raise Undecided(f"{ref.leaf} would be deleted and made in one request", fix="ask for one after the other")
        if any(_key(operation.target) == _key(ref) for operation in self._operations if operation.verb == "ensure"):
            return True
        there = self.existing(ref)
        if there is not None:
            kind = kind_of_type(ref.type)
            where = f" in group {ref.group}" if ref.group else ""
            if not ours and (difference := first_difference(body, there)):
                raise Undecided(
                    f"a {kind.singular} called {ref.leaf} already exists{where}, and it is different ({difference})",
                    why="azlin never overwrites what exists without being asked to change it",
                    fix=advice or f'choose another name, or look at it: azlin doit "show {kind.singular} {ref.leaf}"',
                )
            if not ours and not (isinstance(self.world, Foreseen) and self.world.made(ref)):
                self.assume(f"{kind.singular} {ref.leaf}{where} exists already as wanted, and is left as it is")
            return False
        self._add(operation_id(ref), "ensure", "creates", ref, body)
        return True

    def change(self, ref: ResourceRef, body: dict[str, Any], prefix: str = "") -> None:
        """Add a change of a resource that exists: the whole body as it should be."""
        self._add(prefix + operation_id(ref), "ensure", "changes", ref, body)

    def act(self, ref: ResourceRef, action: str, name: str) -> None:
        self._add(f"{name}:{operation_id(ref)}", "act", "changes", ref, {"action": action})

    def delete(self, ref: ResourceRef, after: Iterable[str] = ()) -> str:
        """Add a removal, and return its id."""
        return self._add(f"delete:{operation_id(ref)}", "delete", "destroys", ref, {}, tuple(after))

    def read(self, ref: ResourceRef, desired: dict[str, Any]) -> None:
        name = operation_id(ref) if ref.name else kind_of_type(ref.type).plural.casefold().replace(" ", "-")
        self._add(f"read:{name}", "read", "reads", ref, desired)

    def _add(
        self,
        id_: str,
        verb: Any,
        effect: Effect,
        ref: ResourceRef,
        desired: dict[str, Any],
        after: tuple[str, ...] = (),
    ) -> str:
        taken = {operation.id for operation in self._operations}
        if id_ in taken:
            id_ = f"{id_} in {ref.group}"
        number = 2
        unique = id_
        while unique in taken:
            unique, number = f"{id_} {number}", number + 1
        self._operations.append(
            Operation(id=unique, verb=verb, effect=effect, target=ref, desired=desired, after=after)
        )
        return unique

    def plan(self) -> Plan:
        return Plan(
            operations=wired(self._operations),
            made_against=self.world.made_against(),
            assumptions=tuple(self.assumptions),
        )


def operation_id(ref: ResourceRef) -> str:
    """`vm:Sam`: readable, and the same whenever the same thing is planned."""
    kind = kind_of_type(ref.type)
    return f"{_PREFIXES.get(kind.name, kind.name.casefold())}:{ref.name}"


def _key(ref: ResourceRef) -> str:
    return id_of(ref).casefold()


def wired(operations: list[Operation]) -> tuple[Operation, ...]:
    """Each `ensure` waits for those that make its group, its parent, and whatever its body refers to by id."""
    makers = {_key(operation.target): operation.id for operation in operations if operation.verb == "ensure"}
    done: list[Operation] = []
    for operation in operations:
        if operation.verb != "ensure":
            done.append(operation)
            continue
        ids = [*_ids_in(operation.desired), id_of(operation.target)]
        waits = {makers[above] for id_ in ids for above in _above(id_.casefold()) if above in makers}
        waits.update(operation.after)
        waits.discard(operation.id)
        done.append(replace(operation, after=tuple(sorted(waits))))
    return tuple(done)


def _ids_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith("/subscriptions/"):
            yield value
    elif isinstance(value, dict):
        for item in cast("dict[str, object]", value).values():
            yield from _ids_in(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _ids_in(item)


def _above(id_: str) -> Iterator[str]:
    """An id and the ids of everything that holds it."""
    parts = id_.strip("/").split("/")
    for end in range(len(parts), 2, -1):
        yield "/" + "/".join(parts[:end])


READ_ONLY = frozenset(
    {
        *("id", "name", "type", "etag", "systemdata", "resources", "managedby"),
        *("provisioningstate", "instanceview", "vmid", "timecreated", "resourceguid"),
    }
)
"""What Azure fills in and a body must not carry back (case-folded, at the top and directly under `properties`)."""


def body_of(there: Resource) -> dict[str, Any]:
    """The body that would make a resource as it is: what a change starts from."""
    body = {key: value for key, value in there.items() if key.casefold() not in READ_ONLY}
    properties = cast("dict[str, Any]", there.get("properties") or {})
    body["properties"] = {key: value for key, value in properties.items() if key.casefold() not in READ_ONLY}
    return body


def first_difference(wanted: object, there: object, path: str = "") -> str | None:
    """Where what exists is not what is wanted: `size is A, not B`; None when everything wanted is there.

    Regions and ids are compared as Azure compares them; lists of named things by name. What Azure never returns (a
    password) is left out.
    """
    if isinstance(wanted, dict):
        return _first_of_pairs(cast("dict[str, Any]", wanted), there, path)
    if isinstance(wanted, list):
        return _first_of_items(cast("list[Any]", wanted), there, path)
    if _same(wanted, there):
        return None
    leaf = path.rpartition(".")[2] or "it"
    return f"{leaf} is {there!r}, not {wanted!r}"


def _first_of_pairs(wanted: dict[str, Any], there: object, path: str) -> str | None:
    if not isinstance(there, dict):
        return f"{path or 'it'} is not there" if wanted else None
    found = {key.casefold(): value for key, value in cast("dict[str, Any]", there).items()}
    for key, value in wanted.items():
        if key == "adminPassword":
            continue
        if difference := first_difference(value, found.get(key.casefold()), f"{path}.{key}"):
            return difference
    return None


def _first_of_items(wanted: list[Any], there: object, path: str) -> str | None:
    found = cast("list[Any]", there) if isinstance(there, list) else []
    for number, item in enumerate(wanted):
        name = pairs(item).get("name")
        if name is None:
            twin = found[number] if number < len(found) else None
        else:
            twin = next((other for other in found if _same(name, pairs(other).get("name"))), None)
        if difference := first_difference(item, twin, path):
            return difference
    return None


def _same(wanted: object, there: object) -> bool:
    if isinstance(wanted, str) and isinstance(there, str):
        if wanted.casefold() == there.casefold() or re.sub(r"\s", "", there) == re.sub(r"\s", "", wanted):
            return True
        region = region_of(wanted)
        return region is not None and region == region_of(there)
    return wanted == there


def group_ref(draft: Draft, group: str, location: str | None = None) -> ResourceRef:
    return draft.ref(GROUP_TYPE, group, None, location)


def ensure_group(draft: Draft, group: str, location: str) -> None:
    """The resource group that something is made in; one that exists is used as it is, wherever it lies."""
    draft.ensure(group_ref(draft, group, location), {"location": location}, ours=True)
