"""How long to wait before trying again: one formula for every layer that waits.

Exponential backoff with jitter, so that many clients that were refused together do not come back together; what the
server asked for (`Retry-After`) wins, because it knows (RFC 9110 §10.2.3; ARM request limits).
"""

from __future__ import annotations

import random as randomness
from collections.abc import Callable

BASE_S = 2.0
LONGEST_S = 60.0
JITTER = 0.2


def backoff(
    attempt: int,
    retry_after_s: float | None = None,
    random: Callable[[], float] = randomness.random,
    *,
    base_s: float = BASE_S,
) -> float:
    """Seconds to wait after attempt number `attempt` (from 1) failed.

    `retry_after_s` if the server named one; else base · 2^(attempt - 1), at most 60 s, ±20 %, and never above 60 s.
    `random` gives numbers in [0, 1).
    """
    if retry_after_s is not None:
        return max(0.0, retry_after_s)
    doublings = min(max(attempt - 1, 0), 16)
    steady_s = min(LONGEST_S, base_s * 2.0**doublings)
    return min(LONGEST_S, steady_s * (1 - JITTER + 2 * JITTER * random()))
