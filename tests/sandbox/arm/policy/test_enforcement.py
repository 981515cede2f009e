from __future__ import annotations

import json
from typing import Any

from tests.sandbox.arm.policy.conftest import AUTHORIZATION, Assign
from tests.sandbox.conftest import Azure

LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"
REQUIRE_TAG = "871b6d14-10aa-478d-b590-94f262ecfa99"
INHERIT_TAG = "cd3aa116-8754-49c9-a813-ad46512ece54"
ADD_TAG = "4f9dc7db-30c1-420c-b61a-e1d640128d26"
NET = "/providers/Microsoft.Sandbox/nets/n"


def deny(condition: dict[str, Any]) -> dict[str, Any]:
    return {"if": condition, "then": {"effect": "deny"}}


def test_what_a_policy_denies_is_refused_with_its_names(azure: Azure, assign: Assign):
    group = azure.group()
    assignment = assign(azure.subscription, LOCATIONS, listOfAllowedLocations=["westeurope"])
    answer = azure.ask("PUT", group + NET, {"location": "East US"})
    error = answer.body["error"]
    assert (answer.status, error["code"], error["target"]) == (403, "RequestDisallowedByPolicy", "n")
    named = json.loads(error["message"].partition("'[")[2].rpartition("]'")[0].join("[]"))
    assert named[0]["policyAssignment"]["id"] == assignment
    assert error["additionalInfo"][0]["info"]["policyDefinitionDisplayName"] == "Allowed locations"
    assert azure.ask("GET", group + NET).status == 404
    azure.put(group + NET, {"location": "West Europe"})


def test_a_policy_holds_below_its_scope_and_not_beside_it(azure: Azure, assign: Assign):
    group, other = azure.group(), azure.group("other")
    assign(group, LOCATIONS, listOfAllowedLocations=["northeurope"])
    assert azure.ask("PUT", group + NET, {"location": "westeurope"}).status == 403
    azure.put(other + NET)


def test_what_is_left_out_exempt_or_not_enforced_is_let_through(azure: Azure, assign: Assign):
    out, exempt, noted = (azure.group(name) for name in ("out", "exempt", "noted"))
    first = assign(azure.subscription, LOCATIONS, {"notScopes": [out, noted]}, listOfAllowedLocations=["eastus"])
    azure.put(f"{exempt}/{AUTHORIZATION}/policyExemptions/e", {"properties": {"policyAssignmentId": first}})
    assign(noted, LOCATIONS, {"enforcementMode": "DoNotEnforce"}, listOfAllowedLocations=["eastus"])
    for group in (out, exempt, noted):
        azure.put(group + NET)


def test_a_tag_is_required_and_inherited(azure: Azure, assign: Assign):
    azure.ask("PUT", f"{azure.subscription}/resourceGroups/g", {"location": "westeurope", "tags": {"team": "red"}})
    group = f"{azure.subscription}/resourceGroups/g"
    assign(group, REQUIRE_TAG, tagName="team")
    assert azure.code("PUT", group + NET, {"location": "westeurope"}) == (403, "RequestDisallowedByPolicy")
    assign(group, INHERIT_TAG, tagName="team")
    assert azure.put(group + NET)["tags"] == {"team": "red"}
    assert azure.put(group + NET, {"location": "westeurope", "tags": {"team": "blue"}})["tags"] == {"team": "red"}


def test_a_patch_is_judged_and_changed_as_the_whole_that_it_makes(azure: Azure, assign: Assign):
    group = azure.group()
    azure.put(group + NET, {"location": "westeurope", "properties": {"a": 1}, "tags": {"x": "y"}})
    assign(group, ADD_TAG, tagName="owner", tagValue="me")
    changed = azure.ask("PATCH", group + NET, {"properties": {"b": 2}}).body
    assert changed["tags"] == {"x": "y", "owner": "me"}
    assert {name: changed["properties"][name] for name in "ab"} == {"a": 1, "b": 2}


def test_sets_pass_their_parameters_on(azure: Azure, assign: Assign):
    group = azure.group()
    assign(group, REQUIRE_TAG, tagName="unused")  # registers everything
    azure.ask("DELETE", f"{group}/{AUTHORIZATION}/policyAssignments/a0")
    path = f"{azure.subscription}/{AUTHORIZATION}/policySetDefinitions/s"
    member = {
        "policyDefinitionId": f"/{AUTHORIZATION}/policyDefinitions/{LOCATIONS}",
        "parameters": {"listOfAllowedLocations": {"value": "[parameters('where')]"}},
    }
    azure.put(path, {"properties": {"parameters": {"where": {"type": "Array"}}, "policyDefinitions": [member]}})
    assign(group, path, where=["northeurope"])
    assert azure.ask("PUT", group + NET, {"location": "westeurope"}).status == 403
    azure.put(group + NET, {"location": "northeurope"})


def test_modify_and_append_change_properties_too(azure: Azure, assign: Assign):
    group = azure.group()
    condition = {"field": "type", "equals": "Microsoft.Sandbox/nets"}
    operations = [
        {"operation": "addOrReplace", "field": "Microsoft.Sandbox/nets/tls", "value": "1.2"},
        {"operation": "remove", "field": "tags['old']"},
        {"operation": "add", "field": "tags['never']", "value": "x", "condition": "[equals(1, 2)]"},
    ]
    assign(group, {"if": condition, "then": {"effect": "modify", "details": {"operations": operations}}})
    details = [{"field": "Microsoft.Sandbox/nets/ips[*]", "value": "10.0.0.1"}]
    assign(group, {"if": condition, "then": {"effect": "append", "details": details}})
    body = {
        "location": "westeurope",
        "tags": {"old": "1", "new": "2"},
        "properties": {"tls": "1.0", "ips": ["10.9.9.9"]},
    }
    made = azure.put(group + NET, body)
    assert (made["tags"], made["properties"]["tls"]) == ({"new": "2"}, "1.2")
    assert made["properties"]["ips"] == ["10.9.9.9", "10.0.0.1"]


def test_a_deployment_is_held_to_policies_too(azure: Azure, assign: Assign):
    from azlin.sandbox.arm.templates import deployments

    deployments.register(azure.plane.registry)
    group = azure.group()
    assign(group, deny({"field": "name", "like": "bad*"}))
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Network/routeTables",
                "apiVersion": "2024-01-01",
                "name": "bad1",
                "location": "westeurope",
            }
        ],
    }
    path = f"{group}/providers/Microsoft.Resources/deployments/d"
    azure.put(path, {"properties": {"mode": "Incremental", "template": template}})
    azure.clock.advance(60)
    (failed,) = azure.get(path)["properties"]["error"]["details"]
    assert (failed["code"], failed["target"]) == ("RequestDisallowedByPolicy", "bad1")
    assert azure.values(f"{group}/resources") == []


def test_groups_are_judged_by_policies_of_mode_all(azure: Azure, assign: Assign):
    azure.group()
    group_type = "Microsoft.Resources/subscriptions/resourceGroups"
    rule = {"allOf": [{"field": "type", "equals": group_type}, {"field": "name", "notLike": "rg-*"}]}
    assign(azure.subscription, deny(rule))
    path = f"{azure.subscription}/resourceGroups"
    assert azure.ask("PUT", f"{path}/web", {"location": "westeurope"}).status == 403
    assert azure.ask("PUT", f"{path}/rg-web", {"location": "westeurope"}).status == 201
