from __future__ import annotations

from typing import Any

import pytest

from azlin.errors import UsageRefused

VM = "Microsoft.Compute/virtualMachines"


def test_only_those_that_are_not_so_already_are_acted_on(azure: Any, plan_of: Any):
    for name, power in (("web1", "running"), ("web2", "deallocated")):
        there = azure.put(VM, name, "g")
        azure.power[there["id"].casefold()] = power
    plan = plan_of("start vms web1 and web2")
    assert [(op.target.name, op.desired["action"]) for op in plan.operations] == [("web2", "start")]
    assert "web1 is running already" in "\n".join(plan.assumptions)


def test_a_stopped_machine_cannot_be_restarted_by_name(azure: Any, plan_of: Any):
    there = azure.put(VM, "web1", "g")
    azure.power[there["id"].casefold()] = "deallocated"
    with pytest.raises(UsageRefused, match="deallocated"):
        plan_of("restart vm web1")
    assert plan_of("restart all vms").operations == ()
