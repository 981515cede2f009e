from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.cost_estimator import CostEstimator
from azlin.agentic.types import MadeAgainst, Operation, Plan, Quote, ResourceRef
from azlin.agentic.world import Resource, World
from azlin.gateways.cloud import Cloud
from azlin.gateways.prices import Prices

PRICES = Prices(today=date(2026, 9, 1))
CLOUD = Cloud(name="sandbox", tenant="t", subscription="s", sandbox=True)
VM, DISK, NIC = "Microsoft.Compute/virtualMachines", "Microsoft.Compute/disks", "Microsoft.Network/networkInterfaces"
IP, GROUP = "Microsoft.Network/publicIPAddresses", "Microsoft.Resources/resourceGroups"
ACCOUNT = "Microsoft.Storage/storageAccounts"
B2S_MONTH = Decimal("35.04")
E10_MONTH = Decimal("9.6")
IP_MONTH = Decimal("3.65")


class Azure:
    """What exists, as a World reads it; `asked` is every question that was put to it."""

    def __init__(self, *resources: Resource) -> None:
        self.there = {str(resource["id"]).casefold(): resource for resource in resources}
        self.asked: list[str] = []

    def get(self, resource_id: str, *, expand: str | None = None) -> Resource | None:
        self.asked.append(resource_id)
        return self.there.get(resource_id.casefold())

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[Resource]:
        self.asked.append(f"{type}|{group}")
        inside = f"/resourcegroups/{group}/providers/".casefold()
        return [{"id": there["id"], "type": there["type"]} for key, there in self.there.items() if inside in key]


def ref(type_: str, name: str, group: str = "web") -> ResourceRef:
    return ResourceRef(type=type_, name=name, group=None if type_ == GROUP else group, subscription="s")


def vm_body(
    size: str = "Standard_B2s", sku: str = "StandardSSD_LRS", gb: int | None = 128, **more: Any
) -> dict[str, Any]:
    disk: dict[str, Any] = {
        "createOption": "FromImage",
        "deleteOption": "Delete",
        "managedDisk": {"storageAccountType": sku},
    }
    if gb is not None:
        disk["diskSizeGB"] = gb
    profile = {"osDisk": disk, "imageReference": {"publisher": "Canonical"}}
    return {
        "location": "westeurope",
        "properties": {"hardwareProfile": {"vmSize": size}, "storageProfile": profile, **more},
    }


def vm(name: str = "sam", power: str = "running", size: str = "Standard_B2s") -> Resource:
    body = vm_body(size)
    body["properties"]["storageProfile"]["osDisk"]["managedDisk"]["id"] = ref(DISK, f"{name}-osdisk").id
    body["properties"]["networkProfile"] = {
        "networkInterfaces": [{"id": ref(NIC, f"{name}-nic").id, "properties": {"deleteOption": "Delete"}}]
    }
    body["properties"]["instanceView"] = {
        "statuses": [{"code": "ProvisioningState/succeeded"}, {"code": f"PowerState/{power}"}]
    }
    return {"id": ref(VM, name).id, "name": name, "type": VM, **body}


def disk(name: str = "sam-osdisk", gb: int = 128) -> Resource:
    return {
        "id": ref(DISK, name).id,
        "type": DISK,
        "location": "westeurope",
        "sku": {"name": "StandardSSD_LRS"},
        "properties": {"diskSizeGB": gb},
    }


def nic(name: str = "sam-nic", address: str | None = None, along: bool = True) -> Resource:
    public = (
        {"id": ref(IP, address).id, "properties": {"deleteOption": "Delete" if along else "Detach"}} if address else {}
    )
    configuration = {"properties": {"publicIPAddress": public} if public else {}}
    return {
        "id": ref(NIC, name).id,
        "type": NIC,
        "location": "westeurope",
        "properties": {"ipConfigurations": [configuration]},
    }


