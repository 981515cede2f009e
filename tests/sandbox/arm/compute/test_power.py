"""Whether a VM runs, without the VM around it."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.power import (
    ACTIONS,
    change_power,
    forget_power,
    generalize,
    instance_view,
    is_generalized,
    power_of,
)
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure


@pytest.fixture
def call(azure: Azure) -> Call:
    return Call(azure.plane, "POST", "2024-01-01", azure.tenant.id, "")


@pytest.fixture
def vm(azure: Azure) -> Resource:
    path = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/Sam"
    disk = {"name": "os", "osType": "Linux"}
    body = {"properties": {"storageProfile": {"osDisk": disk}, "provisioningState": "Succeeded"}}
    return azure.plane.store.put(azure.plane.store.parse(path), body)


def codes(vm: Resource, call: Call) -> list[str]:
    return [one["code"] for one in instance_view(vm, call)["statuses"]]


@pytest.mark.parametrize("action", sorted(ACTIONS - {"reimage", "performmaintenance"}))
def test_every_action_leaves_a_state_that_the_instance_view_shows(vm: Resource, call: Call, action: str):
    change_power(action, vm, call)
    state = power_of(vm.id, call)
    assert state in ("running", "stopped", "deallocated")
    assert codes(vm, call) == ["ProvisioningState/succeeded", f"PowerState/{state}"]


@pytest.mark.parametrize("action", ["reimage", "performmaintenance"])
def test_what_needs_another_kind_of_vm_is_refused(vm: Resource, call: Call, action: str):
    with pytest.raises(ArmRefusal, match="OperationNotAllowed"):
        change_power(action, vm, call)


def test_an_os_disk_that_is_not_kept_can_be_set_back(vm: Resource, call: Call):
    vm.properties["storageProfile"]["osDisk"]["diffDiskSettings"] = {"option": "Local"}
    change_power("reimage", vm, call)
    assert power_of(vm.id, call) == "running"


def test_stopped_is_not_deallocated(vm: Resource, call: Call):
    change_power("poweroff", vm, call)
    assert power_of(vm.id, call) == "stopped"
    change_power("deallocate", vm, call)
    assert power_of(vm.id, call) == "deallocated"
    change_power("reapply", vm, call)
    assert power_of(vm.id, call) == "deallocated"


def test_only_a_vm_that_runs_has_an_agent(vm: Resource, call: Call):
    assert instance_view(vm, call)["computerName"] == "Sam"
    change_power("deallocate", vm, call)
    view = instance_view(vm, call)
    assert "vmAgent" not in view
    assert [disk["name"] for disk in view["disks"]] == ["os"]


def test_a_generalized_vm_never_starts_until_it_is_forgotten(vm: Resource, call: Call):
    with pytest.raises(ArmRefusal, match="while it is running"):
        generalize(vm, call)
    change_power("poweroff", vm, call)
    generalize(vm, call)
    assert codes(vm, call)[-1] == "OSState/generalized"
    with pytest.raises(ArmRefusal, match="is generalized"):
        change_power("start", vm, call)
    forget_power(vm.id, call)
    assert not is_generalized(vm.id, call)
    assert power_of(vm.id, call) == "running"


def test_a_failed_vm_is_shown_as_an_error(vm: Resource, call: Call):
    vm.properties["provisioningState"] = "Failed"
    first = instance_view(vm, call)["statuses"][0]
    assert (first["code"], first["level"]) == ("ProvisioningState/failed", "Error")


def test_a_reset_forgets_the_power_of_machines_with_the_machines(vm: Resource, call: Call):
    change_power("deallocate", vm, call)
    call.plane.store.clear()
    assert power_of(vm.id, call) == "running"
