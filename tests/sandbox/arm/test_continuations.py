"""How long operations end, also when their resource went away meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.continuations import finish_act, finish_acted, finish_delete, finish_write
from azlin.sandbox.arm.operations import Operation
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure

ERROR = {"code": "QuotaExceeded", "message": "too many"}


class Dancer(Behaviour):
    def act(self, action: str, _resource: Resource, body: Any, _call: Call, /) -> Any:
        return {"did": action, "with": body}


@pytest.fixture
def path(azure: Azure, registry: Registry) -> str:
    registry.type("Microsoft.Sandbox/things", Dancer())
    path = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(path)
    return path


def operation(azure: Azure, path: str, **state: Any) -> Operation:
    return azure.plane.operations.begin(
        "write", path, tenant=azure.tenant.id, oid="", method="PUT", api_version="v", ready_in_s=60, state=state
    )


def state_of(azure: Azure, path: str) -> str | None:
    found = azure.plane.store.get(path)
    return found.properties.get("provisioningState") if found else None


@pytest.mark.parametrize(("error", "state"), [(None, "Succeeded"), (ERROR, "Failed")])
def test_a_write_ends_as_its_resource_does(azure: Azure, path: str, error: Any, state: str):
    under_way = operation(azure, path, error=error)
    finish_write(under_way, azure.plane)
    assert state_of(azure, path) == state
    assert under_way.error == error


def test_a_delete_takes_the_resource_or_leaves_it_failed(azure: Azure, path: str):
    failing = operation(azure, path, error=ERROR)
    finish_delete(failing, azure.plane)
    assert (failing.status, failing.error, state_of(azure, path)) == ("Failed", ERROR, "Failed")
    finish_delete(operation(azure, path, error=None), azure.plane)
    assert azure.plane.store.get(path) is None


def test_a_resource_that_is_gone_does_not_come_back(azure: Azure, path: str):
    azure.plane.store.delete(azure.plane.store.parse(path))
    finish_write(operation(azure, path, error=None), azure.plane)
    finish_delete(operation(azure, path, error=None), azure.plane)
    assert azure.plane.store.get(path) is None
    with pytest.raises(ArmRefusal):
        finish_act(operation(azure, path, error=None, action="dance", body=None), azure.plane)


def test_an_action_is_done_at_its_end_unless_it_fails(azure: Azure, path: str):
    done = operation(azure, path, error=None, action="dance", body=1)
    finish_act(done, azure.plane)
    assert done.result == {"did": "dance", "with": 1}
    failing = operation(azure, path, error=ERROR, action="dance", body=1)
    finish_act(failing, azure.plane)
    assert (failing.status, failing.result) == ("Failed", None)


def test_what_was_done_at_once_is_told_late(azure: Azure, path: str):
    told = operation(azure, path, result=[1])
    finish_acted(told, azure.plane)
    assert told.result == [1]
