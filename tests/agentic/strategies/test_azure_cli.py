"""The strategy at work: the unmodified az, in a sandbox on loopback."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from azlin.agentic.command_executor import CommandExecutor
from azlin.agentic.strategies.azure_cli import AzureCli
from azlin.agentic.strategies.base_strategy import ExecutionStrategy
from azlin.agentic.types import GROUP_TYPE, Effect, MadeAgainst, Operation, OperationResult, Plan, ResourceRef, Verb
from azlin.errors import AnswerLost, AzlinError, AzureRefused, NotFound, Undecided
from azlin.gateways.az import Az
from azlin.gateways.cloud import Cloud
from azlin.paths import Paths

VERSION = "2024-07-01"
DISK = "Microsoft.Compute/disks"
VNET = "Microsoft.Network/virtualNetworks"
VM = "Microsoft.Compute/virtualMachines"
SUBNET = f"{VNET}/subnets"
EMPTY_DISK = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
NSG = "Microsoft.Network/networkSecurityGroups"


class Notes:
    """A Run that remembers what it is told, without a journal: everything that was made is ours."""

    objective = "o"
    timeout_s = 60.0

    def __init__(self) -> None:
        self.requests: list[str] = []

    def finished(self, operation: Operation, *, lost: bool = False) -> OperationResult | None:
        return None

    def start(self, operation: Operation, strategy: str, request: str) -> int:
        self.requests.append(request)
        return 1

    def leaving(self, operation: Operation) -> dict[str, str]:
        return {"x-ms-client-request-id": f"mark-{operation.id}"}

    def submitted(self, operation: Operation, async_url: str) -> None:
        pass

    def waiting(self, operation: Operation, wait_s: float, why: str, failure: object = None) -> None:
        pass

    def finish(self, operation: Operation, result: OperationResult) -> OperationResult:
        from msgspec.structs import replace

        return replace(result, created=True) if operation.verb == "ensure" and result.status == "done" else result

    def hand_on(self, operation: Operation, result: OperationResult) -> bool:
        return False

    def stopped(self) -> str | None:
        return None


@pytest.fixture
def secrets() -> dict[str, str]:
    return {}


@pytest.fixture
def executor(az: Az, sandbox_paths: Paths) -> CommandExecutor:
    return CommandExecutor(az, sandbox_paths.command_history)


@pytest.fixture
def strategy(executor: CommandExecutor, sandbox_cloud: Cloud, secrets: dict[str, str]) -> AzureCli:
    return AzureCli(executor, sandbox_cloud, lambda type_: VERSION, secrets=lambda: secrets)


class Room:
    """A resource group of the test's own."""

    def __init__(self, subscription: str) -> None:
        self.subscription = subscription
        self.group = f"g{uuid.uuid4().hex[:12]}"
        self.operations: list[Operation] = []
        self.ensure(GROUP_TYPE, self.group, {"location": "westeurope"})

    def ref(self, type_: str, name: str) -> ResourceRef:
        group = None if type_ == GROUP_TYPE else self.group
        return ResourceRef(type=type_, name=name, group=group, subscription=self.subscription, location="westeurope")

    def ensure(self, type_: str, name: str, desired: dict[str, Any], effect: Effect = "creates") -> Operation:
        before = tuple(operation.id for operation in self.operations)
        operation = Operation(
            id=name, verb="ensure", effect=effect, target=self.ref(type_, name), desired=desired, after=before
        )
        self.operations.append(operation)
        return operation

    def plan(self) -> Plan:
        return plan_of(*self.operations)

    def one(self, verb: Verb, type_: str, name: str, desired: dict[str, Any] | None = None) -> Plan:
        effect: Effect = {"read": "reads", "delete": "destroys"}.get(verb, "changes")  # type: ignore[assignment]
        return plan_of(
            Operation(id="one", verb=verb, effect=effect, target=self.ref(type_, name), desired=desired or {})
        )


def plan_of(*operations: Operation) -> Plan:
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


@pytest.fixture
def room(sandbox_cloud: Cloud) -> Room:
    assert sandbox_cloud.subscription is not None
    return Room(sandbox_cloud.subscription)


def apply(strategy: AzureCli, plan: Plan) -> list[OperationResult]:
    return strategy.apply(plan, Notes())


def all_done(strategy: AzureCli, plan: Plan) -> list[OperationResult]:
    results = apply(strategy, plan)
    assert {result.operation: result.failure for result in results if result.status != "done"} == {}
    return results


def there(strategy: AzureCli, room: Room, type_: str, name: str) -> dict[str, Any]:
    return all_done(strategy, room.one("read", type_, name))[0].data


