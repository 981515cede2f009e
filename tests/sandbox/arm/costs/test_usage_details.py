from __future__ import annotations

from datetime import UTC, datetime

import pytest

from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.costs import cost_query, usage_details
from tests.sandbox.conftest import Azure

MADE = datetime(2026, 11, 10, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def registry(registry: Registry) -> Registry:
    cost_query.register(registry)
    usage_details.register(registry)
    return registry


@pytest.fixture
def group(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("azlin.sandbox.arm.store.time.time", lambda: MADE)
    group = azure.group()
    size = {"hardwareProfile": {"vmSize": "Standard_B2s"}}
    azure.put(f"{group}/providers/Microsoft.Compute/virtualMachines/vm", {"location": "westeurope", "properties": size})
    azure.clock.seconds = MADE + 30 * 3600
    return group


def test_every_day_of_a_resource_is_a_line_and_the_lines_are_what_the_query_sums(azure: Azure, group: str):
    lines = [one["properties"] for one in azure.values(f"{group}/providers/Microsoft.Consumption/usageDetails")]
    assert [(one["date"][:10], one["quantity"]) for one in lines] == [("2026-11-10", 12.0), ("2026-11-11", 18.0)]
    aggregation = {"totalCost": {"name": "Cost", "function": "Sum"}}
    body = {"type": "Usage", "timeframe": "MonthToDate", "dataset": {"aggregation": aggregation}}
    asked = azure.ask("POST", f"{group}/providers/Microsoft.CostManagement/query", body)
    assert asked.body["properties"]["rows"][0][0] == pytest.approx(sum(one["cost"] for one in lines))


def test_days_are_chosen_by_a_filter(azure: Azure, group: str):
    url = f"{azure.subscription}/providers/Microsoft.Consumption/usageDetails?$filter="
    after = "properties/usageEnd ge '2026-11-11T00:00:00Z' and properties/usageEnd le '2026-11-11T06:00:00Z'"
    assert [one["properties"]["quantity"] for one in azure.values(url + after)] == [6.0]
    assert azure.code("GET", url + "tags eq 'x'") == (400, "BadRequest")
    assert group
