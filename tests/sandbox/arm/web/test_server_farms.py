from __future__ import annotations

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure


@pytest.fixture
def registry() -> Registry:
    return load()


def test_a_plan_counts_its_sites_and_stays_while_it_has_some(azure: Azure) -> None:
    plan = f"{azure.group()}/providers/Microsoft.Web/serverfarms/p"
    site = f"{azure.group('h')}/providers/Microsoft.Web/sites/s"
    azure.put(plan, {"location": "westeurope", "sku": {"name": "B1"}})
    assert azure.get(plan)["properties"]["numberOfSites"] == 0
    azure.put(site, {"location": "westeurope", "properties": {"serverFarmId": plan.upper()}})
    assert azure.get(plan)["properties"]["numberOfSites"] == 1
    answer = azure.ask("DELETE", plan)
    assert (answer.status, answer.body["error"]["message"]) == (
        409,
        "Server farm 'p' cannot be deleted because it has web app(s) s assigned to it.",
    )
    azure.ask("DELETE", site)
    assert azure.ask("DELETE", plan).status == 200
