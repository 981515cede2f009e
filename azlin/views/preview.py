"""What will happen, what it costs, and how it will be done: shown before anybody is asked for a yes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from azlin.agentic.types import BudgetVerdict, Intent, Operation, Plan, Quote, QuoteLine
from azlin.views.pen import Pen
from azlin.views.words import (
    SIGNS,
    clean,
    facts_of,
    kind_of,
    money,
    name_of,
    percent,
    place_of,
    rate,
    total,
    verb_of,
)

LISTED_MAX = 60
"""Operations that are listed one by one; of more, creates and changes are counted by type. Destroys never are."""

STYLES = {"reads": "", "creates": "green", "changes": "yellow", "destroys": "bold red"}
DECISIONS = {"allow": "green", "warn": "yellow", "refuse": "bold red"}


@dataclass
class Preview:
    """What is known about a run before it starts; filled as the story is told."""

    sandbox: bool = False
    intent: Intent | None = None
    plan: Plan | None = None
    quote: Quote | None = None
    budget: BudgetVerdict | None = None
    strategy: str | None = None
    ranking: Sequence[Any] | None = None
    """`strategy_selector.Candidacy` values, the best first; None when nobody was asked to choose."""
    render: str = ""
    known: bool = True
    """False when nobody is signed in: then the plan was made without looking."""


def draw(pen: Pen, preview: Preview, *, commands: bool, every: bool) -> None:
    """Draw what is there. `commands` adds exactly what would run; `every` lists more than LISTED_MAX operations."""
    plan = preview.plan
    if plan is None or not plan.operations:
        return
    _heading(pen, preview, plan)
    _operations(pen, plan, every=every)
    _sentences(pen, "Assumed", preview.intent.assumptions if preview.intent is not None else ())
    _sentences(pen, "Noted", plan.assumptions)
    if plan.worst_effect != "reads":
        if preview.quote is not None:
            _price(pen, plan, preview.quote, preview.budget, whole=every)
        if preview.budget is not None and preview.quote is not None:
            _budget(pen, preview.budget)
    _how(pen, preview, commands=commands)
    pen.line()


def where(plan: Plan, *, sandbox: bool) -> str:
    against = plan.made_against
    subscription = f"subscription {against.subscription}" if against.subscription else "nobody is signed in"
    return f"{'sandbox' if sandbox else clean(against.cloud)}, {subscription}"


def _heading(pen: Pen, preview: Preview, plan: Plan) -> None:
    summary = clean(preview.intent.summary) if preview.intent is not None else "the plan"
    pen.line((summary[:1].upper() + summary[1:], "bold"))
    pen.line(("in ", "dim"), (where(plan, sandbox=preview.sandbox), "cyan" if preview.sandbox else ""), indent=2)
    if not preview.known:
        pen.line(
            ("What exists in Azure is unknown: nobody is signed in, so nothing was looked up.", "yellow"), indent=2
        )


def _operations(pen: Pen, plan: Plan, *, every: bool) -> None:
    acting = [operation for wave in plan.waves() for operation in wave]
    destroys = [operation for operation in acting if operation.effect == "destroys"]
    others = [operation for operation in acting if operation.effect != "destroys"]
    pen.line(("What will happen", "bold"), f": {_counts(acting)}")
    if every or len(others) <= LISTED_MAX:
        _listed(pen, others)
    else:
        kinds = Counter((operation.effect, verb_of(operation), kind_of(operation)) for operation in others)
        for (effect, verb, kind), count in kinds.items():
            pen.line((f"{SIGNS[effect]} {verb} {count} {kind}", STYLES[effect]), indent=2)
        pen.line("(-v lists each of them)", indent=2)
    if destroys:
        pen.line((f"DELETES {len(destroys)}, and this cannot be taken back:", "bold red"), indent=2)
        _listed(pen, destroys)


def _listed(pen: Pen, operations: Sequence[Operation]) -> None:
    lines = [[f"{SIGNS[o.effect]} {verb_of(o)}", kind_of(o), name_of(o), place_of(o), facts_of(o)] for o in operations]
    pen.columns(lines, [STYLES[operation.effect] for operation in operations])


def _counts(operations: Sequence[Operation]) -> str:
    counts = Counter(operation.effect for operation in operations)
    words = {"reads": "read", "creates": "create", "changes": "change", "destroys": "delete"}
    return ", ".join(f"{counts[effect]} to {word}" for effect, word in words.items() if counts[effect])


def _sentences(pen: Pen, heading: str, sentences: Sequence[str]) -> None:
    if sentences:
        pen.line((heading, "bold"))
        for sentence in sentences:
            pen.line(f"* {clean(sentence)}", indent=2)


def _price(pen: Pen, plan: Plan, quote: Quote, budget: BudgetVerdict | None, *, whole: bool) -> None:
    """`whole` names the public copy that a figure was carried over from, not the price list alone."""
    names = {operation.id: name_of(operation) for operation in plan.operations}
    pen.line(("Price", "bold"), f": {total(quote, budget)}")
    billed = [line for line in quote.lines if line.low or line.expected or line.high]
    pen.columns(
        [_price_cells(line, names.get(line.operation, line.operation), quote.currency, whole) for line in billed],
        [""] * len(billed),
    )
    free: dict[str, list[str]] = {}
    for line in quote.lines:
        if line not in billed:
            free.setdefault(f"({line.source}, {line.as_of})", []).append(names.get(line.operation, line.operation))
    for source, things in free.items():
        pen.line(f"free: {', '.join(things)} {clean(source)}", indent=2)
    for assumption in dict.fromkeys(line.assumption for line in quote.lines if line.assumption):
        pen.line(f"* {clean(assumption)}", indent=2)
    if quote.unpriced:
        pen.line(("Not priced", "yellow"), indent=2)
        for unpriced in quote.unpriced:
            pen.line(f"{names.get(unpriced.operation, unpriced.operation)}: {clean(unpriced.reason)}", indent=4)


def _price_cells(line: QuoteLine, name: str, currency: str, whole: bool) -> list[str]:
    amount = f"{line.quantity.normalize():f} {line.unit} x {rate(line.unit_price, currency)}"
    trust = "" if line.confidence == "high" else f", {line.confidence} confidence"
    return [
        name,
        clean(line.meter),
        clean(amount),
        f"{money(line.expected, currency)} a month",
        clean(f"({line.source if whole else line.source.partition(' via ')[0]}, {line.as_of}{trust})"),
    ]


def _budget(pen: Pen, budget: BudgetVerdict) -> None:
    if budget.limit is None and budget.decision == "allow":
        pen.line(("Budget", "bold"), f": {clean('; '.join(budget.reasons)) or 'no budget is set'}")
        return
    facts = [f"limit {money(budget.limit)} a month"] if budget.limit is not None else []
    if budget.limit is not None:
        facts += [f"spent {money(budget.spent)}" if budget.spent is not None else "spent so far: unknown"]
    if budget.projected is not None and budget.limit:
        facts += [f"would be {money(budget.projected)} ({percent(budget.projected, budget.limit)} of budget)"]
    elif budget.projected is not None:
        facts += [f"would be {money(budget.projected)}"]
    pen.line(("Budget", "bold"), ": ", (budget.decision, DECISIONS[budget.decision]), *(f", {f}" for f in facts))
    for reason in budget.reasons:
        pen.line(clean(reason), indent=2)


def _how(pen: Pen, preview: Preview, *, commands: bool) -> None:
    if preview.strategy is not None:
        chosen = next((c for c in preview.ranking or () if c.strategy == preview.strategy), None)
        because = f", because {clean(chosen.because)}" if chosen is not None and chosen.because else ""
        label = " (sandbox)" if preview.sandbox else ""
        pen.line(("How", "bold"), f": {preview.strategy}{label}{because}")
        for other in preview.ranking or ():
            if other.strategy != preview.strategy and (commands or other.missing):
                pen.line(("not ", "dim"), f"{other.strategy}: {clean(other.missing or other.because)}", indent=2)
    elif preview.plan is not None and preview.ranking is not None:
        pen.line(("How", "bold"), ": nothing on this machine can carry it out; azlin doctor says what is missing")
    if commands and preview.render:
        pen.line(("Exactly what would run", "bold"))
        for line in preview.render.splitlines():
            pen.line(clean(line), indent=2)
