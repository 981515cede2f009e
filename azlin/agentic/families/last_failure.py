"""“Why did my last request fail?”: what became of an earlier request, by the journal's own record.

Azure is not asked and nobody needs to be signed in. What may be changed is told as commands and never offered here: a
question changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from azlin.agentic.explanation import Account
from azlin.agentic.types import Intent, Objective, Operation, Plan
from azlin.agentic.world import World
from azlin.gateways.journal import Journal
from azlin.settings import Defaults

NAME = "last-failure"
NEWEST = 50
"""So many requests are looked through for one that failed."""

FINE = frozenset({"achieved", "previewed", "running"})
"""Verdicts of requests that did not fail."""


class FailureParameters(msgspec.Struct, frozen=True, omit_defaults=True):
    """`objective` is the beginning of an id; without one the last request is meant, or with `any_failure` the last that
    failed."""

    objective: str | None = None
    any_failure: bool = False


class LastFailure:
    """An IntentFamily that answers from the journal. `account` explains what became of one objective."""

    name = NAME
    examples: tuple[str, ...] = ("why did my last request fail?", "explain the last failure")
    parameters: type[msgspec.Struct] = FailureParameters

    def __init__(self, journal: Journal, account: Callable[[Objective], Account]) -> None:
        self._journal = journal
        self._account = account

    def complete(self, intent: Intent, defaults: Defaults) -> Intent:  # noqa: ARG002 - the protocol's
        return intent

    def plan(self, intent: Intent, world: World) -> Plan:  # noqa: ARG002 - the protocol's
        """Nothing is done and nothing is read."""
        return Plan(operations=(), made_against=world.made_against())

    def rows(self, intent: Intent, operation: Operation, raw: Any) -> Any:  # noqa: ARG002 - the protocol's
        return raw

    def answer(self, intent: Intent) -> tuple[str, Account]:
        """The answer in a sentence, and whole. Raises NotFound and UsageRefused for an id that is none."""
        wanted = msgspec.convert(intent.parameters, FailureParameters)
        account = self._account_of(wanted)
        return account.summary, account

    def _account_of(self, wanted: FailureParameters) -> Account:
        if wanted.objective is not None:
            return self._account(self._journal.load(wanted.objective))
        others = [one for one in self._journal.objectives(NEWEST) if not _is_a_question(one)]
        if not others:
            return Account(failed=False, summary="nothing was asked for yet, so nothing failed")
        failed = next((one for one in others if one.outcome is None or one.outcome.verdict not in FINE), None)
        if wanted.any_failure:
            none = f"none of the last {len(others)} requests failed"
            return self._account(failed) if failed is not None else Account(failed=False, summary=none)
        account = self._account(others[0])
        if account.failed or failed is None:
            return account
        before = f"{account.summary}; the last that failed is {failed.id[:8]}, “{failed.request.text}”"
        steps = (f'azlin doit "why did {failed.id[:8]} fail?"',)
        return msgspec.structs.replace(account, summary=before, next_steps=steps)


def asked(objective: str | None, *, any_failure: bool) -> Intent:
    """The Intent of such a question."""
    parameters = FailureParameters(objective=objective, any_failure=any_failure)
    what = f"objective {objective}" if objective else "the last failure" if any_failure else "my last request"
    return Intent(family=NAME, action="explain", summary=f"explain {what}", parameters=msgspec.to_builtins(parameters))


def _is_a_question(objective: Objective) -> bool:
    """A question about what failed is not what failed; nor is a request that is only just being asked."""
    return objective.intent is None or objective.intent.family == NAME
