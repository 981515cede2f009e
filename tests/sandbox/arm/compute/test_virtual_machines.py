"""How a VM's body is read (what a VM does: `test_compute.py`)."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Call
from azlin.sandbox.arm.compute.virtual_machines import VirtualMachines, disks_of, image_of, interfaces_of, sibling
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure


@pytest.fixture
def call(azure: Azure) -> Call:
    return Call(azure.plane, "POST", "2024-07-01", azure.tenant.id, "")


def vm(call: Call, **properties: Any) -> Resource:
    path = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/Sam"
    return Resource(call.plane.store.parse(path), {"properties": properties}, "", 0.0, 0.0)


def test_disks_are_the_os_disk_first_and_the_empty_ones_left_out(call: Call):
    both = vm(call, storageProfile={"dataDisks": [{"lun": 0}, {}], "osDisk": {"name": "os"}})
    assert disks_of(both) == [{"name": "os"}, {"lun": 0}]
    assert disks_of(vm(call)) == disks_of(None) == []


def test_interfaces_are_those_of_the_network_profile(call: Call):
    assert interfaces_of(vm(call, networkProfile={"networkInterfaces": [{"id": "/n"}]})) == [{"id": "/n"}]
    assert interfaces_of(vm(call)) == interfaces_of(None) == []


def test_a_profile_without_a_platform_image_has_none():
    assert image_of({}) is None
    assert image_of({"imageReference": {"id": "/own"}}) is None


def test_a_sibling_is_in_the_same_group(call: Call):
    found = sibling(vm(call).id, "Microsoft.Network/networkInterfaces", "n", call)
    assert found.id == "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n"


@pytest.mark.parametrize(("action", "words"), [("runcommand", "No operating system"), ("capture", "not generalized")])
def test_what_the_sandbox_cannot_do_is_refused_and_not_pretended(call: Call, action: str, words: str):
    with pytest.raises(ArmRefusal, match=words):
        VirtualMachines().act(action, vm(call), None, call)


@pytest.mark.parametrize(
    ("query", "shown"), [({}, False), ({"$expand": "INSTANCEVIEW"}, True), ({"statusonly": "true"}, True)]
)
def test_the_instance_view_is_there_only_when_asked_for(call: Call, query: dict[str, str], shown: bool):
    call.query = query
    assert ("instanceView" in VirtualMachines().show(vm(call), call)["properties"]) is shown


def test_a_list_shows_of_extensions_only_the_ids(call: Call):
    machine = vm(call)
    extension = call.plane.store.put(machine.id.child("extensions", "run"), {"properties": {"type": "CustomScript"}})
    assert VirtualMachines().show(machine, call)["resources"][0]["properties"] == {"type": "CustomScript"}
    call.listing = True
    assert VirtualMachines().show(machine, call)["resources"] == [{"id": extension.id.id}]
