"""An Azure with policies, and two ways to assign one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.policy import enforcement, objects, states
from tests.sandbox.conftest import Azure

AUTHORIZATION = "providers/Microsoft.Authorization"
Assign = Callable[..., str]


@pytest.fixture
def assign(azure: Azure, registry: Registry) -> Assign:
    """`assign(scope, definition id or GUID or rule, name=value…)` → the assignment's id."""
    for module in (objects, enforcement, states):
        module.register(registry)
    count = iter(range(100))

    def made(scope: str, definition: str | dict[str, Any], more: dict[str, Any] | None = None, **values: Any) -> str:
        number = next(count)
        if isinstance(definition, dict):
            path = f"{azure.subscription}/{AUTHORIZATION}/policyDefinitions/d{number}"
            azure.put(path, {"properties": {"mode": "All", "policyRule": definition}})
            definition = path
        elif "/" not in definition:
            definition = f"/{AUTHORIZATION}/policyDefinitions/{definition}"
        parameters = {name: {"value": value} for name, value in values.items()}
        path = f"{scope}/{AUTHORIZATION}/policyAssignments/a{number}"
        properties = {"policyDefinitionId": definition, "parameters": parameters, **(more or {})}
        azure.put(path, {"properties": properties})
        return path

    return made
