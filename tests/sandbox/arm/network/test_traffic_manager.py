"""Profiles and endpoints are one thing seen from two sides."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def profile(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.Network/trafficManagerProfiles/p"
    azure.put(path, {"location": "global", "properties": {"dnsConfig": {"relativeName": "Shop"}}})
    return path


def test_a_name_is_taken_once(azure: Azure, profile: str):
    assert azure.get(profile)["properties"]["dnsConfig"]["fqdn"] == "shop.trafficmanager.net"
    other = {"location": "global", "properties": {"dnsConfig": {"relativeName": "shop"}}}
    assert azure.code("PUT", f"{profile}2", other) == (409, "Conflict")
    path = "/providers/Microsoft.Network/checkTrafficManagerNameAvailability"
    kind = "microsoft.network/trafficmanagerprofiles"
    taken: Any = azure.ask("POST", path, {"name": "SHOP", "type": kind}).body
    free: Any = azure.ask("POST", path, {"name": "shop2", "type": kind}).body
    assert (taken["nameAvailable"], taken["reason"], free["nameAvailable"]) == (False, "AlreadyExists", True)
    assert azure.ask("POST", path, {}).status == 400


def test_an_endpoint_is_shown_in_its_profile(azure: Azure, profile: str):
    assert azure.get(profile)["properties"]["monitorConfig"]["profileMonitorStatus"] == "Inactive"
    for name in ("a", "b"):
        azure.put(f"{profile}/ExternalEndpoints/{name}", {"properties": {"target": f"{name}.example.com"}})
    shown = azure.get(profile)["properties"]
    assert [(one["name"], one["properties"]["priority"]) for one in shown["endpoints"]] == [("a", 1), ("b", 2)]
    assert shown["monitorConfig"]["profileMonitorStatus"] == "CheckingEndpoints"


def test_endpoints_sent_in_the_profile_are_its_endpoints(azure: Azure, profile: str):
    azure.put(f"{profile}/AzureEndpoints/old", {"properties": {}})
    kind = "Microsoft.Network/trafficManagerProfiles/externalEndpoints"
    sent: dict[str, Any] = {
        "location": "global",
        "properties": {"endpoints": [{"name": "new", "type": kind, "properties": {"weight": 7}}]},
    }
    azure.put(profile, sent)
    assert [one["name"] for one in azure.get(profile)["properties"]["endpoints"]] == ["new"]
    assert azure.get(f"{profile}/ExternalEndpoints/new")["properties"]["weight"] == 7
    azure.put(profile, {"location": "global", "properties": {"profileStatus": "Disabled"}})
    shown = azure.get(profile)["properties"]
    assert [one["name"] for one in shown["endpoints"]] == ["new"]
    assert shown["monitorConfig"]["profileMonitorStatus"] == "Disabled"
    sent["properties"]["endpoints"][0].pop("type")
    assert azure.ask("PUT", profile, sent).status == 400
