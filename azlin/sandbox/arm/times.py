"""Times as Azure writes them."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def iso(at: float | None = None) -> str:
    """Seconds since the epoch (None: now) as `2025-01-31T10:11:12.1234567Z`."""
    moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def duration(seconds: float) -> str:
    """ISO 8601: `PT1.2345678S`."""
    return f"PT{max(seconds, 0):.7f}S"