def ip(name: str = "sam-ip") -> Resource:
    return {
        "id": ref(IP, name).id,
        "type": IP,
        "location": "westeurope",
        "sku": {"name": "Standard"},
        "properties": {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4"},
    }


def operation(verb: Any, effect: Any, target: ResourceRef, desired: dict[str, Any] | None = None) -> Operation:
    return Operation(id=f"{verb}:{target.name}", verb=verb, effect=effect, target=target, desired=desired or {})


def create(type_: str, name: str, body: dict[str, Any]) -> Operation:
    return operation("ensure", "creates", ref(type_, name), body)


def delete(type_: str, name: str) -> Operation:
    return operation("delete", "destroys", ref(type_, name))


def act(name: str, action: str) -> Operation:
    return operation("act", "changes", ref(VM, name), {"action": action})


def quoted(*operations: Operation, azure: Azure | None = None, prices: Prices = PRICES) -> Quote:
    world = World(CLOUD, azure) if azure is not None else World(Cloud(name="AzureCloud"), None)
    plan = Plan(operations=operations, made_against=MadeAgainst(cloud=CLOUD.name))
    return CostEstimator(prices).quote(plan, world)


def test_a_new_vm_costs_its_size_and_its_disk():
    quote = quoted(create(VM, "sam", vm_body()))
    assert [(line.meter, line.expected) for line in quote.lines] == [
        ("Standard_B2s (Linux)", B2S_MONTH),
        ("OS disk E10 LRS (Standard SSD, 128 GiB)", E10_MONTH),
    ]
    assert quote.unpriced == ()
    assert quote.monthly.expected == quote.monthly.high == B2S_MONTH + E10_MONTH
    machine = quote.lines[0]
    assert (machine.quantity, machine.unit, machine.unit_price) == (Decimal(730), "hour", Decimal("0.048"))
    assert (machine.as_of, machine.confidence) == ("2026-06-18", "high")
    assert machine.source.startswith("Retail API via ")


def test_two_d2s_v5_cost_167_90_without_their_disks():
    names = ("web1", "web2")
    quote = quoted(*(create(VM, name, vm_body("Standard_D2s_v5")) for name in names))
    machines = [line.expected for line in quote.lines if "D2s_v5" in line.meter]
    assert machines == [Decimal("83.95"), Decimal("83.95")]


def test_the_disk_of_an_image_has_the_size_of_the_image():
    linux = quoted(create(VM, "sam", vm_body(gb=None, sku="Premium_LRS")))
    assert "OS disk P4 LRS (Premium SSD, 30 GiB)" in [line.meter for line in linux.lines]
    body = vm_body(gb=None, sku="Premium_LRS", osProfile={"windowsConfiguration": {}})
    windows = quoted(create(VM, "sam", body))
    assert [line.meter for line in windows.lines] == [
        "Standard_B2s (Windows)",
        "OS disk P10 LRS (Premium SSD, 127 GiB)",
    ]
    assert windows.lines[0].unit_price == Decimal("0.056")


def test_the_default_disk_is_priced_from_its_sibling_where_only_that_is_known_and_says_so():
    line = quoted(create(VM, "sam", vm_body(gb=None))).lines[1]
    assert line.meter == "OS disk E4 LRS (Standard SSD, 30 GiB)"
    assert (line.low, line.expected, line.high) == (Decimal("2.40"), Decimal("2.40"), Decimal("3.6"))
    assert line.confidence == "low"
    assert "taken from E4 ZRS by the ratio" in line.assumption


def test_a_tier_without_a_price_costs_at_most_the_next_larger_one():
    line = quoted(create(VM, "sam", vm_body(gb=None, sku="Standard_LRS"))).lines[1]
    assert (line.low, line.expected, line.high) == (Decimal(0), Decimal("3.008"), Decimal("3.008"))
    assert "no more than the larger S6 LRS" in line.assumption


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (vm_body("Standard_X99"), "no price of Standard_X99 in westeurope is known"),
        ({**vm_body(), "location": "atlantis"}, "no prices of virtual machines in atlantis are known"),
        (vm_body(priority="Spot"), "Standard_B2s at the Spot price, which changes and is not in the table"),
        (
            vm_body("Standard_B1s", osProfile={"windowsConfiguration": {}}),
            "no price of Standard_B1s with Windows in westeurope is known (with Linux it is 0.012 USD an hour)",
        ),
    ],
)
def test_what_has_no_price_is_listed_with_its_reason_and_is_not_zero(body: dict[str, Any], reason: str):
    quote = quoted(create(VM, "sam", body))
    assert reason in [entry.reason for entry in quote.unpriced]
    assert not [line for line in quote.lines if "Standard_" in line.meter]


