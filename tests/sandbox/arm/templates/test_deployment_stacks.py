from __future__ import annotations

import pytest

from azlin.sandbox.arm import bodies
from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.templates import deployment_stacks
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry(registry: Registry) -> Registry:
    bodies.register(registry)
    deployment_stacks.register(registry)
    return registry


def test_a_stack_that_nobody_deployed_never_succeeded_and_manages_nothing(azure: Azure):
    path = f"{azure.group()}/providers/Microsoft.Resources/deploymentStacks/stack"
    azure.put(path, {"properties": {"template": {"resources": []}, "denySettings": {"mode": "none"}}})
    shown = azure.get(path)["properties"]
    assert (shown["provisioningState"], shown["resources"]) == ("failed", [])
    assert shown["error"]["code"] == "DeploymentStackDeploymentFailed"
    assert shown["denySettings"] == {"mode": "none"}
