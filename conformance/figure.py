"""One figure: how many of the things that others wrote were right, and what was wrong with the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Failure:
    """One thing that was not right. `cause` groups it with its like; `detail` is for whoever mends it."""

    what: str
    cause: str
    detail: str = ""

    def json(self, sweep: str) -> dict[str, Any]:
        return {"sweep": sweep, "what": self.what, "cause": self.cause, "detail": self.detail}


@dataclass(frozen=True)
class Figure:
    """What a sweep measured. `passed` of `of`; `failures` has one entry for each that is missing, or for a part of
    them where they cannot be told apart. `note` says what a reader must know to compare (a version, what was left out).
    0 of 0 was not measured (its material is not at hand), which is neither less nor more than before.
    """

    passed: int
    of: int
    failures: tuple[Failure, ...] = ()
    note: str = ""

    @property
    def share(self) -> float:
        return self.passed / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.passed}/{self.of}" if self.of else "-"

    def causes(self) -> list[tuple[str, int]]:
        """The causes of the failures, the most frequent first."""
        return Counter(one.cause for one in self.failures).most_common()
