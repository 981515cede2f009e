from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.result_validator import validate
from azlin.agentic.strategies.arm_strategy import ArmDirect
from azlin.agentic.strategies.base_strategy import ExecutionStrategy
from azlin.agentic.types import GROUP_TYPE, MadeAgainst, Operation, OperationResult, Plan, ResourceRef
from azlin.agentic.world import World
from azlin.errors import AnswerLost, NotFound, Undecided
from azlin.gateways.arm import Arm
from azlin.gateways.cloud import Cloud, ServicePrincipal
from azlin.gateways.http import Http
from azlin.gateways.tokens import Tokens
from azlin.paths import Paths

TENANT = "11111111-1111-1111-1111-111111111111"
VERSION = "2024-11-01"
DISKS = "Microsoft.Compute/disks"


class Notes:
    """A Run that remembers what it is told, without a journal: everything that was made is ours."""

    objective = "o"
    timeout_s = 30.0

    def __init__(self, done: dict[str, OperationResult] | None = None) -> None:
        self.told: list[tuple[str, str]] = []
        self._done = done or {}
        self._attempts: dict[str, int] = {}

    def finished(self, operation: Operation, *, lost: bool = False) -> OperationResult | None:
        return self._done.get(operation.id)

    def start(self, operation: Operation, strategy: str, request: str) -> int:
        self.told.append(("start", request))
        self._attempts[operation.id] = self._attempts.get(operation.id, 0) + 1
        return self._attempts[operation.id]

    def leaving(self, operation: Operation) -> dict[str, str]:
        return {"x-ms-client-request-id": f"mark-{operation.id}"}

    def submitted(self, operation: Operation, async_url: str) -> None:
        self.told.append(("submitted", async_url))

    def waiting(self, operation: Operation, wait_s: float, why: str, failure: object = None) -> None:
        self.told.append(("waiting", why))

    def finish(self, operation: Operation, result: OperationResult) -> OperationResult:
        from msgspec.structs import replace

        return replace(result, created=True) if operation.verb == "ensure" and result.status == "done" else result

    def hand_on(self, operation: Operation, result: OperationResult) -> bool:
        return False

    def stopped(self) -> str | None:
        return None

    def heard(self, kind: str) -> list[str]:
        return [said for told, said in self.told if told == kind]


def plan_of(*operations: Operation) -> Plan:
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


@pytest.fixture
def cloud(sandbox: Any) -> Cloud:
    return sandbox.cloud()


@pytest.fixture
def arm(cloud: Cloud, tmp_path: Path) -> Iterator[Arm]:
    with Http(cloud) as http:
        yield Arm(cloud, http, Tokens(cloud, http, Paths(tmp_path)), lambda type_: VERSION)


@pytest.fixture
def strategy(arm: Arm, cloud: Cloud) -> ArmDirect:
    return ArmDirect(arm, cloud)


@pytest.fixture
def trouble(sandbox: Any) -> Iterator[Callable[..., None]]:
    yield lambda **fault: sandbox.ask("POST", "faults", fault)
    sandbox.ask("DELETE", "faults")


@pytest.fixture
def make_group(cloud: Cloud, group: str) -> Operation:
    target = ResourceRef(type=GROUP_TYPE, name=group, subscription=cloud.subscription)
    return Operation(id="group", verb="ensure", effect="creates", target=target, desired={"location": "westeurope"})


@pytest.fixture
def make_disk(cloud: Cloud, group: str) -> Operation:
    desired = {
        "location": "westeurope",
        "sku": {"name": "Standard_LRS"},
        "properties": {"diskSizeGB": 8, "creationData": {"createOption": "Empty"}},
    }
    target = ResourceRef(type=DISKS, name=f"{group}-disk", group=group, subscription=cloud.subscription)
    return Operation(id="disk", verb="ensure", effect="creates", target=target, desired=desired, after=("group",))


def test_a_plan_is_carried_out_and_azure_agrees(
    strategy: ArmDirect, arm: Arm, cloud: Cloud, make_group: Operation, make_disk: Operation
):
    plan = plan_of(make_disk, make_group)
    results = strategy.apply(plan, Notes())
    assert [(result.operation, result.status) for result in results] == [("disk", "done"), ("group", "done")]
    assert [finding.ok for finding in validate(plan, results, World(cloud, arm))] == [True, True]


