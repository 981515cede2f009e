"""Intent → Plan: ask the family, and let no body through that its type does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from azlin.agentic.families import IntentFamily
from azlin.agentic.types import Intent, Operation, Plan
from azlin.agentic.world import World
from azlin.errors import SchemaRefused, UsageRefused

Check = Callable[[str, dict[str, object]], list[str]]
"""(ARM type, body) → problems in words, e.g. `no property 'sze'; did you mean 'size'?`; [] if none is known."""


class CommandPlanner:
    def __init__(self, families: Mapping[str, IntentFamily], check: Check) -> None:
        self._families = families
        self._check = check

    def plan(self, intent: Intent, world: World) -> Plan:
        """The family's plan, checked against the type schemas.

        Raises what the family raises (Undecided, NotFound, WorldUnknown …), UsageRefused for a family that is not
        there, SchemaRefused with every problem of every body.
        """
        family = self._families.get(intent.family)
        if family is None:
            raise UsageRefused(
                f"no family is called {intent.family!r}",
                fix="one of: " + ", ".join(sorted(self._families)),
            )
        plan = family.plan(intent, world)
        problems = [f"{op.target.name}: {problem}" for op in plan.operations for problem in self._problems(op)]
        if problems:
            raise SchemaRefused("; ".join(problems), why="Azure's type definitions say so")
        return plan

    def _problems(self, operation: Operation) -> list[str]:
        if operation.verb != "ensure":
            return []
        return self._check(operation.target.type, operation.desired)
