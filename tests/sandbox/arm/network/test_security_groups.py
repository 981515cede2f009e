"""Rules of security groups, by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure

RULE = {"protocol": "Tcp", "access": "Allow", "direction": "Inbound", "priority": 100}


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def group(azure: Azure) -> str:
    path = f"{azure.group()}/providers/Microsoft.Network/networkSecurityGroups/n"
    azure.put(path)
    return path


def put(azure: Azure, group: str, name: str, **changed: Any) -> Any:
    return azure.ask("PUT", f"{group}/securityRules/{name}", {"properties": {**RULE, **changed}})


@pytest.mark.parametrize(("priority", "taken"), [(99, False), (100, True), (4096, True), (4097, False)])
def test_a_priority_is_from_100_to_4096(azure: Azure, group: str, priority: int, taken: bool):
    assert (put(azure, group, "r", priority=priority).status < 300) is taken


def test_a_priority_is_taken_once_in_a_direction(azure: Azure, group: str):
    assert put(azure, group, "a").status == 201
    assert put(azure, group, "b").body["error"]["code"] == "SecurityRuleConflict"
    assert put(azure, group, "b", direction="Outbound").status == 201
    assert put(azure, group, "a", access="Deny").status == 200


def test_the_default_rules_are_shown_and_cannot_be_sent(azure: Azure, group: str):
    azure.put(group, {"location": "westeurope", "properties": {"defaultSecurityRules": []}})
    shown = azure.get(group)["properties"]["defaultSecurityRules"]
    assert sorted((one["properties"]["direction"], one["properties"]["priority"]) for one in shown) == [
        ("Inbound", 65000), ("Inbound", 65001), ("Inbound", 65500),
        ("Outbound", 65000), ("Outbound", 65001), ("Outbound", 65500),
    ]  # fmt: skip
    stored = azure.plane.store.get(group)
    assert stored is not None
    assert "defaultSecurityRules" not in stored.properties