def within(wanted: Any, found: Any) -> bool:
    """Whether all that was wanted is there. Azure writes enumerations in its own case (az sends `fromImage`)."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(within(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and all(map(within, wanted, found)) and len(wanted) == len(found)
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted.casefold() == found.casefold()
    return wanted == found


def network(room: Room) -> None:
    root = f"/subscriptions/{room.subscription}/resourceGroups/{room.group}/providers"
    room.ensure(NSG, "guard", {"location": "westeurope", "tags": {"env": "a b"}, "properties": {}})
    room.ensure(
        f"{NSG}/securityRules",
        "guard/ssh",
        {
            "properties": {
                "priority": 1000,
                "direction": "Inbound",
                "access": "Allow",
                "protocol": "Tcp",
                "sourceAddressPrefix": "203.0.113.7",
                "sourcePortRange": "*",
                "destinationAddressPrefix": "*",
                "destinationPortRanges": ["22", "8000-8100"],
            }
        },
    )
    room.ensure(
        VNET, "net", {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    )
    room.ensure(
        SUBNET,
        "net/a",
        {"properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": f"{root}/{NSG}/guard"}}},
    )
    inner = {"primary": True, "privateIPAllocationMethod": "Dynamic", "subnet": {"id": f"{root}/{VNET}/net/subnets/a"}}
    room.ensure(
        "Microsoft.Network/networkInterfaces",
        "nic",
        {"location": "westeurope", "properties": {"ipConfigurations": [{"name": "ipconfig1", "properties": inner}]}},
    )


def machine(room: Room) -> None:
    nic = room.ref("Microsoft.Network/networkInterfaces", "nic").id
    disk = {
        "createOption": "FromImage",
        "name": "web1-os",
        "caching": "ReadWrite",
        "deleteOption": "Delete",
        "managedDisk": {"storageAccountType": "StandardSSD_LRS"},
    }
    image = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}
    user = "sam"
    public_key = f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ3m1h0 {user}"
    key = {"path": f"/home/{user}/.ssh/authorized_keys", "keyData": public_key}
    properties = {
        "hardwareProfile": {"vmSize": "Standard_B2s"},
        "storageProfile": {"imageReference": image, "osDisk": disk},
        "osProfile": {
            "computerName": "web1",
            "adminUsername": user,
            "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}},
        },
        "networkProfile": {"networkInterfaces": [{"id": nic, "properties": {"deleteOption": "Delete"}}]},
        "securityProfile": {
            "securityType": "TrustedLaunch",
            "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
        },
    }
    room.ensure(VM, "web1", {"location": "westeurope", "tags": {"env": "test"}, "properties": properties})


def storage(room: Room) -> None:
    account = f"st{room.group}"
    room.ensure(
        "Microsoft.Storage/storageAccounts",
        account,
        {
            "location": "westeurope",
            "sku": {"name": "Standard_LRS"},
            "kind": "StorageV2",
            "properties": {"minimumTlsVersion": "TLS1_2", "allowBlobPublicAccess": False, "accessTier": "Cool"},
        },
    )
    room.ensure(
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        f"{account}/default/data",
        {"properties": {"publicAccess": "None"}},
    )


def test_it_is_a_strategy(strategy: AzureCli):
    found: ExecutionStrategy = strategy
    assert found.name == "azure-cli"
    assert found.missing() is None


def test_what_az_made_is_what_was_wanted_and_nothing_else(strategy: AzureCli, room: Room, az: Az):
    network(room)
    machine(room)
    storage(room)
    assert "az rest" not in strategy.render(room.plan())
    all_done(strategy, room.plan())
    for operation in room.operations:
        found = there(strategy, room, operation.target.type, operation.target.name)
        if operation.id == "nic":  # az does not send `primary`; Azure says so of a single configuration
            operation.desired["properties"]["ipConfigurations"][0]["properties"].pop("primary")
        assert within(operation.desired, found), (operation.id, found)
    listed = az.call(["az", "resource", "list", "-g", room.group])
    assert {resource["name"] for resource in listed} == {"guard", "net", "nic", "web1", "web1-os", f"st{room.group}"}


def test_what_has_no_command_is_put_as_it_is(strategy: AzureCli, room: Room):
    disk = room.ensure(
        DISK,
        "d",
        {"location": "westeurope", "properties": EMPTY_DISK},
    )
    assert "az rest --method put" in strategy.render_operation(disk)
    all_done(strategy, room.plan())
    assert there(strategy, room, DISK, "d")["properties"]["diskSizeGB"] == 4


def test_what_was_rendered_is_what_was_run(strategy: AzureCli, room: Room, executor: CommandExecutor):
    room.ensure(DISK, "d", {"location": "westeurope", "properties": EMPTY_DISK})
    notes = Notes()
    strategy.apply(room.plan(), notes)
    assert notes.requests == strategy.render(room.plan()).splitlines()
    ran = [entry.command for entry in executor.history()]
    assert [command for command in notes.requests if command not in ran] == []


def test_deleting_what_is_absent_is_done(strategy: AzureCli, room: Room):
    for type_, name in ((NSG, "no"), (DISK, "no"), ("Microsoft.Insights/components", "no"), (GROUP_TYPE, "no")):
        all_done(strategy, room.one("delete", type_, name))


def test_what_was_deleted_is_gone(strategy: AzureCli, room: Room):
    network(room)
    all_done(strategy, room.plan())
    all_done(strategy, room.one("delete", "Microsoft.Network/networkInterfaces", "nic"))
    all_done(strategy, room.one("delete", GROUP_TYPE, room.group))
    [result] = apply(strategy, room.one("read", GROUP_TYPE, room.group))
    assert result.status == "failed"
    assert result.failure is not None
    assert result.failure.type == "not_found"


def _alone(operation: Operation) -> Operation:
    from msgspec.structs import replace

    return replace(operation, after=())


def test_lists_are_whole_and_shaped_as_arm_has_them(strategy: AzureCli, room: Room):
    network(room)
    all_done(strategy, room.plan())
    [result] = all_done(strategy, room.one("read", VNET, "", {"list": True}))
    assert [one["properties"]["addressSpace"]["addressPrefixes"] for one in result.data] == [["10.0.0.0/16"]]
    [children] = all_done(strategy, room.one("read", SUBNET, "", {"list": True}))
    assert [one["name"] for one in children.data] == ["a"]


def test_the_list_of_a_group_that_is_not_there_is_empty(strategy: AzureCli, room: Room):
    [result] = all_done(strategy, room.one("read", VNET, "", {"list": True}))
    assert result.data == []


def test_what_is_not_there_cannot_be_shown(strategy: AzureCli, room: Room):
    with pytest.raises(NotFound, match="no"):
        strategy.perform(room.one("read", VNET, "no").operations[0], Notes())


def test_a_refusal_carries_azures_own_words(strategy: AzureCli, room: Room):
    room.operations.clear()
    lost = room.ensure(NSG, "guard", {"location": "westeurope", "properties": {}})
    [result] = apply(strategy, plan_of(lost))
    assert result.failure is not None
    assert (result.failure.code, result.failure.status) == ("ResourceGroupNotFound", 404)


def test_what_az_wrote_and_cannot_read_back_yet_was_not_refused(strategy: AzureCli, room: Room):
    machine(room)
    vm = room.operations[-1]
    blind = AzureRefused(
        "ResourceNotFound",
        f"The Resource '{vm.target.type}/{vm.target.name}' under resource group '{room.group}' was not found.",
        status=404,
    )
    nic = AzureRefused(
        "ResourceNotFound", "The Resource 'Microsoft.Network/networkInterfaces/x' was not found.", status=404
    )
    assert isinstance(failing(strategy, vm, blind), AnswerLost)
    assert failing(strategy, vm, nic) is nic


def failing(strategy: AzureCli, operation: Operation, refused: AzlinError) -> AzlinError:
    """What a strategy makes of what az says."""

    class Says:
        def execute(self, *_: Any, **__: Any) -> Any:
            raise refused

    other = AzureCli(Says(), strategy._cloud, lambda type_: "2024-07-01")  # type: ignore[arg-type]
    with pytest.raises(AzlinError) as raised:
        other.perform(operation, Notes())
    return raised.value


def test_an_az_command_answers_with_its_data(strategy: AzureCli, room: Room):
    all_done(strategy, room.plan())
    argv = ["az", "group", "list", "--query", f"[?name=='{room.group}'].location"]
    [result] = all_done(strategy, room.one("command", GROUP_TYPE, room.group, {"argv": argv}))
    assert result.data == ["westeurope"]


def test_a_command_that_az_does_not_accept_does_not_run(strategy: AzureCli, room: Room):
    argv = ["az", "group", "create", "-n", room.group, "-l", "westeurope", "--sausage"]
    [result] = apply(strategy, room.one("command", GROUP_TYPE, room.group, {"argv": argv}))
    assert result.status == "failed"
    assert result.failure is not None
    assert "--sausage" in result.failure.message
    [read] = apply(strategy, room.one("read", GROUP_TYPE, room.group))
    assert read.status == "failed"


def test_a_secret_reaches_azure_and_nobody_else(
    strategy: AzureCli, room: Room, secrets: dict[str, str], sandbox_paths: Paths
):
    secrets["password"] = "canary-Pa55-word-91"
    body = {"location": "westeurope", "tags": {"note": "{secret:password}"}, "properties": EMPTY_DISK}
    room.ensure(DISK, "d", body)
    assert "canary" not in strategy.render(room.plan())
    all_done(strategy, room.plan())
    assert there(strategy, room, DISK, "d")["tags"] == {"note": "canary-Pa55-word-91"}
    assert "canary" not in sandbox_paths.command_history.read_text()
    left = [path for path in sandbox_paths.az_hosts.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]
    assert left == []


def test_a_secret_that_is_not_known_any_more_is_asked_for(strategy: AzureCli, room: Room):
    body = {"location": "westeurope", "tags": {"note": "{secret:password}"}, "properties": {}}
    with pytest.raises(Undecided, match="password"):
        strategy.perform(room.ensure(DISK, "d", body), Notes())


def test_it_fits_best_where_every_operation_is_a_command_that_people_know(strategy: AzureCli, room: Room):
    known = strategy.fit(room.plan())
    room.ensure(DISK, "d", {"location": "westeurope", "properties": {}})
    mixed = strategy.fit(room.plan())
    unknown = strategy.fit(plan_of(_alone(room.operations[-1])))
    only = strategy.fit(room.one("command", GROUP_TYPE, room.group, {"argv": ["az", "group", "list"]}))
    assert only.score > known.score > mixed.score > unknown.score > 0
    assert "1 of 2" in mixed.because
