"""Microsoft.Resources/links: one resource points at another ("Resource Links - Create Or Update")."""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.refusals import content_invalid
from azlin.sandbox.arm.store import Resource

LINKS = "Microsoft.Resources/links"


class Links(Behaviour):
    """Both ids are told with a slash at the end."""

    provisioning = False
    write_pending = None

    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        if not isinstance(resource.properties.get("targetId"), str):
            raise content_invalid("properties.targetId is required")

    def complete(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        properties = resource.properties
        properties["sourceId"] = f"{resource.id.scope}/"
        properties["targetId"] = f"{str(properties['targetId']).rstrip('/')}/"


def register(registry: Registry) -> None:
    registry.type(LINKS, Links())
