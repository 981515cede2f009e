"""App Service plans: how many sites they have, and that one with sites stays.

Text: as users of Azure met it. Source of what counts: "Plan" in the App Service Plans reference (`numberOfSites`).
"""

from __future__ import annotations

from azlin.sandbox.arm.behaviour import Call, Registry
from azlin.sandbox.arm.bodies import Typed
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource

PLANS = "Microsoft.Web/serverfarms"
_SITES = "Microsoft.Web/sites"


def sites_of(plan: Resource, call: Call) -> list[str]:
    """The names of the sites on a plan, of whatever group."""
    found = call.plane.store.all(type=_SITES, subscription=plan.id.subscription)
    return [one.id.name for one in found if str(one.properties.get("serverFarmId")).casefold() == plan.id.key]


class Plans(Typed):
    def refuse_delete(self, resource: Resource, call: Call, /) -> None:
        sites = sites_of(resource, call)
        if sites:
            raise ArmRefusal(
                409,
                "Conflict",
                f"Server farm '{resource.id.name}' cannot be deleted because it has web app(s) {', '.join(sites)} "
                "assigned to it.",
            )

    def show(self, resource: Resource, call: Call, /) -> Body:
        resource.properties["numberOfSites"] = len(sites_of(resource, call))
        return resource.body


def register(registry: Registry) -> None:
    registry.type(PLANS, Plans())
