"""A small estate, asked by KQL: `ask(query)` gives the rows, `refused(query)` the entry of the error's details."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.resource_graph import service, syntax
from azlin.sandbox.resource_graph.compiled import Scope
from azlin.sandbox.resource_graph.parser import parse
from azlin.sandbox.resource_graph.scalars import scalar

Ask = Callable[..., list[dict[str, Any]]]
PATH = "/providers/Microsoft.ResourceGraph/resources"
VM = "providers/Microsoft.Compute/virtualMachines"
DISK = "providers/Microsoft.Compute/disks"
NIC = "providers/Microsoft.Network/networkInterfaces"


@pytest.fixture
def registry(registry: Registry) -> Registry:
    service.register(registry)
    return registry


@pytest.fixture
def graph(azure: Any) -> Callable[..., Any]:
    """The whole answer's body of a request."""

    def send(query: str, options: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        version = more.pop("version", "api-version=2021-03-01")
        answer = azure.ask("POST", PATH, {"query": query, "options": options or {}, **more}, version=version)
        assert answer.status == 200, answer.body
        return answer.body

    return send


@pytest.fixture
def ask(graph: Any, estate: str) -> Ask:
    """Rows over the estate."""

    def rows(query: str, **more: Any) -> list[dict[str, Any]]:
        return graph(query, **more)["data"]

    return rows


@pytest.fixture
def refused(azure: Any, estate: str) -> Callable[[str], dict[str, Any]]:
    def send(query: str) -> dict[str, Any]:
        answer = azure.ask("POST", PATH, {"query": query})
        assert (answer.status, answer.body["error"]["code"]) == (400, "BadRequest"), answer.body
        first, *rest = answer.body["error"]["details"]
        assert first["code"] == "InvalidQuery"
        return rest[0] if rest else first

    return send


@pytest.fixture
def estate(azure: Any) -> str:
    """Two groups: web1 and web2 with disks and a NIC in `app`, a spare disk and a key vault in `Data`."""
    app, data = azure.group("app"), azure.group("Data", "eastus")
    for number, size in ((1, "Standard_B2s"), (2, "Standard_D4s_v5")):
        azure.put(
            f"{app}/{VM}/web{number}",
            {
                "location": "West Europe",
                "tags": {"env": "prod" if number == 1 else "test", "Cost Center": "42"},
                "zones": [str(number)],
                "properties": {
                    "hardwareProfile": {"vmSize": size},
                    "storageProfile": {"osDisk": {"osType": "Linux", "diskSizeGB": 30 * number}},
                    "timeCreated": f"2026-01-0{number}T10:00:00.1234567+00:00",
                    "networkProfile": {"networkInterfaces": [{"id": f"{app}/{NIC}/nic{number}"}]},
                },
            },
        )
    azure.put(
        f"{app}/{NIC}/nic1",
        {
            "location": "westeurope",
            "properties": {
                "primary": True,
                "ipConfigurations": [
                    {"name": "a", "properties": {"privateIPAddress": "10.0.0.4"}},
                    {"name": "b", "properties": {"privateIPAddress": "10.0.0.5"}},
                ],
                "hostedWorkloads": [],
            },
        },
    )
    azure.put(
        f"{data}/{DISK}/Spare",
        {
            "location": "eastus",
            "sku": {"name": "Premium_LRS"},
            "properties": {"diskState": "Unattached", "diskSizeGB": 128, "odd.name": {"$type": "t"}},
        },
    )
    azure.put(
        f"{data}/{DISK}/used",
        {
            "location": "eastus",
            "managedBy": f"{app}/{VM}/web1",
            "sku": {"name": "Standard_LRS"},
            "properties": {"diskState": "Attached", "diskSizeGB": 64},
        },
    )
    return azure.subscription


def value(expression: str) -> Any:
    """What an expression without columns is, at noon of 3 January 2026."""
    query = parse(f"Resources | project x = {expression}").query
    (project,) = query.operators
    assert isinstance(project, syntax.Project)
    scope = Scope({}, {}, datetime(2026, 1, 3, 12, tzinfo=UTC), lambda _: ({}, []))
    return scalar(project.columns[0].expression, scope).of({})


@pytest.fixture
def evaluate() -> Callable[[str], Any]:
    return value
