"""Quote → BudgetVerdict: whether the budget allows a plan.

Pure: what was spent and what was committed is given. What Azure did not say is unknown, and said to be; a saving never
counts against a budget, and never pays for something else in the same plan either, because money that was spent this
month does not come back.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from azlin.agentic.types import GROUP_TYPE, BudgetVerdict, Decision, Operation, Plan, Quote
from azlin.settings import Budget

ZERO = Decimal(0)
CENT = Decimal("0.01")
DAYS = Decimal(365) / 12
"""Days in a month of 730 hours."""


def judge(
    quote: Quote,
    budget: Budget,
    *,
    spent: Decimal | None,
    committed: Decimal,
    allows: tuple[str, ...],
    plan: Plan,
    attended: bool = True,
) -> BudgetVerdict:
    """The verdict on a plan at this price.

    `spent`: USD that Azure billed this month, None when it did not say; `committed`: USD a month of what azlin was
    allowed since, and Azure has not billed yet; `allows`: what the user allowed (`over-budget`, `unpriced`);
    `attended`: somebody is there to see the price and say no. Projected is spent + committed + the high end of what
    the plan adds.
    """
    return _Judgement(quote, budget, spent, committed, allows, plan, attended=attended).verdict()


def share_of_budget(quote: Quote, budget: Budget) -> str:
    """`8% of budget`: what the plan is expected to change, as a part of the monthly limit; empty without one."""
    if not budget.monthly_limit or quote.skipped is not None or not quote.lines:
        return ""
    share = quote.monthly.expected / budget.monthly_limit * 100
    shown = f"{share:.0f}%" if share == 0 or abs(share) >= 1 else "less than 1%"
    return f"{shown} of budget"


class _Judgement:
    def __init__(
        self,
        quote: Quote,
        budget: Budget,
        spent: Decimal | None,
        committed: Decimal,
        allows: tuple[str, ...],
        plan: Plan,
        *,
        attended: bool,
    ) -> None:
        self.quote = quote
        self.budget = budget
        self.spent = spent
        self.committed = committed
        self.allows = allows
        self.attended = attended
        self.adding = {op.id: op for op in plan.operations if op.effect in ("creates", "changes")}
        self.adds = self._added()
        self.warnings: list[str] = []
        self.refusals: list[str] = []
        self.notes: list[str] = []

    def verdict(self) -> BudgetVerdict:
        if not (self.budget.monthly_limit is not None or self.budget.daily_limit is not None or self._group_limits()):
            return self._said("allow", ["no budget is set"])
        if self.quote.skipped is not None and self.adding:
            self._over(f"the price was not looked up ({self.quote.skipped}), and a budget is set")
        elif self.adding:
            self._weigh_unpriced()
            self._weigh_month()
            self._weigh_day()
            self._weigh_groups()
        if self.refusals:
            return self._said("refuse", self.refusals + self.warnings + self.notes)
        return self._said("warn" if self.warnings else "allow", self.warnings + self.notes)

    def _added(self) -> dict[str, Decimal]:
        """operation → USD a month that it adds at most. What it takes off is not counted."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for line in self.quote.lines:
            sums[line.operation] += line.high
        return {id_: amount for id_, amount in sums.items() if amount > 0 and id_ in self.adding}

    def _said(self, decision: Decision, reasons: list[str]) -> BudgetVerdict:
        return BudgetVerdict(
            decision=decision,
            limit=self.budget.monthly_limit,
            spent=self.spent,
            committed=self.committed,
            projected=self._projected(),
            reasons=tuple(reasons),
        )

    def _projected(self) -> Decimal:
        return (self.spent or ZERO) + self.committed + sum(self.adds.values(), ZERO)

    def _over(self, reason: str) -> None:
        """Something that only `--allow over-budget` lets pass."""
        if "over-budget" in self.allows:
            self.warnings.append(f"{reason}; allowed by --allow over-budget")
        else:
            self.refusals.append(reason)

    def _weigh_unpriced(self) -> None:
        names = [entry.operation for entry in self.quote.unpriced if entry.operation in self.adding]
        if not names:
            return
        count = len(dict.fromkeys(names))
        what = f"{count} operation{' has' if count == 1 else 's have'} no known price, and a budget is set"
        if self.attended or "unpriced" in self.allows:
            self.warnings.append(what)
        else:
            self.refusals.append(f"{what}; nobody is there to ask, so this needs --allow unpriced")

    def _weigh_month(self) -> None:
        limit = self.budget.monthly_limit
        if limit is None or not self.adds:
            return
        if self.spent is None:
            self.notes.append("what Azure has billed this month is unknown, and not in the projection")
        projected = self._projected()
        if projected > limit:
            self._over(f"{_usd(projected)} is projected for the month, and the limit is {_usd(limit)}")
            return
        passed = [percent for percent in self.budget.alert_thresholds if projected >= limit * percent / 100]
        if passed:
            self.warnings.append(f"{_usd(projected)} is projected for the month: over {max(passed)}% of {_usd(limit)}")

    def _weigh_day(self) -> None:
        limit = self.budget.daily_limit
        if limit is None or not self.adds:
            return
        daily = sum(self.adds.values(), ZERO) / DAYS
        if daily > limit:
            self._over(f"the plan adds {_usd(daily)} a day, and the daily limit is {_usd(limit)}")

    def _weigh_groups(self) -> None:
        limits = self._group_limits()
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for id_, amount in self.adds.items():
            sums[_group(self.adding[id_])] += amount
        for group, amount in sums.items():
            if group not in limits:
                continue
            name, limit = limits[group]
            self.notes.append(f"what group {name} costs already is unknown, and not counted against its limit")
            if amount > limit:
                self._over(f"the plan adds {_usd(amount)} a month to group {name}, and its limit is {_usd(limit)}")

    def _group_limits(self) -> dict[str, tuple[str, Decimal]]:
        return {name.casefold(): (name, limit) for name, limit in self.budget.resource_groups.items()}


def _group(operation: Operation) -> str:
    target = operation.target
    own = target.name if target.type.casefold() == GROUP_TYPE.casefold() else target.group
    return (own or "").casefold()


def _usd(amount: Decimal) -> str:
    return f"${amount.quantize(CENT):,}"
