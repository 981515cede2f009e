"""Microsoft.Consumption/usageDetails: one line per resource and day of the month so far, or of the days asked for.

Source: Consumption REST API 2023-05-01, "Usage Details - List", the kind `legacy`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.costs.meters import Charge, charges, embedded, hours_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body

_BOUND = re.compile(r"properties/usage(?:Start|End) (ge|le|gt|lt) '([^']+)'")
_SPACE = uuid.UUID("5a4db0c5-0000-4000-8000-a21100000002")


def _list(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    group, subscription = None, groups["subscription"]
    if groups.get("group"):
        group = call.plane.store.parse(f"/subscriptions/{subscription}/resourceGroups/{groups['group']}", call.tenant)
        call.plane.require(group)
    now = datetime.fromtimestamp(call.plane.now(), UTC)
    start, end = _days(call.query.get("$filter", ""), now)
    value: list[Body] = [
        _line(charge, str(day), hours)
        for charge in charges(subscription, group, call, embedded())
        for day, hours in hours_of(charge, start, end, "Daily")
    ]
    return Answer(200, {"value": value})


def _days(text: str, now: datetime) -> tuple[datetime, datetime]:
    start, end = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0), now
    if not text:
        return start, end
    for part in text.split(" and "):
        match = _BOUND.fullmatch(part.strip())
        if match is None:
            raise ArmRefusal(400, "BadRequest", f"Invalid query filter: {text}.")
        try:
            at = datetime.fromisoformat(match.group(2))
        except ValueError:
            raise ArmRefusal(400, "BadRequest", f"Invalid query filter: {text}.") from None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        start, end = (at, end) if match.group(1).startswith("g") else (start, min(at, now))
    return start, end


def _line(charge: Charge, day: str, hours: float) -> Body:
    rid, date = charge.resource.id, f"{day[:4]}-{day[4:6]}-{day[6:]}T00:00:00.0000000Z"
    name = str(uuid.uuid5(_SPACE, f"{rid.key}/{day}/{charge.meter}"))
    return {
        "kind": "legacy",
        "id": f"/subscriptions/{rid.subscription}/providers/Microsoft.Consumption/usageDetails/{name}",
        "name": name,
        "type": "Microsoft.Consumption/usageDetails",
        "tags": charge.resource.body.get("tags"),
        "properties": {
            "subscriptionId": rid.subscription,
            "date": date,
            "product": f"{charge.service} - {charge.meter}",
            "quantity": hours,
            "effectivePrice": float(charge.hourly),
            "unitPrice": float(charge.hourly),
            "cost": float(charge.hourly) * hours,
            "billingCurrency": "USD",
            "resourceLocation": charge.resource.body.get("location"),
            "consumedService": rid.type.partition("/")[0],
            "resourceId": rid.id,
            "resourceName": rid.name,
            "resourceGroup": rid.group,
            "chargeType": "Usage",
            "frequency": "UsageBased",
            "pricingModel": "OnDemand",
        },
    }


def register(registry: Registry) -> None:
    scope = r"/subscriptions/(?P<subscription>[^/]+)(?:/resourceGroups/(?P<group>[^/]+))?"
    registry.route("GET", "Microsoft.Consumption", scope + r"/providers/Microsoft\.Consumption/usageDetails", _list)