def test_what_is_finished_is_not_sent_again(strategy: ArmDirect, arm: Arm, make_group: Operation):
    done = OperationResult(operation="group", status="done", strategy="azure-cli")
    run = Notes({"group": done})
    assert strategy.apply(plan_of(make_group), run) == [done]
    assert arm.get(make_group.target.id) is None
    assert run.told == []


def test_throttling_is_waited_out_and_told(
    strategy: ArmDirect, make_group: Operation, make_disk: Operation, trouble: Callable[..., None]
):
    trouble(method="PUT", name=make_disk.target.name, status=429, retry_after_s=0.02, times=2)
    run = Notes()
    *_, disk = strategy.apply(plan_of(make_group, make_disk), run)
    assert (disk.status, disk.attempts) == ("done", 3)
    assert len(run.heard("waiting")) == 2


def test_a_final_refusal_is_told_once_and_skips_what_waited_for_it(
    strategy: ArmDirect, make_group: Operation, make_disk: Operation, trouble: Callable[..., None]
):
    trouble(method="PUT", name=make_group.target.name, code="AuthorizationFailed", status=403, message="not you")
    group, disk = strategy.apply(plan_of(make_group, make_disk), Notes())
    assert group.failure is not None
    assert (group.status, group.failure.type, group.failure.code) == (
        "failed",
        "needs_permission",
        "AuthorizationFailed",
    )
    assert (group.attempts, disk.status) == (1, "skipped")


def test_the_url_of_slow_work_is_told_while_it_goes_on(
    strategy: ArmDirect, make_group: Operation, make_disk: Operation, trouble: Callable[..., None]
):
    trouble(method="PUT", name=make_disk.target.name, latency_s=0.05)
    run = Notes()
    assert [result.status for result in strategy.apply(plan_of(make_group, make_disk), run)] == ["done", "done"]
    assert len(run.heard("submitted")) == 1


def test_deleting_what_is_not_there_is_done(strategy: ArmDirect, make_group: Operation):
    gone = Operation(id="gone", verb="delete", effect="destroys", target=make_group.target)
    (result,) = strategy.apply(plan_of(gone), Notes())
    assert (result.status, result.attempts) == ("done", 1)


def test_reads_give_what_azure_has(strategy: ArmDirect, make_group: Operation, make_disk: Operation):
    strategy.apply(plan_of(make_group, make_disk), Notes())
    one = Operation(id="one", verb="read", effect="reads", target=make_disk.target)
    everything = ResourceRef(
        type=DISKS, name="", group=make_disk.target.group, subscription=make_disk.target.subscription
    )
    listed = Operation(id="all", verb="read", effect="reads", target=everything, desired={"list": True})
    shown, rows = strategy.apply(plan_of(one, listed), Notes())
    assert shown.data["name"] == make_disk.target.name
    assert [row["name"] for row in rows.data] == [make_disk.target.name]


def test_reading_what_is_not_there_is_not_found(strategy: ArmDirect, make_disk: Operation):
    one = Operation(id="one", verb="read", effect="reads", target=make_disk.target)
    with pytest.raises(NotFound, match=make_disk.target.name):
        strategy.perform(one, Notes())


def test_rendering_shows_the_very_calls_and_masks_secrets(strategy: ArmDirect, cloud: Cloud, make_disk: Operation):
    from msgspec.structs import replace

    secret = replace(make_disk, desired={"properties": {"adminPassword": "Canary-1!", "size": 8}})
    shown = strategy.render_operation(secret)
    assert shown.startswith(f"PUT {cloud.arm}{make_disk.target.id}?api-version={VERSION}\n{{")
    assert '"size": 8' in shown
    assert "Canary" not in shown
    act = replace(
        make_disk, verb="act", effect="changes", desired={"action": "beginGetAccess", "body": {"access": "Read"}}
    )
    assert f"{make_disk.target.id}/beginGetAccess?api-version=" in strategy.render_operation(act)
    assert strategy.render_operation(replace(make_disk, verb="delete", desired={})).startswith("DELETE https://")
    listed = replace(make_disk, verb="read", desired={"list": True}, target=replace(make_disk.target, name=""))
    assert strategy.render_operation(listed).partition("?")[0].endswith(f"/providers/{DISKS}")


