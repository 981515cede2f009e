"""What Azure Policy adds to its objects."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.policy import objects

RULE = {"if": {"field": "location", "equals": "eastus"}, "then": {"effect": "deny"}}


@pytest.fixture
def registry(registry: Registry) -> Registry:
    objects.register(registry)
    return registry


def definition(azure: Any) -> str:
    path = f"{azure.subscription}/providers/Microsoft.Authorization/policyDefinitions/p"
    azure.put(path, {"properties": {"policyRule": RULE}})
    return path


def test_a_definition_says_who_made_it_and_who_changed_it(azure: Any):
    path = definition(azure)
    made = azure.get(path)["properties"]
    assert (made["policyType"], made["mode"]) == ("Custom", "Indexed")
    assert made["metadata"]["updatedBy"] is None
    changed = azure.put(path, {"properties": {"policyRule": RULE, "metadata": {"category": "x"}}})["properties"]
    assert changed["metadata"]["createdOn"] == made["metadata"]["createdOn"]
    assert changed["metadata"]["updatedBy"] == made["metadata"]["createdBy"]
    assert changed["metadata"]["category"] == "x"
    assert "provisioningState" not in changed


def test_what_was_deleted_is_shown(azure: Any):
    path = definition(azure)
    shown = azure.get(path)
    answer = azure.ask("DELETE", path)
    assert (answer.status, answer.body) == (200, shown)
    assert azure.ask("DELETE", path).status == 204


def test_an_assignment_has_the_scope_it_is_made_at(azure: Any):
    path = f"{azure.group()}/providers/Microsoft.Authorization/policyAssignments/a"
    made = azure.put(path, {"properties": {"policyDefinitionId": definition(azure)}})
    assert made["properties"]["scope"] == azure.group()
    assert made["properties"]["enforcementMode"] == "Default"
    assert "sku" not in made
    old = azure.put(path + "?api-version=2019-09-01", {"properties": {"policyDefinitionId": definition(azure)}})
    assert old["sku"] == {"name": "A0", "tier": "Free"}


def test_members_of_a_set_get_references_that_stay(azure: Any):
    path = f"{azure.subscription}/providers/Microsoft.Authorization/policySetDefinitions/s"
    body = {"properties": {"policyDefinitions": [{"policyDefinitionId": definition(azure)}]}}
    first = azure.put(path, body)["properties"]["policyDefinitions"]
    assert first[0]["policyDefinitionReferenceId"].isdigit()
    assert azure.put(path, body)["properties"]["policyDefinitions"] == first


@pytest.mark.parametrize(
    ("kind", "code"),
    [("policyDefinitions", "PolicyDefinitionNotFound"), ("policySetDefinitions", "PolicySetDefinitionNotFound")],
)
def test_a_definition_that_is_not_there_is_not_assigned(azure: Any, kind: str, code: str):
    path = f"{azure.group()}/providers/Microsoft.Authorization/policyAssignments/a"
    missing = f"{azure.subscription}/providers/Microsoft.Authorization/{kind}/none"
    assert azure.code("PUT", path, {"properties": {"policyDefinitionId": missing}}) == (404, code)
