"""What azlin still wants of the things that an objective touched, by the journal: its own plan, and what later
objectives, an undo among them, wanted of the same things since. The latest wish counts.

Only what was done is a wish: an operation that failed or never began is none, and Azure is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from msgspec.structs import replace

from azlin.agentic.types import GROUP_TYPE, Objective, Operation, Plan, ResourceRef, Value
from azlin.gateways.journal import Journal


class Later(Value, frozen=True):
    """The objective that had the last word on a thing."""

    objective: str
    request: str


class Wish(Value, frozen=True):
    """One operation of the objective, done or not. `operation.desired` is what is wanted now; `later` says who wanted
    it, when it was not the objective itself. `begun`: it was started, whatever became of it; `failure`: why it failed.
    `removed`: azlin itself has taken the thing away since. `returned`: what the operation deleted was made again by
    azlin itself."""

    operation: Operation
    done: bool = True
    begun: bool = True
    failure: str = ""
    removed: bool = False
    returned: bool = False
    later: Later | None = None


class Wishes(Value, frozen=True):
    """`plan` holds everything that azlin wants to be there, so that a child made later is no stranger in its parent."""

    objective: Objective
    all: tuple[Wish, ...]
    plan: Plan | None


def wishes_of(objective: Objective, journal: Journal) -> Wishes:
    """What is still wanted of everything that a plan's operations changed, in the plan's order; reads are none."""
    if objective.plan is None:
        return Wishes(objective=objective, all=(), plan=None)
    results = journal.results(objective.id)
    entries = {entry.operation: entry for entry in journal.entries(objective.id)}
    after = list(_later(objective, journal))
    wishes: list[Wish] = []
    for operation in objective.plan.operations:
        if operation.effect == "reads":
            continue
        result, entry = results.get(operation.id), entries.get(operation.id)
        done = result is not None and result.status in ("done", "undone")
        wish = Wish(operation=operation, done=done, begun=entry is not None and entry.started_at is not None)
        if result is not None and result.failure is not None and not done:
            wish = replace(wish, failure=f"{result.failure.code}: {result.failure.message}")
        if result is not None and result.status == "undone":
            wish = replace(wish, removed=True, later=Later(objective=objective.id, request=objective.request.text))
        elif entry is not None and entry.removed and operation.verb != "delete":
            wish = replace(wish, removed=True)
        for told, then in after:
            wish = _after(wish, then, told)
        wishes.append(wish)
    made = [then for _, then in after if then.verb == "ensure"]
    return Wishes(objective=objective, all=tuple(wishes), plan=_together(objective.plan, made))


def overridden(wanted: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted, with the values that somebody wanted later of the same settings. A change carries a whole body;
    what it says of other settings is no wish of the first. Lists are replaced whole."""
    names = {key.casefold(): value for key, value in later.items()}
    result: dict[str, Any] = {}
    for key, value in wanted.items():
        after = names.get(key.casefold(), value)
        if isinstance(value, Mapping) and isinstance(after, Mapping):
            result[key] = overridden(cast("Mapping[str, Any]", value), cast("Mapping[str, Any]", after))
        else:
            result[key] = after
    return result


def _later(objective: Objective, journal: Journal) -> Iterator[tuple[Later, Operation]]:
    """Every operation that a later objective of the same cloud has done, in the order of their requests."""
    others = [one for one in journal.objectives() if one.cloud == objective.cloud and one.plan is not None]
    others = [one for one in others if one.id != objective.id and one.request.at > objective.request.at]
    others = [one for one in others if not _mends(one, objective)]  # it wants nothing but the same again
    for other in sorted(others, key=lambda one: one.request.at):
        results = journal.results(other.id)
        told = Later(objective=other.id, request=other.request.text)
        for operation in other.plan.operations if other.plan is not None else ():
            result = results.get(operation.id)
            if operation.effect != "reads" and result is not None and result.status == "done":
                yield told, operation


def _mends(other: Objective, objective: Objective) -> bool:
    return other.parent == objective.id and other.intent is not None and other.intent.family == "mend"


def _after(wish: Wish, done: Operation, told: Later) -> Wish:
    """The wish after a later operation was done."""
    mine = wish.operation
    if done.verb == "delete" and _holds(done.target, mine.target):
        gone = mine.verb == "delete"
        return replace(wish, returned=False, removed=not gone, later=None if gone else told)
    if not _same(done.target, mine.target):
        return wish
    match done.verb, mine.verb:
        case "ensure", "delete":
            return replace(wish, returned=True, later=told)
        case "ensure", "ensure":
            desired = done.desired if wish.removed else overridden(mine.desired, done.desired)
            return replace(wish, operation=replace(mine, desired=desired), removed=False, later=told)
        case "act", "act":
            return replace(wish, operation=replace(mine, desired=done.desired), later=told)
        case _:
            return wish


def _same(one: ResourceRef, other: ResourceRef) -> bool:
    return one.subscription is not None and other.subscription is not None and one.key == other.key


def _holds(outer: ResourceRef, inner: ResourceRef) -> bool:
    """Whether removing one thing removes the other."""
    if outer.subscription is None or inner.subscription is None:
        return False
    if outer.type.casefold() == GROUP_TYPE.casefold() and inner.group is not None:
        same = outer.subscription.casefold() == inner.subscription.casefold()
        if same and inner.group.casefold() == outer.name.casefold():
            return True
    return inner.key == outer.key or inner.key.startswith(f"{outer.key}/")


def _together(plan: Plan, more: Sequence[Operation]) -> Plan:
    """One plan of all these operations, for looking things up in; it is never carried out."""
    operations = [*plan.operations, *more]
    numbered = tuple(replace(one, id=str(number), after=()) for number, one in enumerate(operations))
    return replace(plan, operations=numbered)
