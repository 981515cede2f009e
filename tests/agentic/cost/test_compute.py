"""What a machine costs by itself, and when it is billed at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from azlin.agentic.cost.compute import disks, machine, power_of
from azlin.gateways.prices import Prices

PRICES = Prices(today=date(2026, 9, 1))
REGION = "westeurope"


def body(publisher: str = "Canonical", os_disk: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    profile = {"imageReference": {"publisher": publisher}, "osDisk": {"createOption": "FromImage", **(os_disk or {})}}
    return {
        "properties": {"hardwareProfile": {"vmSize": "Standard_B2s"}, "storageProfile": profile, **properties},
    }


def meters(made: dict[str, Any]) -> list[str]:
    return [charge.meter for charge in machine(made, REGION, PRICES).charges]


@pytest.mark.parametrize(
    ("made", "meter"),
    [
        (body(), "Standard_B2s (Linux)"),
        (body("MicrosoftWindowsServer"), "Standard_B2s (Windows)"),
        (body(os_disk={"osType": "WINDOWS"}), "Standard_B2s (Windows)"),
        (body(osProfile={"windowsConfiguration": {}}), "Standard_B2s (Windows)"),
        (body("MicrosoftWindowsServer", {"osType": "Linux"}), "Standard_B2s (Linux)"),
    ],
)
def test_the_system_decides_the_price(made: dict[str, Any], meter: str):
    assert meters(made) == [meter]


def test_with_a_licence_of_ones_own_windows_costs_what_linux_does():
    (own,) = machine(body("MicrosoftWindowsServer", licenseType="Windows_Server"), REGION, PRICES).charges
    (linux,) = machine(body(), REGION, PRICES).charges
    assert own.expected == linux.expected
    assert (own.meter, own.assumption) == (
        "Standard_B2s (Windows)",
        "Standard_B2s runs all month (own Windows licence)",
    )


def test_a_licence_that_is_billed_besides_is_not_left_unsaid():
    bill = machine(body("RedHat"), REGION, PRICES)
    assert len(bill.charges) == 1
    assert bill.unknown == ["the licence of images by RedHat is billed besides, at a price that is not known"]
    assert machine(body("RedHat", licenseType="RHEL_BYOS"), REGION, PRICES).unknown == []


@pytest.mark.parametrize("made", [{}, {"properties": None}, {"properties": {"hardwareProfile": {"vmSize": 7}}}])
def test_a_machine_without_a_size_has_no_price(made: dict[str, Any]):
    bill = machine(made, REGION, PRICES)
    assert (bill.charges, bill.unknown) == ([], ["a machine without a size has no price"])


def test_a_region_that_nobody_named_is_said():
    assert machine(body(), "", PRICES).unknown == ["no prices of virtual machines in an unnamed region are known"]


def test_a_data_disk_without_a_size_is_unknown_and_does_not_hide_the_others():
    made = body()
    made["properties"]["storageProfile"]["dataDisks"] = [
        {"lun": 0, "createOption": "Empty"},
        {"lun": 1, "createOption": "attach", "diskSizeGB": 1024},
        {"lun": 2, "createOption": "Empty", "diskSizeGB": 128, "managedDisk": {"storageAccountType": "Premium_LRS"}},
    ]
    bill = disks(made, REGION, PRICES)
    assert bill.unknown == ["a data disk without a size has no price"]
    assert [charge.meter.split(" (")[0] for charge in bill.charges] == ["OS disk P4 LRS", "data disk P10 LRS"]


def test_a_machine_without_disks_of_its_own_makes_none():
    assert disks({}, REGION, PRICES).charges == []
    assert disks(body(os_disk={"createOption": "Attach"}), REGION, PRICES).charges == []


@pytest.mark.parametrize(
    ("codes", "power"),
    [
        (["ProvisioningState/succeeded", "PowerState/running"], "billed"),
        (["PowerState/stopped"], "billed"),
        (["PowerState/deallocating"], "billed"),
        (["powerstate/DEALLOCATED"], "deallocated"),
        (["ProvisioningState/succeeded"], "unknown"),
        ([], "unknown"),
    ],
)
def test_only_a_deallocated_machine_is_not_billed_and_silence_is_not_taken_for_that(codes: list[str], power: str):
    statuses = [{"code": code} for code in codes]
    assert power_of({"properties": {"instanceView": {"statuses": statuses}}}) == power


def test_a_machine_whose_instance_nobody_looked_at_is_unknown():
    assert power_of({"properties": {}}) == "unknown"
