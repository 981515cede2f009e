"""Each region has a watcher, until it is switched off."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def watchers(azure: Azure) -> str:
    group = f"{azure.subscription}/resourceGroups/NetworkWatcherRG"
    return f"{group}/providers/Microsoft.Network/networkWatchers"


def regions(azure: Azure) -> dict[str, str]:
    path = f"{azure.subscription}/providers/Microsoft.Network/networkWatchers"
    return {one["location"]: one["id"] for one in azure.values(path)}


def test_a_watcher_is_there_without_being_a_resource_that_somebody_made(azure: Azure, watchers: str):
    assert regions(azure)["westus"] == f"{watchers}/NetworkWatcher_westus"
    assert azure.get(f"{watchers}/NetworkWatcher_westus")["location"] == "westus"
    assert azure.ask("GET", f"{watchers}/NetworkWatcher_nowhere").status == 404
    assert azure.values(f"{azure.subscription}/resources") == []


def test_what_is_put_under_it_makes_it_and_its_group_stay(azure: Azure, watchers: str):
    target = f"{azure.group()}/providers/Microsoft.Network/networkSecurityGroups/n"
    guid = azure.put(target, {"location": "westus"})["properties"]["resourceGuid"]
    log = {"location": "westus", "properties": {"targetResourceId": target, "storageId": "/s"}}
    shown = azure.put(f"{watchers}/NetworkWatcher_westus/flowLogs/f", log)["properties"]
    assert (shown["enabled"], shown["targetResourceGuid"]) == (True, guid)
    assert [one["name"] for one in azure.values(f"{watchers}")] == ["NetworkWatcher_westus"]
    path = f"{watchers}/NetworkWatcher_westus/queryFlowLogStatus"
    found: Any = azure.ask("POST", path, {"targetResourceId": target.upper()}).body
    assert found["properties"]["enabled"] is True


def test_a_watcher_that_was_switched_off_is_gone_until_one_is_made(azure: Azure, watchers: str):
    path = f"{watchers}/NetworkWatcher_westus"
    assert azure.ask("DELETE", path).status == 204
    assert "westus" not in regions(azure)
    assert azure.ask("GET", path).status == 404
    mine = f"{azure.group()}/providers/Microsoft.Network/networkWatchers/mine"
    azure.put(mine, {"location": "westus"})
    assert regions(azure)["westus"] == mine
    assert azure.code("PUT", f"{mine}2", {"location": "westus"}) == (400, "NetworkWatcherCountLimitReached")


def test_a_patch_keeps_the_watcher_with_its_tags(azure: Azure, watchers: str):
    path = f"{watchers}/NetworkWatcher_westus"
    assert azure.ask("PATCH", path, {"tags": {"a": "b"}}).status == 200
    assert azure.get(path)["tags"] == {"a": "b"}


def test_the_topology_says_what_is_in_what_and_with_what(azure: Azure, watchers: str):
    under = f"{azure.group()}/providers/Microsoft.Network"
    group = f"{under}/networkSecurityGroups/n"
    azure.put(group, {"location": "westus"})
    subnet = {"name": "s", "properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": group}}}
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    azure.put(f"{under}/virtualNetworks/v", {"location": "westus", "properties": {**space, "subnets": [subnet]}})
    path = f"{watchers}/NetworkWatcher_westus/topology"
    found: Any = azure.ask("POST", path, {"targetResourceGroupName": "g"}).body
    ties = {one["name"]: {(t["name"], t["associationType"]) for t in one["associations"]} for one in found["resources"]}
    assert ties == {"v": {("s", "Contains")}, "s": {("n", "Associated")}, "n": {("s", "Associated")}}
    assert azure.ask("POST", path, {}).status == 400
    assert azure.ask("POST", path, {"targetResourceGroupName": "none"}).status == 404


def test_a_monitor_runs_and_rests_and_measures_nothing(azure: Azure, watchers: str):
    path = f"{watchers}/NetworkWatcher_westus/connectionMonitors/m"
    azure.put(path, {"location": "westus", "properties": {"endpoints": [{"name": "e", "address": "bing.com"}]}})
    assert azure.get(path)["properties"]["monitoringStatus"] == "Running"
    azure.ask("POST", f"{path}/stop")
    assert azure.get(path)["properties"]["monitoringStatus"] == "Stopped"
    azure.ask("POST", f"{path}/start")
    assert azure.get(path)["properties"]["monitoringStatus"] == "Running"
    found: Any = azure.ask("POST", f"{path}/query").body
    assert found == {"sourceStatus": "Unknown", "states": []}
    capture = f"{watchers}/NetworkWatcher_westus/packetCaptures/p"
    azure.put(capture, {"properties": {"target": "/vm"}})
    asked: Any = azure.ask("POST", f"{capture}/queryStatus").body
    assert asked["packetCaptureStatus"] == "Unknown"
