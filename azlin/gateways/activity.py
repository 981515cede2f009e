"""Azure's activity log: whether something was done to a resource, by whomever.

Protocol: Microsoft.Insights "Activity Logs - List" (api-version 2015-04-01); a filter on time is required, and one on
`resourceUri` is allowed beside it. The log lags by minutes: what it does not show may have happened all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import quote

from azlin.gateways.arm_error import answer_object
from azlin.gateways.http import Answer

VERSION = "2015-04-01"
SKEW_MAX = timedelta(hours=1)
"""How far the clock of the cloud may be from ours without being noticed in what is asked for."""


def path_of(resource_id: str, since: datetime) -> str:
    """Path and query of what happened to a resource since then."""
    subscription = resource_id.strip("/").split("/")[1]
    until = datetime.now(UTC) + SKEW_MAX
    times = f"eventTimestamp ge '{_at(since - SKEW_MAX)}' and eventTimestamp le '{_at(until)}'"
    wanted = f"{times} and resourceUri eq '{resource_id}'"
    root = f"/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    return f"{root}?api-version={VERSION}&$filter={quote(wanted)}"


def status_of(read: Callable[[str], Answer], resource_id: str, action: str, since: datetime) -> str | None:
    """The latest status the log has of an action on a resource since then (by our own clock); None without an entry.

    `read` GETs a path of the cloud and raises its refusals; so does this. An entry of the second before counts as well,
    because the cloud tells its time in seconds.
    """
    answer = read(path_of(resource_id, since))
    first = _at(since - _ahead(answer))
    events = cast("list[dict[str, Any]]", answer_object(answer).get("value") or [])
    ending = f"/{action}/action".casefold()
    done = [
        event
        for event in events
        if str(_value(event.get("operationName"))).casefold().endswith(ending)
        and str(event.get("eventTimestamp", "")) >= first
    ]
    latest = max(done, key=lambda event: str(event.get("eventTimestamp", "")), default=None)
    return None if latest is None else str(_value(latest.get("status")) or "Accepted")


def _ahead(answer: Answer) -> timedelta:
    """How far our clock is ahead of the cloud's, by the `Date` of its answer."""
    said = answer.headers.get("date")
    try:
        return datetime.now(UTC) - parsedate_to_datetime(said) if said else timedelta(0)
    except (ValueError, TypeError):
        return timedelta(0)


def _value(word: Any) -> Any:
    return cast("dict[str, Any]", word).get("value") if isinstance(word, dict) else word


def _at(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
