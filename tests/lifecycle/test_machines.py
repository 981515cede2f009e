"""Machines: made, listed, stopped, resized, removed, through the real az and through ARM."""

from __future__ import annotations

import pytest

from tests.lifecycle.story import Story

SAM = {
    "resourceGroups azlin",
    "virtualNetworks Sam-vnet",
    "networkSecurityGroups Sam-nsg",
    "networkInterfaces Sam-nic",
    "virtualMachines Sam",
}


def without_disks(found: set[str]) -> set[str]:
    return {one for one in found if not one.startswith("disks ")}


@pytest.mark.parametrize("strategy", ["azure-cli", "arm"])
def test_a_machine_is_made_after_one_yes_and_azure_confirms_it(story: Story, strategy: str):
    ended = story.doit("create a new vm called Sam", answers="y", strategy=strategy)
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("achieved", 0), ended.outcome.summary
    assert len(story.questions) == 1
    assert "5 operations in sandbox" in story.questions[0].text
    assert "a month" in story.questions[0].text
    assert without_disks(story.there()) == SAM
    assert {result.strategy for result in ended.outcome.results} == {strategy}
    assert all(result.created for result in ended.outcome.results)
    assert story.told()[:5] == ["request-received", "intent-parsed", "plan-made", "quote-made", "budget-judged"]
    assert story.told()[-2:] == ["result-validated", "outcome-reached"]
    assert story.audit(ended) == story.told()


@pytest.mark.parametrize(("answer", "flags"), [("n", {}), (None, {}), ("y", {"no_input": True}), ("", {})])
def test_without_a_yes_no_changing_call_leaves(story: Story, answer: str | None, flags: dict[str, bool]):
    ended = story.doit("create a new vm called Sam", answers=answer, **flags)
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("undecided", 6)
    assert story.writes() == []


def test_a_preview_prices_the_plan_and_changes_nothing(story: Story):
    ended = story.doit("create a new vm called Sam", dry_run=True, exit_code=True)
    assert ended.outcome is not None
    assert ended.quote is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("previewed", 10)
    assert ended.quote.monthly.expected > 0
    assert story.writes() == []


def test_the_machine_goes_with_what_it_was_made_with_and_nothing_else(story: Story):
    story.doit("create a new vm called Sam in resource group mine", answers="y")
    story.az("network", "nsg", "create", "-g", "mine", "-n", "other")
    refused = story.doit("delete vm Sam", yes=True)
    assert refused.outcome is not None
    assert refused.outcome.exit_code == 6
    assert "virtualMachines Sam" in story.there()
    ended = story.doit("delete vm Sam", yes=True, allow=("destroys",))
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    assert story.there() == {"resourceGroups mine", "networkSecurityGroups other"}
    assert ended.plan is not None
    assert any("mine" in sentence for sentence in ended.plan.assumptions)


def test_stopping_the_test_machines_stops_them_and_leaves_the_others(story: Story):
    story.doit("create 2 Standard_D2s_v3 VMs named web1 and web2 in resource group web, tagged env=test", answers="y")
    story.doit("create a vm called prod1 in resource group web", answers="y")
    ended = story.doit("stop all test vms", yes=True)
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    states = {vm["name"]: vm["powerState"] for vm in story.az("vm", "list", "-d")}
    assert states == {"web1": "VM deallocated", "web2": "VM deallocated", "prod1": "VM running"}
    again = story.doit("stop all test vms", yes=True)
    assert again.outcome is not None
    assert again.plan is not None
    assert (again.outcome.exit_code, again.plan.operations) == (0, ())


def test_an_undo_removes_what_the_request_made_and_nothing_else(story: Story):
    story.az("group", "create", "-n", "mine", "-l", "westeurope")
    made = story.doit("create a vm called Sam in resource group mine", answers="y")
    undone = story.undo(made, answers="Sam")
    assert undone.outcome is not None
    assert undone.outcome.verdict == "achieved", undone.outcome.summary
    assert undone.parent == made.id
    assert story.there() == {"resourceGroups mine"}


def test_an_undo_goes_to_the_subscription_in_which_it_was_made(story: Story):
    made = story.doit("create a resource group called there", answers="y", subscription="sandbox two subscription")
    undone = story.undo(made, answers="there")
    assert undone.outcome is not None
    assert undone.outcome.verdict == "achieved", undone.outcome.summary
    assert story.az("group", "list", "--subscription", "sandbox two subscription") == []


def test_a_refusal_of_azures_is_told_in_its_words_and_nothing_is_called_done(story: Story):
    story.fault(
        type="Microsoft.Compute/virtualMachines",
        method="PUT",
        code="SkuNotAvailable",
        message="The requested size is not available.",
        status=409,
    )
    ended = story.doit("create a new vm called Sam", answers="y")
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("partly", 7)
    assert ended.outcome.failure is not None
    assert ended.outcome.failure.code == "SkuNotAvailable"
    assert "virtualMachines Sam" not in story.there()


def test_what_was_made_before_a_failure_is_removed_again_if_that_was_asked_for(story: Story):
    story.fault(type="Microsoft.Compute/virtualMachines", method="PUT", code="SkuNotAvailable", status=409)
    ended = story.doit("create a new vm called Sam", answers="y", on_failure="undo")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "failed"
    assert {result.status for result in ended.outcome.results} == {"undone", "failed"}
    assert story.there() == set()


def test_an_objective_that_was_cut_off_is_taken_up_where_it_stood(story: Story):
    story.fault(type="Microsoft.Compute/virtualMachines", method="PUT", code="SkuNotAvailable", status=409, times=1)
    first = story.doit("create a new vm called Sam", answers="y", strategy="arm")
    assert first.outcome is not None
    assert first.outcome.verdict == "partly"
    before = len(story.writes())
    ended = story.resume(first)
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    assert story.questions == []
    assert len(story.writes()) == before + 1


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
