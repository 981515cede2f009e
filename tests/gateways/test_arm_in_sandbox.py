"""The same client against the sandbox: another hand wrote it, with az and the SDKs as its judges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from azlin.errors import AzureRefused
from azlin.gateways.arm import Arm
from azlin.gateways.http import Http
from azlin.gateways.tokens import Tokens, tenant_of
from azlin.paths import Paths

VERSION = "2024-11-01"


@pytest.fixture
def arm(sandbox: Any, tmp_path: Path) -> Iterator[Arm]:
    cloud = sandbox.cloud()
    with Http(cloud) as http:
        yield Arm(cloud, http, Tokens(cloud, http, Paths(tmp_path)), lambda type_: VERSION)


@pytest.fixture
def trouble(sandbox: Any) -> Iterator[Callable[..., None]]:
    yield lambda **fault: sandbox.ask("POST", "faults", fault)
    sandbox.ask("DELETE", "faults")


@pytest.fixture
def group_id(arm: Arm, sandbox: Any, group: str) -> str:
    group_id = f"/subscriptions/{sandbox.default_subscription.id}/resourceGroups/{group}"
    arm.put(group_id, {"location": "westeurope"})
    return group_id


def disk_in(group_id: str, name: str) -> str:
    return f"{group_id}/providers/Microsoft.Compute/disks/{name}"


BODY = {
    "location": "westeurope",
    "sku": {"name": "Standard_LRS"},
    "properties": {"diskSizeGB": 8, "creationData": {"createOption": "Empty"}},
}


def test_a_sign_in_is_for_the_sandboxes_own_tenant(sandbox: Any, tmp_path: Path):
    cloud = sandbox.cloud()
    with Http(cloud) as http:
        assert tenant_of(Tokens(cloud, http, Paths(tmp_path)).token()) == cloud.tenant


def test_what_was_put_is_got_listed_deleted_and_gone(arm: Arm, group_id: str, group: str):
    disk = disk_in(group_id, "one")
    assert arm.get(disk) is None
    made = arm.put(disk, BODY)
    assert made["properties"]["provisioningState"] == "Succeeded"
    assert arm.get(disk.upper()) == made
    assert [one["id"] for one in arm.list("Microsoft.Compute/disks", group=group)] == [disk]
    assert [one["id"] for one in arm.list("Microsoft.Resources/resources", group=group)] == [disk]
    assert arm.delete(disk) is True
    arm.gone(disk, deadline_s=10)
    assert arm.delete(disk) is False
    assert arm.list("Microsoft.Compute/disks", group=group) == []


def test_a_slow_creation_is_followed_by_its_async_url(
    arm: Arm, group_id: str, group: str, trouble: Callable[..., None]
):
    disk = disk_in(group_id, f"{group}-slow")
    trouble(method="PUT", name=f"{group}-slow", latency_s=0.05)
    urls: list[str] = []
    assert arm.put(disk, BODY, on_submitted=urls.append)["properties"]["provisioningState"] == "Succeeded"
    assert len(urls) == 1
    assert arm.follow(urls[0], disk)["id"] == disk


def test_a_creation_that_fails_later_is_refused_with_its_code(
    arm: Arm, group_id: str, group: str, trouble: Callable[..., None]
):
    trouble(method="PUT", name=f"{group}-bad", latency_s=0.05, code="SkuNotAvailable", status=409, message="none left")
    with pytest.raises(AzureRefused, match="none left") as refused:
        arm.put(disk_in(group_id, f"{group}-bad"), BODY)
    assert refused.value.code == "SkuNotAvailable"


def test_throttling_says_how_long_to_wait(arm: Arm, group_id: str, group: str, trouble: Callable[..., None]):
    trouble(method="PUT", name=f"{group}-many", status=429, retry_after_s=0.02, times=1)
    with pytest.raises(AzureRefused) as refused:
        arm.put(disk_in(group_id, f"{group}-many"), BODY)
    assert (refused.value.status, refused.value.retry_after_s) == (429, 0.02)
    assert arm.put(disk_in(group_id, f"{group}-many"), BODY)


def test_a_throttled_read_gets_its_answer(arm: Arm, group_id: str, group: str, trouble: Callable[..., None]):
    disk = disk_in(group_id, f"{group}-read")
    arm.put(disk, BODY)
    trouble(method="GET", name=f"{group}-read", status=429, retry_after_s=0.02, times=2)
    assert arm.get(disk) is not None


def test_a_group_takes_what_is_in_it_with_it(arm: Arm, group_id: str, group: str):
    arm.put(disk_in(group_id, "one"), BODY)
    assert arm.delete(group_id) is True
    arm.gone(group_id, deadline_s=10)
    assert arm.get(disk_in(group_id, "one")) is None
    assert arm.list("Microsoft.Compute/disks", group=group) == []


def test_a_subscription_that_does_not_exist_is_not_an_empty_one(arm: Arm):
    with pytest.raises(AzureRefused) as refused:
        arm.get("/subscriptions/00000000-0000-0000-0000-00000000dead/resourceGroups/x")
    assert refused.value.code == "SubscriptionNotFound"


def test_something_in_a_group_that_does_not_exist_is_refused(arm: Arm, group_id: str):
    with pytest.raises(AzureRefused) as refused:
        arm.put(disk_in(group_id + "-ghost", "one"), BODY)
    assert refused.value.code == "ResourceGroupNotFound"
