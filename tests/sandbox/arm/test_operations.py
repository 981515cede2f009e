from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.faults import Fault
from azlin.sandbox.arm.ids import ResourceId
from azlin.sandbox.arm.operations import Operation
from azlin.sandbox.arm.store import Resource

THING = "Microsoft.Sandbox/things"
STORE = "Microsoft.Sandbox/stores"


class Things(Behaviour):
    slow_actions = frozenset({"start"})

    def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> Any:
        resource.properties["state"] = action
        call.plane.store.put(resource.id, resource.body)
        return {"state": action}


class Stores(Behaviour):
    write_pending = 202


@pytest.fixture
def registry(registry: Registry) -> Registry:
    registry.type(THING, Things())
    registry.type(STORE, Stores())
    return registry


@pytest.fixture
def thing(azure: Any) -> str:
    return f"{azure.group()}/providers/{THING}/a"


def slow(azure: Any, **fault: Any) -> None:
    azure.plane.faults.add(Fault(id="", latency_s=10, **fault))


def state(azure: Any, path: str) -> str:
    return azure.get(path)["properties"]["provisioningState"]


def test_without_a_fault_every_answer_is_final(azure: Any, thing: str):
    answer = azure.ask("PUT", thing, {"location": "westeurope"})
    assert not {"Azure-AsyncOperation", "Location", "Retry-After"} & set(answer.headers)


def test_a_slow_put_goes_from_creating_to_succeeded(azure: Any, thing: str):
    slow(azure, method="PUT")
    answer = azure.ask("PUT", thing, {"location": "westeurope"})
    assert answer.status == 201
    assert answer.body["properties"]["provisioningState"] == "Creating"
    assert "Retry-After" not in answer.headers
    assert int(answer.headers["x-ms-retry-after-ms"]) > 0
    link = answer.headers["Azure-AsyncOperation"]
    assert azure.get(link)["status"] == "InProgress"
    assert state(azure, thing) == "Creating"
    azure.clock.advance(11)
    ended = azure.get(link)
    assert ended["status"] == "Succeeded"
    assert ended["endTime"] > ended["startTime"]
    assert state(azure, thing) == "Succeeded"


def test_a_slow_put_of_the_location_style_ends_with_the_resource(azure: Any):
    slow(azure, method="PUT", type=STORE)
    path = f"{azure.group()}/providers/{STORE}/s"
    answer = azure.ask("PUT", path, {"location": "westeurope"})
    assert (answer.status, answer.body) == (202, None)
    link = answer.headers["Location"]
    assert azure.ask("GET", link).status == 202
    azure.clock.advance(11)
    ended = azure.ask("GET", link)
    assert (ended.status, ended.body["id"]) == (200, path)


def test_a_slow_delete_is_deleting_until_it_is_gone(azure: Any, thing: str):
    azure.put(thing)
    slow(azure, method="DELETE")
    answer = azure.ask("DELETE", thing)
    assert answer.status == 202
    assert state(azure, thing) == "Deleting"
    azure.clock.advance(11)
    assert azure.get(answer.headers["Azure-AsyncOperation"])["status"] == "Succeeded"
    assert azure.ask("GET", answer.headers["Location"]).status == 200
    assert azure.ask("GET", thing).status == 404


def test_provisioning_that_fails_later_leaves_a_failed_resource(azure: Any, thing: str):
    slow(azure, method="PUT", code="AllocationFailed", message="no room", status=409)
    answer = azure.ask("PUT", thing, {"location": "westeurope"})
    assert answer.status == 201
    azure.clock.advance(11)
    ended = azure.get(answer.headers["Azure-AsyncOperation"])
    assert ended["status"] == "Failed"
    assert ended["error"] == {"code": "AllocationFailed", "message": "no room"}
    assert state(azure, thing) == "Failed"


def test_a_delete_that_fails_later_leaves_the_resource(azure: Any, thing: str):
    azure.put(thing)
    slow(azure, method="DELETE", code="Conflict", status=409)
    answer = azure.ask("DELETE", thing)
    azure.clock.advance(11)
    ended = azure.ask("GET", answer.headers["Location"])
    assert (ended.status, ended.body["error"]["code"]) == (409, "Conflict")
    assert state(azure, thing) == "Failed"


def test_a_slow_action_happens_when_its_operation_ends(azure: Any, thing: str):
    azure.put(thing)
    slow(azure, method="POST")
    answer = azure.ask("POST", f"{thing}/start")
    assert answer.status == 202
    assert "state" not in azure.get(thing)["properties"]
    azure.clock.advance(11)
    assert azure.ask("GET", answer.headers["Location"]).body == {"state": "start"}
    assert azure.get(thing)["properties"]["state"] == "start"


def test_an_action_without_an_asynchronous_form_is_answered_late(azure: Any, thing: str):
    azure.put(thing)
    slow(azure, method="POST")
    answer = azure.ask("POST", f"{thing}/listkeys")
    assert (answer.status, answer.delay_s) == (200, 10)


def test_a_second_change_meets_another_operation_in_progress(azure: Any, thing: str):
    azure.put(thing)
    slow(azure, method="PUT", times=1)
    azure.ask("PUT", thing, {"location": "westeurope"})
    for method in ("PUT", "DELETE"):
        body = {"location": "westeurope"} if method == "PUT" else None
        assert azure.code(method, thing, body) == (409, "AnotherOperationInProgress")
    azure.clock.advance(11)
    assert azure.ask("DELETE", thing).status == 200


def test_nothing_is_created_in_a_group_that_is_being_deleted(azure: Any, thing: str):
    azure.put(thing)
    slow(azure, method="DELETE")
    group = thing.partition("/providers/")[0]
    assert azure.ask("DELETE", group).status == 202
    assert azure.code("PUT", f"{thing}2", {"location": "westeurope"}) == (409, "ResourceGroupBeingDeleted")
    azure.clock.advance(11)
    assert azure.ask("HEAD", group).status == 404


def test_an_operation_goes_on_after_a_restart(azure: Any, thing: str):
    slow(azure, method="PUT")
    link = azure.ask("PUT", thing, {"location": "westeurope"}).headers["Azure-AsyncOperation"]
    azure.plane = ControlPlane(azure.plane.store, azure.plane.registry, azure.plane.directory, azure.clock)
    assert azure.get(link)["status"] == "InProgress"
    azure.clock.advance(11)
    assert azure.get(link)["status"] == "Succeeded"
    assert state(azure, thing) == "Succeeded"


def test_an_operation_is_not_shown_to_another_tenant(azure: Any, thing: str):
    slow(azure, method="PUT")
    link = azure.ask("PUT", thing, {"location": "westeurope"}).headers["Azure-AsyncOperation"]
    assert azure.ask("GET", link, tenant=azure.plane.directory.tenants[1]).status == 401


def test_a_kind_of_operation_can_take_several_turns(azure: Any, thing: str):
    azure.put(thing)
    turns: list[float] = []

    def advance(operation: Operation, plane: ControlPlane) -> float | None:
        turns.append(azure.clock())
        return 5.0 if len(turns) < 3 else None

    azure.plane.registry.kind("walk", advance)
    rid: ResourceId = azure.plane.store.parse(thing)
    operation = azure.plane.operations.begin(
        "walk", rid.id, tenant=azure.tenant.id, oid="", method="PUT", api_version="2024-01-01", ready_in_s=1
    )
    for _ in range(6):
        azure.clock.advance(3)
        azure.plane.operations.settle(azure.plane)
    assert (operation.status, len(turns)) == ("Succeeded", 3)
