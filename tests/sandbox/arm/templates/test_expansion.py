"""Nested deployments opened without deploying them."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.arm.templates.test_deployment_requests import (
    ADDRESS,
    ADDRESS_TYPE,
    DEPLOYMENT,
    GROUP_TYPE,
    body,
    nested,
)
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def test_validate_and_what_if_look_into_nested_deployments_before_their_group_is_there(azure: Azure) -> None:
    group = {"type": GROUP_TYPE, "apiVersion": "2022-09-01", "name": "new", "location": "uksouth"}
    here = {**ADDRESS, "location": "[resourceGroup().location]"}
    inner = {"expressionEvaluationOptions": {"scope": "inner"}}
    sent = body(group, nested("in", here, resourceGroup="new", dependsOn=["new"], properties=inner))
    path = f"{azure.subscription}/{DEPLOYMENT}/d"
    address = f"{azure.subscription}/resourceGroups/new/providers/{ADDRESS_TYPE}/p"
    valid = azure.ask("POST", f"{path}/validate", sent).body["properties"]["validatedResources"]
    assert address in [one["id"] for one in valid]
    changes = azure.ask("POST", f"{path}/whatIf", sent).body["properties"]["changes"]
    assert [(one["resourceId"], one["changeType"]) for one in changes] == [
        (f"{azure.subscription}/resourceGroups/new", "Create"),
        (address, "Create"),
    ]
    nothing = {**here, "type": "Microsoft.Network/nothing"}
    unknown = body(group, nested("in", nothing, resourceGroup="new", properties=inner))
    refused = azure.ask("POST", f"{path}/validate", unknown).body["error"]
    assert [one["code"] for one in refused["details"]] == ["InvalidResourceType"]


def test_what_if_leaves_a_nested_deployment_closed_whose_parameters_need_the_deployed(azure: Azure) -> None:
    given = {"x": {"value": "[reference('p').ipAddress]"}}
    inner = nested("in", properties={"expressionEvaluationOptions": {"scope": "inner"}, "parameters": given})
    inner["properties"]["template"]["parameters"] = {"x": {"type": "string"}}
    answer = azure.ask("POST", f"{azure.group()}/{DEPLOYMENT}/d/whatIf", body(ADDRESS, inner, location=None))
    kinds = {one["resourceId"].rpartition("/")[2]: one["changeType"] for one in answer.body["properties"]["changes"]}
    assert kinds == {"p": "Create", "in": "Unsupported"}


def test_an_expression_that_fails_is_refused_before_anything_is_deployed(azure: Azure) -> None:
    bad = {**ADDRESS, "tags": {"n": "[string(div(1, 0))]"}}
    needs_more = {**ADDRESS, "name": "q", "tags": {"n": "[reference('p').ipAddress]"}}
    path = f"{azure.group()}/{DEPLOYMENT}/d"
    refused = azure.ask("POST", f"{path}/validate", body(bad, needs_more, location=None)).body["error"]
    assert [one["code"] for one in refused["details"]] == ["InvalidTemplate"]
    assert "Unable to process template language expressions for resource" in refused["details"][0]["message"]
    assert azure.code("POST", f"{path}/whatIf", body(bad, location=None)) == (400, "InvalidTemplate")
    changes = azure.ask("POST", f"{path}/whatIf", body(needs_more, ADDRESS, location=None)).body["properties"][
        "changes"
    ]
    assert changes[-1]["after"]["tags"] == {"n": "[reference('p').ipAddress]"}
