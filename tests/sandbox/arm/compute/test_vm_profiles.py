"""What Compute refuses in the profiles of a VM and what it fills in (over ARM: `test_compute.py`)."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.compute.images import find_image
from azlin.sandbox.arm.compute.vm_profiles import check_os, check_size, check_unchanged, disk_body, keep_image
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource, Store

PATH = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/Sam"
UBUNTU = {"publisher": "Canonical", "offer": "0001-com-ubuntu-server-jammy", "sku": "22_04-lts-gen2"}
SSH = {"ssh": {"publicKeys": [{"keyData": "ssh-rsa AAAA me"}]}}


def vm(**properties: Any) -> Resource:
    return Resource(Store(":memory:").parse(PATH), {"location": "westeurope", "properties": properties}, "", 0.0, 0.0)


def with_os(image: dict[str, str] | None = UBUNTU, **profile: Any) -> Resource:
    return vm(storageProfile={"imageReference": image or {}}, osProfile={"adminUsername": "sam", **profile})


def target_of(check: Any, *arguments: Any) -> str | None:
    with pytest.raises(ArmRefusal) as refused:
        check(*arguments)
    return refused.value.target


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("Abc12", False),
        ("Abc123", True),
        ("abc123", False),
        ("abc-123", True),
        ("A" * 69 + "b1-", True),
        ("A" * 70 + "b1-", False),
    ],
)
def test_a_linux_password_has_a_length_and_three_kinds_of_characters(password: str, taken: bool):
    if taken:
        check_os(with_os(adminPassword=password), None)
    else:
        assert target_of(check_os, with_os(adminPassword=password), None) == "adminPassword"


@pytest.mark.parametrize("user", ["root", "ADMIN", "guest"])
def test_names_that_belong_to_the_system_are_refused(user: str):
    assert target_of(check_os, with_os(adminUsername=user, linuxConfiguration=SSH), None) == "adminUsername"


def test_linux_needs_a_way_in_and_windows_a_password_and_a_short_name():
    check_os(with_os(linuxConfiguration=SSH), None)
    assert target_of(check_os, with_os(), None) == "linuxConfiguration"
    windows = {"image": None, "windowsConfiguration": {}}
    assert target_of(check_os, with_os(**windows), None) == "adminPassword"
    long = with_os(**windows, computerName="a-name-far-too-long", adminPassword="Abcdef-123")
    assert target_of(check_os, long, None) == "computerName"
    check_os(with_os(**windows, computerName="exactly15chars-", adminPassword="Abcdef-123"), None)


def test_an_update_asks_for_no_way_in():
    check_os(with_os(), with_os())


def test_a_size_must_be_given_be_one_and_have_room_for_the_disks():
    assert target_of(check_size, vm(), None) == "hardwareProfile.vmSize"
    assert target_of(check_size, vm(hardwareProfile={"vmSize": "X99"}), None) == "vmSize"
    many = {"dataDisks": [{"lun": at} for at in range(5)]}
    assert target_of(check_size, vm(hardwareProfile={"vmSize": "Standard_D2s_v3"}, storageProfile=many), None)
    check_size(vm(hardwareProfile={"vmSize": "standard_d2S_v3"}), None)


def test_what_is_settled_may_be_repeated_or_left_out_but_not_changed():
    before = vm(osProfile={"adminUsername": "sam"}, storageProfile={"osDisk": {"name": "d"}})
    check_unchanged(vm(osProfile={"adminUsername": "SAM"}), before)
    check_unchanged(vm(), before)
    check_unchanged(vm(osProfile={"adminUsername": "max"}), None)
    assert target_of(check_unchanged, vm(osProfile={"adminUsername": "max"}), before) == "osProfile.adminUsername"
    assert target_of(check_unchanged, vm(storageProfile={"osDisk": {"name": "e"}}), before) == "osDisk.name"


def test_what_a_machine_was_made_from_is_kept_by_an_update_that_leaves_it_out():
    before = vm(storageProfile={"imageReference": UBUNTU})
    for storage in ({}, {"imageReference": None}, {"imageReference": {"version": "latest", "exactVersion": "1"}}):
        said: dict[str, Any] = dict(storage)
        keep_image(said, before)
        assert said["imageReference"] == UBUNTU
    other = {"imageReference": {"publisher": "Other"}}
    keep_image(other, before)
    assert other == {"imageReference": {"publisher": "Other"}}
    fresh: dict[str, Any] = {}
    keep_image(fresh, None)
    assert fresh == {}


def test_only_the_os_disk_is_made_from_the_image():
    image = find_image(UBUNTU)
    assert image is not None
    managed = {"managedDisk": {"storageAccountType": "Premium_LRS"}, "createOption": "FromImage", "diskSizeGB": 64}
    first = disk_body({**managed, "osType": "Linux"}, {}, image)
    assert first["sku"] == {"name": "Premium_LRS"}
    assert first["properties"]["creationData"]["imageReference"]["id"].endswith(f"/Versions/{image.version}")
    assert (first["properties"]["hyperVGeneration"], first["properties"]["diskSizeGB"]) == ("V2", 64)
    data = disk_body({**managed, "createOption": "Empty", "lun": 0}, {}, image)
    assert data["properties"] == {"creationData": {"createOption": "Empty"}, "diskSizeGB": 64}
