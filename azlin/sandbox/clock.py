"""The sandbox's clock: the machine's, moved on by as much as somebody asked for.

So a day passes in a second: operations end, tokens of buckets come back, what was soft-deleted is due to be purged.
"""

from __future__ import annotations

import time

from azlin.sandbox.arm.store import Store

_NAME = "clock"


class Clock:
    """Call it for the seconds since the epoch. How far it is ahead is kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead_s = float(store.recall(_NAME) or 0.0)

    def __call__(self) -> float:
        return time.time() + self._ahead_s

    @property
    def ahead_s(self) -> float:
        """Seconds that it is ahead of the machine's clock."""
        return self._ahead_s

    def advance(self, seconds: float) -> float:
        """Move it on; returns how far it is ahead now. Raises ValueError: it does not go back."""
        if seconds < 0:
            raise ValueError("the sandbox's clock does not go back")
        self._ahead_s += seconds
        self._store.remember(_NAME, self._ahead_s)
        return self._ahead_s

    def reset(self) -> None:
        """As late as the machine's again."""
        self._ahead_s = 0.0
        self._store.forget(_NAME)
