"""What a user sees when something failed, and the way on: explained, offered, done after a yes, never without."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.agentic.types import Objective
from azlin.gateways.journal import Journal
from tests.lifecycle.story import Story

VMS = "Microsoft.Compute/virtualMachines"
WEB = "create a Standard_D2s_v3 vm called web in westeurope"


def size_of(story: Story, group: str = "azlin", name: str = "web") -> str:
    return story.az("vm", "show", "-g", group, "-n", name)["hardwareProfile"]["vmSize"]


def explained(ended: Objective) -> Any:
    assert ended.outcome is not None
    return ended.outcome.failures[0]


@pytest.fixture
def no_size(story: Story) -> Story:
    """The size is gone, for good."""
    story.fault(type=VMS, method="PUT", code="SkuNotAvailable", status=409, sku="Standard_D2s_v3")
    return story


def test_another_size_is_offered_with_its_price_and_taken_after_two_yeses(no_size: Story):
    ended = no_size.doit(WEB, answers="y", strategy="arm")
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("achieved", 0), ended.outcome.summary
    carry_out, offer, again = no_size.questions
    assert offer.text == "SkuNotAvailable in westeurope: Standard_D2s_v5 is available at $83.95/month. Use it?"
    assert (offer.kind, carry_out.kind, again.kind) == ("offer", "yes-no", "yes-no")
    assert size_of(no_size) == "Standard_D2s_v5"
    told = no_size.told()
    assert told.index("failure-explained") < told.index("plan-made", 5) < len(told) - 1 - told[::-1].index("quote-made")
    assert no_size.audit(ended) == told
    puts = [call.rsplit("/", 2)[1] for call in no_size.writes() if call.startswith("PUT")]
    assert puts.count("virtualMachines") == 2  # refused, and made
    assert len(puts) == 6  # what the first attempt made is not made twice
    assert ended.approval is not None
    assert ended.plan is not None
    assert [one.id for one in ended.plan.operations if one.id == "vm:web"]
    assert ended.history[0].approval is not None
    assert ended.history[0].approval.fingerprint != ended.approval.fingerprint
    assert ended.history[0].why == "after SkuNotAvailable: size Standard_D2s_v5 instead of Standard_D2s_v3"


def test_all_that_both_attempts_made_goes_with_an_undo(no_size: Story):
    made = no_size.doit(WEB, answers="y", strategy="arm")
    undone = no_size.undo(made, yes=True, allow=("destroys",), strategy="arm")
    assert undone.outcome is not None
    assert undone.outcome.verdict == "achieved", undone.outcome.summary
    assert no_size.there() == set()


@pytest.mark.parametrize("answers", [("y", "n"), ("y", "maybe")])
def test_without_a_yes_to_the_offer_nothing_is_changed_and_the_command_is_told(
    no_size: Story, answers: tuple[str, str]
):
    ended = no_size.doit(WEB, answers=answers, strategy="arm")
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("partly", 7)
    assert len(no_size.questions) == 2
    assert sum("virtualMachines/" in call for call in no_size.writes()) == 1
    assert ended.outcome.next_steps[0] == f"azlin objective resume {ended.id[:8]} --with size=Standard_D2s_v5"


def test_a_no_to_the_new_plan_leaves_what_was_made_and_says_so(no_size: Story):
    ended = no_size.doit(WEB, answers=("y", "y", "n"), strategy="arm")
    assert ended.outcome is not None
    assert (ended.outcome.verdict, ended.outcome.exit_code) == ("partly", 7)
    assert "not gone on with: the answer was not a yes" in ended.outcome.summary
    assert sum("virtualMachines/" in call for call in no_size.writes()) == 1
    done = no_size.resume(ended, answers="y", strategy="arm")
    assert done.outcome is not None
    assert done.outcome.verdict == "achieved", done.outcome.summary
    assert size_of(no_size) == "Standard_D2s_v5"


def test_where_nobody_may_be_asked_nothing_is_changed_until_the_command_is_typed(no_size: Story):
    ended = no_size.doit(WEB, answers="y", yes=True, strategy="arm")
    assert ended.outcome is not None
    assert (ended.outcome.verdict, no_size.questions) == ("partly", [])
    offered = explained(ended).suggestions
    assert offered[0].changes == {"size": "Standard_D2s_v5"}
    assert len(offered) <= 3
    assert "Standard_D2s_v3" not in str(offered)
    done = no_size.resume(ended, changes={"size": "d2s v4"}, yes=True, strategy="arm")
    assert done.outcome is not None
    assert done.outcome.verdict == "achieved", done.outcome.summary
    assert size_of(no_size) == "Standard_D2s_v4"


def test_after_everything_was_taken_back_the_change_makes_all_of_it(no_size: Story):
    ended = no_size.doit(WEB, yes=True, strategy="arm", on_failure="undo")
    assert ended.outcome is not None
    assert (ended.outcome.verdict, no_size.there()) == ("failed", set())
    done = no_size.resume(ended, changes={"size": "Standard_D2s_v5"}, yes=True, strategy="arm")
    assert done.outcome is not None
    assert done.outcome.verdict == "achieved", done.outcome.summary
    assert size_of(no_size) == "Standard_D2s_v5"


def test_a_size_that_was_refused_is_not_offered_again(story: Story):
    story.fault(type=VMS, method="PUT", code="SkuNotAvailable", status=409, sku="Standard_D2s_v[35]")
    ended = story.doit(WEB, answers="y", strategy="arm")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    offers = [one.text for one in story.questions if one.kind == "offer"]
    assert ["Standard_D2s_v5" in text for text in offers] == [True, False]
    assert size_of(story) == "Standard_D2s_v4"


def test_only_the_machine_that_is_missing_gets_another_size(story: Story):
    story.fault(type=VMS, method="PUT", name="web2", code="SkuNotAvailable", status=409, sku="Standard_D2s_v3")
    ended = story.doit("create 2 Standard_D2s_v3 VMs named web1 and web2 in westeurope", answers="y", strategy="arm")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    sizes = {one["name"]: one["hardwareProfile"]["vmSize"] for one in story.az("vm", "list")}
    assert sizes == {"web1": "Standard_D2s_v3", "web2": "Standard_D2s_v5"}
    assert {one for one in story.there() if "Security" in one} == {"networkSecurityGroups web1-nsg"}


def test_what_azure_restricts_for_the_region_is_not_offered(story: Story):
    gone = [{"size": f"Standard_D2s_v{version}", "location": "westeurope"} for version in (3, 5)]
    story.instance.ask("POST", "scenario", {"title": "", "unavailable": gone})
    ended = story.doit(WEB, yes=True, strategy="arm")
    assert "Standard_D2s_v5" not in str(explained(ended).suggestions)
    assert explained(ended).suggestions[0].changes == {"size": "Standard_D2s_v4"}


def test_a_quota_that_is_used_up_is_explained_and_a_size_that_fits_into_another_is_offered(story: Story):
    quota = [{"name": "standardDSv3Family", "limit": 0, "location": "westeurope"}]
    story.instance.ask("POST", "scenario", {"title": "", "quota": quota})
    ended = story.doit(WEB, answers="y", strategy="arm")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    told = next(event.about["explanation"] for event in story.events if event.kind == "failure-explained")
    assert told.type == "needs_quota"
    assert "az vm list-usage --location westeurope" in told.remedy
    assert size_of(story) == "Standard_D2s_v5"


def test_with_no_core_left_no_size_is_offered(story: Story):
    quota = [{"name": "cores", "limit": 0, "location": "westeurope"}]
    story.instance.ask("POST", "scenario", {"title": "", "quota": quota})
    ended = story.doit(WEB, answers="y", strategy="arm")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "partly"
    assert explained(ended).suggestions == ()
    assert len(story.questions) == 1


def test_a_name_that_somebody_has_is_replaced_by_one_that_azure_says_is_free(story: Story):
    story.fault(
        type="Microsoft.Storage/storageAccounts", method="PUT", name="samlogs2026", status=409,
        code="StorageAccountAlreadyTaken", message="The storage account named samlogs2026 is already taken.",
    )  # fmt: skip
    ended = story.doit("create a storage account called samlogs2026 in westeurope", answers="y", strategy="arm")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    made = [one["name"] for one in story.az("storage", "account", "list")]
    assert len(made) == 1
    assert made[0].startswith("samlogs2026")
    assert made[0] != "samlogs2026"
    assert "another name" in ended.history[0].why


def test_a_policys_no_is_explained_and_nothing_is_offered(story: Story):
    story.fault(
        type=VMS, method="PUT", status=403, code="RequestDisallowedByPolicy",
        message="Resource 'web' was disallowed by policy.",
    )  # fmt: skip
    ended = story.doit(WEB, answers="y", strategy="arm")
    assert ended.outcome is not None
    told = explained(ended)
    assert (told.type, told.suggestions) == ("needs_permission", ()) or told.type == "needs_change"
    assert "az policy assignment list --resource-group azlin" in told.command
    assert len(story.questions) == 1


def test_a_provider_that_is_not_registered_is_registered_after_two_yeses(story: Story):
    story.az("provider", "unregister", "--namespace", "Microsoft.Storage")
    ended = story.doit("create a storage account called samlogs2026", answers="y", strategy="arm")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    assert ended.plan is not None
    assert [one.id for wave in ended.plan.waves() for one in wave][-2:] == [
        "register:microsoft.resources/providers:Microsoft.Storage",
        "storage:samlogs2026",
    ]
    offer = next(question.text for question in story.questions if question.kind == "offer")
    assert "Microsoft.Storage can be registered for the subscription first. Do it?" in offer
    assert sum(call.endswith("/register") for call in story.writes()) == 1


def test_without_a_yes_no_provider_is_registered_and_the_command_is_told(story: Story):
    story.az("provider", "unregister", "--namespace", "Microsoft.Storage")
    ended = story.doit("create a storage account called samlogs2026", yes=True, strategy="arm")
    assert ended.outcome is not None
    told = explained(ended)
    assert told.code == "MissingSubscriptionRegistration"
    assert told.command == "az provider register --namespace Microsoft.Storage --wait"
    assert ended.outcome.next_steps[0].endswith("--with register=Microsoft.Storage")
    assert not any(call.endswith("/register") for call in story.writes())
    done = story.resume(ended, changes={"register": "Microsoft.Storage"}, yes=True, strategy="azure-cli")
    assert done.outcome is not None
    assert done.outcome.verdict == "achieved", done.outcome.summary


def test_what_resolved_it_is_told_the_next_time(no_size: Story):
    no_size.doit(WEB, answers="y", strategy="arm")
    ended = no_size.doit(WEB.replace("web", "web7"), yes=True, strategy="arm")
    assert explained(ended).before == "size Standard_D2s_v5 instead of Standard_D2s_v3"
    kept = json.loads(no_size.paths.failure_history.read_text())["failures"]
    assert not any(word in json.dumps(kept) for word in ("web", "azlin", no_size.cloud.subscription or "-"))


def test_why_it_failed_can_be_asked_afterwards_without_azure(no_size: Story):
    failed = no_size.doit(WEB, yes=True, strategy="arm")
    before = len(no_size.writes())
    answer = no_size.doit("why did my last request fail?", answers="y")
    assert answer.outcome is not None
    assert (answer.outcome.verdict, answer.outcome.exit_code) == ("achieved", 0)
    account: Any = answer.outcome.data
    assert (account.failed, account.objective) == (True, failed.id)
    assert account.failures[0].code == "SkuNotAvailable"
    assert account.failures[0].suggestions == explained(failed).suggestions
    assert (no_size.questions, len(no_size.writes())) == ([], before)
    again = no_size.doit(f"why did {failed.id[:4]} fail?")
    assert again.outcome is not None
    assert again.outcome.data == account


def test_no_secret_is_in_what_is_told_about_a_failure(story: Story):
    secret = "Canary-7f3a91-Passw0rd!"
    story.fault(
        type=VMS, method="PUT", status=400, code="InvalidParameter",
        message=f"The value of parameter adminPassword is invalid: adminPassword={secret}",
    )  # fmt: skip
    ended = story.doit(f"create a windows vm called win1 with admin password {secret}", yes=True, strategy="arm")
    assert explained(ended).code == "InvalidParameter"
    kept = [path for path in story.paths.home.rglob("*") if path.is_file() and "sandbox" not in path.parts]
    assert not [path for path in kept if secret.encode() in path.read_bytes()]
    assert secret not in str(story.events)
    with Journal.read(story.paths) as journal:
        assert secret not in str(journal.load(ended.id).outcome)
