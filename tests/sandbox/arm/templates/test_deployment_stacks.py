from __future__ import annotations

from azlin.sandbox.arm.templates import deployment_stacks
from tests.sandbox.conftest import Azure


def test_a_stack_is_refused_rather_than_said_to_have_succeeded(azure: Azure):
    deployment_stacks.register(azure.plane.registry)
    path = f"{azure.group()}/providers/Microsoft.Resources/deploymentStacks/stack"
    assert azure.code("PUT", path, {"properties": {"template": {"resources": []}}}) == (409, "NotServedBySandbox")
    assert azure.values(path.rpartition("/")[0]) == []
