"""Mending what has drifted: a plan that makes it again as a finished objective wanted it, and touches nothing else.

A request that is typed again does not do that: what exists and differs is left alone, because nobody said that the
difference is unwanted. Here somebody has said so. What azlin itself changed or removed since is wanted, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from azlin.agentic.difference import mended
from azlin.agentic.families.drafting import Draft, body_of
from azlin.agentic.families.wordless import AboutObjective, Wordless
from azlin.agentic.types import Intent, Objective, Plan
from azlin.agentic.wishes import Wish, Wishes
from azlin.agentic.world import World
from azlin.errors import NotFound


class Stand(NamedTuple):
    """How an operation stands (`drift.State`), and the paths of the settings that are not as wanted."""

    state: str
    differing: frozenset[str] = frozenset()


Judge = Callable[[Wishes, World], Mapping[str, Stand]]
"""Operation id → how it stands, asked of Azure now."""

_UNKNOWN = Stand("unknown")


class Mend(Wordless):
    """An IntentFamily: `azlin objective mend` makes its Intent."""

    name = "mend"

    def __init__(
        self,
        load: Callable[[str], Objective],
        wishes: Callable[[Objective], Wishes],
        judge: Judge,
        writable: Callable[[str, Mapping[str, Any]], dict[str, Any]],
    ) -> None:
        """`writable`: (type, body) → the body without what only Azure sets, at any depth."""
        self._load = load
        self._writable = writable
        self._wishes = wishes
        self._judge = judge

    def plan(self, intent: Intent, world: World) -> Plan:
        """What is gone is made, what was changed is changed back, what came back is deleted. Raises NotFound when the
        objective did nothing that could drift."""
        wanted = msgspec.convert(intent.parameters, AboutObjective)
        objective = self._load(wanted.objective)
        wishes = self._wishes(objective)
        if not any(wish.done for wish in wishes.all):
            raise NotFound(f"objective {objective.id[:8]} changed nothing in Azure, so there is nothing to mend")
        states = self._judge(wishes, world)
        draft = Draft(world)
        for wish in wishes.all:
            self._mend(draft, wish, states.get(wish.operation.id, _UNKNOWN))
        return draft.plan()

    def _mend(self, draft: Draft, wish: Wish, stand: Stand) -> None:
        operation, target = wish.operation, wish.operation.target
        match stand.state:
            case "gone" if operation.verb == "ensure":
                draft.ensure(target, operation.desired)
            case "changed" if operation.verb == "ensure" and (there := draft.world.get(target)) is not None:
                body = self._writable(target.type, body_of(there))
                draft.change(target, mended(body, operation.desired, stand.differing))
            case "changed" if operation.verb == "act":
                draft.act(target, str(operation.desired["action"]), "mend")
            case "back":
                draft.delete(target)
            case "gone" | "changed" if operation.verb == "act":
                draft.assume(f"{target.leaf} is gone, and azlin was asked to {operation.desired.get('action')} it only")
            case "gone" | "changed":
                draft.assume(f"{target.leaf} cannot be mended by azlin: it was done by a command ({operation.id})")
            case "unknown":
                draft.assume(f"how {target.leaf} stands is not known, and it is left as it is")
            case _:
                return
