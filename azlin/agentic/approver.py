"""The yes: who has to be asked what, and what an answer is bound to.

The risk ladder: reads run; creates and changes ask yes or no, naming count, subscription and price; destroys ask for
the name of the thing. `--yes` answers the first question only: destroys need `--allow destroys` beside it.
"""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import Literal, Protocol

from azlin.agentic.terms import Terms
from azlin.agentic.types import (
    Approval,
    BudgetVerdict,
    Operation,
    Plan,
    Quote,
    Request,
    Value,
    approval_fingerprint,
)
from azlin.errors import BudgetExceeded, PermissionRefused, Undecided


class Question(Value, frozen=True):
    """What is asked before anything runs. For `name` the only yes is to type `expected`; for `yes-no`, y or yes. A
    `secret` is typed without being shown. To an `offer`, which nothing follows but another question, Enter is a yes;
    it has `choices`, the first of which a yes means."""

    kind: Literal["yes-no", "name", "secret", "offer"]
    text: str
    expected: str = "y"
    choices: int = 1

    def agrees(self, answer: str) -> bool:
        given = answer.strip()
        if self.kind == "name":
            return given == self.expected
        return given.casefold() in {"y", "yes"}

    def chosen(self, answer: str) -> int | None:
        """Which choice of an offer is meant, from 0; None for a no and for everything that is not understood."""
        given = answer.strip().casefold()
        if given in {"", "y", "yes"}:
            return 0
        return int(given) - 1 if given in {str(number) for number in range(1, self.choices + 1)} else None


class Asker(Protocol):
    """The reader of the keyboard."""

    @property
    def attended(self) -> bool:
        """Whether somebody is there to be asked."""
        ...

    def ask(self, question: Question) -> str | None:
        """The answer as typed; None when nobody is there to ask."""
        ...


def refuse_what_is_forbidden(plan: Plan, verdict: BudgetVerdict, terms: Terms) -> None:
    """Raise PermissionRefused or BudgetExceeded (exit 5) for a plan that no yes can allow on these terms."""
    acting = plan.of("creates", "changes", "destroys")
    if terms.read_only and acting:
        raise PermissionRefused(
            f"--read-only forbids this: it would carry out {counted(acting)}",
            fix="leave --read-only out, or ask with -n to see the plan only",
        )
    if terms.max_operations is not None and len(acting) > terms.max_operations:
        raise PermissionRefused(
            f"the plan has {counted(acting)}; --max-operations allows {terms.max_operations}",
            fix=f"--max-operations {len(acting)}, if that is what you want",
        )
    if verdict.decision == "refuse":
        raise BudgetExceeded(
            "the budget does not allow it",
            why="; ".join(verdict.reasons),
            fix=_what_would_allow_it(verdict, terms),
        )


def approve(
    plan: Plan,
    quote: Quote,
    request: Request,
    terms: Terms,
    asker: Asker,
    *,
    subscription: str,
    command: list[str],
    done: int = 0,
) -> Approval:
    """The Approval for this plan at this price. Asks at most once.

    `subscription` is how to name it to a person, `command` what was typed, without flags, `done` how many operations
    of the plan are done already. Raises Undecided (exit 6) for
    a no, a missing answer, or destroys under a mere --yes; its `fix` is the command that would say yes.
    """

    def given(how: Literal["typed", "flag", "not-needed"]) -> Approval:
        return Approval(
            by=request.actor,
            at=datetime.now(UTC),
            how=how,
            fingerprint=approval_fingerprint(plan, quote),
            allows=tuple(terms.allow),
        )

    acting = plan.of("creates", "changes", "destroys")
    if not acting:
        return given("not-needed")
    destroys = plan.of("destroys")
    if terms.yes and (not destroys or "destroys" in terms.allow):
        return given("flag")
    question = question_for(plan, quote, subscription, done)
    answer = None if terms.no_input or terms.yes else asker.ask(question)
    if answer is None:
        raise Undecided(_unanswered(destroys, terms), fix=_command_that_says_yes(command, terms, bool(destroys)))
    if not question.agrees(answer):
        raise Undecided("the answer was not a yes; nothing ran")
    return given("typed")


def question_for(plan: Plan, quote: Quote, subscription: str, done: int = 0) -> Question:
    acting = plan.of("creates", "changes", "destroys")
    what = counted(acting) if not done else f"the last {len(acting) - done} of {counted(acting)}"
    where = f"{what} in {subscription}, {price_in_words(quote)}"
    destroys = plan.of("destroys")
    if not destroys:
        return Question(kind="yes-no", text=f"Carry out {where}?")
    alike = [o for o in destroys if o.target.type.casefold() == destroys[0].target.type.casefold()]
    expected = alike[0].target.leaf if len(alike) == 1 else f"delete {len(alike)}"
    return Question(
        kind="name",
        text=f"Carry out {where}? This deletes {_things(destroys)}. Type {expected!r} to go on",
        expected=expected,
    )


def counted(operations: tuple[Operation, ...]) -> str:
    return f"{len(operations)} operation" + ("" if len(operations) == 1 else "s")


def price_in_words(quote: Quote) -> str:
    """`$35.04 a month`, `saving $35.04 a month`, and what is not in the figure."""
    if quote.skipped is not None:
        return f"price not asked for ({quote.skipped})"
    expected = quote.monthly.expected
    if quote.lines:
        digits = f"{abs(expected):,.2f}"
        amount = f"${digits} a month" if quote.currency == "USD" else f"{digits} {quote.currency} a month"
        words = f"saving {amount}" if expected < 0 else amount
    else:
        words = "no price known" if quote.unpriced else "no cost"
    if quote.unpriced and quote.lines:
        words += f" and {len(quote.unpriced)} without a known price"
    return words


def _what_would_allow_it(verdict: BudgetVerdict, terms: Terms) -> str:
    if any("--allow unpriced" in reason for reason in verdict.reasons) and "unpriced" not in terms.allow:
        return "--allow unpriced, or leave out what has no known price"
    return "--allow over-budget, or raise the limit: azlin config set budget.monthly_limit AMOUNT"


def _unanswered(destroys: tuple[Operation, ...], terms: Terms) -> str:
    if destroys and terms.yes:
        return f"--yes does not cover deletions, and this plan has {len(destroys)}; nothing ran"
    return "this needs a yes, and nobody is there to ask; nothing ran"


def _things(destroys: tuple[Operation, ...]) -> str:
    return destroys[0].target.leaf if len(destroys) == 1 else f"{len(destroys)} things"


def _command_that_says_yes(command: list[str], terms: Terms, destroys: bool) -> str:
    words = [shlex.join(command), "--yes"]
    words += ["--allow", "destroys"] if destroys else []
    words += [f"--allow {allowed}" for allowed in terms.allow if allowed != "destroys"]
    placed = (("-g", terms.group), ("-l", terms.location)) if "doit" in command[:2] else ()
    for flag, value in (*placed, ("--strategy", terms.strategy)):
        words += [flag, shlex.quote(value)] if value is not None else []
    words += ["--sandbox"] if terms.sandbox else []
    return " ".join(words)
