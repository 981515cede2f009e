"""Trouble on purpose: error codes, throttling and latency on the routes a fault names.

A fault matches by type, method and name wherever a resource is touched: over HTTP, or inside a
deployment. With a latency a write or delete really becomes asynchronous; with a latency and a code
it is accepted first and fails later.
"""

from __future__ import annotations

import fnmatch
import uuid
from dataclasses import dataclass

import msgspec

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store

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


class Fault(msgspec.Struct, kw_only=True):
    """What goes wrong, and where. None matches everything; `type` and `name` may hold `*`.

    `times` counts down at each hit and is None for "always". `latency_s` and `retry_after_s` are
    seconds. A fault with neither a code nor a status only delays.
    """

    id: str
    type: str | None = None
    method: str | None = None
    name: str | None = None
    code: str | None = None
    message: str | None = None
    status: int | None = None
    times: int | None = None
    latency_s: float = 0.0
    retry_after_s: float | None = None
    hits: int = 0

    def matches(self, method: str, type_name: str, name: str) -> bool:
        return (
            (self.times is None or self.times > 0)
            and (self.method is None or self.method.upper() == method)
            and _fits(self.type, type_name)
            and _fits(self.name, name)
        )

    @property
    def refuses(self) -> bool:
        return (self.code, self.status, self.retry_after_s) != (None, None, None)

    def refusal(self) -> ArmRefusal:
        """The ARM error this fault answers with."""
        status = self.status or (429 if self.retry_after_s is not None else 409)
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
        return ArmRefusal(status, code, message, headers=headers)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the matching faults add up to: a delay in seconds, and an error or None."""

    latency_s: float = 0.0
    refusal: ArmRefusal | None = None


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
        kept = msgspec.structs.replace(fault, id=uuid.uuid4().hex[:8], hits=0)
        self._all.insert(0, kept)
        self._keep()
        return kept

    def clear(self) -> int:
        """Remove all; returns how many there were."""
        count = len(self._all)
        self._all = []
        self._keep()
        return count

    def meet(self, method: str, type_name: str, name: str) -> Trouble:
        """The trouble for this call. Delays add up; the first refusal wins; each hit counts."""
        if not self._all:
            return NO_TROUBLE
        latency_s = 0.0
        refusal: ArmRefusal | None = None
        hit = False
        for fault in self._all:
            if not fault.matches(method, type_name, name) or (fault.refuses and refusal):
                continue
            hit = True
            fault.hits += 1
            if fault.times is not None:
                fault.times -= 1
            latency_s += fault.latency_s
            if fault.refuses:
                refusal = fault.refusal()
        if hit:
            self._keep()
        return Trouble(latency_s, refusal)

    def _keep(self) -> None:
        self._store.remember(_NAME, self._all)


def _fits(pattern: str | None, value: str) -> bool:
    return pattern is None or fnmatch.fnmatchcase(value.casefold(), pattern.casefold())
