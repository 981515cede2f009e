"""`POST /providers/Microsoft.ResourceGraph/resources`: the request, the page, the answer.

Request: `{"query", "subscriptions"?, "managementGroups"?, "options": {"$top", "$skip", "$skipToken", "resultFormat",
"allowPartialScopes", "authorizationScopeFilter"}, "facets"?}`. Answer: `{"totalRecords", "count", "data", "facets",
"resultTruncated", "$skipToken"?}`, with the headers `x-ms-user-quota-remaining` (queries left in this window) and
`x-ms-user-quota-resets-after` (hh:mm:ss). The window is counted as the service documents it (15 queries in 5
seconds), but only a fault refuses a query: whoever works with a sandbox need not wait for it.
Source: "Resources - Resources" of the REST reference, api-versions 2018-09-01-preview to 2024-04-01; "Working with
large Azure resource data sets"; "Guidance for throttled requests".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.arm.refusals import content_invalid
from azlin.sandbox.resource_graph import syntax, values
from azlin.sandbox.resource_graph.compiled import Columns
from azlin.sandbox.resource_graph.engine import Engine, Found
from azlin.sandbox.resource_graph.estate import Estate, estate
from azlin.sandbox.resource_graph.invalid import QueryInvalid, bad_request
from azlin.sandbox.resource_graph.parser import parse
from azlin.sandbox.resource_graph.rows import Counts

NAMESPACE = "Microsoft.ResourceGraph"
PAGE = 1000
_TABLE_BY_DEFAULT = ("2018-09-01-preview", "2019-04-01")
"""Before 2021 an answer without `resultFormat` was a table."""
_QUERIES, _WINDOW_S = 15, 5.0
_ABOVE = ("atscopeaboveandbelow", "atscopeabove")
_FORMATS = {"int": "integer", "long": "integer", "real": "number", "bool": "boolean", "dynamic": "object"}
_FACET_ROWS = 10


@dataclass(frozen=True, slots=True)
class _Asked:
    query: str
    skip: int
    top: int
    as_table: bool


class _Quota:
    """How many queries each caller has left in the window that runs."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}

    def headers(self, caller: str, now: float) -> dict[str, str]:
        began, spent = self._windows.get(caller, (now, 0))
        if now - began >= _WINDOW_S:
            began, spent = now, 0
        self._windows[caller] = (began, spent + 1)
        return {
            "x-ms-user-quota-remaining": str(max(_QUERIES - spent - 1, 0)),
            "x-ms-user-quota-resets-after": f"00:00:{max(int(_WINDOW_S - (now - began)), 1):02d}",
        }


def register(registry: Registry) -> None:
    """Add the routes of Resource Graph."""
    quota, counts = _Quota(), Counts()

    def resources(call: Call, _groups: Mapping[str, str], body: Any) -> Answer:
        return Answer(200, query(call, body, counts), quota.headers(call.oid, call.plane.now()))

    registry.route("POST", NAMESPACE, r"/providers/Microsoft\.ResourceGraph/resources", resources)
    registry.route("GET", NAMESPACE, r"/providers/Microsoft\.ResourceGraph/operations", _operations)


def query(call: Call, body: Any, counts: Counts) -> dict[str, Any]:
    """The answer's body. Raises ArmRefusal."""
    if not isinstance(body, dict):
        raise content_invalid("The request body must be a JSON object")
    request = object_of(cast("Any", body))
    asked = _asked(request, call.api_version)
    seen = _estate(request, call)
    try:
        script = parse(asked.query)
        found = Engine(script, seen, call, counts).page(asked.skip, asked.top)
        facets = [_facet(object_of(one), script, seen, call, counts) for one in array_of(request.get("facets"))]
    except QueryInvalid as invalid:
        raise invalid.refusal() from None
    return _answer(asked, found, facets)


def _answer(asked: _Asked, found: Found, facets: list[dict[str, Any]]) -> dict[str, Any]:
    end = asked.skip + len(found.rows)
    more = end < found.total
    answer: dict[str, Any] = {
        "totalRecords": found.total,
        "count": len(found.rows),
        "data": _table(found.columns, found.rows) if asked.as_table else _objects(found.columns, found.rows),
        "facets": facets,
        "resultTruncated": "true" if more and not _pages(found) else "false",
    }
    if more and _pages(found):
        answer["$skipToken"] = _token(end)
    return answer


