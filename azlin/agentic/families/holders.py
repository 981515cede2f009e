"""The network, NSG or account that something new goes into: found by name, wherever it is."""

from __future__ import annotations

from typing import Any

from azlin.agentic.families.choosing import find
from azlin.agentic.families.drafting import Draft
from azlin.agentic.families.foreseen import Foreseen
from azlin.agentic.language.kinds import SUBNET_TYPE, Kind
from azlin.agentic.types import ResourceRef
from azlin.errors import NotFound, Undecided


def holder(draft: Draft, kind: Kind, name: str, group: str | None) -> ResourceRef:
    """The one of that name: made by an earlier part of the request, else in the group that is meant, else in any.

    Raises NotFound, Undecided when several groups have one, and NotFound for an unknown group when nobody is signed in.
    """
    if isinstance(draft.world, Foreseen):
        for made in draft.world.made_of(kind.type):
            if str(made["name"]).casefold() == name.casefold():
                group = str(made["id"]).split("/")[4]
                return draft.ref(kind.type, name, group, made.get("location"))
    if draft.world.known:
        inside = draft.world.list(kind.type, group=group) if group else []
        here = any(str(there["name"]).casefold() == name.casefold() for there in inside)
        return find(draft.world, kind, name, group if here else None, doing="use")[0]
    if group is None:
        raise NotFound(f"which resource group {kind.singular} {name} is in is unknown", fix="add -g GROUP")
    return draft.ref(kind.type, name, group)


def subnet_of(draft: Draft, vnet: ResourceRef, wanted: str | None) -> ResourceRef:
    """The subnet that was named, or the only one there is."""
    there = draft.existing(vnet)
    if there is None:
        return draft.ref(SUBNET_TYPE, f"{vnet.name}/{wanted or 'default'}", vnet.group)
    properties: dict[str, Any] = there.get("properties") or {}
    subnets: list[dict[str, Any]] = properties.get("subnets") or []
    names = [str(subnet["name"]) for subnet in subnets]
    if isinstance(draft.world, Foreseen):
        made = draft.world.made_of(SUBNET_TYPE, vnet.group)
        names += [str(one["name"]) for one in made if f"/{vnet.name}/".casefold() in str(one["id"]).casefold()]
    chosen = wanted or (names[0] if len(names) == 1 else None)
    if chosen is None:
        listed = ", ".join(names) or "none"
        raise Undecided(
            f"network {vnet.name} has {len(names)} subnets ({listed}); which one?", fix="say “in subnet NAME”"
        )
    if chosen.casefold() not in {name.casefold() for name in names}:
        raise NotFound(
            f"there is no subnet {chosen} in network {vnet.name}", fix=f"it has {', '.join(names) or 'none'}"
        )
    return draft.ref(SUBNET_TYPE, f"{vnet.name}/{chosen}", vnet.group)
