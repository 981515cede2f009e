from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def disk(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.Compute/disks/d"
    inner = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 64, "osType": "Linux"}
    azure.put(path, {"location": "westeurope", "sku": {"name": "Premium_LRS"}, "properties": inner})
    return path


def test_an_image_of_a_disk_is_as_large_and_of_the_same_kind(azure: Azure):
    system = {"managedDisk": {"id": disk(azure).lstrip("/")}, "osType": "Linux", "osState": "Generalized"}
    path = f"{azure.group()}/providers/Microsoft.Compute/images/i"
    made = azure.put(path, {"location": "westeurope", "properties": {"storageProfile": {"osDisk": system}}})
    storage = made["properties"]["storageProfile"]
    assert storage["osDisk"]["managedDisk"]["id"] == disk(azure)
    assert (storage["osDisk"]["diskSizeGB"], storage["osDisk"]["storageAccountType"]) == (64, "Premium_LRS")
    assert storage["dataDisks"] == []


def test_an_image_of_nothing_is_refused(azure: Azure):
    system = {"snapshot": {"id": f"{azure.group()}/providers/Microsoft.Compute/snapshots/none"}}
    path = f"{azure.group()}/providers/Microsoft.Compute/images/i"
    body = {"location": "westeurope", "properties": {"storageProfile": {"osDisk": system}}}
    assert azure.code("PUT", path, body) == (404, "NotFound")


def test_a_snapshot_says_what_it_was_made_of(azure: Azure):
    source = azure.get(disk(azure))
    path = f"{azure.group()}/providers/Microsoft.Compute/snapshots/s"
    creation = {"createOption": "Copy", "sourceUri": disk(azure)}
    azure.ask("PUT", path, {"location": "westeurope", "properties": {"creationData": creation}})
    made = azure.get(path)["properties"]
    assert made["creationData"]["sourceResourceId"] == source["id"]
    assert made["creationData"]["sourceUniqueId"] == source["properties"]["uniqueId"]
    assert (made["diskSizeGB"], made["osType"]) == (64, "Linux")
    assert "diskIOPSReadWrite" not in made
    gone = {"createOption": "Copy", "sourceResourceId": f"{disk(azure)}2"}
    body = {"location": "westeurope", "properties": {"creationData": gone}}
    assert azure.code("PUT", f"{path}2", body) == (404, "ResourceNotFound")
