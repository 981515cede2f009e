from __future__ import annotations

import pytest

from azlin.sandbox.arm.policy.conditions import check
from azlin.sandbox.arm.policy.definitions import all_built_in, built_in, refuse_invalid
from azlin.sandbox.arm.refusals import ArmRefusal
from tests.sandbox.arm.policy.conftest import AUTHORIZATION, Assign
from tests.sandbox.conftest import Azure

LOCATIONS = "e56962a6-4747-49cd-b67b-bf8b01975c4c"


@pytest.mark.parametrize("body", all_built_in(), ids=lambda body: body["properties"]["displayName"])
def test_every_built_in_rule_can_be_decided(body: dict[str, dict[str, object]]):
    refuse_invalid(body["properties"]["policyRule"], "x")
    check(body["properties"]["policyRule"]["if"])  # pyright: ignore[reportIndexIssue, reportUnknownArgumentType]


def test_a_built_in_definition_is_at_the_root_and_in_every_list(azure: Azure, assign: Assign):
    group = azure.group()
    assign(group, {"if": {"field": "type", "equals": "x"}, "then": {"effect": "deny"}})
    shown = azure.get(f"/{AUTHORIZATION}/policyDefinitions/{LOCATIONS.upper()}")
    assert shown == built_in(LOCATIONS)
    listed = azure.values(f"{azure.subscription}/{AUTHORIZATION}/policyDefinitions")
    assert {one["properties"]["policyType"] for one in listed} == {"BuiltIn", "Custom"}
    (mine,) = azure.values(f"{azure.subscription}/{AUTHORIZATION}/policyDefinitions?$filter=policyType eq 'Custom'")
    assert mine["name"] == "d0"


def test_a_definition_that_nobody_has_cannot_be_assigned(azure: Azure, assign: Assign):
    group = azure.group()
    assign(group, LOCATIONS, listOfAllowedLocations=["westeurope"])
    body = {"properties": {"policyDefinitionId": f"/{AUTHORIZATION}/policyDefinitions/{LOCATIONS[:-1]}0"}}
    path = f"{group}/{AUTHORIZATION}/policyAssignments/x"
    assert azure.code("PUT", path, body) == (404, "PolicyDefinitionNotFound")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"if": {"field": "x", "equals": "y"}},
        {"if": {"field": "x"}, "then": {"effect": "deny"}},
        {"if": {"field": "x", "equals": "y"}, "then": {"effect": "explode"}},
    ],
)
def test_a_rule_that_cannot_be_decided_is_refused(rule: dict[str, object]):
    with pytest.raises(ArmRefusal, match="InvalidPolicyRule"):
        refuse_invalid(rule, "mine")
