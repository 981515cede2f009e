"""Rolling back to an earlier deployment when one fails."""

from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.arm.templates.test_deployment_requests import ADDRESS, ADDRESS_TYPE, DEPLOYMENT, body
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.mark.parametrize("kind", ["LastSuccessful", "SpecificDeployment"])
def test_a_failed_deployment_is_rolled_back_to_an_earlier_one(azure: Azure, kind: str) -> None:
    scope = azure.group()
    address = f"{scope}/providers/{ADDRESS_TYPE}/p"
    azure.put(f"{scope}/{DEPLOYMENT}/good", body({**ADDRESS, "tags": {"v": "1"}}, location=None))
    bad = body(
        {**ADDRESS, "tags": {"v": "2"}}, {**ADDRESS, "name": "q", "location": "mars", "dependsOn": ["p"]}, location=None
    )
    bad["properties"]["onErrorDeployment"] = {"type": kind, "deploymentName": "good"}
    azure.ask("PUT", f"{scope}/{DEPLOYMENT}/bad", bad)
    shown = azure.get(f"{scope}/{DEPLOYMENT}/bad")["properties"]
    assert shown["provisioningState"] == "Failed"
    assert shown["onErrorDeployment"] == {"type": kind, "deploymentName": "good", "provisioningState": "Succeeded"}
    assert azure.get(address)["tags"] == {"v": "1"}
    bad["properties"]["onErrorDeployment"] = {"type": "SpecificDeployment", "deploymentName": "none"}
    assert azure.code("PUT", f"{scope}/{DEPLOYMENT}/bad", bad) == (404, "DeploymentNotFound")
