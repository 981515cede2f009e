"""Taking back what a request made, after one of its operations failed: begun once, and carried to its end.

That it was begun is written down first: a process that is killed in the middle of it is resumed by removing the rest,
not by making again what was just removed. What is removed is planned as `azlin objective undo` plans it: only what the
journal proves to be ours, newest first, and no group that holds what others put there.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from azlin.agentic.families import IntentFamily
from azlin.agentic.types import Intent, Objective, Operation, OperationResult, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.errors import NotFound
from azlin.gateways.journal import Journal

BEGUN, OVER = "rollback-begun", "rollback-over"


class Rollback:
    """The family `undo` plans the removals. All methods raise what the journal and the world raise."""

    def __init__(self, journal: Journal, families: Mapping[str, IntentFamily]) -> None:
        self._journal = journal
        self._families = families

    def pending(self, objective_id: str) -> str | None:
        """Why a rollback was begun that is not over; None if there is none."""
        marks = [moment for moment in self._journal.history(objective_id) if moment.what in (BEGUN, OVER)]
        return marks[-1].detail if marks and marks[-1].what == BEGUN else None

    def begin(self, objective_id: str, why: str) -> None:
        self._journal.note(objective_id, BEGUN, why)

    def over(self, objective_id: str) -> None:
        self._journal.note(objective_id, OVER)

    def plan(self, objective: Objective, world: World) -> Plan:
        """The removals that are left to do, in an order in which they can be done; none when all of it is gone."""
        for resource_id, _ in self._journal.created(objective.id):
            if world.get(ResourceRef.from_id(resource_id)) is None:
                self._journal.removed(resource_id)
        intent = Intent(family="undo", action="undo", summary="", parameters={"objective": objective.id})
        try:
            plan = self._families["undo"].plan(intent, world)
        except NotFound:
            return Plan(operations=(), made_against=world.made_against())
        return replace(plan, operations=_renamed(plan, objective))

    def results(self, plan: Plan, objective_id: str) -> list[OperationResult]:
        """What became of each operation of the objective's own plan, by the journal; `undone` for what is gone."""
        found: list[OperationResult] = []
        for operation in plan.operations:
            entry = self._journal.entry(objective_id, operation.id)
            if entry is None or entry.result is None:
                found.append(OperationResult(operation=operation.id, status="skipped", strategy="", attempts=0))
            elif entry.removed and entry.result.created:
                found.append(replace(entry.result, status="undone"))
            else:
                found.append(entry.result)
        return found


def _renamed(plan: Plan, objective: Objective) -> tuple[Operation, ...]:
    """Each removal under the name of what it takes back: it must not be taken for one that the request asked for."""
    made = {o.target.key: o.id for o in (objective.plan.operations if objective.plan else ()) if o.verb == "ensure"}
    names = {removal.id: f"undo:{made.get(removal.target.key, removal.id)}" for removal in plan.operations}
    return tuple(
        replace(removal, id=names[removal.id], after=tuple(names[name] for name in removal.after))
        for removal in plan.operations
    )
