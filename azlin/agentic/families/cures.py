"""What a family may change about its own Intent so that what Azure refused is not refused again.

A cure is a change of parameters and nothing else: the objective is then planned anew, priced and approved like any
other, and what the first attempt made is kept. A family that knows no cures has no `cures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, runtime_checkable

import msgspec

from azlin.agentic.types import Failure, Intent, Operation, Plan
from azlin.agentic.world import World

OFFERS_MAX = 3

SIZE_OR_REGION = frozenset({"change_sku_or_region", "retry_later_or_change_sku_or_region", "request_quota"})
"""The kinds of remedy (`Failure.action`) that another size may be."""


@dataclass(frozen=True)
class Case:
    """One operation that failed for good. `done` are the ids of the operations that were done, `plans` all plans that
    the objective ever had, this one last; `world` knows nothing yet, and says what Azure has now."""

    intent: Intent
    plan: Plan
    operation: Operation
    failure: Failure
    done: frozenset[str]
    plans: tuple[Plan, ...]
    world: World


class Cure(msgspec.Struct, frozen=True, kw_only=True):
    """A change that Azure, asked, does not rule out. `text` says it to a person (`Standard_D2s_v5 is available`),
    `resolution` to the history (no names, no ids); `monthly` is the price in USD of what is changed to, if known."""

    changes: dict[str, str]
    text: str
    resolution: str
    monthly: Decimal | None = None
    ask: str = "Use it?"


@runtime_checkable
class Curing(Protocol):
    """A family whose Intents can be changed after a failure."""

    def cures(self, case: Case) -> tuple[Cure, ...]:
        """At most OFFERS_MAX, the best first; () when it knows none. Raises what reading from Azure raises."""
        ...

    def changed(self, case: Case, changes: Mapping[str, str]) -> Intent:
        """The Intent with the changes, for what is not done yet. Raises UsageRefused for a change that it does not
        know, or that cannot be made now."""
        ...
