"""Every story of `tests/lifecycle/*.toml`, with every strategy it names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lifecycle.stage import Performed, Stage
from tests.lifecycle.story import Story
from tests.lifecycle.tale import tales

TALES = tales()
ALL = os.environ.get("AZLIN_ALL_STORIES") == "1"
TOLD = [
    (name, strategy)
    for name, tale in TALES.items()
    for strategy in tale.strategies
    if ALL or tale.always is None or strategy in tale.always
]


@pytest.mark.parametrize(("name", "strategy"), TOLD, ids=[f"{name}-{strategy}" for name, strategy in TOLD])
def test_the_story_goes_as_it_is_written(story: Story, tmp_path: Path, name: str, strategy: str):
    for number, performed in enumerate(Stage(story, TALES[name], strategy, tmp_path).perform(), 1):
        wrong = [
            *performed.untrue,
            *other_than_written(story, performed, strategy),
            *wrong_in_the_log(story, performed),
        ]
        assert wrong == [], f"step {number}: " + "; ".join(wrong)


def other_than_written(story: Story, performed: Performed, strategy: str) -> list[str]:
    """Where the step ended otherwise than the file says."""
    step, ended = performed.step, performed.ended
    wrong: list[str] = []

    def same(what: str, is_: object, written: object) -> None:
        if is_ != written:
            wrong.append(f"{what} is {is_!r}, and not {written!r}")

    outcome = None if performed.died else ended.outcome
    same("the verdict", "dead" if outcome is None else outcome.verdict, step.verdict)
    if outcome is not None:
        words = " ".join(
            [
                outcome.summary,
                *((outcome.failure.message, outcome.failure.hint) if outcome.failure else ()),
                *outcome.next_steps,
            ]
        )
        same("the exit code", outcome.exit_code, step.exit_code)
        wrong += [f"{said!r} is not said: {words}" for said in step.says if said not in words]
        wrong += [f"{said!r} is said: {words}" for said in step.never_says if said in words]
        statuses = {result.operation: result.status for result in outcome.results}
        same("what became of operations", {name: statuses.get(name) for name in step.statuses}, step.statuses)
    if step.asks is not None:
        same("how many questions were asked", len(story.questions), len(step.asks))
        asked = zip(step.asks, story.questions, strict=False)
        wrong += [f"{said!r} is not asked: {question.text}" for said, question in asked if said not in question.text]
    if step.hits is not None:
        same("how often trouble was met", performed.hits, step.hits)
    if step.takes_at_most_s is not None and performed.took_s > step.takes_at_most_s:
        wrong.append(f"it took {performed.took_s:.1f} s")
    golden = step.golden_of.get(strategy, step.golden)
    for field in ("preview", "price", "events", "left"):
        same(field, getattr(performed.golden, field), getattr(golden, field))
    return wrong


def wrong_in_the_log(story: Story, performed: Performed) -> list[str]:
    """The audit log holds what was told, in that order, and is whole."""
    told = [event.kind for event in story.events if event.objective == performed.ended.id]
    written = story.audit(performed.ended)[-len(told) :]
    return story.audit_problems() + ([] if told == written else [f"told {told}, written {written}"])
