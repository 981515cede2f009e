from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm import moves
from azlin.sandbox.arm.behaviour import Registry


@pytest.fixture
def registry(registry: Registry) -> Registry:
    moves.register(registry)
    return registry


@pytest.fixture
def thing(azure: Any) -> str:
    path = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(path)
    azure.put(f"{path}/parts/p", {"properties": {"of": path}})
    azure.put(f"{azure.group()}/providers/Microsoft.Sandbox/things/stays", {"properties": {"uses": path.upper()}})
    return path


def move(azure: Any, path: str, verb: str = "moveResources") -> Any:
    body = {"resources": [path], "targetResourceGroup": azure.group("other")}
    return azure.ask("POST", f"{azure.group()}/{verb}", body)


def test_what_moves_takes_everything_under_it_along_and_is_found_by_its_new_id(azure: Any, thing: str):
    answer = move(azure, thing)
    assert answer.status == 202
    assert azure.ask("GET", answer.headers["Location"]).status in (200, 204)
    moved = f"{azure.group('other')}/providers/Microsoft.Sandbox/things/a"
    assert azure.ask("GET", thing).status == 404
    assert azure.get(f"{moved}/parts/p")["properties"]["of"] == moved
    assert azure.get(f"{azure.group()}/providers/Microsoft.Sandbox/things/stays")["properties"]["uses"] == moved


def test_validating_moves_nothing(azure: Any, thing: str):
    assert move(azure, thing, "validateMoveResources").status == 202
    assert azure.ask("GET", thing).status == 200


def test_a_locked_resource_does_not_move(azure: Any, thing: str):
    azure.put(f"{thing}/providers/Microsoft.Authorization/locks/l", {"properties": {"level": "CanNotDelete"}})
    assert move(azure, thing).body["error"]["code"] == "ScopeLocked"


def test_nothing_moves_onto_its_like(azure: Any, thing: str):
    azure.put(f"{azure.group('other')}/providers/Microsoft.Sandbox/things/a")
    assert move(azure, thing).status == 409
    assert azure.ask("GET", thing).status == 200


@pytest.mark.parametrize("tail", ["/parts/p", "x"])
def test_only_what_stands_by_itself_and_is_there_moves(azure: Any, thing: str, tail: str):
    assert move(azure, thing + tail).status in (400, 404)


def test_a_move_needs_another_group(azure: Any, thing: str):
    body = {"resources": [thing], "targetResourceGroup": azure.group()}
    assert azure.ask("POST", f"{azure.group()}/moveResources", body).status == 400
    body["targetResourceGroup"] = f"{azure.subscription}/resourceGroups/none"
    assert azure.code("POST", f"{azure.group()}/moveResources", body) == (404, "ResourceGroupNotFound")
