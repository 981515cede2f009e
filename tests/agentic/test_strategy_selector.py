from __future__ import annotations

import pytest

from azlin.agentic.strategies.base_strategy import Fit
from azlin.agentic.strategy_selector import choose, rank
from azlin.agentic.types import MadeAgainst, Plan
from azlin.errors import ToolMissing, UsageRefused

PLAN = Plan(operations=(), made_against=MadeAgainst(cloud="sandbox"))


class Way:
    """A strategy of which only the chances matter."""

    def __init__(self, name: str, score: float, missing: str | None = None) -> None:
        self.name = name
        self._fit = Fit(score, f"{name} fits {score}")
        self._missing = missing

    def missing(self) -> str | None:
        return self._missing

    def fit(self, plan: Plan) -> Fit:
        return self._fit


def test_the_best_one_that_can_run_here_is_chosen_with_its_reason():
    ways = [Way("az", 0.9, missing="az is not installed"), Way("arm", 0.5), Way("other", 0.4)]
    strategy, ranking = choose(ways, PLAN)  # type: ignore[arg-type]
    assert strategy.name == "arm"
    assert next((c.strategy, c.because) for c in ranking) == ("arm", "arm fits 0.5")
    assert ranking[-1].missing == "az is not installed"


def test_equal_chances_keep_their_order():
    assert [c.strategy for c in rank([Way("b", 1), Way("a", 1)], PLAN)] == ["b", "a"]  # type: ignore[list-item]


def test_the_one_that_was_asked_for_is_used_or_it_is_said_why_not():
    ways = [Way("az", 0.9), Way("arm", 0.5), Way("gone", 1, missing="not installed")]
    assert choose(ways, PLAN, "arm")[0].name == "arm"  # type: ignore[arg-type]
    with pytest.raises(ToolMissing, match="no strategy"):
        choose(ways, PLAN, "gone")  # type: ignore[arg-type]
    with pytest.raises(UsageRefused, match="'azz'"):
        choose(ways, PLAN, "azz")  # type: ignore[arg-type]


def test_a_strategy_that_cannot_do_this_plan_is_never_chosen():
    with pytest.raises(ToolMissing) as refused:
        choose([Way("arm", 0)], PLAN)  # type: ignore[list-item]
    assert "arm fits 0" in refused.value.why
