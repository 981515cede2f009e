from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load


@pytest.fixture
def registry() -> Registry:
    return load()


@pytest.fixture
def group(azure: Any) -> str:
    group = azure.group()
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/v-1"
    azure.put(network, {"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}})
    azure.put(f"{network}/subnets/s", {"properties": {"addressPrefix": "10.0.0.0/24"}})
    return group


def export(azure: Any, group: str, **asked: Any) -> Any:
    answer = azure.ask("POST", f"{group}/exportTemplate", {"resources": ["*"], **asked})
    assert answer.status == 200, answer.body
    return answer.body["template"]


def test_names_become_parameters_and_children_wait_for_their_parents(azure: Any, group: str):
    template = export(azure, group, options="IncludeParameterDefaultValue")
    assert template["parameters"] == {"virtualNetworks_v_1_name": {"type": "String", "defaultValue": "v-1"}}
    network, subnet = template["resources"]
    assert network["name"] == "[parameters('virtualNetworks_v_1_name')]"
    assert "provisioningState" not in network["properties"]
    assert subnet["name"] == "[concat(parameters('virtualNetworks_v_1_name'), '/s')]"
    assert subnet["dependsOn"] == [
        "[resourceId('Microsoft.Network/virtualNetworks', parameters('virtualNetworks_v_1_name'))]"
    ]


def test_what_is_exported_can_be_deployed_elsewhere(azure: Any, group: str):
    template = export(azure, group, options="SkipAllParameterization")
    assert template["parameters"] == {}
    other = azure.group("other")
    path = f"{other}/providers/Microsoft.Resources/deployments/d"
    made = azure.put(path, {"properties": {"mode": "Incremental", "template": template}})
    assert made["properties"]["provisioningState"] == "Succeeded", made
    subnet = azure.get(f"{other}/providers/Microsoft.Network/virtualNetworks/v-1/subnets/s")
    assert subnet["properties"]["addressPrefix"] == "10.0.0.0/24"


def test_nothing_asked_for_is_refused(azure: Any, group: str):
    assert azure.code("POST", f"{group}/exportTemplate", {}) == (400, "InvalidRequestContent")
