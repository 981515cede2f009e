"""Machines: what the stories (`*.toml`) cannot say."""

from __future__ import annotations

import pytest

from tests.lifecycle.story import Story


@pytest.mark.parametrize(("answer", "flags"), [("n", {}), (None, {}), ("y", {"no_input": True}), ("", {})])
def test_without_a_yes_no_changing_call_leaves(story: Story, answer: str | None, flags: dict[str, bool]):
    ended = story.doit("create a new vm called Sam", answers=answer, **flags)
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("undecided", 6)
    assert story.writes() == []


def test_an_undo_goes_to_the_subscription_in_which_it_was_made(story: Story):
    made = story.doit("create a resource group called there", answers="y", subscription="sandbox two subscription")
    undone = story.undo(made, answers="there")
    assert undone.outcome is not None
    assert undone.outcome.verdict == "achieved", undone.outcome.summary
    assert story.az("group", "list", "--subscription", "sandbox two subscription") == []


def test_a_read_asks_nothing_and_its_data_is_not_kept(story: Story):
    story.doit("create a new vm called Sam", answers="y")
    ended = story.doit("show me all my vms")
    assert ended.outcome is not None
    assert story.questions == []
    (row,) = ended.outcome.data
    assert (row["name"], row["size"], row["power"]) == ("Sam", "Standard_B2s", "running")
    kept = story.filed(ended)
    assert kept.outcome is not None
    assert "Sam" not in str(kept.outcome.data)
