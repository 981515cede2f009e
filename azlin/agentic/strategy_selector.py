"""Which strategy carries a plan out, and why this one."""

from __future__ import annotations

from collections.abc import Sequence

from azlin.agentic.strategies.base_strategy import ExecutionStrategy
from azlin.agentic.types import Plan, Value
from azlin.errors import ToolMissing, UsageRefused


class Candidacy(Value, frozen=True):
    """One strategy's chances: `missing` says what stops it here, `score` and `because` how well it suits the plan."""

    strategy: str
    score: float
    because: str
    missing: str | None = None


def rank(strategies: Sequence[ExecutionStrategy], plan: Plan) -> tuple[Candidacy, ...]:
    """All strategies, the best one that can run here first. Equal scores keep the order given."""
    chances: list[Candidacy] = []
    for strategy in strategies:
        fit = strategy.fit(plan)
        chances.append(
            Candidacy(
                strategy=strategy.name,
                score=fit.score,
                because=fit.because,
                missing=strategy.missing(),
            )
        )
    return tuple(sorted(chances, key=lambda chance: (chance.missing is not None, -chance.score)))


def choose(
    strategies: Sequence[ExecutionStrategy], plan: Plan, wanted: str | None = None
) -> tuple[ExecutionStrategy, tuple[Candidacy, ...]]:
    """The strategy to use and the whole ranking.

    Raises UsageRefused for an unknown name, ToolMissing when the wanted one (or every one) cannot run here or cannot
    carry this plan out.
    """
    named = {strategy.name: strategy for strategy in strategies}
    if wanted is not None and wanted not in named:
        raise UsageRefused(f"no strategy is called {wanted!r}", fix="one of: " + ", ".join(named))
    ranking = rank(strategies, plan)
    able = [c for c in ranking if c.missing is None and c.score > 0 and wanted in (None, c.strategy)]
    if not able:
        asked = [chance for chance in ranking if wanted in (None, chance.strategy)]
        reasons = "; ".join(f"{chance.strategy}: {chance.missing or chance.because}" for chance in asked)
        raise ToolMissing("no strategy can carry this plan out here", why=reasons, fix="azlin doctor")
    return named[able[0].strategy], ranking


def succession(
    first: ExecutionStrategy, strategies: Sequence[ExecutionStrategy], plan: Plan, wanted: str | None = None
) -> list[ExecutionStrategy]:
    """The strategy that begins, and those that may take over from it, the best one first; only the first when the user
    has named it."""
    if wanted is not None:
        return [first]
    named = {strategy.name: strategy for strategy in strategies}
    able = [chance.strategy for chance in rank(strategies, plan) if chance.missing is None and chance.score > 0]
    return [first, *(named[name] for name in able if name != first.name)]
