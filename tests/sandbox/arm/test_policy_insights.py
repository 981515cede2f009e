from __future__ import annotations

from azlin.sandbox.arm.policy_insights import register
from tests.sandbox.conftest import Azure

STATES = "providers/Microsoft.PolicyInsights/policyStates/latest/queryResults"


def test_nothing_is_found_where_nothing_is_assigned_and_unknown_is_not_nothing(azure: Azure):
    register(azure.plane.registry)
    group = azure.group()
    assert azure.ask("POST", f"{group}/{STATES}").body["value"] == []
    azure.put(f"{group}/providers/Microsoft.Authorization/policyAssignments/a", {})
    assert azure.code("POST", f"{azure.subscription}/{STATES}") == (409, "NotServedBySandbox")