def test_an_attached_or_ephemeral_disk_is_not_part_of_the_machine():
    body = vm_body()
    body["properties"]["storageProfile"]["osDisk"]["diffDiskSettings"] = {"option": "Local"}
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 0, "createOption": "Attach"}]
    assert [line.meter for line in quoted(create(VM, "sam", body)).lines] == ["Standard_B2s (Linux)"]


def test_data_disks_are_billed_by_their_tier():
    body = vm_body()
    data = {"lun": 0, "createOption": "Empty", "diskSizeGB": 1000, "managedDisk": {"storageAccountType": "Premium_LRS"}}
    body["properties"]["storageProfile"]["dataDisks"] = [data]
    assert quoted(create(VM, "sam", body)).lines[2].expected == Decimal("148.68")


def test_free_types_are_a_known_price_of_zero():
    quote = quoted(
        create(GROUP, "web", {"location": "westeurope"}),
        create("Microsoft.Network/virtualNetworks", "net", {"location": "westeurope"}),
        create(NIC, "sam-nic", {}),
    )
    assert [line.expected for line in quote.lines] == [0, 0, 0]
    assert {line.source for line in quote.lines} == {"Azure's price list: this is not billed"}
    assert quote.unpriced == ()


def test_a_type_without_prices_is_unpriced():
    (entry,) = quoted(create("Contoso.Things/things", "x", {})).unpriced
    assert entry.reason == "no prices of Contoso.Things/things are known"


def test_a_public_address_costs_3_65_a_month():
    (line,) = quoted(create(IP, "sam-ip", ip())).lines
    assert line.expected == IP_MONTH


def test_a_public_address_elsewhere_costs_what_it_costs_everywhere_and_says_so():
    (line,) = quoted(create(IP, "sam-ip", {**ip(), "location": "japaneast"})).lines
    assert line.expected == IP_MONTH
    assert "the same in all 6 regions" in line.assumption


def test_a_load_balancer_is_billed_by_its_rules():
    def cost(rules: int) -> Decimal:
        body = {
            "sku": {"name": "Standard"},
            "properties": {"loadBalancingRules": [{"name": str(n)} for n in range(rules)]},
        }
        return quoted(create("Microsoft.Network/loadBalancers", "lb", body)).monthly.expected

    assert (cost(0), cost(1), cost(5), cost(7)) == (0, Decimal("18.25"), Decimal("18.25"), Decimal("32.85"))


