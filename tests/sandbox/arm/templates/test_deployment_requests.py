"""validate, whatIf, operations and lists of deployments, alike at every scope."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.faults import Fault
from tests.sandbox.conftest import Azure

GROUP_TYPE, ADDRESS_TYPE = "Microsoft.Resources/resourceGroups", "Microsoft.Network/publicIPAddresses"
ADDRESS = {"type": ADDRESS_TYPE, "apiVersion": "2024-05-01", "name": "p", "location": "westeurope"}
DEPLOYMENT = "providers/Microsoft.Resources/deployments"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
M = "/providers/Microsoft.Management/managementGroups/m"


@pytest.fixture
def registry() -> Registry:
    return load()


def body(*resources: Any, location: str | None = "westeurope", **parts: Any) -> dict[str, Any]:
    template = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources), **parts}
    sent: dict[str, Any] = {"properties": {"mode": "Incremental", "template": template}}
    return sent if location is None else {**sent, "location": location}


def scopes(azure: Azure) -> dict[str, str]:
    """Every scope that has deployments, there."""
    azure.ask("PUT", M, {"properties": {}})
    return {"group": azure.group(), "subscription": azure.subscription, "management group": M, "tenant": ""}


def test_every_scope_has_the_same_requests(azure: Azure) -> None:
    outputs = {"o": {"type": "string", "value": "[deployment().name]"}}
    for kind, scope in scopes(azure).items():
        path = f"{scope}/{DEPLOYMENT}/d"
        sent = body(outputs=outputs, location=None if kind == "group" else "westeurope")
        assert azure.ask("POST", f"{path}/validate", sent).body["properties"]["provisioningState"] == "Succeeded", kind
        assert azure.ask("POST", f"{path}/whatIf", sent).body["properties"]["changes"] == []
        assert azure.code("GET", path) == (404, "DeploymentNotFound")
        assert azure.put(path, sent)["properties"]["outputs"]["o"]["value"] == "d"
        assert azure.ask("HEAD", path).status == 204
        assert [one["name"] for one in azure.values(f"{scope}/{DEPLOYMENT}")] == ["d"]
        operation = azure.values(f"{path}/operations")[0]
        assert operation["properties"]["provisioningOperation"] == "EvaluateDeploymentOutput"
        assert azure.get(f"{path}/operations/{operation['operationId']}") == operation
        assert azure.code("GET", f"{path}/operations/none") == (404, "DeploymentOperationNotFound")
        assert azure.ask("POST", f"{path}/exportTemplate").body["template"]["$schema"] == SCHEMA
        assert azure.code("POST", f"{path}/cancel") == (409, "DeploymentCannotBeCancelled")
        assert azure.ask("DELETE", path).status in (202, 204)
        assert azure.ask("HEAD", path).status == 404


def test_a_resource_that_lives_in_groups_cannot_be_deployed_above_them(azure: Azure) -> None:
    path = f"{azure.subscription}/{DEPLOYMENT}/d"
    answer = azure.ask("POST", f"{path}/validate", body(ADDRESS))
    assert [one["code"] for one in answer.body["error"]["details"]] == ["InvalidResourceType"]
    assert azure.ask("PUT", path, body(ADDRESS)).body["properties"]["provisioningState"] == "Running"
    assert azure.get(path)["properties"]["error"]["details"][0]["code"] == "InvalidResourceType"
    assert azure.values(f"{azure.subscription}/resources") == []


def test_a_schema_that_azure_does_not_know_is_refused(azure: Azure) -> None:
    path = f"{azure.group()}/{DEPLOYMENT}/d"
    odd = body(location=None)
    odd["properties"]["template"]["$schema"] = SCHEMA.replace("2019-04-01", "2015-01-02")
    answer = azure.ask("PUT", path, odd)
    assert "Supported versions are '2014-04-01-preview,2015-01-01" in answer.body["error"]["message"]
    assert azure.code("PUT", path + "x" * 64, body(location=None)) == (400, "InvalidDeployment")


def test_a_list_is_in_pages_and_by_state(azure: Azure) -> None:
    scope = azure.group()
    for name in "abc":
        azure.put(f"{scope}/{DEPLOYMENT}/{name}", body(location=None))
    azure.plane.faults.add(Fault(id="", type=ADDRESS_TYPE, code="QuotaExceeded", message="no more", times=1))
    azure.ask("PUT", f"{scope}/{DEPLOYMENT}/bad", body(ADDRESS, location=None))
    azure.get(f"{scope}/{DEPLOYMENT}/bad")
    failed = azure.values(f"{scope}/{DEPLOYMENT}?$filter=provisioningState eq 'Failed'")
    assert [one["name"] for one in failed] == ["bad"]
    first = azure.ask("GET", f"{scope}/{DEPLOYMENT}?$top=3").body
    rest = azure.ask("GET", first["nextLink"]).body
    assert "nextLink" not in rest
    assert {one["name"] for one in first["value"] + rest["value"]} == {"a", "b", "c", "bad"}


def nested(name: str, *resources: Any, **own: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {"mode": "Incremental", "template": {"$schema": SCHEMA, "resources": list(resources)}}
    properties |= own.pop("properties", {})
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": name,
        "properties": properties,
    } | own


def test_what_if_tells_only_ids_when_it_is_asked_to(azure: Azure) -> None:
    scope = azure.group()
    azure.put(f"{scope}/{DEPLOYMENT}/d", body(ADDRESS, location=None))
    sent = body(ADDRESS, {**ADDRESS, "name": "q"}, location=None)
    sent["properties"]["whatIfSettings"] = {"resultFormat": "ResourceIdOnly"}
    changes = azure.ask("POST", f"{scope}/{DEPLOYMENT}/d/whatIf", sent).body["properties"]["changes"]
    assert [(one["resourceId"][-1], one["changeType"]) for one in changes] == [("p", "Deploy"), ("q", "Create")]
    assert all(set(one) == {"resourceId", "changeType"} for one in changes)


def test_a_secure_output_is_told_only_to_who_asks_for_it(azure: Azure) -> None:
    inner = nested("in", properties={"expressionEvaluationOptions": {"scope": "inner"}})
    inner["properties"]["template"]["outputs"] = {
        "s": {"type": "secureString", "value": "canary"},
        "o": {"type": "string", "value": "open"},
    }
    told = {"type": "string", "value": "[listOutputsWithSecureValues('in', '2022-09-01').s.value]"}
    path = f"{azure.group()}/{DEPLOYMENT}/d"
    shown = azure.put(path, body(inner, outputs={"told": told}, location=None))["properties"]
    assert shown["outputs"]["told"]["value"] == "canary"
    below = f"{azure.subscription}/resourceGroups/g/{DEPLOYMENT}/in"
    assert azure.get(below)["properties"]["outputs"] == {
        "s": {"type": "SecureString"},
        "o": {"type": "String", "value": "open"},
    }
    assert "canary" not in json.dumps(azure.plane.store.get(azure.plane.store.parse(below)).body)


def test_the_hash_of_a_template_is_that_of_its_deployment(azure: Azure) -> None:
    sent = body(ADDRESS, location=None)
    asked = azure.ask("POST", "/providers/Microsoft.Resources/calculateTemplateHash", sent["properties"]["template"])
    shown = azure.put(f"{azure.group()}/{DEPLOYMENT}/d", sent)["properties"]
    assert asked.body["templateHash"] == shown["templateHash"]
