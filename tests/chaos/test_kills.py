"""20 kills, 6 runs of 20 operations: nothing is lost, nothing is done twice, and what azlin says is so in Azure.

`make chaos` is the proof; this is its smoke. Kills are placed in the story that is told, not in time, so that they land
in the middle of it on a slow machine as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.azure import Azure
from chaos.campaign import Campaign
from chaos.lives import Case

STORY = 60
"""How many events azlin tells of such a run, about."""

KINDS = (
    # strategy, pace, kills, planned again
    ("arm", "quick", 4, True),
    ("arm", "quick", 4, False),
    ("arm", "held", 3, False),
    ("arm", "slow", 3, True),
    ("arm", "slow", 3, False),
    ("azure-cli", "quick", 3, False),
)


def cases() -> list[Case]:
    found: list[Case] = []
    for number, (strategy, pace, kills, replanned) in enumerate(KINDS):
        one = Case(7, number, "small", strategy, pace, kills, replanned, zombie=False, instant=0.0, by_events=True)
        found.append(replace(one, instant=one.draw("instant").uniform(0.0, 0.9)))
    return found


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    made = Azure(tmp_path_factory.mktemp("chaos") / "azure")
    yield made
    made.close()


def test_twenty_kills_lose_nothing_and_do_nothing_twice(azure: Azure, tmp_path: Path):
    wanted = cases()
    assert sum(case.kills for case in wanted) == 20
    campaign = Campaign(azure, tmp_path, keep=False)
    campaign.whole_s = {(case.strategy, case.pace): float(STORY) for case in wanted}
    with ThreadPoolExecutor(4) as hands:
        ended = list(hands.map(campaign.run, wanted))
    assert [(case.words, judged.complaints) for case, _, judged in ended if judged.complaints] == []
    landed = [death.where for _, run, _ in ended for death in run.deaths]
    # Where a kill lands depends on the machine; that most land while something is going on does not.
    assert sum(where not in ("before anything was filed", "after the end") for where in landed) >= 8, landed
