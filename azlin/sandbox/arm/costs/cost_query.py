"""Microsoft.CostManagement/query: what was spent at a subscription or group, as a table.

Columns are the aggregations, the date where the granularity has one, the groupings, and the currency; all costs are in
USD. Source: Cost Management REST API 2023-11-01, operation "Query - Usage".
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.costs.meters import Charge, charges, embedded, hours_of
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body

_COSTS = frozenset(("Cost", "CostUSD", "PreTaxCost", "PreTaxCostUSD"))
_DAY = timedelta(days=1)


def _query(call: Call, groups: Mapping[str, str], body: Any) -> Answer:
    asked, subscription = object_of(body), groups["subscription"]
    group = None
    if groups.get("group"):
        group = call.plane.store.parse(f"/subscriptions/{subscription}/resourceGroups/{groups['group']}", call.tenant)
        call.plane.require(group)
    dataset = object_of(asked.get("dataset"))
    granularity = str(dataset.get("granularity") or "None")
    if granularity not in ("None", "Daily", "Monthly"):
        raise _invalid(f"dataset.granularity '{granularity}' is not one of None, Daily, Monthly")
    start, end = _period(asked, datetime.fromtimestamp(call.plane.now(), UTC))
    summed = _aggregations(dataset)
    keys = [(str(one.get("type")), str(one.get("name"))) for one in map(object_of, array_of(dataset.get("grouping")))]
    table: dict[tuple[Any, ...], tuple[float, float]] = {}
    for charge in charges(subscription, group, call, embedded()):
        if not _matches(charge, object_of(dataset.get("filter"))):
            continue
        grouped = [part for kind, name in keys for part in _grouped(charge, kind, name)]
        for date, hours in hours_of(charge, start, end, granularity):
            key = (*((date,) if granularity != "None" else ()), *grouped)
            cost, used = table.get(key, (0.0, 0.0))
            table[key] = (cost + float(charge.hourly) * hours, used + hours)
    rows = [
        [*(cost if name in _COSTS else used for name in summed), *key, "USD"] for key, (cost, used) in table.items()
    ]
    columns = [{"name": name, "type": "Number"} for name in summed]
    if granularity != "None":
        columns.append(
            {"name": "UsageDate", "type": "Number"}
            if granularity == "Daily"
            else {"name": "BillingMonth", "type": "Datetime"}
        )
    for kind, name in keys:
        columns += [
            {"name": one, "type": "String"} for one in (("TagKey", "TagValue") if kind == "TagKey" else (name,))
        ]
    columns.append({"name": "Currency", "type": "String"})
    _sort(rows, columns, dataset)
    return Answer(200, _answered(subscription, groups.get("group"), columns, rows))


def _answered(subscription: str, group: str | None, columns: list[Body], rows: list[list[Any]]) -> Body:
    name = str(uuid.uuid4())
    scope = f"subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return {
        "id": f"{scope}/providers/Microsoft.CostManagement/query/{name}",
        "name": name,
        "type": "Microsoft.CostManagement/query",
        "location": None,
        "sku": None,
        "eTag": None,
        "properties": {"nextLink": None, "columns": columns, "rows": rows},
    }


def _period(asked: Body, now: datetime) -> tuple[datetime, datetime]:
    """(from, to) of a timeframe; nothing is spent in the future."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    frame = str(asked.get("timeframe", ""))
    if frame in ("MonthToDate", "BillingMonthToDate"):
        return month, now
    if frame in ("TheLastMonth", "TheLastBillingMonth"):
        return (month - _DAY).replace(day=1), month
    if frame == "WeekToDate":
        return today - timedelta(days=(today.weekday() + 1) % 7), now
    if frame != "Custom":
        raise _invalid(f"timeframe '{frame}' is not supported")
    period = object_of(asked.get("timePeriod"))
    try:
        start, end = (datetime.fromisoformat(str(period.get(name))) for name in ("from", "to"))
    except ValueError:
        raise _invalid("timePeriod needs a from and a to") from None
    start, end = (one if one.tzinfo else one.replace(tzinfo=UTC) for one in (start, end))
    if start > end:
        raise _invalid("timePeriod.from is later than timePeriod.to")
    return start, min(end, now)


def _aggregations(dataset: Body) -> list[str]:
    names = [str(object_of(one).get("name")) for one in object_of(dataset.get("aggregation")).values()]
    for name in names:
        if name not in _COSTS and name != "UsageQuantity":
            raise _invalid(f"dataset.aggregation '{name}' is not supported")
    if not names:
        raise _invalid("dataset.aggregation is missing")
    return names


def _grouped(charge: Charge, kind: str, name: str) -> list[str]:
    if kind == "TagKey":
        return [name, str(object_of(charge.resource.body.get("tags")).get(name, ""))]
    if kind != "Dimension":
        raise _invalid(f"dataset.grouping type '{kind}' is not supported")
    return [_dimension(charge, name)]


def _dimension(charge: Charge, name: str) -> str:
    rid = charge.resource.id
    values = {
        "resourceid": rid.id.lower(),
        "resourcegroup": (rid.group or "").lower(),
        "resourcegroupname": (rid.group or "").lower(),
        "resourcetype": rid.type.lower(),
        "resourcelocation": str(charge.resource.body.get("location", "")),
        "servicename": charge.service,
        "meter": charge.meter,
        "subscriptionid": rid.subscription or "",
        "chargetype": "Usage",
    }
    found = values.get(name.casefold())
    if found is None:
        raise _invalid(f"dimension '{name}' is not served by the sandbox")
    return found


def _matches(charge: Charge, asked: Body) -> bool:
    """`and`, `or`, `dimensions` and `tags` with the operator In."""
    if not asked:
        return True
    if "and" in asked:
        return all(_matches(charge, object_of(one)) for one in array_of(asked["and"]))
    if "or" in asked:
        return any(_matches(charge, object_of(one)) for one in array_of(asked["or"]))
    dimensions, tags = object_of(asked.get("dimensions")), object_of(asked.get("tags"))
    wanted = dimensions or tags
    if not wanted or wanted.get("operator") != "In":
        raise _invalid("dataset.filter is not one that the sandbox knows")
    name = str(wanted.get("name"))
    value = _dimension(charge, name) if dimensions else str(object_of(charge.resource.body.get("tags")).get(name, ""))
    return value.casefold() in {str(one).casefold() for one in array_of(wanted.get("values"))}


def _sort(rows: list[list[Any]], columns: list[Body], dataset: Body) -> None:
    names = [column["name"] for column in columns]
    rows.sort(key=lambda row: [str(cell) for cell in row[len(object_of(dataset.get("aggregation"))) :]])
    for one in reversed([object_of(found) for found in array_of(dataset.get("sorting"))]):
        if one.get("name") not in names:
            raise _invalid(f"dataset.sorting names no column: '{one.get('name')}'")
        at = names.index(one["name"])
        rows.sort(key=lambda row: row[at], reverse=str(one.get("direction", "")).casefold() == "descending")


def _invalid(why: str) -> ArmRefusal:
    return ArmRefusal(400, "BadRequest", f"Invalid query definition: {why}.")


def register(registry: Registry) -> None:
    scope = r"/subscriptions/(?P<subscription>[^/]+)(?:/resourceGroups/(?P<group>[^/]+))?"
    registry.route("POST", "Microsoft.CostManagement", scope + r"/providers/Microsoft\.CostManagement/query", _query)
