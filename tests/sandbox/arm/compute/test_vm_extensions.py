from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.power import change_power, instance_view
from azlin.sandbox.arm.compute.vm_extensions import show_extensions
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure


@pytest.fixture
def call(azure: Azure) -> Call:
    return Call(azure.plane, "GET", "2024-01-01", azure.tenant.id, "")


@pytest.fixture
def vm(azure: Azure) -> Resource:
    path = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/Sam"
    return azure.plane.store.put(azure.plane.store.parse(path), {"properties": {"provisioningState": "Succeeded"}})


@pytest.fixture
def extension(azure: Azure, vm: Resource) -> Resource:
    inner = {"publisher": "Microsoft.Azure.Extensions", "type": "CustomScript", "typeHandlerVersion": "2.1"}
    return azure.plane.store.put(vm.id.child("extensions", "run"), {"properties": inner})


def test_a_vm_shows_its_extensions_whole(vm: Resource, extension: Resource, call: Call):
    show_extensions(vm, call)
    assert vm.body["resources"] == [extension.body]


def test_a_vm_without_extensions_shows_none(vm: Resource, call: Call):
    show_extensions(vm, call)
    assert "resources" not in vm.body
    assert "extensions" not in instance_view(vm, call)


def test_extensions_report_only_while_the_vm_runs(vm: Resource, extension: Resource, call: Call):
    view = instance_view(vm, call)
    assert [one["type"] for one in view["vmAgent"]["extensionHandlers"]] == ["Microsoft.Azure.Extensions.CustomScript"]
    assert [one["name"] for one in view["extensions"]] == [extension.id.name]
    change_power("deallocate", vm, call)
    assert "extensions" not in instance_view(vm, call)
