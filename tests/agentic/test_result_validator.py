from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.result_validator import matches, validate
from azlin.agentic.types import GROUP_TYPE, MadeAgainst, Operation, OperationResult, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.errors import AzureRefused, CloudUnreachable
from azlin.gateways.cloud import Cloud

CLOUD = Cloud(name="sandbox", sandbox=True, tenant="t", subscription="s")
VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="sam", group="g", subscription="s")
GROUP = ResourceRef(type=GROUP_TYPE, name="g", subscription="s")
WANTED = {
    "location": "westeurope",
    "tags": {"env": "test"},
    "properties": {"hardwareProfile": {"vmSize": "Standard_B1s"}},
}
THERE = {
    "id": VM.id,
    "name": "sam",
    "location": "West Europe",
    "tags": {"env": "test", "byPolicy": "1"},
    "properties": {"provisioningState": "Succeeded", "hardwareProfile": {"vmSize": "Standard_B1s"}, "vmId": "1"},
}


class Azure:
    """What is there, by id; a world's reader."""

    def __init__(self, *resources: dict[str, Any], trouble: Exception | None = None) -> None:
        self.there = {resource["id"].casefold(): resource for resource in resources}
        self.trouble = trouble
        self.asked: list[tuple[str, str | None]] = []

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        self.asked.append((resource_id, expand))
        if self.trouble is not None:
            raise self.trouble
        return self.there.get(resource_id.casefold())

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        return []


def operation(verb: Any, desired: dict[str, Any], effect: Any = "changes", target: ResourceRef = VM) -> Operation:
    return Operation(id="one", verb=verb, effect=effect, target=target, desired=desired)


def done(status: Any = "done") -> OperationResult:
    return OperationResult(operation="one", status=status, strategy="arm")


def finding(azure: Azure, wanted: Operation, status: Any = "done") -> Any:
    plan = Plan(operations=(wanted,), made_against=MadeAgainst(cloud="sandbox"))
    (only,) = validate(plan, [done(status)], World(CLOUD, azure), patience_s=0)
    return only


class LateAzure(Azure):
    """Its readers see what is there only after so many questions."""

    def __init__(self, *resources: dict[str, Any], blind: int) -> None:
        super().__init__(*resources)
        self.blind = blind

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        seen = super().get(resource_id, expand=expand)
        return seen if len(self.asked) > self.blind else None


def patiently(azure: Azure, wanted: Operation, status: Any = "done") -> tuple[Any, list[float]]:
    waited: list[float] = []
    plan = Plan(operations=(wanted,), made_against=MadeAgainst(cloud="sandbox"))
    (only,) = validate(plan, [done(status)], World(CLOUD, azure), wait=waited.append)
    return only, waited


def test_what_azure_took_and_its_readers_do_not_see_yet_is_waited_for():
    found, waited = patiently(LateAzure(THERE, blind=3), operation("ensure", WANTED, "creates"))
    assert found.ok is True
    assert len(waited) == 3


def test_patience_ends_and_then_it_is_said_not_to_be_there():
    found, waited = patiently(Azure(), operation("ensure", WANTED, "creates"))
    assert (found.ok, found.found) == (False, "it does not exist")
    assert 15 <= sum(waited) <= 25


@pytest.mark.parametrize("status", ["failed", "skipped", "undone"])
def test_nobody_waits_for_what_was_not_done(status: str):
    assert patiently(Azure(), operation("ensure", WANTED, "creates"), status)[1] == []


def test_nobody_waits_for_what_was_just_created_otherwise_than_wanted():
    other = {**THERE, "location": "northeurope"}
    found, waited = patiently(Azure(other), operation("ensure", WANTED, "creates"))
    assert found.ok is False
    assert waited == []


@pytest.mark.parametrize(("seen", "ok"), [(True, True), (False, False), (None, None)])
def test_the_activity_log_speaks_for_an_action_that_leaves_nothing_to_read(seen: bool | None, ok: bool | None):
    wanted = operation("act", {"action": "regenerateKey"})
    plan = Plan(operations=(wanted,), made_against=MadeAgainst(cloud="sandbox"))
    (only,) = validate(plan, [done()], World(CLOUD, Azure(THERE)), witnessed=lambda _: seen, patience_s=0)
    assert only.ok is ok


def with_view(state: str, **properties: Any) -> dict[str, Any]:
    view = {"statuses": [{"code": "ProvisioningState/succeeded"}, {"code": f"PowerState/{state}"}]}
    return {**THERE, "properties": {**THERE["properties"], "instanceView": view, **properties}}


def test_what_is_there_as_wanted_is_ok():
    found = finding(Azure(THERE), operation("ensure", WANTED, "creates"))
    assert (found.operation, found.ok, found.found) == ("one", True, "as wanted")


def test_a_strategy_that_reported_success_is_not_believed():
    found = finding(Azure(), operation("ensure", WANTED, "creates"), "done")
    assert (found.ok, found.found) == (False, "it does not exist")


def test_a_strategy_that_reported_failure_is_not_believed_either():
    assert finding(Azure(THERE), operation("ensure", WANTED, "creates"), "failed").ok is True


def test_what_differs_is_told():
    other = {**THERE, "tags": {"env": "prod"}}
    found = finding(Azure(other), operation("ensure", WANTED))
    assert (found.ok, found.found) == (False, 'tags.env is "prod", not "test"')


