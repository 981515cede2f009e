from __future__ import annotations

from collections.abc import Callable

import pytest

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.demo.estate import Estate
from azlin.sandbox.demo.platform import alerts, governance, images, logs, operations

Stored = Callable[[str], Resource]


def test_solutions_and_rules_point_to_the_log(estate: Estate, stored: Stored):
    workspace = logs(estate, estate.group("g", "westeurope"), "central")
    solutions = [stored(one) for one in estate.made if "/solutions/" in one]
    assert {one.properties["workspaceResourceId"] for one in solutions} == {workspace}
    assert all(one.body["plan"]["publisher"] == "Microsoft" for one in solutions)


def test_every_alert_tells_the_duty(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    alerts(estate, group, "duty", f"{group.id}/providers/Microsoft.Compute/virtualMachines/a")
    (told,) = [one for one in estate.made if "/actionGroups/" in one]
    (alert,) = [stored(one) for one in estate.made if "/metricAlerts/" in one]
    assert alert.properties["actions"][0]["actionGroupId"] == told


def test_an_encrypted_variable_and_a_dashboard_with_a_title_are_there(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    operations(estate, group, "x", "/workspace")
    account = f"{group.id}/providers/Microsoft.Automation/automationAccounts/aa-x"
    assert stored(f"{account}/variables/token").properties["isEncrypted"] is True
    dashboard = stored(f"{group.id}/providers/Microsoft.Portal/dashboards/dash-x")
    assert dashboard.body["tags"] == {"hidden-title": "Operations at a glance"}


def test_a_gallery_has_an_image_definition(estate: Estate, stored: Stored):
    group = estate.group("g", "westeurope")
    disk = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 8}
    source = estate.put(group, "Microsoft.Compute/disks", "d", disk)
    images(estate, group, "x", source)
    assert stored(f"{group.id}/providers/Microsoft.Compute/galleries/galx/images/hardened-ubuntu")


def test_what_is_kept_cannot_be_deleted(estate: Estate):
    group = estate.group("g", "westeurope")
    nsg = estate.put(group, "Microsoft.Network/networkSecurityGroups", "nsg")
    governance(estate, group, {"admins": estate.guid()}, ["westeurope"])
    with pytest.raises(ArmRefusal) as refused:
        estate.remove(nsg)
    assert refused.value.code == "ScopeLocked"
