"""After a failure: explain it, remember it, look for what may be changed, and offer that.

An offer is a change of the Intent that the family proposes, that Azure, asked, does not rule out, and that can be
planned with what is there now. Nothing is changed without a yes: an accepted offer only makes the objective be planned
anew, and that plan is priced and approved like any other. What the first attempt made belongs to the new plan too, as
done, so that it is neither made twice nor forgotten when the objective is undone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from azlin.agentic.approver import Asker, Question
from azlin.agentic.explanation import Explanation, Suggestion
from azlin.agentic.failures.history import FailureHistory, signature_of
from azlin.agentic.failures.report import AFTER, Failed, LookUp, explain, failed_in
from azlin.agentic.families import IntentFamily
from azlin.agentic.families.cures import OFFERS_MAX, Case, Cure, Curing
from azlin.agentic.families.drafting import wired
from azlin.agentic.families.providers import REGISTER, registering, registration_cure
from azlin.agentic.families.several import of_parts, parts_of
from azlin.agentic.types import Failure, Intent, Objective, OperationResult, Plan
from azlin.agentic.world import World
from azlin.errors import AzlinError, UsageRefused

LOOK_S = 20.0
"""How long Azure may take to say what else can be had, before the report goes on without an offer."""

Results = Callable[[str], Mapping[str, OperationResult]]
Planner = Callable[[Intent, World], Plan]


class Look:
    """What looking back at a run gave: the explanations, and by signature the changes that can be offered."""

    def __init__(self, failures: tuple[Explanation, ...] = (), cures: Mapping[str, tuple[Cure, ...]] | None = None):
        self.failures = failures
        self._cures = cures or {}

    def offer(self, asker: Asker) -> tuple[Mapping[str, str], str] | None:
        """Ask whether to change what the first failure that has an offer offers. The change, and the reason for
        giving the plan up; None for a no, or when there is nothing to offer or nobody to ask."""
        for failure in self.failures:
            if cures := self._cures.get(failure.signature):
                question = Question(kind="offer", text=_question(failure, cures), choices=len(cures))
                answer = asker.ask(question)
                chosen = None if answer is None else question.chosen(answer)
                if chosen is None:
                    return None
                return cures[chosen].changes, f"{AFTER}{failure.code}: {cures[chosen].resolution}"
        return None


class Recovery:
    """`results` is what the journal says of an objective, by operation id; `look_up` asks Microsoft Learn."""

    def __init__(
        self,
        families: Mapping[str, IntentFamily],
        plan: Planner,
        history: FailureHistory,
        look_up: LookUp,
        results: Results,
    ) -> None:
        self._families = families
        self._plan = plan
        self._history = history
        self._look_up = look_up
        self._results = results

    def failures(self, objective: Objective) -> dict[str, Failure]:
        """What the journal holds as failed of an objective, by operation id, of all plans it had."""
        return {
            name: result.failure
            for name, result in self._results(objective.id).items()
            if result.status == "failed" and result.failure is not None
        }

    def look_back(self, objective: Objective, plan: Plan, results: Sequence[OperationResult], world: World) -> Look:
        """Explain every distinct failure of a run, with what may be changed; and remember that it was met."""
        failed = failed_in(plan, results)
        if not failed:
            return Look()
        cures: dict[str, tuple[Cure, ...]] = {}
        looking = threading.Thread(
            target=lambda: self._cures(objective, failed, plan, results, world, cures), name="cures", daemon=True
        )
        looking.start()
        explained = explain(objective, failed, history=self._history, look_up=self._look_up)
        looking.join(LOOK_S)
        cures = dict(cures)  # what comes later comes too late
        for one in failed:
            self._history.failed(one.failure, one.operation.target.type)
        return Look(tuple(_with_suggestions(one, cures.get(one.signature, ()), objective) for one in explained), cures)

    def resolved(
        self,
        objective: Objective,
        plan: Plan,
        results: Sequence[OperationResult],
        before: Mapping[str, Failure],
        waited: Mapping[str, tuple[Failure, float]],
    ) -> None:
        """Remember what made operations succeed that had failed before (`failures`, from before the run), or that were
        tried again in it (`waited`: why, and how many seconds, by operation id)."""
        done = {result.operation for result in results if result.status == "done"}
        planned = {operation.id for operation in plan.operations}
        for name, (failure, wait_s) in waited.items():
            if name in done:
                self._history.resolved(failure, f"trying again after {max(1, round(wait_s))} s")
        for name, failure in before.items():
            how = _what_was_changed(objective, name)
            if name in done:
                self._history.resolved(failure, how or "resuming it later")
            elif name not in planned and how and planned <= done:
                self._history.resolved(failure, how)

    def changed(self, objective: Objective, changes: Mapping[str, str], world: World) -> tuple[Intent, str]:
        """The Intent with changes that a person wants, and why its plan is given up. Raises UsageRefused where nothing
        failed, or nothing can be changed so; what reading from Azure raises."""
        plan, intent = objective.plan, objective.intent
        failed = failed_in(plan, list(self._results(objective.id).values())) if plan is not None else []
        if plan is None or intent is None or not failed:
            raise UsageRefused(
                f"--with changes what failed, and nothing of objective {objective.id[:8]} did",
                fix=f"azlin objective show {objective.id[:8]}",
            )
        family = self._families.get(intent.family)
        results = list(self._results(objective.id).values())
        refusals: list[UsageRefused] = []
        for one in failed:
            try:
                changed = _changed(family, _case(objective, one, plan, results, world), changes)
            except UsageRefused as refused:
                refusals.append(refused)
            else:
                what = " and ".join(f"{name} {value}" for name, value in changes.items() if name != "name")
                return changed, f"{AFTER}{one.failure.code}: {what or 'another name'} instead"
        raise refusals[0]

    def with_what_is_done(self, objective: Objective, plan: Plan) -> Plan:
        """A new plan after a failure, and in it what the plan before it had done already: that is this objective's
        too. What both have is as the new one says."""
        last = next((one.plan for one in reversed(objective.history) if one.why.startswith(AFTER)), None)
        if last is None:
            return plan
        results = self._results(objective.id)
        names = {operation.id for operation in plan.operations}
        places = {operation.target.key for operation in plan.operations if operation.target.subscription}
        kept = [
            operation
            for operation in last.operations
            if (result := results.get(operation.id)) is not None
            and result.status == "done"
            and operation.effect != "reads"
            and operation.id not in names
            and operation.target.key not in places
        ]
        if not kept:
            return plan
        known = names | {operation.id for operation in kept}
        whole = wired(
            [replace(one, after=tuple(n for n in one.after if n in known)) for one in (*kept, *plan.operations)]
        )
        told = [sentence for sentence in plan.assumptions if "exists already as wanted" not in sentence]
        count = f"{len(kept)} of {len(whole)} operations were done before and are kept"
        return replace(plan, operations=whole, assumptions=(*told, count))

    def done(self, objective: Objective, plan: Plan) -> int:
        """How many operations of a plan need nothing more, by the journal."""
        results = self._results(objective.id)
        acts = plan.of("creates", "changes", "destroys")
        return sum(one.id in results and results[one.id].status == "done" for one in acts)

    def _cures(
        self,
        objective: Objective,
        failed: Sequence[Failed],
        plan: Plan,
        results: Sequence[OperationResult],
        world: World,
        found: dict[str, tuple[Cure, ...]],
    ) -> None:
        """Puts the changes that would go through planning into `found`, by signature. Azure not answering is no offer,
        and no error."""
        family = self._families.get(objective.intent.family) if objective.intent is not None else None
        now = world.anew()
        for one in failed:
            signature = signature_of(one.failure)
            if signature in found:
                continue
            case = _case(objective, one, plan, results, now)
            try:
                known = (*registration_cure(case), *(family.cures(case) if isinstance(family, Curing) else ()))
                cures = [cure for cure in known if self._goes_through(family, case, cure)]
            except AzlinError:
                continue
            found[signature] = tuple(cures[:OFFERS_MAX])

    def _goes_through(self, family: IntentFamily | None, case: Case, cure: Cure) -> bool:
        try:
            intent = _changed(family, case, cure.changes)
            return bool(self._plan(intent, case.world).operations)
        except AzlinError:
            return False


def _changed(family: IntentFamily | None, case: Case, changes: Mapping[str, str]) -> Intent:
    """The Intent with changes: a provider is registered as a part of the request, before the rest of it; all else is
    the family's to change. Raises UsageRefused."""
    if set(changes) == {REGISTER}:
        parts = parts_of(case.intent) if case.intent.family == "several" else (case.intent,)
        return of_parts((registering(changes[REGISTER]), *parts))
    if not isinstance(family, Curing):
        raise UsageRefused(f"nothing can be changed about a request of the family {case.intent.family}")
    return family.changed(case, changes)


