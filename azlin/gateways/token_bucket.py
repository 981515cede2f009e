"""What is believed of one of Azure's token buckets: how many requests it lets through now, and how fast it fills.

The prior is what Resource Manager documents (learn.microsoft.com/azure/azure-resource-manager/management/
request-limits-and-throttling): for each subscription, principal and kind of request a bucket that fills steadily. The
belief is counted down by what is sent and put right by what answers say, in both directions: Azure may have other
buckets, and others may use the same one. Until an answer has said something, nothing is believed and nothing is held
back. Pure: every time is passed in, in seconds of a monotonic clock.
"""

from __future__ import annotations

import msgspec

SLOWEST_PER_S = 0.1
FASTEST_PER_S = 50.0
"""A bucket that never says how much is left, and fills faster than this, is not worth holding anybody back for."""
QUIET_MAX = 5
"""After so many answers in a row without a word about what is left, Azure has stopped counting."""
BLOCKED_MAX_S = 3600.0
SHORTEST_S = 0.001
"""Less is not worth waiting for, and may be nothing to a clock."""


class Bucket(msgspec.Struct):
    """`tokens` at the time `at` (None: nothing is believed); none before `blocked_until`.

    `sent` counts the requests let through, by whoever shares this. `told` says whether an answer ever named what is
    left, `quiet` how many after the last one that did named nothing. `share` is the part of what is left that is ours:
    less than all after a 429, because then others use it too. `refused`: nothing got through since the last 429.
    """

    capacity: float
    refill_per_s: float
    tokens: float | None = None
    at: float = 0.0
    blocked_until: float = 0.0
    sent: int = 0
    told: bool = False
    quiet: int = 0
    share: float = 1.0
    refused: bool = False

    def level(self, now: float) -> float | None:
        """The tokens believed to be there; None: as many as you like."""
        if self.tokens is None:
            return None
        return min(self.capacity, self.tokens + max(0.0, now - self.at) * self.refill_per_s)

    def take(self, now: float) -> float:
        """Take a token and return 0, or the seconds after which there may be one."""
        level = self.level(now)
        if level is not None:
            blocked_s = min(self.blocked_until - now, BLOCKED_MAX_S)
            lacking_s = (1.0 - level) / self.refill_per_s
            if blocked_s > 0 or lacking_s > 0:
                return max(blocked_s, lacking_s, SHORTEST_S)
            self.tokens, self.at = level - 1.0, now
        self.sent += 1
        return 0.0

    def is_full(self, now: float) -> bool:
        level = self.level(now)
        return level is None or level >= self.capacity - 1.0

    def hear(self, left: float, now: float, *, since_s: float, later: float, was_full: bool) -> None:
        """An answer said how many were left when it was made, at most `since_s` ago. At most `later` other requests
        that this belief has counted can have come after it. What the belief cannot be is put right, no more: an answer
        is older than the belief. `was_full`: the belief when its request was sent."""
        self.told, self.quiet, self.refused = True, 0, False
        self.capacity = max(self.capacity, left + 1.0)
        self.share = min(1.0, self.share * 1.01)
        least, most = max(0.0, left * self.share - later), left + 1.0 + max(0.0, since_s) * self.refill_per_s
        level = self.level(now)
        if level is None:
            level = least
        elif level > most:
            level = most
            if was_full:
                self.capacity = most
        elif level < least:
            if least > level + 1.0:
                self.refill_per_s = min(self.refill_per_s * 1.02, self.capacity)
            level = least
        self.tokens, self.at = level, now

    def hear_nothing(self) -> None:
        """An answer came, and said nothing of what is left."""
        if self.tokens is None:
            return
        self.refused = False
        self.quiet += 1
        self.refill_per_s *= 1.0 if self.told else 1.02
        if self.quiet >= QUIET_MAX if self.told else self.refill_per_s >= FASTEST_PER_S:
            self.tokens, self.told, self.quiet, self.blocked_until = None, False, 0, 0.0

    def refuse(self, now: float, retry_after_s: float | None) -> None:
        """Azure answered 429. It fills more slowly than was believed, or others use it: many that were sent at the same
        time, or one that is tried again and again, say so once."""
        if now >= self.blocked_until and not self.refused:
            self.refill_per_s = max(SLOWEST_PER_S, self.refill_per_s / 2)
            self.share = max(0.05, self.share / 2)
        wait_s = 1.0 / self.refill_per_s if retry_after_s is None else retry_after_s
        self.blocked_until = max(self.blocked_until, now + min(max(wait_s, 0.0), BLOCKED_MAX_S))
        self.tokens, self.at, self.quiet, self.refused = 0.0, now, 0, True
