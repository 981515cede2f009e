"""Resource groups, by the generic rules."""

from __future__ import annotations

import re

from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.ids import GROUP
from azlin.sandbox.arm.managed_groups import refuse_denied
from azlin.sandbox.arm.refusals import ArmRefusal, location_required
from azlin.sandbox.arm.store import Resource

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

    def complete(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        if before is not None and "managedBy" in before.body:
            resource.body.setdefault("managedBy", before.body["managedBy"])

    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        if "managedBy" in resource.body:
            refuse_denied(resource, call)


def register(registry: Registry) -> None:
    registry.type(GROUP, Groups())
