from __future__ import annotations

from collections.abc import Callable

import pytest

from azlin.sandbox.arm.store import Resource
from azlin.sandbox.demo.estate import Estate
from azlin.sandbox.demo.landscape import Spoke
from azlin.sandbox.demo.machines import Machine, desktops, farm, server

Stored = Callable[[str], Resource]


@pytest.fixture
def place(estate: Estate) -> Spoke:
    group = estate.group("g", "westeurope")
    subnets = [{"name": "main", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}
    network = estate.put(group, "Microsoft.Network/virtualNetworks", "v", space)
    return Spoke(group, network, {"main": f"{network}/subnets/main"}, "", "10.0")


@pytest.mark.parametrize(("windows", "system"), [(True, "Windows"), (False, "Linux")])
def test_a_server_has_its_disks_nic_agents_and_system(
    estate: Estate, stored: Stored, place: Spoke, windows: bool, system: str
):
    wanted = Machine("file-01", windows=windows, disks_gb=(64, 128), agents=(("Publisher", "Agent"),))
    machine = stored(server(estate, place, "main", wanted))
    profile = machine.properties["storageProfile"]
    assert profile["osDisk"]["osType"] == system
    assert [stored(one["managedDisk"]["id"]).properties["diskSizeGB"] for one in profile["dataDisks"]] == [64, 128]
    (nic,) = machine.properties["networkProfile"]["networkInterfaces"]
    assert stored(nic["id"]).properties["virtualMachine"]["id"] == machine.id.id
    assert stored(f"{machine.id.id}/extensions/Agent").properties["publisher"] == "Publisher"
    assert machine.body["identity"]["principalId"]


def test_a_farm_stands_behind_its_balancer_and_grows_by_load(estate: Estate, stored: Stored, place: Spoke):
    balancer, scale_set = farm(estate, place, "main", "shop", 2)
    (rule,) = stored(balancer).properties["loadBalancingRules"]
    assert rule["properties"]["backendAddressPool"]["id"].casefold().startswith(balancer.casefold())
    assert stored(scale_set).body["sku"]["capacity"] == 2
    scaling = stored(f"{place.group.id}/providers/Microsoft.Insights/autoscaleSettings/as-shop")
    assert scaling.properties["targetResourceUri"] == scale_set


def test_desktops_name_each_other(estate: Estate, stored: Stored, place: Spoke):
    desktops(estate, place.group, "d")
    workspace = stored(f"{place.group.id}/providers/Microsoft.DesktopVirtualization/workspaces/vdws-d")
    applications = stored(workspace.properties["applicationGroupReferences"][0])
    assert stored(applications.properties["hostPoolArmPath"]).id.name == "vdpool-d"
