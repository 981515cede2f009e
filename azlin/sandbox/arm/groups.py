"""Resource groups and the tags of any scope, by the generic rules."""

from __future__ import annotations

import re

from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.ids import GROUP, ResourceId
from azlin.sandbox.arm.refusals import ArmRefusal, content_invalid, location_required
from azlin.sandbox.arm.store import Body, Resource

TAGS = "Microsoft.Resources/tags"
_BAD = re.compile(r"[^\w().-]")


class Groups(Behaviour):
    """Resource groups. Deleting one deletes its contents (`ControlPlane.purge`)."""

    write_pending = None
    implicit_names = frozenset[str]()

    def refuse(self, resource: Resource, before: Resource | None, call: Call, /) -> None:
        name = resource.id.name
        bad = "".join(dict.fromkeys(_BAD.findall(name))) or ("." if name.endswith(".") else "")
        if bad:
            raise ArmRefusal(
                400,
                "InvalidResourceGroup",
                f"The provided resource group name '{name}' has these invalid characters: '{bad}'. "
                "The name can only be a letter, digit, '-', '.', '(', ')' or '_'.",
            )
        if len(name) > 90:
            raise ArmRefusal(
                400,
                "ResourceGroupNameTooLong",
                f"The provided resource group name '{name}' exceeds the maximum length of '90'.",
            )
        location = resource.body.get("location")
        if not location:
            raise location_required()
        known = call.plane.registry.provider_types.get(GROUP.casefold())
        offered = [one.replace(" ", "").lower() for one in known.locations] if known else []
        if before is None and offered and location not in offered:
            raise ArmRefusal(
                400,
                "LocationNotAvailableForResourceGroup",
                f"The provided location '{location}' is not available for resource group. List of "
                f"available regions is '{','.join(offered)}'.",
            )


class Tags(Behaviour):
    """`{scope}/providers/Microsoft.Resources/tags/default`: the tags of the scope itself.

    Source: "Tags - Create Or Update At Scope" and "- Update At Scope" (Merge, Replace, Delete).
    """

    provisioning = False
    created_status = 200

    def absent(self, rid: ResourceId, call: Call, /) -> Body | None:
        owner = _owner(rid, call)
        return {"properties": {"tags": owner.body.get("tags") or {}}}

    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        if not isinstance(resource.properties.get("tags", {}), dict):
            raise content_invalid("properties.tags must be an object of strings")

    def written(self, resource: Resource, _before: Resource | None, call: Call, /) -> None:
        owner = _owner(resource.id, call)
        asked: dict[str, str] = resource.properties.get("tags") or {}
        tags: dict[str, str] = dict(owner.body.get("tags") or {})
        change = str(resource.body.get("operation", "Replace")).casefold()
        if change == "merge":
            tags.update(asked)
        elif change == "delete":
            tags = {name: value for name, value in tags.items() if asked.get(name) != value}
        else:
            tags = asked
        owner.body["tags"] = tags
        call.plane.store.put(owner.id, owner.body)
        resource.body["properties"] = {"tags": tags}
        # The scope holds the tags; a second copy would go its own way.
        call.plane.store.delete(resource.id)


def _owner(rid: ResourceId, call: Call) -> Resource:
    return call.plane.find(call.plane.store.parse(rid.scope, rid.tenant), call)


def register(registry: Registry) -> None:
    registry.type(GROUP, Groups())
    registry.type(TAGS, Tags())
