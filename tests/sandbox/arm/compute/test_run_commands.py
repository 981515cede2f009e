from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.compute import run_commands
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry(registry: Registry) -> Registry:
    run_commands.register(registry)
    return registry


def test_each_command_that_is_listed_can_be_shown(azure: Azure):
    under = f"{azure.subscription}/providers/Microsoft.Compute/locations/westeurope/runCommands"
    listed = azure.values(under)
    assert {"RunPowerShellScript", "RunShellScript"} <= {one["id"] for one in listed}
    for one in listed:
        assert one.items() <= azure.get(f"{under}/{one['id'].lower()}").items()
    assert azure.code("GET", f"{under}/none") == (404, "NotFound")
