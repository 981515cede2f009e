"""The activity log: who wrote what, when, and what came of it ("Activity Logs - List" of Microsoft.Insights).

Kept are the last 1,000 writes, removals and actions of the whole sandbox, those of deployments among them; Azure keeps
90 days. An entry comes when the answer does, so of long work it says that it was accepted, not how it ended. They are
written down fifty at a time, because a write must not cost two: of a sandbox that was killed the last may be missing.
"""

from __future__ import annotations

import re
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from azlin.sandbox.arm.behaviour import Answer, Call, Registry
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.jsonc import Body
from azlin.sandbox.arm.operations import Operation
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import ABOUT, Store

if TYPE_CHECKING:
    from azlin.sandbox.arm.control_plane import ControlPlane

_KEPT = 1_000
_WRITTEN_AT_ONCE = 50
_NAME = f"{ABOUT}activity/"
_CATEGORIES = ("Administrative", "Security", "ServiceHealth", "Alert", "Recommendation", "Policy")
_EPOCH_S = 62_135_596_800
"""From the first of January of the year 1, from where .NET counts its ticks, to 1970."""
_CLAUSE = re.compile(r"\s*(\w+)\s+(eq|ge|le)\s+'?([^']*?)'?\s*", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_FIELDS: Mapping[str, str] = {
    "eventtimestamp": "at",
    "resourcegroupname": "group",
    "resourceid": "id",
    "resourceuri": "id",
    "resourceprovider": "namespace",
    "resourcetype": "type",
    "correlationid": "correlation",
    "caller": "caller",
    "status": "status",
}
"""Casefolded property of a filter -> field of `Event`."""
P = ParamSpec("P")
R = TypeVar("R")


class Event(NamedTuple):
    """One write. `at` is seconds since the epoch; `verb` is what roles call it (`write`, `start/action`)."""

    at: float
    key: str
    id: str
    type: str
    subscription: str
    group: str
    verb: str
    caller: str
    tenant: str
    correlation: str
    status: str
    code: int
    message: str

    @property
    def namespace(self) -> str:
        return self.type.partition("/")[0]


class ActivityLog:
    """The last writes of one sandbox, oldest first."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        kept = sorted(store.recall_all(_NAME).items())
        self._events = deque((Event(*fields) for _, batch in kept for fields in batch), _KEPT)
        self._batches = deque(name for name, _ in kept)
        self._next = int(kept[-1][0].removeprefix(_NAME)) + 1 if kept else 0
        self._unwritten: list[Event] = []
        store.when_cleared.append(self._forget)

    def add(self, rid: ResourceId, verb: str, call: Call, refused: ArmRefusal | None, *, pending: bool) -> None:
        status = "Failed" if refused else "Accepted" if pending else "Succeeded"
        event = Event(
            self._now(),
            str(uuid.uuid4()),
            rid.id,
            rid.type,
            rid.subscription or "",
            rid.group or "",
            verb,
            call.oid,
            call.tenant,
            call.headers.get("x-ms-client-request-id", ""),
            status,
            refused.status if refused else 202 if pending else 200,
            f"{refused.code}: {refused.message}" if refused else "",
        )
        self._events.append(event)
        self._unwritten.append(event)
        if len(self._unwritten) >= _WRITTEN_AT_ONCE:
            self.write_down()

    def write_down(self) -> None:
        """Put what is new into the store, and take out what is beyond what is kept."""
        if not self._unwritten:
            return
        with self._store.transaction():
            name = f"{_NAME}{self._next:012}"
            self._store.remember(name, self._unwritten)
            self._batches.append(name)
            self._next += 1
            if len(self._batches) > -(-_KEPT // _WRITTEN_AT_ONCE):
                self._store.forget(self._batches.popleft())
        self._unwritten = []

    def of(self, subscription: str, keeps: Callable[[Event], bool]) -> list[Event]:
        """Those of a subscription that are wanted, newest first, as Azure lists them."""
        folded = subscription.casefold()
        return [one for one in reversed(self._events) if one.subscription.casefold() == folded and keeps(one)]

    def _forget(self) -> None:
        self._events.clear()
        self._batches.clear()
        self._unwritten = []


def recorded(
    verb: str,
) -> Callable[
    [Callable[Concatenate[ControlPlane, ResourceId, P], R]], Callable[Concatenate[ControlPlane, ResourceId, P], R]
]:
    """Make a method of the control plane tell the log what came of it. An action's name is its first argument."""

    def wrap(
        method: Callable[Concatenate[ControlPlane, ResourceId, P], R],
    ) -> Callable[Concatenate[ControlPlane, ResourceId, P], R]:
        @wraps(method)
        def telling(plane: ControlPlane, rid: ResourceId, /, *args: P.args, **named: P.kwargs) -> R:
            call: Any = next(one for one in args if hasattr(one, "oid"))
            done = f"{args[0]}/action" if verb == "action" else verb
            try:
                result = method(plane, rid, *args, **named)
            except ArmRefusal as refused:
                plane.activity.add(rid, done, call, refused, pending=False)
                raise
            waiting = isinstance(result, Operation) or getattr(result, "operation", None) is not None
            plane.activity.add(rid, done, call, None, pending=waiting)
            return result

        return telling

    return wrap


def _wanted(text: str) -> Callable[[Event], bool]:
    """What a `$filter` asks for: clauses of `property eq|ge|le value`, joined by `and`. Raises ArmRefusal."""
    tests: list[tuple[str, str, str]] = []
    for clause in _AND.split(text) if text.strip() else ():
        found = _CLAUSE.fullmatch(clause)
        if found is None or (field := _FIELDS.get(found[1].casefold())) is None:
            raise ArmRefusal(400, "BadRequest", f"The filter clause '{clause}' is not valid for the activity log.")
        value = found[3]
        if field == "at":
            try:
                value = str(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
            except ValueError:
                raise ArmRefusal(400, "BadRequest", f"'{value}' is not a time.") from None
        tests.append((field, found[2].casefold(), value))

    def keeps(event: Event) -> bool:
        for field, how, value in tests:
            if field == "at":
                at = float(value)
                right = event.at >= at if how == "ge" else event.at <= at if how == "le" else event.at == at
            else:
                right = how == "eq" and str(getattr(event, field)).casefold() == value.casefold()
            if not right:
                return False
        return True

    return keeps


def _shown(event: Event) -> Body:
    """As "Activity Logs - List" shows an entry of the category Administrative."""
    when = datetime.fromtimestamp(event.at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    operation = f"{event.type}/{event.verb}"
    shown: Body = {
        "caller": event.caller,
        "category": _words("Administrative"),
        "channels": "Operation",
        "correlationId": event.correlation or event.key,
        "eventDataId": event.key,
        "eventName": _words("EndRequest"),
        "eventTimestamp": when,
        "id": f"{event.id}/events/{event.key}/ticks/{int((event.at + _EPOCH_S) * 10_000_000)}",
        "level": "Error" if event.status == "Failed" else "Informational",
        "operationId": event.correlation or event.key,
        "operationName": _words(operation),
        "resourceGroupName": event.group,
        "resourceId": event.id,
        "resourceProviderName": _words(event.namespace),
        "resourceType": _words(event.type),
        "status": _words(event.status),
        "subStatus": _words(HTTPStatus(event.code).phrase.replace(" ", "")),
        "submissionTimestamp": when,
        "subscriptionId": event.subscription,
        "tenantId": event.tenant,
    }
    if event.correlation:
        shown["httpRequest"] = {"clientRequestId": event.correlation}
    if event.message:
        shown["properties"] = {"statusMessage": event.message}
    return shown


def _words(value: str) -> Body:
    return {"value": value, "localizedValue": value}


def _events(call: Call, groups: Mapping[str, str], _body: Any) -> Answer:
    found = call.plane.activity.of(groups["subscription"], _wanted(call.query.get("$filter", "")))
    return Answer(200, {"value": [_shown(one) for one in found]})


def _categories(_call: Call, _groups: Mapping[str, str], _body: Any) -> Answer:
    return Answer(200, {"value": [_words(one) for one in _CATEGORIES]})


def register(registry: Registry) -> None:
    log = r"/subscriptions/(?P<subscription>[^/]+)/providers/Microsoft\.Insights/eventtypes/management/values"
    registry.route("GET", "Microsoft.Insights", log, _events)
    registry.route("GET", "Microsoft.Insights", r"/providers/Microsoft\.Insights/eventcategories", _categories)
