"""What is said about a failure: why, what to do, what worked before, what Microsoft Learn has about it.

A noun below the Outcome that holds it, so it knows nothing but JSON-able values.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One way on. `command` can be pasted. `changes` is what azlin itself would change of the request (`{"size":
    "Standard_D2s_v5"}`; empty where only a person can act); `monthly` the price in USD of what it changes to, None
    where it has none or none is known."""

    text: str
    command: str
    changes: dict[str, str] = {}
    monthly: Decimal | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A page of Microsoft Learn that is about the failure."""

    title: str
    url: str
    passage: str = ""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One distinct failure of an Outcome, by `signature`: the `operations` that it stopped, what Azure said (`code`,
    `status`, `said`), our `cause` and `remedy` (what to do), the `command` that does it, its placeholders filled.

    `before` says what resolved the same failure last time on this machine, and `seen` how often it was met. `note`
    says why there are no pages, or how old they are.
    """

    signature: str
    type: str
    code: str
    said: str
    status: int | None = None
    operations: tuple[str, ...] = ()
    resource_type: str = ""
    location: str = ""
    cause: str = ""
    remedy: str = ""
    command: str = ""
    before: str = ""
    seen: int = 0
    suggestions: tuple[Suggestion, ...] = ()
    pages: tuple[Reading, ...] = ()
    note: str = ""
    links: tuple[str, ...] = ()


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an earlier request, for somebody who asks why it failed. `failed` is False when it did not, or
    when there is none; `summary` says in a sentence what happened."""

    failed: bool
    summary: str
    objective: str = ""
    request: str = ""
    verdict: str = ""
    failures: tuple[Explanation, ...] = ()
    next_steps: tuple[str, ...] = ()
