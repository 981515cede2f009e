"""The one road: Request → Intent → Plan → Quote → BudgetVerdict → Approval → Outcome.

This is the only place where the arrows stand in order. Every arrow is saved before the next is walked; the first empty
field of the Objective is the next step, so that a road that was cut off is walked on from where it ended.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from msgspec.structs import replace

from azlin.agentic import approver, conclusion
from azlin.agentic.approver import Asker
from azlin.agentic.conclusion import Finding
from azlin.agentic.execution_orchestrator import execute
from azlin.agentic.families import Answering, IntentFamily
from azlin.agentic.journalled_run import JournalledRun
from azlin.agentic.recovery import Look, Recovery
from azlin.agentic.rollback import Rollback
from azlin.agentic.strategies.base_strategy import ExecutionStrategy
from azlin.agentic.strategy_selector import Candidacy, choose, succession
from azlin.agentic.terms import Terms
from azlin.agentic.types import (
    Approval,
    BudgetVerdict,
    Intent,
    Objective,
    OperationResult,
    Outcome,
    Plan,
    Quote,
    Replaced,
    Request,
    approval_fingerprint,
)
from azlin.agentic.world import World
from azlin.errors import AzlinError, PlanStale, ToolMissing
from azlin.events import Telling


class Files(Protocol):
    """Where objectives are filed (`objective_manager.ObjectiveManager`)."""

    def file(self, objective: Objective) -> None: ...


@dataclass(frozen=True)
class Road:
    """Everything the arrows need, injected by `azlin.app`.

    `quote`, `judge` (whose last argument says whether somebody can be asked) and `validate` are bound to their tables
    and limits; `open_run` makes the durable run of one
    objective, `started` says whether one of its operations ever left; `hand_over` lets another process carry the
    objective out and returns it with the Outcome to tell; `where` names the subscription to a person.
    """

    families: Mapping[str, IntentFamily]
    strategies: Sequence[ExecutionStrategy]
    world: World
    parse: Callable[[Request], Intent]
    plan: Callable[[Intent, World], Plan]
    quote: Callable[[Plan, World], Quote]
    judge: Callable[[str, Plan, Quote, Terms, bool], BudgetVerdict]
    validate: Callable[[Plan, Sequence[OperationResult], World, JournalledRun], list[Finding]]
    open_run: Callable[[str, Terms], JournalledRun]
    rollback: Rollback
    started: Callable[[str], bool]
    hand_over: Callable[[Objective, Terms], Objective]
    files: Files
    telling: Telling
    asker: Asker
    where: str
    recovery: Recovery


def walk(objective: Objective, terms: Terms, road: Road) -> Objective:
    """Walk an objective to its Outcome, from wherever it stands.

    Never raises an AzlinError: what stopped the road is the Outcome (verdict, exit code, failure with a fix), so that
    a script reads the same shape at every exit code. A second Ctrl-C raises KeyboardInterrupt.
    """
    walker = _Walker(objective, terms, road)
    try:
        walker.walk()
    except AzlinError as stopped:
        walker.conclude(conclusion.stopped_by(stopped, walker.objective, begun=road.started(objective.id)))
    return walker.objective


class _Walker:
    def __init__(self, objective: Objective, terms: Terms, road: Road) -> None:
        self.objective = objective
        self.terms = terms
        self.road = road
        self._taken_up = objective.intent is not None

    def walk(self) -> None:
        if self.terms.changes:
            self._change(self.terms.changes)
        intent = self._understood()
        if intent.questions:
            self.conclude(conclusion.unclear(intent))
            return
        plan = self._planned(intent)
        quote = self._quoted(plan)
        verdict = self._judged(plan, quote)
        if not plan.operations:
            family = self.road.families[intent.family]
            known = family.answer(intent) if isinstance(family, Answering) else None
            self.conclude(conclusion.nothing_to_do(self.objective) if known is None else conclusion.answered(*known))
            return
        strategy, ranking = self._chosen(plan)
        self._tell(
            "strategy-chosen",
            strategy=strategy.name if strategy else None,
            ranking=ranking,
            render=strategy.render(plan) if strategy else "",
        )
        if self.terms.dry_run:
            self.conclude(conclusion.previewed(plan, self.terms))
            return
        approver.refuse_what_is_forbidden(plan, verdict, self.terms)
        self.road.world.cloud.require_sign_in()
        self._approved(plan, quote)
        if self.terms.no_wait and plan.worst_effect != "reads":
            self.objective = self.road.hand_over(self.objective, self.terms)  # from here on it is not ours to file
            return
        if strategy is None:
            strategy, _ = choose(self.road.strategies, plan, self.terms.strategy)
        self._carry_out(plan, strategy)

    def conclude(self, outcome: Outcome) -> None:
        self._save(outcome=outcome)
        self._tell(
            "outcome-reached",
            verdict=outcome.verdict,
            summary=outcome.summary,
            exit_code=outcome.exit_code,
        )

    def _understood(self) -> Intent:
        intent = self.objective.intent
        if intent is None:
            self._tell(
                "request-received",
                text=self.objective.request.text,
                actor=self.objective.request.actor,
            )
            intent = self.road.parse(self.objective.request)
            self._save(intent=intent)
            self._tell("intent-parsed", intent=intent)
        return intent

    def _planned(self, intent: Intent) -> Plan:
        earlier = self.objective.plan
        if earlier is not None and self.road.started(self.objective.id):
            return earlier  # from here on every operation is asked about by itself
        plan = self.road.recovery.with_what_is_done(self.objective, self.road.plan(intent, self.road.world))
        if earlier is not None:
            if plan.made_against == earlier.made_against:
                return earlier
            if self.terms.plan_path is not None:
                raise PlanStale(
                    "what exists in Azure is no longer what this plan was made for; nothing ran",
                    fix=f"azlin doit {self.objective.request.text!r} -n --save {self.terms.plan_path}",
                )
            self._replan("Azure changed since it was planned")
        self._save(plan=plan)
        self._tell("plan-made", plan=plan, known=self.road.world.known)
        return plan

    def _quoted(self, plan: Plan) -> Quote:
        quote = self.objective.quote
        if quote is not None:
            return quote
        skipped = Quote(skipped="skipped by user") if self.terms.skip_cost_check else None
        quote = skipped or self.road.quote(plan, self.road.world)
        self._save(quote=quote)
        self._tell("quote-made", quote=quote)
        return quote

    def _judged(self, plan: Plan, quote: Quote) -> BudgetVerdict:
        """The verdict is made anew on every walk: money spent meanwhile counts, and so do today's flags. What a yes to
        this plan at this price allowed is still allowed, and what was shown at its question has been seen."""
        yes = self._standing(plan, quote)
        if yes is not None:
            self.terms = replace(self.terms, allow=tuple(dict.fromkeys((*self.terms.allow, *yes.allows))))
        asked = self.road.asker.attended and not self.terms.yes and not self.terms.no_input
        attended = asked or (yes is not None and yes.how == "typed")
        verdict = self.road.judge(self.objective.id, plan, quote, self.terms, attended)
        self._save(budget=verdict)
        self._tell("budget-judged", budget=verdict)
        return verdict

    def _chosen(self, plan: Plan) -> tuple[ExecutionStrategy | None, tuple[Candidacy, ...]]:
        """A preview may be shown where nothing could run; then there is no strategy, and running says why."""
        try:
            return choose(self.road.strategies, plan, self.terms.strategy)
        except ToolMissing:
            if self.terms.dry_run or not self.road.world.known:
                return None, ()
            raise

    def _approved(self, plan: Plan, quote: Quote) -> None:
        if self._standing(plan, quote) is not None:
            return
        done = self.road.recovery.done(self.objective, plan)
        if plan.worst_effect != "reads":
            self._tell("approval-needed", question=approver.question_for(plan, quote, self.road.where, done))
        try:
            approval = approver.approve(
                plan,
                quote,
                self.objective.request,
                self.terms,
                self.road.asker,
                subscription=self.road.where,
                command=self._command(),
                done=done,
            )
        except AzlinError as refused:
            self._tell("approval-refused", why=refused.what)
            raise
        if approval.how == "typed":
            self._still_true()
        self._save(approval=approval)
        self._tell("approval-given", approval=approval)

    def _standing(self, plan: Plan, quote: Quote) -> Approval | None:
        given = self.objective.approval
        return given if given is not None and given.fingerprint == approval_fingerprint(plan, quote) else None

    def _command(self) -> list[str]:
        """The command that would walk on, without its flags."""
        if self.objective.intent is not None and self.objective.intent.family in ("undo", "mend"):
            return ["azlin", "objective", self.objective.intent.family, (self.objective.parent or "")[:8]]
        if self.terms.plan_path is not None:
            return ["azlin", "doit", "--plan", str(self.terms.plan_path)]
        again = ["azlin", "objective", "resume", self.objective.id[:8]]
        return again if self._taken_up else ["azlin", "doit", self.objective.request.text]

    def _still_true(self) -> None:
        """People take their time to say yes: what the plan was made against must still be what Azure says."""
        if self.road.world.again().digest != self.road.world.digest:
            self._replan("Azure changed before the yes")
            raise PlanStale(
                "what exists in Azure changed while the question was open; nothing ran",
                fix=f"azlin objective resume {self.objective.id[:8]}   (plans and prices it again, and asks again)",
            )

    def _replan(self, why: str, intent: Intent | None = None) -> None:
        """Clear what a new plan makes meaningless, and keep it in the history; `intent` is what it is made of, if
        that is another."""
        stood = self.objective
        replaced = Replaced(
            at=datetime.now(UTC),
            why=why,
            plan=stood.plan,
            quote=stood.quote,
            budget=stood.budget,
            approval=stood.approval,
        )
        self._save(
            intent=intent or stood.intent,
            plan=None,
            quote=None,
            budget=None,
            approval=None,
            history=(*stood.history, replaced),
        )

    def _carry_out(self, plan: Plan, strategy: ExecutionStrategy) -> None:
        run = self.road.open_run(self.objective.id, self.terms)
        strategies = succession(strategy, self.road.strategies, plan, self.terms.strategy)
        why = self.road.rollback.pending(self.objective.id)
        if why is not None:
            self._roll_back(plan, strategies, run, why, Look())
            return
        failed_before = self.road.recovery.failures(self.objective)
        results = execute(strategies, plan, run)
        findings = self.road.validate(plan, results, self.road.world, run)
        self._tell("result-validated", findings=findings)
        self.road.recovery.resolved(self.objective, plan, results, failed_before, run.waited)
        look = self._looked_back(plan, results)
        if not run.stopped() and self._offered(look, plan, results, findings, run):
            return
        failed = next((result for result in results if result.status == "failed"), None)
        if failed is not None and not run.stopped() and self._wants_undo():
            why = f"{failed.operation} failed"
            self.road.rollback.begin(self.objective.id, why)
            self._roll_back(plan, strategies, run, why, look)
            return
        self.conclude(self._outcome_of(plan, results, findings, run, look))

    def _looked_back(self, plan: Plan, results: Sequence[OperationResult]) -> Look:
        look = self.road.recovery.look_back(self.objective, plan, results, self.road.world)
        for explanation in look.failures:
            self._tell("failure-explained", explanation=explanation)
        return look

    def _offered(
        self,
        look: Look,
        plan: Plan,
        results: Sequence[OperationResult],
        findings: Sequence[Finding],
        run: JournalledRun,
    ) -> bool:
        """Offer what may be changed so that it succeeds, and go on with that after a yes. Whether there was one."""
        attended = self.road.asker.attended and not self.terms.yes and not self.terms.no_input
        accepted = look.offer(self.road.asker) if attended else None
        if accepted is None:
            return False
        before = self._outcome_of(plan, results, findings, run, look)
        try:
            self._change(*accepted)
            self.walk()
        except AzlinError as stopped:
            if self.objective.outcome is None:
                self.conclude(conclusion.not_gone_on(before, stopped))
        return True

    def _change(self, changes: Mapping[str, str], why: str | None = None) -> None:
        """Give the plan up for one with changes; it is made, priced and approved anew."""
        self.terms = replace(self.terms, changes={})
        self.road = dataclasses.replace(self.road, world=self.road.world.anew())
        intent, because = self.road.recovery.changed(self.objective, changes, self.road.world)
        self._replan(why or because, intent)

    def _roll_back(
        self, plan: Plan, strategies: Sequence[ExecutionStrategy], run: JournalledRun, why: str, look: Look
    ) -> None:
        """Remove what this objective made. It was begun on file before, and is over on file only when it is."""
        rollback, world = self.road.rollback, self.road.world.anew()
        removals = rollback.plan(self.objective, world)
        self._tell("rollback-begun", why=why, removes=[o.target.id for o in removals.operations])
        removed = execute(strategies, removals, run)
        if not run.stopped():
            rollback.over(self.objective.id)
        results = rollback.results(plan, self.objective.id)
        for result in results:
            if result.status == "undone":
                self._tell("operation-undone", operation=result.operation, resource_id=result.resource_id)
        left = [result for result in removed if result.status != "done"]
        findings = self.road.validate(plan, results, self.road.world, run)
        self._tell("result-validated", findings=findings)
        self.conclude(self._outcome_of(plan, [*results, *left], findings, run, look))

    def _outcome_of(
        self,
        plan: Plan,
        results: Sequence[OperationResult],
        findings: Sequence[Finding],
        run: JournalledRun,
        look: Look,
    ) -> Outcome:
        outcome = conclusion.of(
            plan,
            results,
            findings,
            data=self._rows(results),
            stopped=run.stopped(),
            out_of_time=run.out_of_time,
            objective=self.objective,
        )
        return conclusion.explained(outcome, look.failures)

    def _wants_undo(self) -> bool:
        if self.terms.on_failure != "ask":
            return self.terms.on_failure == "undo"
        if self.terms.no_input:
            return False
        question = approver.Question(kind="yes-no", text="An operation failed. Remove again what this request created?")
        answer = self.road.asker.ask(question)
        return answer is not None and question.agrees(answer)

    def _rows(self, results: Sequence[OperationResult]) -> Any:
        """What the reads returned, as the family shows it to people."""
        plan, intent = self.objective.plan, self.objective.intent
        if plan is None or intent is None:
            return None
        raw = {result.operation: result.data for result in results if result.status == "done"}
        reads = [operation for operation in plan.operations if operation.verb == "read" and operation.id in raw]
        if not reads:
            return None
        family = self.road.families[intent.family]
        rows = [family.rows(intent, operation, raw[operation.id]) for operation in reads]
        return rows[0] if len(rows) == 1 else [row for part in rows for row in part]

    def _save(self, **fields: Any) -> None:
        self.objective = replace(self.objective, **fields)
        self.road.files.file(self.objective)

    def _tell(self, kind: Any, **about: Any) -> None:
        self.road.telling.tell(kind, self.objective.id, **about)
