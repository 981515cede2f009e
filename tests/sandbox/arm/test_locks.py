from __future__ import annotations

from typing import Any

import pytest

LOCK = "providers/Microsoft.Authorization/locks/keep"


@pytest.fixture
def thing(azure: Any) -> str:
    path = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(path)
    return path


def lock(azure: Any, scope: str, level: str) -> None:
    azure.put(f"{scope}/{LOCK}", {"properties": {"level": level}})


@pytest.mark.parametrize("scope", ["resource", "group", "subscription"])
def test_a_lock_is_inherited_from_every_scope_above(azure: Any, thing: str, scope: str):
    held = {"resource": thing, "group": thing.partition("/providers/")[0], "subscription": azure.subscription}[scope]
    lock(azure, held, "CanNotDelete")
    answer = azure.ask("DELETE", thing)
    assert (answer.status, answer.body["error"]["code"]) == (409, "ScopeLocked")
    assert f"'{held}'" in answer.body["error"]["message"]
    assert azure.ask("PUT", thing, {"location": "westeurope"}).status == 200


def test_a_locked_resource_keeps_its_group(azure: Any, thing: str):
    lock(azure, thing, "CanNotDelete")
    assert azure.code("DELETE", thing.partition("/providers/")[0])[1] == "ScopeLocked"


def test_a_read_only_lock_stops_writes_too(azure: Any, thing: str):
    lock(azure, thing, "ReadOnly")
    assert azure.code("PUT", thing, {"location": "westeurope"})[1] == "ScopeLocked"
    assert azure.code("PATCH", thing, {"tags": {}})[1] == "ScopeLocked"


def test_a_lock_can_be_taken_away(azure: Any, thing: str):
    lock(azure, thing, "ReadOnly")
    assert azure.ask("DELETE", f"{thing}/{LOCK}").status == 200
    assert azure.ask("DELETE", thing).status == 200


def test_a_neighbour_is_not_locked(azure: Any, thing: str):
    lock(azure, thing, "CanNotDelete")
    azure.put(f"{thing}2")
    assert azure.ask("DELETE", f"{thing}2").status == 200
