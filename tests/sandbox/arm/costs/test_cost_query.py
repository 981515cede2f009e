from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from azlin.gateways.prices import Prices
from azlin.sandbox.arm.behaviour import Registry
from azlin.sandbox.arm.costs import cost_query
from tests.sandbox.conftest import Azure

MADE = datetime(2026, 11, 10, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
SUM = {"totalCost": {"name": "Cost", "function": "Sum"}}
VM = {"hardwareProfile": {"vmSize": "Standard_B2s"}, "storageProfile": {"osDisk": {"osType": "Linux"}}}


@pytest.fixture
def registry(registry: Registry) -> Registry:
    cost_query.register(registry)
    return registry


@pytest.fixture
def estate(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> str:
    """A group with a VM and a disk that have prices and one of each kind that has none, 30 hours after it was made."""
    monkeypatch.setattr("azlin.sandbox.arm.store.time.time", lambda: MADE)
    group = azure.group("G", "westeurope")
    compute = f"{group}/providers/Microsoft.Compute"
    where = {"location": "westeurope", "tags": {"team": "a"}}
    azure.put(f"{compute}/virtualMachines/vm", {**where, "properties": VM})
    azure.put(f"{compute}/disks/d", {**where, "sku": {"name": "Premium_LRS"}, "properties": {"diskSizeGB": 100}})
    azure.put(f"{compute}/disks/ultra", {**where, "sku": {"name": "UltraSSD_LRS"}, "properties": {"diskSizeGB": 100}})
    unknown = {"hardwareProfile": {"vmSize": "Standard_Nothing"}}
    azure.put(f"{compute}/virtualMachines/unknown", {**where, "properties": unknown})
    azure.clock.seconds = MADE + 30 * HOUR
    return group


def _ask(azure: Azure, scope: str, timeframe: str = "MonthToDate", *, period: Any = None, **dataset: Any) -> Any:
    body = {"type": "ActualCost", "timeframe": timeframe, "dataset": {"aggregation": SUM, **dataset}}
    if period is not None:
        body["timePeriod"] = period
    return azure.ask("POST", f"{scope}/providers/Microsoft.CostManagement/query", body)


def _rows(azure: Azure, scope: str, *more: Any, **dataset: Any) -> list[list[Any]]:
    answer = _ask(azure, scope, *more, **dataset)
    assert answer.status == 200, answer.body
    return answer.body["properties"]["rows"]


@cache
def _usd() -> tuple[float, float]:
    """(VM, disk) for 30 hours."""
    prices = Prices()
    vm, disk = prices.vm_hourly("Standard_B2s", "westeurope"), prices.meter("Managed Disks", "P10 LRS", "westeurope")
    assert vm is not None
    assert disk is not None
    return float(vm.usd) * 30, float(disk.usd) / 730 * 30


def test_costs_are_the_table_s_prices_times_the_hours_a_resource_existed(azure: Azure, estate: str):
    vm, disk = _usd()
    rows = _rows(azure, estate, grouping=[{"type": "Dimension", "name": "ServiceName"}])
    assert rows == [[pytest.approx(disk), "Storage", "USD"], [pytest.approx(vm), "Virtual Machines", "USD"]]
    assert _rows(azure, azure.subscription) == [[pytest.approx(vm + disk), "USD"]]


def test_what_has_no_price_is_absent_and_not_zero(azure: Azure, estate: str):
    rows = _rows(azure, estate, grouping=[{"type": "Dimension", "name": "ResourceId"}])
    assert [row[1].rpartition("/")[2] for row in rows] == ["d", "vm"]


def test_a_deallocated_vm_costs_nothing_more(azure: Azure, estate: str):
    machine = f"{estate.lower()}/providers/microsoft.compute/virtualmachines/vm"
    azure.plane.store.remember(f"about/power/{machine}", "deallocated")
    rows = _rows(azure, estate, grouping=[{"type": "Dimension", "name": "ServiceName"}])
    assert [row[1] for row in rows] == ["Storage"]


def test_columns_are_aggregations_date_groupings_and_currency(azure: Azure, estate: str):
    grouping = [{"type": "TagKey", "name": "team"}, {"type": "Dimension", "name": "ResourceGroup"}]
    body = _ask(azure, estate, granularity="Daily", grouping=grouping).body["properties"]
    assert [one["name"] for one in body["columns"]] == [
        "Cost", "UsageDate", "TagKey", "TagValue", "ResourceGroup", "Currency",
    ]  # fmt: skip
    assert [row[1:] for row in body["rows"]] == [[day, "team", "a", "g", "USD"] for day in (20261110, 20261111)]


def test_filters_choose_by_dimension_and_tag(azure: Azure, estate: str):
    tags = {"tags": {"name": "team", "operator": "In", "values": ["b"]}}
    service = {"dimensions": {"name": "ServiceName", "operator": "In", "values": ["storage"]}}
    assert _rows(azure, estate, filter=tags) == []
    assert len(_rows(azure, estate, filter={"or": [tags, service]})) == 1
    assert _rows(azure, estate, filter={"and": [tags, service]}) == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(-40, 60), st.integers(0, 60))
def test_days_and_months_add_up_to_the_whole(azure: Azure, estate: str, start_h: int, length_h: int):
    start = datetime.fromtimestamp(MADE + start_h * HOUR, UTC)
    end = datetime.fromtimestamp(MADE + (start_h + length_h) * HOUR, UTC)
    period = {"from": start.isoformat(), "to": end.isoformat()}
    sums = [
        sum(row[0] for row in _rows(azure, estate, "Custom", period=period, granularity=one))
        for one in ("None", "Daily", "Monthly")
    ]
    hours = max(min(start_h + length_h, 30) - max(start_h, 0), 0)
    vm, disk = _usd()
    assert sums == [pytest.approx((vm + disk) * hours / 30)] * 3


def test_what_is_not_understood_is_refused(azure: Azure, estate: str):
    for more in (
        {"granularity": "Hourly"},
        {"grouping": [{"type": "Dimension", "name": "Frequency"}]},
        {"aggregation": {"x": {"name": "Smiles"}}},
        {"filter": {"dimensions": {"name": "ServiceName", "operator": "Like", "values": []}}},
        {"sorting": [{"name": "Nothing"}]},
    ):
        assert _ask(azure, estate, **more).status == 400, more
    assert _ask(azure, estate, "NextYear").status == 400
    assert _ask(azure, estate, "Custom").status == 400
    assert _ask(azure, f"{azure.subscription}/resourceGroups/none").status == 404
