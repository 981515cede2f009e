"""Application gateways: their parts, who uses which, and what an operator does with them."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def gateway(azure: Azure) -> str:
    return f"{azure.group()}/providers/Microsoft.Network/applicationGateways/g"


def body(path: str, **more: Any) -> dict[str, Any]:
    """One listener on one port, one rule to one pool; as the templates of az write it, capitals and all."""
    rule = {
        "httpListener": {"id": f"{path}/httpListeners/l"},
        "backendAddressPool": {"id": f"{path}/backendAddressPools/p"},
        "backendHttpSettings": {"id": f"{path}/backendHttpSettingsCollection/s"},
    }
    properties = {
        "frontendPorts": [{"name": "port", "properties": {"Port": "80"}}],
        "backendAddressPools": [{"name": "p", "properties": {"BackendAddresses": [{"ipAddress": "10.0.0.4"}]}}],
        "backendHttpSettingsCollection": [{"name": "s", "properties": {"Port": 80}}],
        "httpListeners": [{"Name": "l", "properties": {"frontendPort": {"id": f"{path}/frontendPorts/port"}}}],
        "requestRoutingRules": [{"Name": "r", "Properties": rule}],
        **more,
    }
    return {"location": "westeurope", "properties": properties}


def test_a_port_that_is_sent_as_text_is_a_number_and_other_text_is_refused(azure: Azure, gateway: str):
    shown = azure.put(gateway, body(gateway))["properties"]
    assert shown["frontendPorts"][0]["properties"]["port"] == 80
    wrong = body(gateway, frontendPorts=[{"name": "port", "properties": {"Port": "eighty"}}])
    assert azure.code("PUT", gateway, wrong) == (400, "InvalidRequestFormat")


def test_each_part_knows_which_others_use_it(azure: Azure, gateway: str):
    shown = azure.put(gateway, body(gateway))["properties"]
    rule = [{"id": f"{gateway}/requestRoutingRules/r"}]
    assert shown["backendAddressPools"][0]["properties"]["requestRoutingRules"] == rule
    assert shown["httpListeners"][0]["properties"]["requestRoutingRules"] == rule
    assert shown["frontendPorts"][0]["properties"]["httpListeners"] == [{"id": f"{gateway}/httpListeners/l"}]


def test_what_uses_a_part_is_forgotten_with_the_user(azure: Azure, gateway: str):
    sent = azure.put(gateway, body(gateway))
    sent["properties"]["requestRoutingRules"] = []
    shown = azure.put(gateway, sent)["properties"]
    assert "requestRoutingRules" not in shown["backendAddressPools"][0]["properties"]


def test_a_part_is_read_and_listed_by_itself(azure: Azure, gateway: str):
    whole = azure.put(gateway, body(gateway))
    part = azure.get(f"{gateway}/frontendPorts/port")
    assert part == azure.get(gateway)["properties"]["frontendPorts"][0]
    assert azure.values(f"{gateway}/frontendPorts") == [part]
    assert azure.values(f"{gateway}/sslProfiles") == []
    assert azure.ask("GET", f"{gateway}/frontendPorts/none").status == 404
    assert part["etag"] == whole["etag"]
    assert azure.ask("PUT", f"{gateway}/frontendPorts/port", {"properties": {"port": 81}}).status == 405
    assert azure.get(f"{gateway}/frontendPorts/port") == part


def test_parts_within_parts_have_ids_too(azure: Azure, gateway: str):
    maps = [{"name": "m", "properties": {"pathRules": [{"name": "x", "properties": {"paths": ["/a/*"]}}]}}]
    azure.put(gateway, body(gateway, urlPathMaps=maps))
    path = f"{gateway}/urlPathMaps/m/pathRules/x"
    assert azure.get(path)["id"] == path


def test_two_parts_of_one_name_are_refused(azure: Azure, gateway: str):
    twice = body(gateway, probes=[{"name": "p", "properties": {}}, {"name": "P", "properties": {}}])
    assert azure.code("PUT", gateway, twice) == (400, "DuplicateResourceName")


def test_stopping_and_starting_are_seen(azure: Azure, gateway: str):
    azure.put(gateway, body(gateway))
    azure.ask("POST", f"{gateway}/stop")
    assert azure.get(gateway)["properties"]["operationalState"] == "Stopped"
    azure.put(gateway, body(gateway))
    assert azure.get(gateway)["properties"]["operationalState"] == "Stopped"
    azure.ask("POST", f"{gateway}/start")
    assert azure.get(gateway)["properties"]["operationalState"] == "Running"


def test_the_health_of_what_nobody_probes_is_unknown(azure: Azure, gateway: str):
    azure.put(gateway, body(gateway))
    pools = azure.ask("POST", f"{gateway}/backendhealth").body["backendAddressPools"]
    servers = pools[0]["backendHttpSettingsCollection"][0]["servers"]
    assert servers == [{"address": "10.0.0.4", "health": "Unknown"}]
    asked = {
        "backendAddressPool": {"id": f"{gateway}/backendAddressPools/p"},
        "backendHttpSettings": {"id": f"{gateway}/backendHttpSettingsCollection/none"},
    }
    assert azure.code("POST", f"{gateway}/getBackendHealthOnDemand", asked) == (400, "InvalidResourceReference")


def test_an_action_that_gateways_do_not_have_is_refused(azure: Azure, gateway: str):
    azure.put(gateway, body(gateway))
    assert azure.ask("POST", f"{gateway}/dance").status == 405


def test_a_firewall_policy_says_how_it_is_set(azure: Azure):
    kind = "ApplicationGatewayWebApplicationFirewallPolicies"
    path = f"{azure.group()}/providers/Microsoft.Network/{kind}/w"
    shown = azure.put(path, {"location": "westeurope", "properties": {"policySettings": {"mode": "Prevention"}}})
    assert shown["properties"]["policySettings"]["mode"] == "Prevention"
    assert shown["properties"]["policySettings"]["requestBodyCheck"] is True
    assert shown["properties"]["customRules"] == []
