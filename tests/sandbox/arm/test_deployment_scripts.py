from __future__ import annotations

import pytest

from azlin.sandbox.arm import bodies, deployment_scripts
from azlin.sandbox.arm.behaviour import Registry
from tests.sandbox.conftest import Azure

BODY = {"location": "westeurope", "kind": "AzureCLI", "properties": {"scriptContent": "az group list"}}


@pytest.fixture
def registry(registry: Registry) -> Registry:
    bodies.register(registry)
    deployment_scripts.register(registry)
    return registry


def path_of(azure: Azure) -> str:
    return f"{azure.group()}/providers/Microsoft.Resources/deploymentScripts/s"


def test_a_script_that_nobody_ran_never_succeeded(azure: Azure):
    made = azure.put(path_of(azure), BODY)
    assert made["properties"]["provisioningState"] == "Failed"
    assert made["properties"]["status"]["error"]["code"] == "DeploymentScriptOperationFailed"
    assert "outputs" not in made["properties"]
    again = azure.ask("PATCH", path_of(azure), {"tags": {"a": "b"}}).body
    assert again["systemData"]["createdAt"] == made["systemData"]["createdAt"]
    assert again["properties"]["status"] == made["properties"]["status"]


def test_its_log_is_empty(azure: Azure):
    azure.put(path_of(azure), BODY)
    log = azure.get(f"{path_of(azure)}/logs/default")
    assert log["properties"] == {}
    assert azure.values(f"{path_of(azure)}/logs") == [log]
    assert azure.ask("GET", f"{path_of(azure)}x/logs/default").status == 404


def test_a_script_is_of_one_of_two_kinds(azure: Azure):
    assert azure.ask("PUT", path_of(azure), {**BODY, "kind": "Perl"}).status == 400