def _pages(found: Found) -> bool:
    """Only an answer with ids can be paged; any other is cut short and says so (`resultTruncated`)."""
    return "id" in found.columns


def _objects(columns: Columns, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if any(kind in ("datetime", "timespan", "real") for kind in columns.values()):
        return [{name: values.jsonable(value) for name, value in row.items()} for row in rows]
    return rows


def _table(columns: Columns, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "columns": [{"name": name, "type": _FORMATS.get(kind, "string")} for name, kind in columns.items()],
        "rows": [[values.jsonable(value) for value in row.values()] for row in rows],
    }


# ----------------------------------------------------------------- request


def _asked(request: dict[str, Any], version: str) -> _Asked:
    text = request.get("query")
    if not isinstance(text, str) or not text.strip():
        raise bad_request([{"code": "InvalidQuery", "message": "Query is empty or missing.", "target": "query"}])
    options = object_of(request.get("options"))
    top = _number(options, "$top", 1) if options.get("$top") is not None else None
    skip = _number(options, "$skip", 0) if options.get("$skip") is not None else 0
    token = options.get("$skipToken")
    if token:
        skip = _begun(str(token))
    form = str(options.get("resultFormat") or ("table" if version in _TABLE_BY_DEFAULT else "objectArray")).casefold()
    if form not in ("table", "objectarray"):
        raise bad_request([{"code": "InvalidResultFormat", "message": f"Unknown resultFormat '{form}'."}])
    return _Asked(text, skip, min(top or PAGE, PAGE), form == "table")


def _number(options: dict[str, Any], name: str, least: int) -> int:
    value = options[name]
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise bad_request([{"code": "InvalidQueryOptions", "message": f"'{name}' must be at least {least}."}])
    return value


def _estate(request: dict[str, Any], call: Call) -> Estate:
    options = object_of(request.get("options"))
    above = str(options.get("authorizationScopeFilter") or "AtScopeAndBelow").casefold()
    groups = [str(one) for one in array_of(request.get("managementGroups"))]
    if isinstance(request.get("managementGroupId"), str):
        groups.append(str(request["managementGroupId"]))
    return estate(
        call,
        [str(one) for one in array_of(request.get("subscriptions"))],
        groups,
        partial=bool(options.get("allowPartialScopes")),
        above=above in _ABOVE,
    )


def _token(at: int) -> str:
    return base64.b64encode(msgspec.json.encode({"RowsToSkip": at})).decode()


def _begun(token: str) -> int:
    try:
        return int(msgspec.json.decode(base64.b64decode(token))["RowsToSkip"])
    except (ValueError, KeyError, TypeError):
        raise bad_request([{"code": "InvalidSkipToken", "message": "The skip token is not valid."}]) from None


# ------------------------------------------------------------------ facets


def _facet(asked: dict[str, Any], script: syntax.Script, seen: Estate, call: Call, counts: Counts) -> dict[str, Any]:
    """How often each value of a column is in the answer: `{"expression", "totalRecords", "count", "data"}`."""
    expression = str(asked.get("expression", ""))
    options = object_of(asked.get("options"))
    try:
        column = parse(f"Resources | summarize count = count() by {expression} | order by count desc")
        whole = syntax.Query(script.query.table, script.query.token, (*script.query.operators, *column.query.operators))
        top = int(options.get("$top") or _FACET_ROWS)
        found = Engine(syntax.Script(script.lets, whole), seen, call, counts).page(0, top)
    except QueryInvalid as invalid:
        return {"expression": expression, "resultType": "FacetError", "errors": [invalid.detail]}
    named = next(iter(found.columns))
    return {
        "expression": expression,
        "resultType": "FacetResult",
        "totalRecords": found.total,
        "count": len(found.rows),
        "data": [{expression: values.jsonable(row[named]), "count": row["count"]} for row in found.rows],
    }


def _operations(_call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    found = (
        ("resources/read", "Resources", "Query resources", "Submits a query on resources within the caller's scopes."),
        ("operations/read", "Operation", "Read operations", "Gets the list of supported operations."),
    )
    value = [
        {
            "name": f"{NAMESPACE}/{name}",
            "display": {
                "provider": "Microsoft Resource Graph",
                "resource": kind,
                "operation": verb,
                "description": why,
            },
        }
        for name, kind, verb, why in found
    ]
    return Answer(200, {"value": value})
