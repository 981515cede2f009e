from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.faults import Fault
from tests.sandbox.conftest import Azure

NET = "/providers/Microsoft.Sandbox/nets/n"


@pytest.fixture
def net(azure: Azure) -> str:
    path = azure.group() + NET
    azure.plane.faults.add(Fault(type="Microsoft.Sandbox/nets", stale_s=5.0))
    return path


def names(azure: Azure, path: str) -> list[Any]:
    return [one["name"] for one in azure.values(path)]


def test_what_was_just_made_is_not_seen_yet(azure: Azure, net: str):
    azure.put(net)
    collection, group = net.rpartition("/")[0], net.partition("/providers")[0]
    assert azure.code("GET", net) == (404, "ResourceNotFound")
    assert azure.ask("HEAD", net).status == 404
    assert names(azure, collection) == names(azure, f"{group}/resources") == []
    azure.clock.advance(5)
    assert azure.get(net)["name"] == "n"
    assert names(azure, collection) == names(azure, f"{group}/resources") == ["n"]


def test_what_was_just_changed_looks_as_before(azure: Azure, net: str):
    azure.put(net, {"location": "westeurope", "tags": {"at": "first"}})
    azure.clock.advance(5)
    azure.put(net, {"location": "westeurope", "tags": {"at": "second"}})
    azure.put(net, {"location": "westeurope", "tags": {"at": "third"}})
    assert azure.get(net)["tags"] == {"at": "first"}
    assert azure.values(net.rpartition("/")[0])[0]["tags"] == {"at": "first"}
    azure.clock.advance(5)
    assert azure.get(net)["tags"] == {"at": "third"}


def test_what_was_just_deleted_is_still_seen(azure: Azure, net: str):
    azure.put(net)
    azure.clock.advance(5)
    assert azure.ask("DELETE", net).status == 200
    assert azure.get(net)["name"] == "n"
    assert azure.ask("HEAD", net).status == 204
    azure.clock.advance(5)
    assert azure.code("GET", net) == (404, "ResourceNotFound")


def test_a_writer_sees_the_truth(azure: Azure, net: str):
    azure.put(net)
    assert azure.ask("PATCH", net, {"tags": {"a": "b"}}).status == 200
    azure.put(f"{net}/parts/p", {})
