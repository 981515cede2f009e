"""Azure's activity log: whether something was done to a resource, by whomever.

Protocol: Microsoft.Insights "Activity Logs - List" (api-version 2015-04-01); a filter on time is required, and one on
`resourceUri` is allowed beside it. The log lags by minutes: what it does not show may have happened all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from azlin.gateways.arm_error import answer_object
from azlin.gateways.http import Answer

VERSION = "2015-04-01"
SKEW_MAX = timedelta(hours=1)
"""How far the clock of the cloud may be from ours."""


def status_of(read: Callable[[str], Answer], resource_id: str, since: datetime, marks: Collection[str]) -> str | None:
    """The latest status the log has of a request to a resource that carried one of `marks` as its client request id;
    None without an entry. `since` (our clock) only narrows the search.

    `read` GETs a path of the cloud and raises its refusals; so does this.
    """
    events = cast("list[dict[str, Any]]", answer_object(read(_path(resource_id, since))).get("value") or [])
    wanted = {mark.casefold() for mark in marks}
    ours = [event for event in events if wanted & _marks_of(event)]
    latest = max(ours, key=lambda event: str(event.get("eventTimestamp", "")), default=None)
    return None if latest is None else str(_value(latest.get("status")) or "Accepted")


def _path(resource_id: str, since: datetime) -> str:
    subscription = resource_id.strip("/").split("/")[1]
    until = datetime.now(UTC) + SKEW_MAX
    times = f"eventTimestamp ge '{_at(since - SKEW_MAX)}' and eventTimestamp le '{_at(until)}'"
    wanted = f"{times} and resourceUri eq '{resource_id}'"
    root = f"/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    return f"{root}?api-version={VERSION}&$filter={quote(wanted)}"


def _marks_of(event: dict[str, Any]) -> set[str]:
    """What the caller named its request, case-folded: `httpRequest.clientRequestId`, and where a service took it over
    as the correlation id."""
    request = cast("dict[str, Any]", event.get("httpRequest") or {})
    return {str(name).casefold() for name in (request.get("clientRequestId"), event.get("correlationId")) if name}


def _value(word: Any) -> Any:
    return cast("dict[str, Any]", word).get("value") if isinstance(word, dict) else word


def _at(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
