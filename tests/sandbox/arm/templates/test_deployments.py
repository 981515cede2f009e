"""Deployments over ARM's routes: the same writes as direct calls, with the same troubles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.faults import Fault
from tests.sandbox.conftest import Azure

NETWORK = {
    "type": "Microsoft.Network/virtualNetworks",
    "apiVersion": "2024-05-01",
    "name": "v",
    "location": "[resourceGroup().location]",
    "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
}
ADDRESS = {
    "type": "Microsoft.Network/publicIPAddresses",
    "apiVersion": "2024-05-01",
    "name": "p",
    "location": "westeurope",
}
"""Waits for nothing."""


@pytest.fixture
def registry() -> Registry:
    return load()


def body(*resources: dict[str, Any], given: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    mode = parts.pop("mode", "Incremental")
    template = {"$schema": "s", "contentVersion": "1.0.0.0", "resources": list(resources), **parts}
    parameters = {name: {"value": value} for name, value in (given or {}).items()}
    return {"properties": {"mode": mode, "template": template, "parameters": parameters}}


def path_of(azure: Azure, name: str = "d") -> str:
    return f"{azure.group()}/providers/Microsoft.Resources/deployments/{name}"


def test_a_deployment_is_done_when_nothing_waits(azure: Azure) -> None:
    path = path_of(azure)
    outputs = {"space": {"type": "array", "value": "[reference('v').addressSpace.addressPrefixes]"}}
    answer = azure.ask("PUT", path, body(NETWORK, outputs=outputs))
    assert answer.status == 201
    shown = answer.body["properties"]
    assert shown["provisioningState"] == "Succeeded"
    assert shown["outputs"] == {"space": {"type": "Array", "value": ["10.0.0.0/16"]}}
    network = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"
    assert shown["outputResources"] == [{"id": network}]
    assert azure.get(network)["location"] == "westeurope"


def test_the_body_that_az_sends_is_understood(azure: Azure) -> None:
    path = path_of(azure)
    template = json.dumps({"resources": [NETWORK], "$schema": "s"})
    raw = f'{{"properties": {{"mode": "Incremental", template:{template[:-1]} /* kept */ }}}}}}'
    assert azure.ask("PUT", path, raw.encode()).status == 201
    assert azure.ask("POST", path + "/validate", raw.encode()).status == 200


def test_a_secret_parameter_is_nowhere_to_be_found_afterwards(azure: Azure) -> None:
    path = path_of(azure)
    resource = {**NETWORK, "tags": {"length": "[string(length(parameters('p')))]"}}
    answer = azure.ask("PUT", path, body(resource, given={"p": "canary"}, parameters={"p": {"type": "securestring"}}))
    assert answer.body["properties"]["parameters"] == {"p": {"type": "SecureString"}}
    exported = azure.ask("POST", path + "/exportTemplate")
    kept = [json.dumps(one.body) for one in azure.plane.store.all()]
    assert "canary" not in json.dumps([answer.body, exported.body, kept, azure.plane.store.recall_all("")])


def test_a_nested_template_that_was_given_a_secret_is_exported_without_it(azure: Azure) -> None:
    inner = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2024-11-01",
        "name": "inner",
        "properties": {
            "mode": "Incremental",
            "template": {"$schema": "s", "resources": [], "variables": {"v": "[parameters('p')]"}},
        },
    }
    path = path_of(azure)
    sent = body(inner, given={"p": "canary"}, parameters={"p": {"type": "securestring"}})
    assert azure.put(path, sent)["properties"]["provisioningState"] == "Succeeded"
    exported = azure.ask("POST", path_of(azure, "inner") + "/exportTemplate").body
    assert "canary" not in json.dumps(exported)
    assert "canary" not in json.dumps(azure.plane.store.recall_all(""))


def finished(azure: Azure, url: str, times: int = 20) -> dict[str, Any]:
    """The last state of the operation at `url`."""
    for _ in range(times):
        status = azure.ask("GET", url).body
        if status["status"] not in ("InProgress", "Running"):
            return status
        azure.clock.advance(1)
    raise AssertionError("the deployment does not end")


def test_a_refused_resource_fails_the_deployment_later_and_not_at_the_put(azure: Azure) -> None:
    path = path_of(azure)
    bad = {**NETWORK, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.1/16"]}}}
    answer = azure.ask("PUT", path, body(bad, {**ADDRESS, "dependsOn": ["v"]}, {**ADDRESS, "name": "q"}))
    assert answer.status == 201
    assert answer.body["properties"]["provisioningState"] == "Running"
    status = finished(azure, answer.headers["Azure-AsyncOperation"])
    assert status["status"] == "Failed"
    assert status["error"]["code"] == "DeploymentFailed"
    assert [one["code"] for one in status["error"]["details"]] == ["InvalidCIDRNotation"]
    shown = azure.get(path)["properties"]
    assert (shown["provisioningState"], shown["error"]) == ("Failed", status["error"])
    states = {
        one["properties"]["targetResource"]["resourceName"]: one["properties"]["provisioningState"]
        for one in azure.values(path + "/operations")
    }
    assert states == {"v": "Failed", "q": "Succeeded"}


def test_a_fault_meets_a_resource_inside_a_deployment(azure: Azure) -> None:
    azure.plane.faults.add(Fault(id="", type=ADDRESS["type"], code="QuotaExceeded", message="no more", times=1))
    path = path_of(azure)
    answer = azure.ask("PUT", path, body(ADDRESS))
    status = finished(azure, answer.headers["Azure-AsyncOperation"])
    assert status["error"]["details"] == [{"code": "QuotaExceeded", "message": "no more"}]
    assert azure.put(path, body(ADDRESS))["properties"]["provisioningState"] == "Succeeded"


def test_a_slow_resource_keeps_the_deployment_running_until_it_is_there(azure: Azure) -> None:
    azure.plane.faults.add(Fault(id="", type=ADDRESS["type"], latency_s=5))
    path = path_of(azure)
    answer = azure.ask("PUT", path, body(ADDRESS, {**NETWORK, "dependsOn": ["p"]}))
    assert azure.get(path)["properties"]["provisioningState"] == "Running"
    assert azure.code("PUT", path, body(ADDRESS)) == (409, "DeploymentActive")
    network = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"
    assert azure.ask("GET", network).status == 404
    assert finished(azure, answer.headers["Azure-AsyncOperation"])["status"] == "Succeeded"
    assert azure.ask("GET", network).status == 200
    assert azure.get(path)["properties"]["provisioningState"] == "Succeeded"


def test_a_resource_that_fails_while_provisioning_is_told_as_arm_tells_it(azure: Azure) -> None:
    azure.plane.faults.add(Fault(id="", type=ADDRESS["type"], latency_s=2, code="AllocationFailed"))
    answer = azure.ask("PUT", path_of(azure), body(ADDRESS))
    detail = finished(azure, answer.headers["Azure-AsyncOperation"])["error"]["details"][0]
    assert detail["code"] == "ResourceDeploymentFailure"
    assert detail["details"][0]["code"] == "AllocationFailed"


@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        (body(ADDRESS, given={"x": 1}), "InvalidTemplate", "'x' in the parameters file are not valid"),
        (body({**ADDRESS, "name": "[nope()]"}), "InvalidTemplate", "The template function 'nope' is not valid"),
        (body(mode="Sideways"), "InvalidDeploymentMode", "Sideways"),
        ({"properties": {"mode": "Incremental", "templateLink": {"uri": "https://x"}}}, "InvalidContentLink", "https://x"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_used_is_refused_at_once(azure: Azure, sent: Any, code: str, words: str) -> None:
    for method, path in (("PUT", path_of(azure)), ("POST", path_of(azure) + "/validate")):
        answer = azure.ask(method, path, sent)
        assert (answer.status, answer.body["error"]["code"]) == (400, code)
        assert words in answer.body["error"]["message"]


def test_validate_finds_a_type_and_a_place_that_nobody_offers(azure: Azure) -> None:
    unknown = {**ADDRESS, "type": "Microsoft.Network/nothing"}
    answer = azure.ask("POST", path_of(azure) + "/validate", body(unknown, {**ADDRESS, "location": "mars"}))
    assert answer.body["error"]["code"] == "InvalidTemplateDeployment"
    codes = [one["code"] for one in answer.body["error"]["details"]]
    assert codes == ["InvalidResourceType", "LocationNotAvailableForResourceType"]
    assert azure.values(f"{azure.subscription}/resourceGroups/g/resources") == []


def test_what_if_tells_what_would_change_and_changes_nothing(azure: Azure) -> None:
    path = path_of(azure)
    azure.put(path, body(NETWORK))
    changed = {**NETWORK, "tags": {"a": "b"}}
    other = f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/other"
    azure.put(other)
    answer = azure.ask("POST", path + "/whatIf", body(changed, ADDRESS))
    kinds = {one["resourceId"].rpartition("/")[2]: one["changeType"] for one in answer.body["properties"]["changes"]}
    assert kinds == {"v": "Modify", "p": "Create", "other": "Ignore"}
    assert "tags" not in azure.get(
        f"{azure.subscription}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v"
    )
    same = azure.ask("POST", path + "/whatIf", body(NETWORK)).body["properties"]["changes"]
    assert [one["changeType"] for one in same] == ["NoChange", "Ignore"]


def test_mode_complete_removes_what_the_template_does_not_name(azure: Azure) -> None:
    path = path_of(azure)
    azure.put(path, body(NETWORK, ADDRESS))
    azure.put(path, body(NETWORK, mode="Complete"))
    names = [one["name"] for one in azure.values(f"{azure.subscription}/resourceGroups/g/resources")]
    assert names == ["v"]


def test_a_subscription_deployment_makes_a_group_and_deploys_into_it(azure: Azure) -> None:
    path = f"{azure.subscription}/providers/Microsoft.Resources/deployments/whole"
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2024-03-01",
        "name": "new",
        "location": "uksouth",
    }
    inner = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2024-03-01",
        "name": "inner",
        "resourceGroup": "new",
        "dependsOn": ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'new')]"],
        "properties": {"mode": "Incremental", "template": {"$schema": "s", "resources": [ADDRESS]}},
    }
    assert azure.code("PUT", path, body(inner, group)) == (400, "InvalidDeployment")
    answer = azure.ask("PUT", path, {**body(inner, group), "location": "westeurope"})
    assert answer.body["properties"]["provisioningState"] == "Succeeded", answer.body
    made = f"{azure.subscription}/resourceGroups/new/providers/Microsoft.Network/publicIPAddresses/p"
    assert azure.get(made)["name"] == "p"
    listed = azure.values(f"{azure.subscription}/providers/Microsoft.Resources/deployments")
    assert [one["name"] for one in listed] == ["whole"]


def test_a_deleted_deployment_leaves_its_resources(azure: Azure) -> None:
    path = path_of(azure)
    azure.put(path, body(ADDRESS))
    assert azure.ask("DELETE", path).status in (202, 204)
    assert azure.ask("GET", path).status == 404
    assert len(azure.values(f"{azure.subscription}/resourceGroups/g/resources")) == 1
    assert azure.plane.store.recall_all("deployment-") == {}


def test_a_deployment_that_was_running_when_the_sandbox_stopped_says_so(azure: Azure) -> None:
    azure.plane.faults.add(Fault(id="", type=ADDRESS["type"], latency_s=5))
    path = path_of(azure)
    answer = azure.ask("PUT", path, body(ADDRESS))
    azure.plane = ControlPlane(azure.plane.store, load(), azure.plane.directory, azure.clock)
    status = finished(azure, answer.headers["Azure-AsyncOperation"])
    assert status["status"] == "Failed"
    assert "Deploy it again" in status["error"]["message"]
