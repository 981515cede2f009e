"""How much there is of what a subscription may have, and what is refused beyond it."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.quota import usages
from azlin.sandbox.arm.quota.capacity import QuotaLimit
from azlin.sandbox.arm.quota.tallies import COUNTED
from tests.sandbox.arm.compute.test_provider import UBUNTU, Vms
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def vms(azure: Azure) -> Vms:
    return Vms(azure)


def limit(azure: Azure, name: str, number: int) -> None:
    azure.plane.capacity.add([QuotaLimit(name=name, limit=number)], [])


def used(azure: Azure, provider: str, name: str, location: str = "westeurope") -> tuple[int, int]:
    listed = azure.values(f"{azure.subscription}/providers/Microsoft.{provider}/locations/{location}/usages")
    return next((one["currentValue"], one["limit"]) for one in listed if one["name"]["value"] == name)


def scale_set(vms: Vms, name: str, capacity: int, mode: str = "Uniform", **profile: Any) -> tuple[str, dict[str, Any]]:
    configuration = {"name": "c", "properties": {"subnet": {"id": vms.subnet}, "primary": True}}
    interface = {"name": "n", "properties": {"primary": True, "ipConfigurations": [configuration]}}
    network = {"networkApiVersion": "2022-11-01", "networkInterfaceConfigurations": [interface]}
    key = {"path": "/home/azureuser/.ssh/authorized_keys", "keyData": "ssh-rsa AAAA me"}
    ssh = {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}}
    model = {
        "storageProfile": {"imageReference": UBUNTU, "osDisk": {"createOption": "FromImage"}},
        "osProfile": {"computerNamePrefix": "w", "adminUsername": "azureuser", "linuxConfiguration": ssh},
        "networkProfile": network,
        **profile,
    }
    properties: dict[str, Any] = {"orchestrationMode": mode, "virtualMachineProfile": model}
    if mode == "Uniform":
        properties["upgradePolicy"] = {"mode": "Manual"}
    sku = {"name": "Standard_D2s_v3", "capacity": capacity}
    path = f"{vms.compute}/virtualMachineScaleSets/{name}"
    return path, {"location": "westeurope", "sku": sku, "properties": properties}


def test_a_family_that_is_used_up_is_refused_in_the_service_s_words(vms: Vms, azure: Azure) -> None:
    limit(azure, "standardDSv3Family", 10)
    vms.make("a", size="Standard_D8s_v3")
    assert used(azure, "Compute", "standardDSv3Family") == (8, 10)
    assert used(azure, "Compute", "cores") == (8, usages.CORES)
    assert used(azure, "Compute", "virtualMachines", "eastus") == (0, 25_000)
    status, code, said = vms.refused("b", size="Standard_D4s_v3")
    assert (status, code) == (409, "OperationNotAllowed")
    assert said.startswith(
        "Operation could not be completed as it results in exceeding approved standardDSv3Family Cores quota. "
        "Additional details - Deployment Model: Resource Manager, Location: westeurope, Current Limit: 10, Current "
        "Usage: 8, Additional Required: 4, (Minimum) New Limit Required: 12. "
    )
    assert vms.make("b", size="Standard_D2s_v3")


def test_a_region_s_vcpus_are_those_of_all_families(vms: Vms, azure: Azure) -> None:
    limit(azure, "cores", 4)
    vms.make("a", size="Standard_D2s_v3")
    said = vms.refused("b", size="Standard_E4s_v3")[2]
    assert "exceeding approved Total Regional Cores quota" in said
    assert "azure-supportability/regional-quota-requests" in said


def test_a_vm_that_is_deallocated_counts_and_one_that_is_deleted_does_not(vms: Vms, azure: Azure) -> None:
    limit(azure, "cores", 2)
    vms.make("a")
    vms.act("deallocate", "a")
    assert vms.refused("b")[1] == "OperationNotAllowed"
    azure.ask("DELETE", vms.path("a"))
    vms.make("b")
    assert used(azure, "Compute", "cores") == (2, 2)


def test_a_resize_takes_only_the_difference(vms: Vms, azure: Azure) -> None:
    limit(azure, "cores", 4)
    vms.make("a", size="Standard_D2s_v3")
    bigger = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v3"}}}
    assert azure.ask("PATCH", vms.path("a"), bigger).status == 200
    far = {"properties": {"hardwareProfile": {"vmSize": "Standard_D8s_v3"}}}
    answer = azure.ask("PATCH", vms.path("a"), far)
    assert "Current Usage: 4, Additional Required: 4" in answer.body["error"]["message"]
    smaller = {"properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v3"}}}
    assert azure.ask("PATCH", vms.path("a"), smaller).status == 200
    assert used(azure, "Compute", "cores") == (2, 4)


@pytest.mark.parametrize("mode", ["Uniform", "Flexible"])
def test_a_set_takes_its_capacity(vms: Vms, azure: Azure, mode: str) -> None:
    limit(azure, "cores", 6)
    path, body = scale_set(vms, "w", 2, mode)
    azure.put(path, body)
    assert used(azure, "Compute", "cores") == (4, 6)
    more = {"sku": {"name": "Standard_D2s_v3", "capacity": 4}}
    answer = azure.ask("PATCH", path, more)
    assert "Current Usage: 4, Additional Required: 4" in answer.body["error"]["message"]
    azure.ask("PATCH", path, {"sku": {"name": "Standard_D2s_v3", "capacity": 3}})
    assert used(azure, "Compute", "standardDSv3Family")[0] == 6


def test_spot_has_a_quota_of_its_own(vms: Vms, azure: Azure) -> None:
    limit(azure, "lowPriorityCores", 2)
    path, body = scale_set(vms, "w", 2, priority="Spot", evictionPolicy="Delete")
    answer = azure.ask("PUT", path, body)
    assert "exceeding approved LowPriorityCores quota" in answer.body["error"]["message"]
    body["sku"]["capacity"] = 1
    azure.put(path, body)
    assert (used(azure, "Compute", "lowPriorityCores")[0], used(azure, "Compute", "cores")[0]) == (2, 0)


def test_addresses_and_accounts_have_codes_of_their_own(azure: Azure) -> None:
    group = azure.group()
    limit(azure, "PublicIPAddresses", 1)
    limit(azure, "StorageAccounts", 0)
    azure.put(f"{group}/providers/Microsoft.Network/publicIPAddresses/a")
    answer = azure.ask("PUT", f"{group}/providers/Microsoft.Network/publicIPAddresses/b", {"location": "westeurope"})
    assert (answer.status, answer.body["error"]["code"]) == (400, "PublicIPCountLimitReached")
    assert answer.body["error"]["message"] == (
        "Cannot create more than 1 public IP addresses for this subscription in this region."
    )
    assert azure.put(f"{group}/providers/Microsoft.Network/publicIPAddresses/a")
    account = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    path = f"{group}/providers/Microsoft.Storage/storageAccounts/stone"
    assert azure.code("PUT", path, account) == (409, "MaxStorageAccountsCountPerSubscriptionExceeded")
    assert used(azure, "Storage", "StorageAccounts") == (0, 0)
    assert used(azure, "Network", "PublicIPAddresses") == (1, 1)


def test_an_estate_that_came_with_more_than_the_limit_had_it_raised(azure: Azure) -> None:
    group = azure.group()
    tables = f"{group}/providers/Microsoft.Network/routeTables"
    store = azure.plane.store
    store.put_many((store.parse(f"{tables}/t{number}"), {"location": "westeurope"}) for number in range(200))
    assert azure.code("PUT", f"{tables}/more", {"location": "westeurope"}) == (400, "RouteTableCountLimitReached")
    assert azure.put(f"{tables}/there", {"location": "northeurope"})
    store.put_many([(store.parse(f"{tables}/t200"), {"location": "westeurope"})])
    assert azure.put(f"{tables}/more", {"location": "westeurope"})
    assert used(azure, "Network", "RouteTables") == (202, 400)


def test_what_has_a_quota_is_counted() -> None:
    for provider in (usages.COMPUTE, usages.NETWORK, usages.STORAGE):
        names = [one.name for one in usages.quotas(provider)]
        assert len(names) == len(set(names))
        assert {one.of for one in usages.quotas(provider) if one.of} <= set(COUNTED)
