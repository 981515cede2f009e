"""Asks Azure, later, whether what a finished request made still stands as desired, and what it costs now.

It only reads. What azlin itself changed or removed since, by its own journal, is no drift: the latest wish counts. What
could not be asked is unknown, and is never told as standing; what nothing in Azure shows is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Literal

from azlin.agentic.acts import STATES_AFTER, action_of, power_state, view_of
from azlin.agentic.difference import Published, Unreadable, differences
from azlin.agentic.types import Monthly, Objective, Operation, Plan, Quote, Unpriced, Value
from azlin.agentic.wishes import Later, Wish, Wishes
from azlin.agentic.world import Resource, World
from azlin.errors import AzlinError, NotFound, StillRunning, Undecided
from azlin.gateways.long_running import provisioning_state
from azlin.redaction import redact

State = Literal["as-desired", "changed", "gone", "back", "removed", "unreadable", "unknown", "not-done"]
"""`removed`: azlin itself took it away since. `back`: it was deleted and is there again. `unreadable`: nothing in Azure
shows whether it stands. `unknown`: Azure could not be asked. `not-done`: the request never got that far."""

DRIFTED: frozenset[State] = frozenset({"changed", "gone", "back"})
UNFINISHED = frozenset({"partly", "timed-out", "interrupted", "failed", "cancelled"})
NOTHING_RAN = frozenset({"previewed", "undecided", "refused"})
UNDER_WAY = frozenset({"creating", "updating", "accepted", "running", "deleting", "provisioning"})
PARALLEL_MAX = 16

Standing = Callable[[Sequence[Operation], World], Quote]
"""What existing things cost a month as they are (`CostEstimator.standing`)."""


class Setting(Value, frozen=True):
    """A setting that is not as wanted. None stands for nothing there; secrets are masked."""

    path: str
    wanted: Any
    found: Any


class Thing(Value, frozen=True):
    """How one operation of the plan stands. `by` is the later objective of azlin that had the last word on it.

    `quoted` and `costs` are USD a month, of things that the request made: as quoted then, and as they are now; None
    when that is not known.
    """

    operation: str
    verb: str
    type: str
    name: str
    group: str | None
    state: State
    settings: tuple[Setting, ...] = ()
    why: str = ""
    by: Later | None = None
    quoted: Decimal | None = None
    costs: Decimal | None = None


class Costs(Value, frozen=True):
    """The monthly bill of what the request made: `quoted` when it was asked for, and `now`. None: not known at all, or
    it made nothing."""

    currency: str = "USD"
    quoted: Monthly | None = None
    now: Monthly | None = None
    unpriced_then: tuple[Unpriced, ...] = ()
    unpriced_now: tuple[Unpriced, ...] = ()


class Drift(Value, frozen=True):
    """The answer. `finished` is False when the request itself was never carried out whole."""

    objective: str
    request: str
    cloud: str
    subscription: str | None
    at: datetime
    finished: bool
    things: tuple[Thing, ...]
    costs: Costs
    next_steps: tuple[str, ...] = ()

    @property
    def drifted(self) -> tuple[Thing, ...]:
        return tuple(thing for thing in self.things if thing.state in DRIFTED)

    @property
    def unknown(self) -> tuple[Thing, ...]:
        return tuple(thing for thing in self.things if thing.state == "unknown")

    def exit_code(self, *, tell: bool) -> int:
        """10 with `tell` when something drifted; 1 when something could not be asked about; 7 when the request itself
        is unfinished; else 0."""
        if tell and self.drifted:
            return 10
        if self.unknown:
            return 1
        return 0 if self.finished else 7


def refuse_what_has_nothing_to_compare(wishes: Wishes, *, running: bool) -> None:
    """Raises StillRunning (8), Undecided (6: nothing ran) or NotFound (3: it changed nothing)."""
    objective = wishes.objective
    short = objective.id[:8]
    if running:
        raise StillRunning(
            f"objective {short} is still being carried out", fix=f"azlin objective watch {short}   (then ask again)"
        )
    verdict = objective.outcome.verdict if objective.outcome is not None else None
    if verdict in NOTHING_RAN or (objective.approval is None and not any(wish.done for wish in wishes.all)):
        raise Undecided(
            f"objective {short} was never carried out" + (f" ({verdict})" if verdict else ""),
            why="nothing in Azure is as it is because of it",
            fix=f"azlin objective resume {short}",
        )
    if not any(wish.done for wish in wishes.all):
        raise NotFound(
            f"objective {short} changed nothing in Azure, so there is nothing to compare",
            why="it only read, found everything as asked already, or failed before anything was done",
            fix=f"azlin objective show {short}",
        )


def survey(
    wishes: Wishes,
    world: World,
    standing: Standing,
    *,
    unreadable: Unreadable | None = None,
    published: Published | None = None,
) -> Drift:
    """Ask Azure about every operation that an objective has done. Raises SignInNeeded; everything else that Azure does
    not answer is `unknown`."""
    world.cloud.require_sign_in()
    objective = wishes.objective
    look = partial(_look, wishes.plan, world, unreadable, published)
    with ThreadPoolExecutor(max(1, min(PARALLEL_MAX, len(wishes.all))), thread_name_prefix="drift") as hands:
        things = list(hands.map(look, wishes.all))
    costs, things = _costs(objective, wishes.all, things, lambda there: standing(there, world))
    verdict = objective.outcome.verdict if objective.outcome is not None else None
    return Drift(
        objective=objective.id,
        request=objective.request.text,
        cloud=objective.cloud,
        subscription=world.subscription,
        at=datetime.now(UTC),
        finished=verdict == "achieved",
        things=tuple(things),
        costs=costs,
        next_steps=_next_steps(objective, things, finished=verdict == "achieved"),
    )


# One thing


def _look(
    plan: Plan | None, world: World, unreadable: Unreadable | None, published: Published | None, wish: Wish
) -> Thing:
    if not wish.done:
        return _thing(wish, "not-done", why=_not_done(wish))
    try:
        if wish.removed or wish.operation.verb == "delete":
            return _absent(wish, world)
        if wish.operation.verb == "ensure":
            return _ensured(wish, world.get(wish.operation.target), plan, unreadable, published)
        return _acted(wish, world) if wish.operation.verb == "act" else _commanded(wish, world)
    except AzlinError as refused:
        return _thing(wish, "unknown", why=f"Azure did not say: {refused.what}")


def _not_done(wish: Wish) -> str:
    if wish.failure:
        return f"it failed: {wish.failure}"
    return (
        "it was begun, and nobody has looked at what became of it" if wish.begun else "the request did not get so far"
    )


def _absent(wish: Wish, world: World) -> Thing:
    """What was deleted, by the objective itself or by azlin later."""
    there = world.get(wish.operation.target)
    if wish.removed:
        return _thing(wish, "removed" if there is None else "back", why=_by(wish, "removed"))
    if there is None or wish.returned:
        return _thing(wish, "as-desired", why=_by(wish, "made again"))
    return _thing(wish, "back")


def _ensured(
    wish: Wish,
    there: Resource | None,
    plan: Plan | None,
    unreadable: Unreadable | None,
    published: Published | None,
) -> Thing:
    if there is None:
        return _thing(wish, "gone")
    if (state := provisioning_state(there)).casefold() in UNDER_WAY:
        return _thing(wish, "unknown", why=f"Azure is at work on it just now ({state})")
    found = differences(wish.operation, there, plan=plan, unreadable=unreadable, published=published)
    settings = [Setting(path=one.path, wanted=one.wanted, found=one.there) for one in found]
    if state.casefold() != "succeeded":
        settings.insert(0, Setting(path="properties.provisioningState", wanted="Succeeded", found=state))
    return _thing(wish, "changed" if settings else "as-desired", settings=settings, why=_by(wish, "changed"))


def _acted(wish: Wish, world: World) -> Thing:
    action = action_of(wish.operation)
    states = STATES_AFTER.get(action)
    if states is None or action == "restart":
        return _thing(wish, "unreadable", why=f"a {action} happens once; nothing shows it later")
    there = world.get(wish.operation.target, expand=view_of(wish.operation.target.type))
    if there is None:
        return _thing(wish, "gone")
    found = power_state(there)
    if found is None:
        return _thing(wish, "unknown", why="Azure does not say its power state")
    settings = [] if found in states else [Setting(path="power state", wanted=states[0], found=found)]
    return _thing(wish, "changed" if settings else "as-desired", settings=settings, why=_by(wish, "changed"))


def _commanded(wish: Wish, world: World) -> Thing:
    operation = wish.operation
    if operation.target.subscription is None or not operation.target.name or operation.effect == "changes":
        return _thing(wish, "unreadable", why="an az command does not say what it leaves behind")
    there = world.get(operation.target)
    if operation.effect == "destroys":
        return _thing(wish, "as-desired" if there is None else "back")
    return _thing(wish, "gone" if there is None else "as-desired", why="of a command, only that it is there is known")


def _thing(wish: Wish, state: State, *, settings: Sequence[Setting] = (), why: str = "") -> Thing:
    operation = wish.operation
    return Thing(
        operation=operation.id,
        verb=operation.verb,
        type=operation.target.type,
        name=operation.target.name,
        group=operation.target.group,
        state=state,
        settings=tuple(settings),
        why=redact(why),
        by=wish.later,
    )


def _by(wish: Wish, done: str) -> str:
    """Who of azlin's own had the last word, in words; "" when it was the objective itself."""
    if wish.later is not None:
        return f"{done} by objective {wish.later.objective[:8]}: {wish.later.request}"
    return f"{done} by azlin itself since" if wish.removed else ""