def test_a_plan_made_without_a_sign_in_can_be_shown(arm: Arm):
    nobody = ArmDirect(arm, Cloud(name="AzureCloud"))
    target = ResourceRef(type=GROUP_TYPE, name="g")
    shown = nobody.render_operation(Operation(id="g", verb="ensure", effect="creates", target=target, desired={}))
    assert shown.startswith(
        "PUT https://management.azure.com/subscriptions/{subscription}/resourceGroups/g?api-version="
    )


def test_it_fits_any_plan_but_one_with_an_az_command(strategy: ArmDirect, make_group: Operation, make_disk: Operation):
    from msgspec.structs import replace

    way: ExecutionStrategy = strategy
    assert way.missing() is None
    assert way.fit(plan_of(make_group, make_disk)).score > 0
    fit = way.fit(plan_of(make_group, replace(make_disk, verb="command", desired={"argv": ["az", "version"]})))
    assert (fit.score, "disk" in fit.because) == (0, True)


# Against a server that loses answers and looks at bodies


@pytest.fixture
def bare(loopback: Any, tmp_path: Path) -> Iterator[Callable[..., ArmDirect]]:
    body = {"access_token": loopback.jwt(TENANT), "expires_in": 3600}
    loopback.on("POST", f"/{TENANT}/oauth2/v2.0/token", loopback.reply(body=body))
    cloud = Cloud(
        name="sandbox",
        sandbox=True,
        tenant=TENANT,
        subscription="s",
        arm=loopback.url,
        login=loopback.url,
        principal=ServicePrincipal("me", "x"),
    )
    with Http(cloud) as http:
        arm = Arm(cloud, http, Tokens(cloud, http, Paths(tmp_path)), lambda type_: VERSION)
        yield lambda **secrets: ArmDirect(arm, cloud, secrets=lambda: secrets)


VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="sam", group="g", subscription="s")


@pytest.mark.parametrize(("action", "again"), [("start", True), ("Deallocate", True), ("restart", False), ("x", False)])
def test_only_an_action_that_can_do_no_harm_twice_is_repeated_when_its_answer_is_lost(
    bare: Any, loopback: Any, action: str, again: bool
):
    loopback.on("POST", f"{VM.id}/{action}", loopback.reply(drop=True))
    with pytest.raises(AnswerLost) as lost:
        bare().perform(Operation(id="a", verb="act", effect="changes", target=VM, desired={"action": action}), Notes())
    assert lost.value.repeatable is again


def test_azure_gets_the_secret_and_the_journal_gets_its_name(bare: Any, loopback: Any):
    loopback.on("PUT", VM.id, loopback.reply(body={"id": VM.id, "properties": {}}))
    desired = {"properties": {"osProfile": {"adminPassword": "{secret:password}"}}}
    run = Notes()
    create = Operation(id="vm", verb="ensure", effect="creates", target=VM, desired=desired)
    (result,) = bare(password="Canary-1!").apply(plan_of(create), run)
    assert result.status == "done"
    assert loopback.asked("PUT")[0].body["properties"]["osProfile"]["adminPassword"] == "Canary-1!"
    assert "{secret:password}" in run.heard("start")[0]
    assert not any("Canary" in said for _, said in run.told)


def test_a_secret_that_is_not_known_any_more_is_asked_for_and_never_sent_as_its_name(bare: Any, loopback: Any):
    create = Operation(id="vm", verb="ensure", effect="creates", target=VM, desired={"x": "{secret:password}"})
    with pytest.raises(Undecided, match="password"):
        bare().perform(create, Notes())
    assert loopback.asked("PUT") == []


def test_a_deletion_that_azure_only_claims_is_a_failure(bare: Any, loopback: Any):
    run = Notes()
    run.timeout_s = 0.05
    loopback.on("DELETE", VM.id, loopback.reply(status=200))
    loopback.on("GET", VM.id, loopback.reply(body={"id": VM.id, "properties": {"provisioningState": "Succeeded"}}))
    delete = Operation(id="vm", verb="delete", effect="destroys", target=VM)
    (result,) = bare().apply(plan_of(delete), run)
    assert result.status == "failed"
    assert result.failure is not None
    assert result.failure.code == "StillThere"
