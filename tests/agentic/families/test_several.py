"""Several things in one request, planned together."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.world import World
from azlin.errors import Undecided


def test_each_part_is_planned_and_what_they_share_is_planned_once(understand: Any, families: Any, unknown_world: World):
    intent = understand("create 2 VMs and a storage account in westeurope")
    plan = families["several"].plan(intent, unknown_world)
    kinds = [operation.target.type.rpartition("/")[2] for operation in plan.operations]
    assert kinds.count("resourceGroups") == 1
    assert kinds.count("virtualMachines") == 2
    assert kinds.count("storageAccounts") == 1
    account = next(operation for operation in plan.operations if operation.target.type.endswith("storageAccounts"))
    assert len(account.after) == 1


def test_the_parts_assumptions_are_told_once(understand: Any):
    intent = understand("create a vm called a1 and a vm called b1")
    assert len(intent.assumptions) == len(set(intent.assumptions))
    assert [part["action"] for part in intent.parameters["parts"]] == ["create", "create"]


def test_one_thing_wanted_twice_and_differently_is_a_question(understand: Any, families: Any, unknown_world: World):
    intent = understand(
        "create a vm called web with size Standard_B2s and create a vm called web with size Standard_D2s_v3"
    )
    assert intent.questions == ()
    with pytest.raises(Undecided, match="web already exists"):
        families["several"].plan(intent, unknown_world)
