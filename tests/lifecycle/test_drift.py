"""Drift: somebody changes with az what azlin made; azlin says so, prices it, and makes it again as it was wanted."""

from __future__ import annotations

from azlin.agentic.drift import Drift
from azlin.agentic.terms import Terms
from azlin.agentic.types import Objective
from tests.lifecycle.story import Person, Recorder, Story

REQUEST = "create a vm called Sam with tag env=prod with port 22 open from 10.0.0.0/8"


def drift(story: Story, objective: Objective) -> Drift:
    return story._app(Terms()).drift(objective.id, Terms(), Person(story, None))


def mend(story: Story, objective: Objective) -> Objective:
    return story._app(Terms()).mend(objective.id, Terms(yes=True), Recorder(story), Person(story, None))


def states(found: Drift) -> dict[str, str]:
    return {thing.name: thing.state for thing in found.things if thing.state != "as-desired"}


def test_drift_is_told_priced_and_mended_and_asking_changes_nothing(story: Story):
    made = story.doit(REQUEST, answers="y", strategy="arm")
    assert states(drift(story, made)) == {}
    story.az("vm", "update", "-g", "azlin", "-n", "Sam", "--set", "tags.env=dev", "hardwareProfile.vmSize=Standard_B1s")
    story.az("network", "nsg", "rule", "delete", "-g", "azlin", "--nsg-name", "Sam-nsg", "-n", "allow-22")
    writes = story.writes()
    found = drift(story, made)
    assert story.writes() == writes
    assert states(found) == {"Sam": "changed", "Sam-nsg/allow-22": "gone"}
    (sam,) = (thing for thing in found.things if thing.name == "Sam")
    changed = {setting.path: (setting.wanted, setting.found) for setting in sam.settings}
    assert changed == {
        "tags.env": ("prod", "dev"),
        "properties.hardwareProfile.vmSize": ("Standard_B2s", "Standard_B1s"),
    }
    assert found.costs.quoted is not None
    assert found.costs.now is not None
    assert made.quote is not None
    assert found.costs.quoted == made.quote.monthly
    assert found.costs.now.expected < found.costs.quoted.expected
    assert (found.exit_code(tell=True), found.next_steps) == (10, (f"azlin objective mend {made.id[:8]}",))

    again = story.doit(REQUEST, yes=True)
    assert again.outcome is not None
    assert again.outcome.verdict == "undecided", "the request typed again does not mend it, which is why there is mend"

    mended = mend(story, made)
    assert mended.outcome is not None
    assert mended.outcome.verdict == "achieved", mended.outcome.summary
    after = drift(story, made)
    assert (states(after), after.exit_code(tell=True)) == ({}, 0)
    assert after.costs.now == after.costs.quoted

    story.undo(made, yes=True, allow=("destroys",))
    gone = drift(story, made)
    assert set(states(gone).values()) == {"removed"}
    assert all("undo" in thing.why for thing in gone.things)
    assert gone.exit_code(tell=True) == 0