def test_many_differences_are_counted():
    wanted = {"tags": {str(number): "x" for number in range(10)}}
    found = finding(Azure({**THERE, "tags": {}}), operation("ensure", wanted))
    assert found.found.endswith("; and 7 more")


@pytest.mark.parametrize("state", ["Creating", "Updating", "Failed", "Canceled", "Deleting"])
def test_what_azure_has_not_finished_is_not_done(state: str):
    there = {**THERE, "properties": {**THERE["properties"], "provisioningState": state}}
    found = finding(Azure(there), operation("ensure", WANTED))
    assert (found.ok, found.found) == (False, f"its provisioning state is {state.casefold()}")
    assert not matches(operation("ensure", WANTED), there)


@pytest.mark.parametrize("verb", ["ensure", "delete", "act"])
@pytest.mark.parametrize("trouble", [CloudUnreachable("gone"), AzureRefused("AuthorizationFailed", "no", status=403)])
def test_what_azure_could_not_be_asked_is_unknown_and_not_success(verb: Any, trouble: Exception):
    desired = {"action": "start"} if verb == "act" else {}
    found = finding(Azure(THERE, trouble=trouble), operation(verb, desired))
    assert found.ok is None
    assert found.found.startswith("not asked: ")


def test_what_was_deleted_must_be_gone():
    assert finding(Azure(), operation("delete", {}, "destroys")).ok is True
    still = finding(Azure(THERE), operation("delete", {}, "destroys"))
    assert (still.ok, still.found) == (False, "it still exists (succeeded)")


@pytest.mark.parametrize(
    ("action", "state", "ok"),
    [
        ("start", "running", True),
        ("start", "starting", False),
        ("start", "deallocated", False),
        ("restart", "running", True),
        ("deallocate", "deallocated", True),
        ("deallocate", "stopped", False),
        ("deallocate", "running", False),
        ("powerOff", "stopped", True),
        ("powerOff", "running", False),
    ],
)
def test_a_machine_must_be_in_the_state_that_its_action_ends_in(action: str, state: str, ok: bool):
    azure = Azure(with_view(state))
    found = finding(azure, operation("act", {"action": action}))
    assert (found.ok, found.found) == (ok, f"it is {state}")
    assert azure.asked == [(VM.id, "instanceView")]


def test_a_power_state_that_azure_does_not_tell_is_unknown():
    assert finding(Azure(THERE), operation("act", {"action": "start"})).ok is None


def test_a_machine_that_is_gone_was_not_started():
    assert finding(Azure(), operation("act", {"action": "start"})).ok is False


def test_an_action_whose_effect_nobody_can_read_stays_unknown():
    assert finding(Azure(THERE), operation("act", {"action": "generalize"})).ok is None
    assert finding(Azure(THERE), operation("act", {"action": "generalize"}), "failed").ok is False


def test_a_commands_target_must_have_come_or_gone():
    argv = {"argv": ["az", "vm", "create", "-n", "sam"]}
    assert finding(Azure(THERE), operation("command", argv, "creates")).ok is True
    assert finding(Azure(), operation("command", argv, "creates")).ok is False
    assert finding(Azure(THERE), operation("command", argv, "destroys")).ok is False
    assert finding(Azure(), operation("command", argv, "destroys")).ok is True
    assert finding(Azure(THERE), operation("command", argv, "changes")).ok is None


def test_a_commands_secrets_are_not_in_the_finding():
    argv = {"argv": ["az", "vm", "user", "update", "--password", "Canary-1!"]}
    assert "Canary" not in finding(Azure(THERE), operation("command", argv)).wanted


def test_reads_need_no_second_look():
    azure = Azure(THERE)
    plan = Plan(operations=(operation("read", {}, "reads"),), made_against=MadeAgainst(cloud="sandbox"))
    assert validate(plan, [done()], World(CLOUD, azure)) == []
    assert azure.asked == []


def test_what_the_world_remembers_from_before_does_not_count():
    azure = Azure()
    world = World(CLOUD, azure)
    assert world.get(VM) is None
    azure.there[VM.id.casefold()] = THERE
    plan = Plan(operations=(operation("ensure", WANTED),), made_against=MadeAgainst(cloud="sandbox"))
    assert validate(plan, [done()], world)[0].ok is True


def test_a_world_where_nobody_is_signed_in_leaves_all_unknown():
    plan = Plan(operations=(operation("ensure", WANTED),), made_against=MadeAgainst(cloud="sandbox"))
    assert validate(plan, [done()], World(Cloud(name="AzureCloud"), None))[0].ok is None


@given(st.sampled_from(["ensure", "delete"]), st.booleans(), st.sampled_from(["westeurope", "northeurope"]))
def test_taking_up_work_and_validating_it_agree(verb: Any, exists: bool, location: str):
    wanted = operation(verb, {} if verb == "delete" else {**WANTED, "location": location})
    found = finding(Azure(*[THERE] if exists else []), wanted)
    assert matches(wanted, THERE if exists else None) is found.ok


@pytest.mark.parametrize("verb", ["read", "act", "command"])
def test_only_states_can_be_matched(verb: Any):
    assert not matches(operation(verb, {"action": "start", "argv": []}), THERE)
