from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.ids import Casing, parse_id
from azlin.sandbox.arm.policy.conditions import ConditionInvalid, check, holds
from azlin.sandbox.arm.policy.fields import Candidate
from azlin.sandbox.arm.templates.template_functions import PURE

NSG = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/web"
TYPE = "Microsoft.Network/networkSecurityGroups"
RULES = "Microsoft.Network/networkSecurityGroups/securityRules[*]"


def candidate(**properties: Any) -> Candidate:
    rid = parse_id(NSG, Casing())
    assert rid is not None
    return Candidate(rid, {"location": "westeurope", "tags": {"Env": "Prod"}, "properties": properties})


def rules(*ports: str) -> Candidate:
    listed = [{"name": one, "properties": {"destinationPortRange": one, "access": "Allow"}} for one in ports]
    return candidate(securityRules=listed)


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"field": "location", "equals": "WestEurope"}, True),
        ({"field": "location", "notIn": ["eastus", "WESTEUROPE"]}, False),
        ({"field": "name", "like": "w*b"}, True),
        ({"field": "name", "notLike": "x*"}, True),
        ({"field": "name", "match": "???"}, True),
        ({"field": "name", "match": "WEB"}, False),
        ({"field": "name", "matchInsensitively": "WEB"}, True),
        ({"field": "name", "match": "we#"}, False),
        ({"field": "tags['env']", "equals": "prod"}, True),
        ({"field": "tags.env", "exists": "true"}, True),
        ({"field": "tags[cost]", "exists": False}, True),
        ({"field": "tags", "containsKey": "ENV"}, True),
        ({"field": "name", "contains": "E"}, True),
        ({"field": "kind", "notEquals": "x"}, True),
        ({"field": "kind", "equals": "x"}, False),
        ({"source": "action", "equals": f"{TYPE}/write"}, True),
        ({"source": "action", "equals": f"{TYPE}/read"}, False),
        ({"value": "[concat('a', 'b')]", "equals": "AB"}, True),
        ({"value": 3, "greater": 2}, True),
        ({"value": "2024-02-01", "lessOrEquals": "2024-01-31"}, False),
        ({"value": "3", "greater": 2}, False),
        ({"not": {"field": "name", "equals": "web"}}, False),
        (
            {"anyOf": [{"field": "name", "equals": "x"}, {"field": "type", "in": [TYPE]}]},
            True,
        ),
        ({"allOf": [{"field": "name", "equals": "web"}, {"field": "id", "notEquals": NSG}]}, False),
        ({"allOf": []}, True),
    ],
)
def test_a_condition_is_met_or_not(condition: dict[str, Any], met: bool):
    assert holds(condition, candidate(), PURE) is met


def test_an_array_field_holds_when_every_element_does():
    port = f"{RULES}.destinationPortRange"
    assert holds({"field": port, "in": ["22", "443"]}, rules("22", "443"), PURE)
    assert not holds({"field": port, "in": ["22"]}, rules("22", "443"), PURE)
    assert holds({"field": port, "notEquals": "3389"}, rules("22", "443"), PURE)
    assert holds({"field": port, "equals": "x"}, rules(), PURE)


def test_elements_are_counted_with_conditions_of_their_own():
    where = {
        "allOf": [
            {"field": f"{RULES}.access", "equals": "Allow"},
            {"field": f"{RULES}.destinationPortRange", "in": ["22", "3389"]},
        ]
    }
    counted = {"count": {"field": RULES, "where": where}, "greater": 1}
    assert holds(counted, rules("22", "3389", "443"), PURE)
    assert not holds(counted, rules("22", "443"), PURE)
    assert holds({"count": {"field": RULES}, "equals": 2}, rules("22", "443"), PURE)
    current = {"value": f"[current('{RULES}.destinationPortRange')]", "equals": "22"}
    assert holds({"count": {"field": RULES, "where": current}, "equals": 1}, rules("22", "443"), PURE)


def test_values_are_counted_too():
    counted = {"value": ["a", "b"], "name": "one", "where": {"value": "[current('one')]", "equals": "b"}}
    assert holds({"count": counted, "equals": 1}, candidate(), PURE)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"field": "name"},
        {"field": "name", "equal": "x"},
        {"field": "name", "value": "x", "equals": "y"},
        {"allOf": [{"field": "name", "likes": "x"}]},
        {"count": {"field": RULES, "where": {}}, "greater": 0},
        {"field": "name", "equals": "x", "like": "y"},
    ],
)
def test_what_the_grammar_does_not_have_is_refused(condition: dict[str, Any]):
    with pytest.raises(ConditionInvalid):
        check(condition)
