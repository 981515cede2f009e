"""A world as it will be once the operations planned so far are done."""

from __future__ import annotations

from msgspec.structs import replace

from azlin.agentic.types import MadeAgainst, Operation, ResourceRef
from azlin.agentic.world import Resource, World

NO_SUBSCRIPTION = "{subscription}"
"""Stands in ids of a plan that was made while nobody was signed in. Such a plan can be read and priced, never run."""


def id_of(ref: ResourceRef) -> str:
    """The ARM id; with a stand-in that Azure refuses when the subscription is unknown."""
    return ref.id if ref.subscription else replace(ref, subscription=NO_SUBSCRIPTION).id


class Foreseen(World):
    """What the operations planned so far make is there already; everything else is as Azure says."""

    def __init__(self, world: World) -> None:
        super().__init__(world.cloud, None)
        self._world = world
        self._made: dict[str, tuple[ResourceRef, Resource]] = {}
        self._going: set[str] = set()

    @property
    def known(self) -> bool:
        return self._world.known

    def foresee(self, operation: Operation) -> None:
        """Take an operation of an earlier part as done."""
        ref = operation.target
        if operation.verb == "delete":
            self._going.add(id_of(ref).casefold())
        if operation.verb != "ensure":
            return
        id_ = id_of(ref)
        resource = {"id": id_, "name": ref.leaf, "type": ref.type, **operation.desired}
        self._made[id_.casefold()] = (ref, resource)

    def goes(self, ref: ResourceRef) -> bool:
        """Whether an earlier part deletes this, or what it is in."""
        key = id_of(ref).casefold()
        return any(key == gone or key.startswith(f"{gone}/") for gone in self._going)

    def made_of(self, type_: str, group: str | None = None) -> list[Resource]:
        """What earlier parts make of a type."""
        return [
            resource
            for ref, resource in self._made.values()
            if ref.type.casefold() == type_.casefold()
            and (group is None or (ref.group or "").casefold() == group.casefold())
        ]

    def made(self, ref: ResourceRef) -> Resource | None:
        """What will have been made under this name, whether or not anybody is signed in."""
        made = self._made.get(id_of(ref).casefold())
        return made[1] if made else None

    def get(self, ref: ResourceRef, *, expand: str | None = None) -> Resource | None:
        return self.made(ref) or self._world.get(ref, expand=expand)

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[Resource]:
        made = self.made_of(type, group)
        there = self._world.list(type, group=group, expand=expand)
        return [*there, *(one for one in made if one["id"] not in {other["id"] for other in there})]

    def made_with(self, ref: ResourceRef) -> tuple[ResourceRef, ...]:
        return self._world.made_with(ref)

    def made_against(self) -> MadeAgainst:
        return self._world.made_against()

    @property
    def digest(self) -> str:
        return self._world.digest

    def again(self) -> World:
        return self._world.again()