def test_a_storage_account_costs_what_is_stored_in_it_which_is_assumed():
    body = {"location": "westus2", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    (line,) = quoted(create(ACCOUNT, "acc", body)).lines
    assert (line.low, line.expected, line.high) == (0, Decimal("1.84"), Decimal("18.4"))
    assert line.confidence == "low"
    assert "100 GB stored is assumed" in line.assumption
    (entry,) = quoted(create(ACCOUNT, "acc", {**body, "location": "westeurope"})).unpriced
    assert entry.reason.endswith("an empty account costs nothing")


def test_a_read_costs_nothing_and_has_no_line():
    assert quoted(operation("read", "reads", ref(VM, "sam"))) == Quote()


def test_an_az_command_that_changes_something_is_unpriced():
    command = operation("command", "changes", ref(GROUP, "web"), {"argv": ["az", "aks", "create"]})
    assert len(quoted(command).unpriced) == 1
    assert quoted(operation("command", "reads", ref(GROUP, "web"), {"argv": ["az", "vm", "list"]})) == Quote()


def test_a_deleted_vm_saves_what_it_costs_and_its_disk_along_with_it():
    azure = Azure(vm(), disk(), nic(), ip())
    quote = quoted(delete(VM, "sam"), azure=azure)
    assert sorted(line.expected for line in quote.lines) == [-B2S_MONTH, -E10_MONTH]
    assert quote.monthly.high == -(B2S_MONTH + E10_MONTH)


def test_an_address_that_azure_deletes_along_is_saved_too_and_one_that_stays_is_not():
    along = quoted(delete(VM, "sam"), azure=Azure(vm(), disk(), nic(address="sam-ip"), ip()))
    assert along.monthly.expected == -(B2S_MONTH + E10_MONTH + IP_MONTH)
    stays = quoted(delete(VM, "sam"), azure=Azure(vm(), disk(), nic(address="sam-ip", along=False), ip()))
    assert stays.monthly.expected == -(B2S_MONTH + E10_MONTH)


def test_what_a_plan_deletes_by_name_is_not_saved_twice():
    azure = Azure(vm(), disk(), nic(address="sam-ip"), ip())
    deletions = [delete(VM, "sam"), delete(DISK, "sam-osdisk"), delete(NIC, "sam-nic"), delete(IP, "sam-ip")]
    quote = quoted(*deletions, azure=azure)
    assert quote.monthly.expected == -(B2S_MONTH + E10_MONTH + IP_MONTH)
    by_operation = {line.operation: line.expected for line in quote.lines}
    assert by_operation["delete:sam"] == -B2S_MONTH
    assert by_operation["delete:sam-osdisk"] == -E10_MONTH


def test_deleting_a_group_saves_what_is_in_it_once():
    azure = Azure(vm(), disk(), nic(address="sam-ip"), ip(), vm("ann", power="deallocated"), disk("ann-osdisk"))
    quote = quoted(delete(GROUP, "web"), azure=azure)
    assert quote.monthly.expected == -(B2S_MONTH + 2 * E10_MONTH + IP_MONTH)
    both = quoted(delete(VM, "sam"), delete(GROUP, "web"), azure=azure)
    assert both.monthly.expected == quote.monthly.expected


def test_a_deletion_never_adds_to_the_bill_and_unknown_savings_are_unpriced():
    strange = {"id": ref("Contoso.Things/things", "x").id, "type": "Contoso.Things/things"}
    quote = quoted(delete("Contoso.Things/things", "x"), azure=Azure(strange))
    assert [entry.reason for entry in quote.unpriced] == [
        "what is saved is not known: no prices of Contoso.Things/things are known"
    ]


def test_deallocating_saves_the_machine_and_keeps_the_disk():
    quote = quoted(act("sam", "deallocate"), azure=Azure(vm(), disk()))
    (line,) = quote.lines
    assert (line.meter, line.expected) == ("Standard_B2s (Linux)", -B2S_MONTH)
    assert "disks and a static public address are billed as before" in line.assumption


def test_starting_a_deallocated_machine_adds_it_again():
    assert quoted(act("sam", "start"), azure=Azure(vm(power="deallocated"))).monthly.expected == B2S_MONTH
    assert quoted(act("sam", "start"), azure=Azure(vm(power="stopped"))).monthly.expected == 0


def test_a_machine_that_is_only_stopped_is_billed_on():
    (line,) = quoted(act("sam", "powerOff"), azure=Azure(vm())).lines
    assert line.expected == 0
    assert "billed like a running one" in line.assumption


def test_a_resize_is_the_difference():
    change = operation("ensure", "changes", ref(VM, "sam"), vm_body("Standard_D2s_v5"))
    quote = quoted(change, azure=Azure(vm()))
    assert sorted(line.expected for line in quote.lines) == [-B2S_MONTH, Decimal("83.95")]
    resting = quoted(change, azure=Azure(vm(power="deallocated")))
    assert resting.monthly.expected == 0
    assert "started, it costs the price of its size" in resting.lines[0].assumption


def test_a_change_of_tags_changes_no_price_even_where_none_is_known():
    for size in ("Standard_B2s", "Standard_X99"):
        change = operation("ensure", "changes", ref(VM, "sam"), {**vm_body(size), "tags": {"env": "test"}})
        quote = quoted(change, azure=Azure(vm(size=size)))
        assert quote.monthly.expected == 0
        assert quote.unpriced == ()


def test_without_a_sign_in_creations_are_priced_and_changes_are_unknown():
    quote = quoted(create(VM, "ann", vm_body()), delete(VM, "sam"), act("sam", "start"), delete(GROUP, "web"))
    assert quote.monthly.expected == B2S_MONTH + E10_MONTH
    assert [entry.operation for entry in quote.unpriced] == ["delete:sam", "act:sam", "delete:web"]
    assert all("nobody is signed in" in entry.reason for entry in quote.unpriced)


def test_pricing_reads_are_no_part_of_what_the_plan_was_made_against():
    azure = Azure(vm(), disk())
    world = World(CLOUD, azure)
    world.get(ref(VM, "sam"))
    before = world.digest
    plan = Plan(operations=(delete(VM, "sam"),), made_against=world.made_against())
    CostEstimator(PRICES).quote(plan, world)
    assert len(azure.asked) > 1
    assert world.digest == before


def test_old_prices_are_trusted_less():
    def confidence(today: date) -> str:
        return quoted(create(VM, "sam", vm_body()), prices=Prices(today=today)).lines[0].confidence

    assert confidence(date(2026, 7, 1)) == "high"
    assert confidence(date(2026, 11, 21)) == "medium"
    assert confidence(date(2027, 6, 1)) == "low"


SIZES = st.sampled_from(["Standard_B2s", "Standard_D2s_v5", "Standard_X99", ""])
SKUS = st.sampled_from(["Premium_LRS", "StandardSSD_LRS", "Standard_LRS", "UltraSSD_LRS", ""])
REGIONS = st.sampled_from(["westeurope", "eastus", "uksouth", "atlantis"])


@given(size=SIZES, sku=SKUS, region=REGIONS, gb=st.none() | st.integers(1, 40000))
def test_a_line_adds_up_and_every_operation_has_a_line_or_a_reason(size: str, sku: str, region: str, gb: int | None):
    body = {**vm_body(size, sku, gb), "location": region}
    quote = quoted(create(VM, "sam", body))
    assert quote.lines or quote.unpriced
    for line in quote.lines:
        assert line.quantity * line.unit_price == line.expected
        assert 0 <= line.low <= line.expected <= line.high
        assert line.expected > 0
        assert line.source
        assert line.as_of


@given(size=SIZES, sku=SKUS, power=st.sampled_from(["running", "deallocated", "stopped"]))
def test_what_a_machine_adds_it_saves_again(size: str, sku: str, power: str):
    there = vm(size=size, power=power)
    added = quoted(act("sam", "start"), azure=Azure(vm(size=size, power="deallocated")))
    saved = quoted(act("sam", "deallocate"), azure=Azure(vm(size=size, power="running")))
    assert added.monthly.expected == -saved.monthly.expected
    gone = quoted(delete(VM, "sam"), azure=Azure(there))
    assert gone.monthly.high <= 0


def standing(azure: Azure, *refs: ResourceRef) -> Quote:
    things = [Operation(id=one.name, verb="ensure", effect="creates", target=one) for one in refs]
    return CostEstimator(PRICES).standing(things, World(CLOUD, azure))


def test_what_stands_costs_what_it_would_save_to_delete_it():
    azure = Azure(vm(), disk(), nic(address="sam-ip"), ip())
    asked = [ref(VM, "sam"), ref(IP, "sam-ip"), ref(GROUP, "web")]
    found = standing(azure, *asked)
    assert found.monthly.expected == B2S_MONTH + E10_MONTH + IP_MONTH
    assert {line.operation for line in found.lines} == {"sam", "sam-ip"}
    assert all(line.expected > 0 for line in found.lines)


def test_a_deallocated_machine_stands_for_the_price_of_its_disk():
    assert standing(Azure(vm(power="deallocated"), disk()), ref(VM, "sam")).monthly.expected == E10_MONTH
