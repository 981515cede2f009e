"""What there is too little of on purpose: limits of quotas that a scenario set, and sizes that it made unavailable.

Without a word of anybody, limits are those of `usages.py` and sizes are where `vm_sizes.py` has them.
"""

from __future__ import annotations

import fnmatch

import msgspec

from azlin.sandbox.arm.locations import location_name
from azlin.sandbox.arm.store import Store

_NAME = "capacity"


class QuotaLimit(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A limit. `name` is that of the usage (`cores`, `standardDSv3Family`, `PublicIPAddresses`) in any casing and may
    hold `*`; without a location it is for every region, without a subscription for every one."""

    name: str
    limit: int
    location: str | None = None
    subscription: str | None = None


class Unavailable(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A VM size that cannot be had. `size` may hold `*`; without a location it is for every region, without zones for
    the region as a whole."""

    size: str
    location: str | None = None
    subscription: str | None = None
    zones: tuple[str, ...] = ()

    def means(self, size: str, location: str, subscription: str) -> bool:
        """Whether it is about this size there (`location` as `location_name` writes it)."""
        return _fits(self.size, size) and _is_at(self.location, self.subscription, location, subscription)


class _Kept(msgspec.Struct):
    limits: list[QuotaLimit] = []
    unavailable: list[Unavailable] = []


class Capacity:
    """What scenarios made scarce in one sandbox, kept in the store. The last word wins."""

    def __init__(self, store: Store) -> None:
        self._store = store
        kept = store.recall(_NAME)
        self._kept = _Kept() if kept is None else msgspec.convert(kept, _Kept)

    def add(self, limits: list[QuotaLimit], unavailable: list[Unavailable]) -> None:
        """From now on, beside what is scarce already."""
        if limits or unavailable:
            self._kept = _Kept([*limits[::-1], *self._kept.limits], [*unavailable, *self._kept.unavailable])
            self._store.remember(_NAME, self._kept)

    def clear(self) -> int:
        """Nothing is scarce any more; returns how much was."""
        count = len(self._kept.limits) + len(self._kept.unavailable)
        self._kept = _Kept()
        self._store.forget(_NAME)
        return count

    @property
    def scarce(self) -> tuple[list[QuotaLimit], list[Unavailable]]:
        """All that is, the last word first."""
        return list(self._kept.limits), list(self._kept.unavailable)

    @property
    def is_plentiful(self) -> bool:
        """Whether no size is unavailable anywhere."""
        return not self._kept.unavailable

    def limit(self, name: str, location: str, subscription: str, default: int) -> int:
        """Of the usage of that name in a region (as `location_name` writes it)."""
        for one in self._kept.limits:
            if _fits(one.name, name) and _is_at(one.location, one.subscription, location, subscription):
                return one.limit
        return default

    def unavailable(self, size: str, location: str, subscription: str) -> list[Unavailable]:
        """What is said of a size in a region."""
        return [one for one in self._kept.unavailable if one.means(size, location, subscription)]


def _fits(pattern: str, value: str) -> bool:
    return fnmatch.fnmatchcase(value.casefold(), pattern.casefold())


def _is_at(location: str | None, subscription: str | None, place: str, owner: str) -> bool:
    here = location is None or location_name(location) == place
    return here and (subscription is None or subscription.casefold() == owner.casefold())
