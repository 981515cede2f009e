"""Which HTTP statuses a type answers with: those that its clients take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Behaviour, Call, Registry
from azlin.sandbox.arm.catalog_build import STATUSES_PATH
from azlin.sandbox.arm.statuses import register
from azlin.sandbox.arm.store import Resource
from tests.sandbox.conftest import Azure

TAKEN = json.loads(STATUSES_PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def fitted() -> Registry:
    registry = Registry()
    register(registry)
    return registry


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_no_type_answers_what_its_clients_refuse(fitted: Registry, method: str):
    for name, taken in TAKEN.items():
        wanted = taken.get(method)
        if not wanted:
            continue
        behaviour = fitted.behaviour(name)
        if method == "PUT":
            assert {behaviour.created_status, behaviour.updated_status} <= {*wanted}, name
            assert behaviour.write_pending is None or behaviour.write_pending in wanted, name
        else:
            assert behaviour.deleted_status in wanted, name
            assert behaviour.delete_pending is (202 in wanted), name


def test_what_a_type_does_otherwise_stays_and_its_neighbours_are_left_alone():
    class Own(Behaviour):
        needs = "this"

    name = next(name for name, taken in TAKEN.items() if taken.get("PUT") and 201 not in taken["PUT"])
    registry = Registry()
    own = Own()
    registry.type(name, own)
    register(registry)
    fitted = registry.behaviour(name)
    assert isinstance(fitted, Own)
    assert fitted.created_status != 201
    assert own.created_status == 201
    assert registry.behaviour("Contoso.Nothing/things") is registry.default


def test_a_type_that_never_answers_late_stays_so():
    class AtOnce(Behaviour):
        write_pending = None

    name = next(name for name, taken in TAKEN.items() if 201 in taken.get("PUT", ()))
    registry = Registry()
    registry.type(name, AtOnce())
    register(registry)
    assert registry.behaviour(name).write_pending is None


def test_an_action_is_answered_with_a_status_that_its_clients_take(azure: Azure):
    class Does(Behaviour):
        slow_actions = frozenset(("simulateeviction", "start"))
        act_pending = True

        def act(self, action: str, resource: Resource, body: Any, call: Call, /) -> None:
            return None

    name = "Microsoft.Compute/virtualMachines"
    azure.plane.registry.type(name, Does())
    register(azure.plane.registry)
    path = f"{azure.group()}/providers/{name}/v"
    azure.put(path)
    assert azure.ask("POST", f"{path}/start").status == 202
    assert azure.ask("POST", f"{path}/simulateEviction").status == 204


def test_an_action_that_azure_has_and_nobody_carries_out_here_says_so(azure: Azure):
    register(azure.plane.registry)
    path = f"{azure.group()}/providers/Microsoft.Compute/virtualMachines/v"
    azure.put(path)
    assert azure.code("POST", f"{path}/assessPatches") == (409, "NotServedBySandbox")
    assert azure.code("POST", f"{path}/noSuchAction") == (405, "MethodNotAllowed")


def test_a_type_that_knows_its_statuses_keeps_them():
    class Own(Behaviour):
        knows_statuses = True

    name = next(name for name, taken in TAKEN.items() if taken.get("PUT") and 201 not in taken["PUT"])
    registry = Registry()
    registry.type(name, Own())
    register(registry)
    assert registry.behaviour(name).created_status == 201
