from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.arm.compute.test_provider import LINUX, UBUNTU
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


class Sets:
    """A group with a network, and scale sets in it."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.group = azure.group()
        network = f"{self.group}/providers/Microsoft.Network/virtualNetworks/v"
        self.subnet = f"{network}/subnets/s"
        subnets = [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]
        space = {"addressPrefixes": ["10.0.0.0/16"]}
        azure.put(network, {"location": "westeurope", "properties": {"addressSpace": space, "subnets": subnets}})

    def body(self, capacity: int, mode: str = "Uniform", **properties: Any) -> dict[str, Any]:
        os_profile = {key: value for key, value in LINUX.items() if key != "computerName"}
        interface = {
            "name": "nic",
            "properties": {
                "primary": True,
                "ipConfigurations": [
                    {
                        "name": "ip",
                        "properties": {
                            "subnet": {"id": self.subnet},
                            "publicIPAddressConfiguration": {"name": "pub"},
                        },
                    }
                ],
            },
        }
        return {
            "location": "westeurope",
            "sku": {"name": "Standard_D2s_v3", "capacity": capacity},
            "properties": {
                "orchestrationMode": mode,
                "virtualMachineProfile": {
                    "osProfile": {**os_profile, "computerNamePrefix": "web"},
                    "storageProfile": {"imageReference": dict(UBUNTU), "osDisk": {"createOption": "FromImage"}},
                    "networkProfile": {"networkInterfaceConfigurations": [interface]},
                },
                **properties,
            },
        }

    def path(self, name: str = "s") -> str:
        return f"{self.group}/providers/Microsoft.Compute/virtualMachineScaleSets/{name}"

    def act(self, action: str, body: Any = None) -> int:
        return self.azure.ask("POST", f"{self.path()}/{action}", body).status

    def names(self) -> list[str]:
        return [one["name"] for one in self.azure.values(f"{self.path()}/virtualMachines")]


@pytest.fixture
def sets(azure: Azure) -> Sets:
    return Sets(azure)


def test_a_uniform_set_has_as_many_instances_as_its_capacity_says(azure: Azure, sets: Sets):
    made = azure.put(sets.path(), sets.body(2))
    assert (made["sku"]["tier"], made["properties"]["singlePlacementGroup"]) == ("Standard", True)
    assert sets.names() == ["0", "1"]
    first = azure.get(f"{sets.path()}/virtualMachines/0")
    assert first["instanceId"] == "0"
    assert first["properties"]["osProfile"]["computerName"] == "web000000"
    azure.put(sets.path(), sets.body(3))
    assert sets.names() == ["0", "1", "2"]
    assert azure.ask("PATCH", sets.path(), {"sku": {"name": "Standard_D2s_v3", "capacity": 1}}).status == 200
    assert sets.names() == ["0"]


def test_instances_that_are_deleted_are_gone_and_their_numbers_are_not_used_again(azure: Azure, sets: Sets):
    azure.put(sets.path(), sets.body(3))
    assert sets.act("delete", {"instanceIds": ["1"]}) == 202
    assert azure.get(sets.path())["sku"]["capacity"] == 2
    azure.put(sets.path(), sets.body(3))
    assert sets.names() == ["0", "2", "3"]
    assert azure.code("POST", f"{sets.path()}/delete", {"instanceIds": ["7"]}) == (400, "InvalidParameter")


def test_power_is_kept_for_each_instance_and_summed_up_for_the_set(azure: Azure, sets: Sets):
    azure.put(sets.path(), sets.body(2))
    assert sets.act("deallocate", {"instanceIds": ["0"]}) == 202
    view = azure.get(f"{sets.path()}/virtualMachines/0/instanceView")
    assert "PowerState/deallocated" in [one["code"] for one in view["statuses"]]
    summary = azure.get(f"{sets.path()}/instanceView")["virtualMachine"]["statusesSummary"]
    assert {one["code"]: one["count"] for one in summary} == {
        "PowerState/deallocated": 1,
        "PowerState/running": 1,
        "ProvisioningState/succeeded": 2,
    }


def test_instances_follow_a_changed_model_when_they_are_upgraded(azure: Azure, sets: Sets):
    azure.put(sets.path(), sets.body(1))
    body = sets.body(1)
    body["properties"]["virtualMachineProfile"]["licenseType"] = "RHEL_BYOS"
    azure.put(sets.path(), body)
    instance = f"{sets.path()}/virtualMachines/0"
    assert azure.get(instance)["properties"]["latestModelApplied"] is False
    assert sets.act("manualupgrade", {"instanceIds": ["*"]}) == 202
    upgraded = azure.get(instance)["properties"]
    assert (upgraded["latestModelApplied"], upgraded["licenseType"]) == (True, "RHEL_BYOS")


def test_a_flexible_set_has_virtual_machines_of_the_group_which_go_with_it(azure: Azure, sets: Sets):
    azure.put(sets.path(), sets.body(2, "Flexible"))
    machines = azure.values(f"{sets.group}/providers/Microsoft.Compute/virtualMachines")
    assert [one["name"] for one in machines] == sets.names()
    assert machines[0]["name"].startswith("s_")
    assert len(azure.values(f"{sets.path()}/networkInterfaces")) == 2
    assert len(azure.values(f"{sets.path()}/publicipaddresses")) == 2
    azure.put(sets.path(), sets.body(1, "Flexible"))
    assert len(sets.names()) == 1
    assert azure.ask("DELETE", sets.path()).status == 200
    left = {one["type"] for one in azure.values(f"{sets.group}/resources")}
    assert left == {"Microsoft.Network/virtualNetworks"}


def test_what_a_set_cannot_be_is_refused(azure: Azure, sets: Sets):
    azure.put(sets.path(), sets.body(0))
    assert azure.code("PUT", sets.path(), sets.body(0, "Flexible")) == (409, "PropertyChangeNotAllowed")
    assert azure.code("PUT", sets.path("n"), sets.body(-1)) == (400, "InvalidParameter")
    unknown = sets.body(1)
    unknown["sku"]["name"] = "Standard_X99"
    assert azure.code("PUT", sets.path("n"), unknown) == (400, "InvalidParameter")
    assert azure.code("PUT", f"{sets.path()}/virtualMachines/0", {"location": "westeurope"}) == (
        404,
        "ResourceNotFound",
    )


def test_a_repair_service_that_was_not_asked_for_cannot_be_suspended(azure: Azure, sets: Sets):
    azure.put(sets.path(), sets.body(0))
    suspend = {"serviceName": "AutomaticRepairs", "action": "Suspend"}
    where = f"{sets.path()}/setOrchestrationServiceState"
    assert azure.code("POST", where, suspend) == (409, "OperationNotAllowed")
    azure.put(sets.path(), sets.body(0, automaticRepairsPolicy={"enabled": True}))
    assert azure.ask("POST", where, suspend).status == 202
    services = azure.get(f"{sets.path()}/instanceView")["orchestrationServices"]
    assert services == [{"serviceName": "AutomaticRepairs", "serviceState": "Suspended"}]


def test_a_primary_interface_is_shown_as_a_truth_value_whatever_it_was_sent_as(azure: Azure, sets: Sets):
    body = sets.body(0)
    profile = body["properties"]["virtualMachineProfile"]["networkProfile"]
    profile["networkInterfaceConfigurations"][0]["properties"]["primary"] = "true"
    shown = azure.put(sets.path(), body)["properties"]["virtualMachineProfile"]["networkProfile"]
    assert shown["networkInterfaceConfigurations"][0]["properties"]["primary"] is True
