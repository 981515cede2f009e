from __future__ import annotations

from typing import Any

import pytest

from azlin.errors import NotFound


def ids(plan: Any) -> set[str]:
    return {operation.id.removeprefix("delete:") for operation in plan.operations}


def told(plan: Any) -> str:
    return "\n".join(plan.assumptions)


SAMS = {"vm:Sam", "disk:Sam-osdisk", "nic:Sam-nic", "nsg:Sam-nsg", "vnet:Sam-vnet"}


def test_a_vm_goes_with_all_it_was_made_with(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam with a public ip"))
    plan = plan_of("delete vm Sam")
    assert ids(plan) == SAMS | {"ip:Sam-ip", "group:azlin"}
    assert {operation.effect for operation in plan.operations} == {"destroys"}
    azure.carry_out(plan)
    assert azure.resources == {}


def test_things_go_in_the_order_azure_allows(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam with a public ip"))
    waves = [{operation.id for operation in wave} for wave in plan_of("delete vm Sam").waves()]
    order = {id_: number for number, wave in enumerate(waves) for id_ in wave}
    assert order["delete:vm:Sam"] == 0
    assert order["delete:nic:Sam-nic"] < order["delete:vnet:Sam-vnet"]
    assert order["delete:nic:Sam-nic"] < order["delete:ip:Sam-ip"]
    assert order["delete:group:azlin"] == max(order.values())


def test_a_shared_network_stays_while_another_machine_uses_it(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create vms web1 and web2"))
    first = plan_of("delete vm web1")
    assert ids(first) == {"vm:web1", "disk:web1-osdisk", "nic:web1-nic"}
    assert "kept: virtual network web1-vnet (NIC web2-nic uses it)" in told(first)
    assert "kept: VM web2" in told(first)
    azure.carry_out(first)
    assert ids(plan_of("delete vm web2")) >= {"vm:web2", "vnet:web1-vnet", "nsg:web1-nsg", "group:azlin"}


def test_both_machines_of_a_request_take_their_network_along(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create vms web1 and web2"))
    azure.carry_out(plan_of("delete vms web1 and web2"))
    assert azure.resources == {}


def test_a_network_that_others_made_stays(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam"))
    azure.made.clear()
    plan = plan_of("delete vm Sam")
    assert ids(plan) == {"vm:Sam", "disk:Sam-osdisk", "nic:Sam-nic"}
    assert "kept: resource group azlin (it was not made with the VM)" in told(plan)


def test_a_group_with_anything_else_in_it_stays(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam"))
    azure.put("Microsoft.Storage/storageAccounts", "precious", "azlin")
    plan = plan_of("delete vm Sam")
    assert ids(plan) == SAMS
    assert "it also holds precious" in told(plan)


def test_what_the_same_request_made_besides_the_vm_stays(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam and a storage account called samlogs"))
    plan = plan_of("delete vm Sam")
    assert "storage:samlogs" not in ids(plan)
    assert "kept: storage account samlogs" in told(plan)


def test_a_data_disk_stays_because_it_holds_data(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam"))
    vm = next(there for there in azure.resources.values() if there["name"] == "Sam")
    disk = azure.put("Microsoft.Compute/disks", "photos", "azlin", managedBy=vm["id"])
    disks = [{"lun": 0, "deleteOption": "Detach", "managedDisk": {"id": disk["id"]}}]
    vm["properties"]["storageProfile"]["dataDisks"] = disks
    plan = plan_of("delete vm Sam")
    assert "disk:photos" not in ids(plan)
    assert "a data disk, which holds data" in told(plan)
    assert "group:azlin" not in ids(plan)


def test_a_disk_shared_with_another_machine_stays(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create vms Sam and Bob"))
    disk = next(there for there in azure.resources.values() if there["name"] == "Sam-osdisk")
    bob = next(there for there in azure.resources.values() if there["name"] == "Bob")
    disk["managedByExtended"] = [bob["id"]]
    plan = plan_of("delete vm Sam")
    assert "disk:Sam-osdisk" not in ids(plan)
    assert "Bob uses it too" in told(plan)


@pytest.mark.parametrize("attached", ["privateEndpoints", "ipConfigurations"])
def test_a_network_that_something_else_is_attached_to_stays(azure: Any, plan_of: Any, attached: str):
    azure.carry_out(plan_of("create a vm called Sam"))
    vnet = next(there for there in azure.resources.values() if there["name"] == "Sam-vnet")
    gateway = vnet["id"].replace("virtualNetworks/Sam-vnet", "virtualNetworkGateways/gw/ipConfigurations/default")
    vnet["properties"]["subnets"][0]["properties"][attached] = [{"id": gateway}]
    plan = plan_of("delete vm Sam")
    assert "vnet:Sam-vnet" not in ids(plan)
    assert "gw" in told(plan)


def test_an_nsg_on_a_subnet_that_stays_stays(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam"))
    nsg = next(there for there in azure.resources.values() if there["name"] == "Sam-nsg")
    subnet = {"name": "web", "properties": {"networkSecurityGroup": {"id": nsg["id"]}}}
    azure.put("Microsoft.Network/virtualNetworks", "other", "hub", properties={"subnets": [subnet]})
    plan = plan_of("delete vm Sam")
    assert "nsg:Sam-nsg" not in ids(plan)
    assert "network other uses it" in told(plan)


def test_what_is_gone_already_is_not_planned(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam"))
    azure.resources = {id_: r for id_, r in azure.resources.items() if r["name"] not in ("Sam-nic", "Sam-vnet")}
    assert ids(plan_of("delete vm Sam")) == {"vm:Sam", "disk:Sam-osdisk", "nsg:Sam-nsg", "group:azlin"}


def test_a_vm_that_does_not_exist_names_the_nearest(azure: Any, plan_of: Any):
    azure.carry_out(plan_of("create a vm called Sam"))
    with pytest.raises(NotFound) as missed:
        plan_of("delete vm Samm")
    assert missed.value.exit_code == 3
    assert "Sam" in missed.value.fix
