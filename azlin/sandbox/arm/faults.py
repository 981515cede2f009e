"""Trouble on purpose: error codes, latency, stale reads and lost connections where a fault says so.

A fault meets a resource by type, method, name, SKU and location wherever it is touched: over HTTP, or inside a
deployment. With a latency a write or delete really becomes asynchronous; with a latency and a code it is accepted first
and fails later. A fault with a path, a service, a hold or a drop meets requests instead, to whichever service of the
sandbox.
"""

from __future__ import annotations

import fnmatch
import random
import uuid
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.locations import location_name
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body, Store

Drop = Literal["before", "after", "half"]
Reached = Literal["arm", "login", "graph", "vault", "storage", "prices"]

_NAME = "faults"
_CODES = {
    400: "BadRequest",
    401: "AuthenticationFailed",
    403: "AuthorizationFailed",
    404: "ResourceNotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


@dataclass(frozen=True, slots=True)
class Met:
    """What a fault may be about: a resource that is touched, or a request."""

    method: str
    type: str = ""
    name: str = ""
    service: str = ""
    path: str = ""
    body: Body = field(default_factory=dict[str, Any])


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong, and where. None matches everything; `type`, `name` and `path` may hold `*`.

    `times` counts down at each hit and is None for "always"; the first `skip` matches are spared. With a `probability`
    a match is hit by chance, drawn from `seed`: the same seed hits the same matches. `latency_s`, `hold_s`, `stale_s`
    and `retry_after_s` are seconds. A fault with neither a code nor a status only delays, hides or drops.
    """

    id: str = ""
    type: str | None = None
    method: str | None = None
    name: str | None = None
    sku: str | None = None
    """The SKU or VM size that a write asks for."""
    location: str | None = None
    """The location that a write asks for."""
    service: Reached | None = None
    """As in `hosts.py`; "direct" is none, because the path tells which one is meant."""
    path: str | None = None
    code: str | None = None
    message: str | None = None
    status: int | None = None
    times: int | None = None
    skip: int = 0
    probability: float | None = None
    seed: int = 0
    latency_s: float = 0.0
    retry_after_s: float | None = None
    stale_s: float = 0.0
    """For so long after a write or delete, readers see what was there before it."""
    body: str | None = None
    """Answered instead of ARM's error, as a gateway on the way does: a page of HTML, or nothing ("")."""
    hold_s: float = 0.0
    """The request is read at once and carried out so much later, also when its client has gone meanwhile."""
    drop: Drop | None = None
    """The connection is lost: before the request is read, after it was carried out, or in the middle of the answer."""
    by: str | None = None
    """Who set it, so that they can remove theirs and no other; None for a person."""
    hits: int = 0
    seen: int = 0
    """How often it matched, hit or not."""

    @property
    def meets_requests(self) -> bool:
        """Whether it is about requests, not about resources."""
        return (self.path, self.service, self.drop) != (None, None, None) or self.hold_s > 0

    def matches(self, met: Met) -> bool:
        """Whether it is about this; says nothing of `times`, `skip` and `probability`."""
        return (
            (self.method is None or self.method.upper() == met.method)
            and _fits(self.type, met.type)
            and _fits(self.name, met.name)
            and _fits(self.path, met.path)
            and _fits(self.service, met.service)
            and (self.sku is None or _fits(self.sku, _sku(met.body)))
            and (self.location is None or location_name(self.location) == location_name(met.body.get("location")))
        )

    def hit(self) -> bool:
        """Count a match; whether it is one that goes wrong."""
        if self.times == 0:
            return False
        self.seen += 1
        if self.seen <= self.skip:
            return False
        if self.probability is not None:
            drawn = random.Random(f"{self.seed}/{self.seen}").random()  # noqa: S311 - made trouble, no secret
            if drawn >= self.probability:
                return False
        self.hits += 1
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def refuses(self) -> bool:
        return (self.code, self.status, self.retry_after_s, self.body) != (None, None, None, None)

    def refusal(self) -> ArmRefusal:
        """The ARM error this fault answers with."""
        usual = 429 if self.retry_after_s is not None else 502 if self.body is not None else 409
        status = self.status or usual
        code = self.code or _CODES.get(status, "SandboxFault")
        headers: dict[str, str] = {}
        if status == 429:
            headers["x-ms-ratelimit-remaining-subscription-writes"] = "0"
            headers["x-ms-ratelimit-remaining-subscription-reads"] = "0"
            headers["Retry-After"] = "1"
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(max(1, round(self.retry_after_s)))
            headers["x-ms-retry-after-ms"] = str(round(self.retry_after_s * 1000))
        wait = headers.get("Retry-After")
        message = self.message or (
            "The request is being throttled as the limit has been reached for operation type. "
            f"Please try again after '{wait}' seconds."
            if status == 429
            else f"{code}: made by a fault of the sandbox."
        )
        return ArmRefusal(status, code, message, headers=headers, page=self.body)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the matching faults add up to. Times are seconds."""

    latency_s: float = 0.0
    refusal: ArmRefusal | None = None
    stale_s: float = 0.0
    drop: Drop | None = None
    hold_s: float = 0.0


NO_TROUBLE = Trouble()


class Faults:
    """The faults of one sandbox, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._all = msgspec.convert(store.recall(_NAME) or [], list[Fault])

    def list(self) -> list[Fault]:
        return list(self._all)

    def add(self, fault: Fault) -> Fault:
        """Take it in with a fresh id; newest faults are met first."""
        kept = msgspec.structs.replace(fault, id=uuid.uuid4().hex[:8], hits=0, seen=0)
        self._all.insert(0, kept)
        self._keep()
        return kept

    def clear(self, by: str | None = None) -> int:
        """Remove all, or those that somebody set (`*` matches any part); returns how many there were."""
        kept = [one for one in self._all if by is not None and not (one.by and _fits(by, one.by))]
        count = len(self._all) - len(kept)
        self._all = kept
        if count:
            self._keep()
        return count

    def meet(self, method: str, type_name: str, name: str, body: Body | None = None) -> Trouble:
        """The trouble for touching a resource. Delays add up; the first refusal wins; each hit counts."""
        if not self._all:
            return NO_TROUBLE
        return self._met(Met(method, type_name, name, body=body or {}), requests=False)

    def meet_request(self, met: Met) -> Trouble:
        """The trouble for a request as such, before its service sees it."""
        return self._met(met, requests=True) if self._all else NO_TROUBLE

    def _met(self, met: Met, *, requests: bool) -> Trouble:
        trouble, hit = NO_TROUBLE, False
        for fault in self._all:
            if fault.meets_requests is not requests or not fault.matches(met) or (fault.refuses and trouble.refusal):
                continue
            hit = True
            if not fault.hit():
                continue
            trouble = Trouble(
                trouble.latency_s + fault.latency_s,
                fault.refusal() if fault.refuses else trouble.refusal,
                max(trouble.stale_s, fault.stale_s),
                trouble.drop or fault.drop,
                trouble.hold_s + fault.hold_s,
            )
        if hit:
            self._keep()
        return trouble

    def _keep(self) -> None:
        self._store.remember(_NAME, self._all)


def _sku(body: Body) -> str:
    """What a write asks for: `sku.name`, or the size of a machine."""
    sku = body.get("sku")
    named = object_of(sku).get("name") if isinstance(sku, dict) else sku
    size = object_of(object_of(body.get("properties")).get("hardwareProfile")).get("vmSize")
    return str(named or size or "")


def _fits(pattern: str | None, value: str) -> bool:
    return pattern is None or fnmatch.fnmatchcase(value.casefold(), pattern.casefold())
