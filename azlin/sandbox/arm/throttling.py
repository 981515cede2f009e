"""ARM's token buckets: how many requests of a kind one principal may send to one subscription.

Off until asked for, so that nobody's first try is slow. The limits are those of "Understand how Azure Resource Manager
throttles requests" (2024 and later): 250 reads refilled at 25 a second, 200 writes and 200 deletes refilled at 10 a
second, for a subscription and a principal, and the same for what is not below a subscription. Polling an operation is a
read. What remains is told in `x-ms-ratelimit-remaining-…`; the limit over all principals, 15 times as much, too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import msgspec

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store

Kind = Literal["reads", "writes", "deletes"]
_NAME = "throttle"
_SHARED = 15
"""How many times a principal's limit all principals of a subscription have together."""
_KINDS: dict[str, Kind] = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A bucket of so many tokens, into which `refill_per_s` come back every second."""

    bucket: int
    refill_per_s: float


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """One limit per kind of request. The defaults are ARM's."""

    reads: Limit = Limit(bucket=250, refill_per_s=25.0)
    writes: Limit = Limit(bucket=200, refill_per_s=10.0)
    deletes: Limit = Limit(bucket=200, refill_per_s=10.0)


class Throttle:
    """The buckets of one sandbox. `now` is its clock, in seconds."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now
        kept = store.recall(_NAME)
        self._limits = None if kept is None else msgspec.convert(kept, Limits)
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}
        """(kind, scope[, principal]) → tokens there were, and when."""

    @property
    def limits(self) -> Limits | None:
        """None while nothing is throttled."""
        return self._limits

    def limit(self, limits: Limits | None) -> None:
        """Throttle from now on, with full buckets; None stops it."""
        self._limits = limits
        self._buckets.clear()
        if limits is None:
            self._store.forget(_NAME)
        else:
            self._store.remember(_NAME, limits)

    def take(self, method: str, subscription: str | None, tenant: str, oid: str) -> dict[str, str]:
        """One token for this request; returns the headers that tell what remains. Raises ArmRefusal 429."""
        if self._limits is None:
            return {}
        kind = _KINDS.get(method, "writes")
        limit: Limit = getattr(self._limits, kind)
        scope, word = (subscription.casefold(), "subscription") if subscription else (tenant, "tenant")
        shared = Limit(bucket=limit.bucket * _SHARED, refill_per_s=limit.refill_per_s * _SHARED)
        own, everybody = (kind, scope, oid), (kind, scope)
        left, left_shared = self._left(own, limit), self._left(everybody, shared)
        name = f"x-ms-ratelimit-remaining-{word}"
        if left < 1 or left_shared < 1:
            lacking, rate = (1 - left, limit.refill_per_s) if left < 1 else (1 - left_shared, shared.refill_per_s)
            raise _throttled(kind, word, scope, oid, lacking / rate, {f"{name}-{kind}": "0"})
        now = self._now()
        self._buckets[own] = (left - 1, now)
        self._buckets[everybody] = (left_shared - 1, now)
        return {f"{name}-{kind}": str(int(left - 1)), f"{name}-global-{kind}": str(int(left_shared - 1))}

    def _left(self, key: tuple[str, ...], limit: Limit) -> float:
        tokens, at = self._buckets.get(key, (float(limit.bucket), self._now()))
        return min(float(limit.bucket), tokens + (self._now() - at) * limit.refill_per_s)


def _throttled(kind: Kind, word: str, scope: str, oid: str, wait_s: float, headers: dict[str, str]) -> ArmRefusal:
    seconds = max(1, math.ceil(wait_s))
    return ArmRefusal(
        429,
        f"{word.capitalize()}RequestsThrottled",
        f"Number of '{kind}' requests for {word} '{scope}' actor '{oid}' exceeded. Please try again after '{seconds}' "
        "seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional "
        "information.",
        headers={**headers, "Retry-After": str(seconds)},
    )
