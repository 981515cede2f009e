"""Where deployments go, and which template they bring."""

from __future__ import annotations

import json

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.arm.templates.test_deployment_requests import ADDRESS, ADDRESS_TYPE, DEPLOYMENT, body, nested, scopes
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def test_only_above_the_groups_a_deployment_has_a_location_and_keeps_it(azure: Azure) -> None:
    for kind, scope in scopes(azure).items():
        path = f"{scope}/{DEPLOYMENT}/d"
        wrong = body(location="westeurope" if kind == "group" else None)
        for method, url in (("PUT", path), ("POST", f"{path}/validate"), ("POST", f"{path}/whatIf")):
            assert azure.code(method, url, wrong) == (400, "InvalidDeployment"), kind
        if kind == "group":
            continue
        azure.put(path, body())
        assert azure.put(path, body(location="West Europe"))["location"] == "westeurope"
        assert azure.code("PUT", path, body(location="uksouth")) == (409, "InvalidDeploymentLocation")
        assert azure.code("POST", f"{path}/validate", body(location="uksouth")) == (409, "InvalidDeploymentLocation")


def test_a_scope_that_is_not_there_has_no_deployments(azure: Azure) -> None:
    nowhere = "/providers/Microsoft.Management/managementGroups/none"
    for method, url in (("PUT", ""), ("POST", "/validate"), ("POST", "/whatIf")):
        found = azure.code(method, f"{nowhere}/{DEPLOYMENT}/d{url}", body())
        assert found == (404, "ManagementGroupNotFound")
    gone = f"{azure.subscription}/resourceGroups/none/{DEPLOYMENT}/d"
    assert azure.code("PUT", gone, body(location=None)) == (404, "ResourceGroupNotFound")
    assert azure.code("GET", gone) == (404, "ResourceGroupNotFound")


def test_a_template_spec_is_deployed_by_its_id_with_what_it_links_to(azure: Azure) -> None:
    scope = azure.group()
    spec = f"{scope}/providers/Microsoft.Resources/templateSpecs/s"
    azure.put(spec, {"location": "westeurope", "properties": {}})
    main = body(nested("in") | {"properties": {"mode": "Incremental", "templateLink": {"relativePath": "a/b.json"}}})
    linked = {"path": "a/b.json", "template": body(ADDRESS)["properties"]["template"]}
    properties = {"mainTemplate": main["properties"]["template"], "linkedTemplates": [linked]}
    azure.put(f"{spec}/versions/1.0", {"location": "westeurope", "properties": properties})
    sent = {"properties": {"mode": "Incremental", "templateLink": {"id": f"{spec}/versions/1.0"}}}
    shown = azure.put(f"{scope}/{DEPLOYMENT}/d", sent)["properties"]
    assert shown["provisioningState"] == "Succeeded", json.dumps(shown)
    assert shown["templateLink"]["id"].endswith("1.0")
    assert azure.get(f"{scope}/providers/{ADDRESS_TYPE}/p")["name"] == "p"
    for link in ({"id": f"{spec}/versions/2.0"}, {"id": "no id"}, {"relativePath": "x.json"}):
        sent["properties"]["templateLink"] = link
        assert azure.code("PUT", f"{scope}/{DEPLOYMENT}/d", sent)[0] in (400, 404)


def test_a_deployment_tells_its_template_no_secret(azure: Azure) -> None:
    sent = body(
        location=None,
        parameters={"a": {"type": "string"}, "b": {"type": "secureString"}, "c": {"type": "secureObject"}},
        outputs={"all": {"type": "object", "value": "[deployment()]"}},
    )
    sent["properties"]["parameters"] = {
        "a": {"value": "open"},
        "b": {"value": "canary"},
        "c": {"value": {"x": "canary"}},
    }
    shown = azure.put(f"{azure.group()}/{DEPLOYMENT}/d", sent)["properties"]
    assert shown["outputs"]["all"]["value"]["properties"]["parameters"] == {"a": {"value": "open"}}
    assert "canary" not in json.dumps(shown)
