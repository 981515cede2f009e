from __future__ import annotations

from tests.sandbox.arm.policy.conftest import Assign
from tests.sandbox.conftest import Azure

NOT_HTTPS = "404c3081-a854-4457-ae30-26a93ef643f9"
REQUIRE_TAG = "871b6d14-10aa-478d-b590-94f262ecfa99"
STATES = "providers/Microsoft.PolicyInsights/policyStates/latest"
NETS = "providers/Microsoft.Sandbox/nets"


def test_what_was_there_before_the_policy_is_judged_too(azure: Azure, assign: Assign):
    group = azure.group()
    azure.put(f"{group}/{NETS}/good", {"location": "westeurope", "tags": {"team": "red"}})
    azure.put(f"{group}/{NETS}/bad")
    assign(group, REQUIRE_TAG, tagName="team")
    found = azure.ask("POST", f"{azure.subscription}/{STATES}/queryResults").body
    assert {one["resourceId"].rpartition("/")[2]: one["complianceState"] for one in found["value"]} == {
        "good": "Compliant",
        "bad": "NonCompliant",
    }
    failing = azure.ask("POST", f"{group}/{STATES}/queryResults?$filter=isCompliant eq false").body["value"]
    assert [one["policyDefinitionAction"] for one in failing] == ["deny"]
    (summary,) = azure.ask("POST", f"{group}/{STATES}/summarize").body["value"]
    assert summary["results"]["nonCompliantResources"] == 1


def test_an_audit_lets_through_and_tells(azure: Azure, assign: Assign):
    group = azure.group()
    assign(group, NOT_HTTPS)
    path = f"{group}/providers/Microsoft.Storage/storageAccounts/a"
    azure.put(path, {"location": "westeurope", "properties": {"supportsHttpsTrafficOnly": False}})
    (state,) = azure.ask("POST", f"{group}/{STATES}/queryResults").body["value"]
    assert (state["isCompliant"], state["policyDefinitionAction"]) == (False, "audit")


def test_a_disabled_policy_says_nothing(azure: Azure, assign: Assign):
    group = azure.group()
    assign(group, NOT_HTTPS, effect="Disabled")
    azure.put(f"{group}/providers/Microsoft.Storage/storageAccounts/a")
    assert azure.ask("POST", f"{group}/{STATES}/queryResults").body["value"] == []


def test_what_cannot_be_judged_is_not_called_compliant(azure: Azure, assign: Assign):
    group = azure.group()
    azure.put(f"{group}/{NETS}/n")
    rule = {"if": {"field": "type", "like": "*"}, "then": {"effect": "auditIfNotExists", "details": {}}}
    assign(group, rule)
    assert azure.code("POST", f"{group}/{STATES}/queryResults") == (409, "NotServedBySandbox")


def test_a_filter_that_is_not_known_is_refused(azure: Azure, assign: Assign):
    group = azure.group()
    assign(group, REQUIRE_TAG, tagName="team")
    assert azure.ask("POST", f"{group}/{STATES}/queryResults?$filter=resourceType eq 'x'").status == 400
