"""The story for people: the preview, what is going on, how it ended. Talk goes to stderr, what was read to stdout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TextIO

from azlin.agentic.explanation import Account, Explanation
from azlin.agentic.types import Failure, Objective, Operation, Outcome, Plan
from azlin.events import Event
from azlin.views import failures
from azlin.views.document import plain
from azlin.views.pen import Pen
from azlin.views.preview import Preview, draw
from azlin.views.rows import rows_of
from azlin.views.words import clean, in_words, kind_of, money, name_of, verb_of

VERDICTS = {
    "achieved": "bold green",
    "previewed": "bold",
    "partly": "bold yellow",
    "undecided": "bold yellow",
    "running": "bold yellow",
    "interrupted": "bold yellow",
}
"""All others are bad news, and red."""

FINDINGS_MAX = 5
"""How many things of one kind are named that Azure does not have as wanted."""


class HumanView:
    """Draws on `err`; what a read returned goes to `out`, unless `data` is False (another view writes it there).

    `commands` shows exactly what would run in the preview (a dry run always does). `find` reads an objective as it is
    filed: one that is taken up again brings arrows with it that no event of this run tells. Without `preview` the end
    is shown without the plan and its price.
    """

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        *,
        data: bool = True,
        verbose: bool = False,
        commands: bool = False,
        find: Callable[[str], Objective] | None = None,
        preview: bool = True,
    ) -> None:
        self._out = out
        self._data = data
        self._pen = Pen(err, loses=True)
        self._verbose = verbose
        self._commands = commands or verbose
        self._preview = Preview()
        self._find = find
        self._drawn = not preview
        self._findings: Sequence[Any] = ()
        self._explained: set[str] = set()
        self._not_done: set[str] = set()
        self._shows: dict[str, Callable[[Event], None]] = {
            "intent-parsed": self._intent_parsed,
            "plan-made": self._plan_made,
            "quote-made": self._quote_made,
            "budget-judged": self._budget_judged,
            "strategy-chosen": self._strategy_chosen,
            "approval-given": self._approval_given,
            "operation-started": self._operation_started,
            "operation-waiting": self._operation_waiting,
            "operation-retried": self._operation_retried,
            "operation-done": self._operation_ended,
            "operation-failed": self._operation_ended,
            "operation-skipped": self._operation_ended,
            "operation-undone": self._operation_ended,
            "strategy-changed": self._strategy_changed,
            "rollback-begun": self._rollback_begun,
            "result-validated": self._result_validated,
            "failure-explained": self._failure_explained,
            "notice": self._notice,
            "listener-failed": self._listener_failed,
        }

    def show(self, event: Event) -> None:
        if shows := self._shows.get(event.kind):
            shows(event)

    def finish(self, objective: Objective) -> None:
        """Whatever was not drawn yet, the data, the verdict, the facts behind it, and what to type next."""
        self._take_over(objective)
        outcome = objective.outcome
        if not self._drawn and not _only_reads(objective.plan):
            self._draw()
        if outcome is None:
            self._pen.line(("unfinished", "bold yellow"), f": azlin objective resume {objective.id[:8]}")
            return
        if isinstance(outcome.data, Account):
            self._account(outcome.data)
            return
        if self._data and outcome.data is not None:
            Pen(self._out).table(rows_of(plain(outcome.data), in_words))
        self._verdict(objective, outcome)
        self._candidates(objective)
        self._failures(outcome)
        self._next(objective, outcome)

    def _account(self, account: Account) -> None:
        """What became of an earlier request: it was asked for, so it is data, and goes where data goes."""
        pen = Pen(self._out) if self._data else self._pen
        pen.line(clean(account.summary))
        for explanation in account.failures:
            failures.draw(pen, explanation, explanation.operations)
        for command in account.next_steps:
            pen.line(("next ", "bold"), clean(command), indent=2)

    def _take_over(self, objective: Objective) -> None:
        preview = self._preview
        preview.sandbox = objective.cloud.casefold() == "sandbox"
        preview.intent = objective.intent
        preview.plan = objective.plan
        preview.quote = objective.quote
        preview.budget = objective.budget

    def _draw(self) -> None:
        self._drawn = True
        draw(self._pen, self._preview, commands=self._commands, every=self._verbose)

    def _intent_parsed(self, event: Event) -> None:
        self._preview.intent = event.about["intent"]

    def _plan_made(self, event: Event) -> None:
        plan: Plan = event.about["plan"]
        self._preview.plan = plan
        self._preview.known = event.about.get("known", True)
        self._preview.sandbox = plan.made_against.cloud.casefold() == "sandbox"

    def _quote_made(self, event: Event) -> None:
        self._preview.quote = event.about["quote"]

    def _budget_judged(self, event: Event) -> None:
        self._preview.budget = event.about["budget"]

    def _strategy_chosen(self, event: Event) -> None:
        preview = self._preview
        untold = preview.plan is None or preview.intent is None
        if untold and self._find is not None and event.objective is not None:
            self._take_over(self._find(event.objective))
        preview.strategy = event.about.get("strategy")
        preview.ranking = event.about.get("ranking", ())
        preview.render = event.about.get("render", "")
        if self._commands or not _only_reads(preview.plan):
            self._draw()

    def _approval_given(self, event: Event) -> None:
        approval = event.about["approval"]
        if approval.how == "flag":
            allows = "".join(f", --allow {clean(allowed)}" for allowed in approval.allows)
            self._pen.line(f"Yes was given on the command line (--yes{allows}).")

    def _operation_started(self, event: Event) -> None:
        operation = self._operation(event)
        if operation is None or operation.verb != "read" or self._verbose:
            self._tell("...", event, "started")

    def _operation_waiting(self, event: Event) -> None:
        if why := event.about.get("why"):
            self._tell("...", event, clean(why))
        elif self._verbose:
            self._tell("...", event, "Azure has taken it and is working")

    def _strategy_changed(self, event: Event) -> None:
        about = event.about
        left = len(about.get("left", ()))
        why = clean(about.get("why", ""))
        rest = "the 1 operation that is left" if left == 1 else f"the {left} operations that are left"
        self._pen.line(
            (f"{about.get('instead_of')} cannot go on ({why}): {about.get('strategy')} does {rest}", "yellow")
        )

    def _rollback_begun(self, event: Event) -> None:
        removes = len(event.about.get("removes", ()))
        things = "1 thing" if removes == 1 else f"{removes} things"
        self._pen.line(
            (f"Taking back {things} this request made, because {clean(event.about.get('why', ''))}", "yellow")
        )

    def _operation_retried(self, event: Event) -> None:
        why = clean(event.about.get("why", ""))
        self._tell("...", event, f"again in {event.about.get('wait_s')} s: {why}", "yellow")

    def _operation_ended(self, event: Event) -> None:
        operation = self._operation(event)
        failure = event.about.get("failure")
        if event.kind != "operation-done":
            self._not_done.add(str(event.about.get("operation")))
        if event.kind == "operation-failed":
            self._tell("bad", event, f"failed: {_reason(failure)}", "red")
        elif event.kind == "operation-skipped":
            self._tell("---", event, f"skipped: {_reason(failure)}", "yellow")
        elif event.kind == "operation-undone":
            self._tell("ok ", event, "removed again", "yellow")
        elif operation is None or operation.verb != "read" or self._verbose:
            self._tell("ok ", event, "done", "green")

    def _result_validated(self, event: Event) -> None:
        """What Azure says otherwise, the first few of each kind; nobody expects that what was not done is there."""
        self._findings = event.about.get("findings", ())
        for finding in self._findings:
            if finding.ok is True and self._verbose:
                name = self._name(finding.operation)
                self._pen.line(f"Azure confirms {name}: {clean(finding.found or finding.wanted)}", indent=2)
        for ok, words, colour in ((False, "does not confirm", "red"), (None, "could not be asked about", "yellow")):
            those = [f for f in self._findings if f.ok is ok and (ok is None or f.operation not in self._not_done)]
            for finding in those[:FINDINGS_MAX]:
                wanted = f"wanted {clean(finding.wanted)}, found " if ok is False else ""
                self._pen.line(
                    (f"Azure {words} {self._name(finding.operation)}: {wanted}{clean(finding.found)}", colour)
                )
            if len(those) > FINDINGS_MAX:
                self._pen.line((f"Azure {words} {len(those) - FINDINGS_MAX} more", colour))

    def _failure_explained(self, event: Event) -> None:
        self._explain(event.about["explanation"])

    def _explain(self, explanation: Explanation) -> None:
        self._explained.add(explanation.signature)
        failures.draw(self._pen, explanation, [self._about(name) for name in explanation.operations])

    def _notice(self, event: Event) -> None:
        self._pen.line(clean(event.about.get("text") or event.about.get("what") or ""))

    def _listener_failed(self, event: Event) -> None:
        self._pen.line((f"A record of this run could not be kept: {clean(event.about.get('why', ''))}", "yellow"))

    def _tell(self, sign: str, event: Event, words: str, style: str = "") -> None:
        label = "sandbox  " if self._preview.sandbox else ""
        self._pen.line((sign, style), f"  {label}{self._doing(event)}: ", (words, style), indent=2)

    def _doing(self, event: Event) -> str:
        return self._about(str(event.about.get("operation", "")))

    def _about(self, operation_id: str) -> str:
        operation = self._find_operation(operation_id)
        if operation is None:
            return clean(operation_id)
        undoing = operation_id.startswith("undo:")
        verb = "delete" if undoing else verb_of(operation)
        return f"{verb} {kind_of(operation)} {name_of(operation)}"

    def _operation(self, event: Event) -> Operation | None:
        return self._find_operation(str(event.about.get("operation", "")))

    def _find_operation(self, operation_id: str) -> Operation | None:
        plan, wanted = self._preview.plan, operation_id.removeprefix("undo:")
        return next((o for o in plan.operations if o.id == wanted), None) if plan is not None else None

    def _name(self, operation_id: str) -> str:
        plan = self._preview.plan
        found = next((o for o in plan.operations if o.id == operation_id), None) if plan is not None else None
        return f"{kind_of(found)} {name_of(found)}" if found is not None else clean(operation_id)

    def _verdict(self, objective: Objective, outcome: Outcome) -> None:
        if outcome.verdict == "achieved" and _only_reads(objective.plan):
            data: Any = outcome.data
            count = f"{len(rows_of(plain(outcome.data)).cells)} found. " if isinstance(data, list) else ""
            label = "sandbox: " if self._preview.sandbox else ""
            self._pen.line((f"{label}{count}{clean(outcome.summary)}", "dim"))
            return
        label = " (sandbox)" if self._preview.sandbox else ""
        self._pen.line(
            (f"{outcome.verdict}{label}", VERDICTS.get(outcome.verdict, "bold red")), f": {clean(outcome.summary)}"
        )

    def _candidates(self, objective: Objective) -> None:
        intent = objective.intent
        if intent is None or not intent.candidates:
            return
        self._pen.line("You may have meant:")
        for candidate in intent.candidates:
            price = f", {money(candidate.monthly)} a month" if candidate.monthly is not None else ""
            self._pen.line(f'azlin doit "{clean(candidate.text)}"', f"   {clean(candidate.because)}{price}", indent=2)

    def _failures(self, outcome: Outcome) -> None:
        """What was not explained yet (an objective that is only shown) is now; hints and links are in it."""
        for explanation in outcome.failures:
            if explanation.signature not in self._explained:
                self._explain(explanation)
        if outcome.failures:
            return
        failed = [result.failure for result in outcome.results if result.status == "failed" and result.failure]
        for failure in failed or ([outcome.failure] if outcome.failure is not None else []):
            if failure.hint and failure.hint not in outcome.next_steps:
                self._pen.line(("hint ", "bold"), clean(failure.hint), indent=2)
            for link in failure.links:
                self._pen.line(("see  ", "bold"), clean(link), indent=2)

    def _next(self, objective: Objective, outcome: Outcome) -> None:
        for command in outcome.next_steps:
            if not (objective.intent and any(c.text in command for c in objective.intent.candidates)):
                self._pen.line(("next ", "bold"), clean(command), indent=2)
        if _only_reads(objective.plan) and outcome.verdict in ("achieved", "previewed"):
            return
        short = objective.id[:8]
        if any(result.created and result.status == "done" for result in outcome.results):
            undo = f"azlin objective undo {short}"
            if undo not in outcome.next_steps:
                self._pen.line(("undo ", "bold"), undo, indent=2)
        self._pen.line(("more ", "bold"), f"azlin objective show {short}, azlin audit show {short}", indent=2)


def _only_reads(plan: Plan | None) -> bool:
    return plan is not None and plan.worst_effect == "reads"


def _reason(failure: Failure | None) -> str:
    return f"{clean(failure.code)}: {clean(failure.message)}" if failure is not None else "no reason was given"
