"""Undoing an objective: a plan that removes what it provably made and nothing else.

What was made is the journal's to say (the resource was absent just before we created it); what is still there is
Azure's. What was there before, and what was only changed, is left as it is and said so.
"""

from __future__ import annotations

import msgspec

from azlin.agentic.families.drafting import Draft
from azlin.agentic.families.wordless import AboutObjective, Wordless
from azlin.agentic.types import GROUP_TYPE, Intent, Objective, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.errors import NotFound
from azlin.gateways.journal import Journal

EVERYTHING = "Microsoft.Resources/resources"


class Undo(Wordless):
    """An IntentFamily: `azlin objective undo` makes its Intent."""

    name = "undo"

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def plan(self, intent: Intent, world: World) -> Plan:
        """Removals in the reverse of the order in which the things depend on each other.

        Raises NotFound when the objective made nothing that the journal still knows of.
        """
        wanted = msgspec.convert(intent.parameters, AboutObjective)
        objective = self._journal.load(wanted.objective)
        made = [ResourceRef.from_id(resource_id) for resource_id, _ in self._journal.created(objective.id)]
        unseen = self._unseen(objective)
        if not made and not unseen:
            raise NotFound(
                f"there is nothing to undo: objective {objective.id[:8]} made nothing that still exists by our record",
                fix=f"azlin objective show {objective.id[:8]}",
            )
        draft = Draft(world)
        there = [ref for ref in unseen if draft.world.get(ref) is not None]
        for ref in there:
            draft.assume(f"{ref.name} was absent just before it was asked for, and nobody saw how that ended")
        made = [*there, *made]
        removals = self._removals(draft, made, objective)
        _tell_what_stays(draft, objective, {ref.key for ref in made})
        return _ordered(draft.plan(), removals, objective)

    def _unseen(self, objective: Objective) -> list[ResourceRef]:
        """What a run that was cut off had begun to make, and may have made: it was absent just before."""
        verbs = {operation.id: operation.verb for operation in objective.plan.operations} if objective.plan else {}
        return [
            ResourceRef.from_id(entry.resource_id)
            for entry in self._journal.entries(objective.id)
            if entry.state == "started" and entry.resource_id is not None and verbs.get(entry.operation) == "ensure"
            if entry.pre_image is not None and entry.pre_image.absent and not entry.removed
        ]

    def _removals(self, draft: Draft, made: list[ResourceRef], objective: Objective) -> dict[str, str]:
        """Adds a removal for everything that still exists; returns ARM key → id of its removal."""
        keys = {ref.key for ref in made}
        removals: dict[str, str] = {}
        for ref in sorted(made, key=lambda ref: ref.type.casefold() == GROUP_TYPE.casefold()):
            if draft.world.get(ref) is None:
                draft.assume(f"{ref.type} {ref.name} is gone already")
            elif ref.type.casefold() == GROUP_TYPE.casefold() and (others := _others(draft.world, ref, keys)):
                draft.assume(
                    f"resource group {ref.name} is kept: it also holds {others[0]}"
                    + (f" and {len(others) - 1} more" if len(others) > 1 else "")
                    + f", which objective {objective.id[:8]} did not make"
                )
            else:
                removals[ref.key] = draft.delete(ref)
        return removals


def _others(world: World, group: ResourceRef, ours: set[str]) -> list[str]:
    """Names of what a group holds and we did not make; a disk or NIC that goes with its VM counts as ours."""
    found: list[str] = []
    for resource in world.list(EVERYTHING, group=group.name):
        owner = str(resource.get("managedBy") or "").casefold()
        if str(resource["id"]).casefold() not in ours and owner not in ours:
            found.append(str(resource["name"]))
    return found


def _tell_what_stays(draft: Draft, objective: Objective, ours: set[str]) -> None:
    for operation in objective.plan.operations if objective.plan else ():
        if operation.effect == "reads" or operation.target.key in ours:
            continue
        if operation.effect == "changes":
            draft.assume(f"{operation.target.name} was only changed ({operation.id}); the change stays")
        elif operation.effect == "destroys":
            draft.assume(f"{operation.target.name} was removed; what is removed cannot be brought back")


def _ordered(plan: Plan, removals: dict[str, str], objective: Objective) -> Plan:
    """The plan whose removals wait for those of everything that was made from them."""
    made = objective.plan.operations if objective.plan else ()
    target = {operation.id: operation.target.key for operation in made}
    waits: dict[str, set[str]] = {removal: set() for removal in removals.values()}
    for operation in made:
        for below in operation.after:
            if (first := removals.get(target[operation.id])) and (then := removals.get(target[below])):
                waits[then].add(first)
    for key, then in removals.items():
        waits[then].update(removal for other, removal in removals.items() if other.startswith(f"{key}/"))
    operations = (msgspec.structs.replace(o, after=tuple(sorted(waits.get(o.id, ())))) for o in plan.operations)
    return msgspec.structs.replace(plan, operations=tuple(operations))
