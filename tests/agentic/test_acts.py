from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.acts import power_state, repeatable, view_of
from azlin.agentic.types import Operation, ResourceRef

VM = ResourceRef(type="Microsoft.Compute/virtualMachines", name="sam", group="g", subscription="s")


@pytest.mark.parametrize(
    ("verb", "effect", "desired", "may"),
    [
        ("ensure", "creates", {}, True),
        ("delete", "destroys", {}, True),
        ("act", "changes", {"action": "deallocate"}, True),
        ("act", "changes", {"action": "powerOff"}, True),
        ("act", "changes", {"action": "restart"}, False),
        ("act", "changes", {"action": "regenerateKey"}, False),
        ("act", "reads", {"action": "listKeys"}, True),
        ("command", "changes", {"argv": ["az", "x"]}, False),
        ("command", "reads", {"argv": ["az", "x", "list"]}, True),
    ],
)
def test_only_what_leaves_the_same_state_may_be_sent_twice(verb: Any, effect: Any, desired: dict[str, Any], may: bool):
    assert repeatable(Operation(id="o", verb=verb, effect=effect, target=VM, desired=desired)) is may


def test_a_machine_shows_its_power_state_only_in_its_instance_view():
    assert view_of("microsoft.compute/virtualMachines") == "instanceView"
    assert view_of("Microsoft.ContainerService/managedClusters") is None


@pytest.mark.parametrize(
    ("properties", "state"),
    [
        ({"powerState": {"code": "Running"}}, "running"),
        ({"operationalState": "Stopped"}, "stopped"),
        ({"state": "Ready"}, "ready"),
        ({"instanceView": {"statuses": [{"code": "PowerState/deallocated"}]}}, "deallocated"),
        ({"instanceView": {"statuses": [{"code": "ProvisioningState/succeeded"}]}}, None),
        ({"instanceView": {}}, None),
        ({}, None),
    ],
)
def test_a_power_state_is_read_from_wherever_the_type_keeps_it(properties: dict[str, Any], state: str | None):
    assert power_state({"properties": properties}) == state