def _case(objective: Objective, failed: Failed, plan: Plan, results: Sequence[OperationResult], world: World) -> Case:
    if objective.intent is None:
        raise UsageRefused("an objective without an intent has nothing to change")
    return Case(
        intent=objective.intent,
        plan=plan,
        operation=failed.operation,
        failure=failed.failure,
        done=frozenset(result.operation for result in results if result.status == "done"),
        plans=(*(replaced.plan for replaced in objective.history if replaced.plan is not None), plan),
        world=world,
    )


def _what_was_changed(objective: Objective, operation_id: str) -> str:
    """What was changed after this operation had failed, by the plan that was given up for it; "" if nothing was."""
    for replaced in reversed(objective.history):
        had = replaced.plan is not None and any(one.id == operation_id for one in replaced.plan.operations)
        if had and replaced.why.startswith(AFTER):
            return replaced.why.partition(": ")[2]
    return ""


def _with_suggestions(explained: Explanation, cures: Sequence[Cure], objective: Objective) -> Explanation:
    suggestions = tuple(
        Suggestion(
            text=cure.text,
            command=f"azlin objective resume {objective.id[:8]} "
            + " ".join(f"--with {name}={value}" for name, value in cure.changes.items()),
            changes=cure.changes,
            monthly=cure.monthly,
        )
        for cure in cures
    )
    return replace(explained, suggestions=suggestions)


def _question(failure: Explanation, cures: Sequence[Cure]) -> str:
    """`SkuNotAvailable in westeurope: Standard_D2s_v5 is available at $83.95/month. Use it?`"""
    where = f" in {failure.location}" if failure.location else ""
    price = "" if cures[0].monthly is None else f" at ${cures[0].monthly:,.2f}/month"
    return f"{failure.code}{where}: {cures[0].text}{price}. {cures[0].ask}"