# What it costs


def _costs(
    objective: Objective,
    wishes: Sequence[Wish],
    things: Sequence[Thing],
    standing: Callable[[Sequence[Operation]], Quote],
) -> tuple[Costs, list[Thing]]:
    """The two bills of what the request made. What it changed was quoted as a difference, which says nothing about the
    whole, and is left out of both."""
    made = {w.operation.id: w.operation for w in wishes if w.operation.effect == "creates" and w.done}
    if not made:
        return Costs(), list(things)
    states = {thing.operation: thing.state for thing in things}
    there = [one for name, one in made.items() if states[name] in ("as-desired", "changed", "back")]
    then = objective.quote or Quote(skipped="there was no quote")
    try:
        now = standing(there) if there else Quote()
    except AzlinError as refused:
        now = Quote(unpriced=tuple(Unpriced(operation=one.id, reason=refused.what) for one in there))
    unseen = [name for name in made if states[name] in ("unknown", "unreadable")]
    now = Quote(
        lines=now.lines,
        unpriced=(
            *now.unpriced,
            *(Unpriced(operation=name, reason="Azure did not say what is there") for name in unseen),
        ),
    )
    then = Quote(
        lines=tuple(line for line in then.lines if line.operation in made),
        unpriced=tuple(one for one in then.unpriced if one.operation in made),
        skipped=then.skipped,
        currency=then.currency,
    )
    priced = [
        Thing(
            **{name: getattr(thing, name) for name in thing.__struct_fields__ if name not in ("quoted", "costs")},
            quoted=_of(then, thing.operation) if thing.operation in made else None,
            costs=_of(now, thing.operation, gone=states[thing.operation] in ("gone", "removed"))
            if thing.operation in made
            else None,
        )
        for thing in things
    ]
    skipped = (Unpriced(operation="", reason=then.skipped),) if then.skipped else ()
    costs = Costs(
        currency=then.currency,
        quoted=None if then.skipped else then.monthly,
        now=now.monthly if now.lines or not now.unpriced else None,
        unpriced_then=(*skipped, *then.unpriced),
        unpriced_now=now.unpriced,
    )
    return costs, priced


def _of(quote: Quote, operation: str, *, gone: bool = False) -> Decimal | None:
    """What one operation costs a month by a quote; nothing when the thing is gone, None when that is not known."""
    if gone:
        return Decimal(0)
    lines = [line.expected for line in quote.lines if line.operation == operation]
    unknown = quote.skipped or any(one.operation == operation for one in quote.unpriced)
    return None if unknown and not lines else sum(lines, Decimal(0))


def _next_steps(objective: Objective, things: Sequence[Thing], *, finished: bool) -> tuple[str, ...]:
    short = objective.id[:8]
    steps: list[str] = []
    if not finished:
        steps.append(f"azlin objective resume {short}")
    if any(thing.state in DRIFTED for thing in things):
        steps.append(f"azlin objective mend {short}")
    return tuple(steps)
