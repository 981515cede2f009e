"""What the tests of the parser and the families share: the families, and an Azure that is a dict of resources.

The dict stands in for Azure here because planning only reads, and what it reads has to be chosen exactly. That the same
plans work against the real az is proved elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from azlin.agentic.families import IntentFamily, PublicKey, every
from azlin.agentic.intent_parser import parse
from azlin.agentic.types import GROUP_TYPE, Intent, Plan, Request, ResourceRef
from azlin.agentic.world import World
from azlin.gateways.cloud import Cloud
from azlin.settings import Defaults

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
PRICES = {
    "Standard_B1s": Decimal("8.76"),
    "Standard_B2s": Decimal("35.04"),
    "Standard_A2_v2": Decimal("55.48"),
    "Standard_D2s_v3": Decimal("87.60"),
    "Standard_D4s_v3": Decimal("175.20"),
}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm3 test"


class Azure:
    """Resources by id. Implements `azlin.agentic.world.Reader`; `reads` counts what was asked."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {}
        self.made: dict[str, tuple[str, ...]] = {}
        self.power: dict[str, str] = {}
        self.reads: list[str] = []

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        self.reads.append(resource_id)
        there = self.resources.get(resource_id.casefold())
        if there is None or expand != "instanceView":
            return there
        status = {"code": f"PowerState/{self.power.get(resource_id.casefold(), 'running')}"}
        return {**there, "properties": {**there.get("properties", {}), "instanceView": {"statuses": [status]}}}

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        self.reads.append(type)
        return [
            self.get(id_, expand=expand) or {}
            for id_, there in self.resources.items()
            if (
                type == "Microsoft.Resources/resources"
                and there["type"] != GROUP_TYPE
                and there["type"].count("/") == 1
            )
            or there["type"].casefold() == type.casefold()
            if group is None or f"/resourcegroups/{group.casefold()}/" in id_
        ]

    def put(self, type: str, name: str, group: str | None = None, **body: Any) -> dict[str, Any]:
        ref = ResourceRef(type=type, name=name, group=group, subscription=SUBSCRIPTION)
        there = {"id": ref.id, "name": ref.leaf, "type": type, "location": "westeurope", **body}
        self.resources[ref.key] = there
        return there

    def carry_out(self, plan: Plan) -> None:
        """Make what a plan's `ensure`s say, with what Azure itself adds: a disk per VM, and who uses what."""
        made: list[str] = []
        for operation in (operation for wave in plan.waves() for operation in wave):
            if operation.verb == "delete":
                prefix = operation.target.key
                self.resources = {id_: r for id_, r in self.resources.items() if not f"{id_}/".startswith(f"{prefix}/")}
            if operation.verb != "ensure":
                continue
            target = operation.target
            self.put(target.type, target.name, target.group, **operation.desired)
            made.append(target.id)
            if target.type == "Microsoft.Compute/virtualMachines":
                self._attach(target)
        for id_ in made:
            self.made[id_.casefold()] = tuple(other for other in made if other != id_)

    def _attach(self, vm: ResourceRef) -> None:
        properties = self.resources[vm.key]["properties"]
        disk = properties["storageProfile"]["osDisk"]
        made = self.put("Microsoft.Compute/disks", disk["name"], vm.group, managedBy=vm.id, properties={})
        disk["managedDisk"] = {**disk["managedDisk"], "id": made["id"]}
        for nic in properties["networkProfile"]["networkInterfaces"]:
            self.resources[nic["id"].casefold()]["properties"]["virtualMachine"] = {"id": vm.id}

    def world(self) -> World:
        cloud = Cloud(name="sandbox", tenant="22222222-2222-2222-2222-222222222222", subscription=SUBSCRIPTION)
        return World(cloud, self, lambda id_: self.made.get(id_.casefold(), ()))


@pytest.fixture(scope="session")
def families() -> dict[str, IntentFamily]:
    def key(named: str | None) -> PublicKey:
        return PublicKey(text=KEY if named is None else f"{KEY} {named}", origin=named or "~/.ssh/id_ed25519.pub")

    return every(key, lambda region: PRICES if region in ("westeurope", "eastus") else {})


@pytest.fixture(scope="session")
def understand(families: dict[str, IntentFamily]) -> Callable[..., Intent]:
    """text → Intent; `defaults`, `group` and `location` as the configuration and the flags say."""

    def of(text: str, defaults: Defaults | None = None, **flags: str) -> Intent:
        request = Request(text=text, actor="anna", at=datetime(2026, 1, 2, tzinfo=UTC))
        return parse(request, defaults or Defaults(), families, **flags)

    return of


@pytest.fixture
def azure() -> Azure:
    return Azure()


@pytest.fixture(scope="session")
def unknown_world() -> World:
    """Nobody is signed in."""
    return World(Cloud(name="AzureCloud"), None)


@pytest.fixture
def plan_of(azure: Azure, families: dict[str, IntentFamily], understand: Callable[..., Intent]) -> Callable[..., Plan]:
    """text → the Plan for the Azure of this test (or for another world)."""

    def of(text: str, world: World | None = None) -> Plan:
        intent = understand(text)
        assert not intent.questions, intent.questions
        return families[intent.family].plan(intent, world or azure.world())

    return of
