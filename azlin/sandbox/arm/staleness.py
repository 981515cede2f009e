"""Eventual consistency: for a while after a write, a reader sees what was there before it.

Azure answers reads from replicas: what was just made may be 404, what was just changed may look unchanged, what was
just deleted may still be there. What is held back here is only what a GET or a list shows; writes see the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from azlin.sandbox.arm.store import Resource


@dataclass(frozen=True, slots=True)
class Old:
    """What readers see until `until` (seconds since the epoch); `resource` is None for nothing."""

    resource: Resource | None
    until: float


class Staleness:
    """What readers may not know yet. Not kept over a restart: then everybody knows."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._old: dict[str, Old] = {}

    def hold(self, key: str, before: Resource | None, seconds: float) -> None:
        """Let readers of `key` see `before`. What they see already they go on seeing, for the longer time."""
        known = self.old(key)
        until = self._now() + seconds
        if known is not None:
            before, until = known.resource, max(until, known.until)
        self._old[key] = Old(before, until)

    def old(self, key: str) -> Old | None:
        """What a reader of `key` sees instead of the truth, or None."""
        if not self._old:
            return None
        found = self._old.get(key)
        if found is not None and found.until <= self._now():
            del self._old[key]
            return None
        return found

    def clear(self) -> None:
        """Everybody knows."""
        self._old.clear()
