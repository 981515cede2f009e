"""What Microsoft Learn says about a failure, as values."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from azlin.agentic.types import Value

Origin = Literal["learn", "cache", "stale", "none"]


class Page(Value, frozen=True):
    """One page of documentation. `passage` is what it says about the code, in plain text; "" when it gave none."""

    title: str
    url: str
    passage: str = ""
    troubleshooting: bool = False


class Findings(Value, frozen=True):
    """What was found, the best page first. `note` is a sentence for people: why there is nothing, or not all, or that
    it is old; "" when all is well. `as_of` is when Learn said so (UTC), None when it said nothing."""

    pages: tuple[Page, ...] = ()
    source: Origin = "none"
    as_of: datetime | None = None
    note: str = ""
