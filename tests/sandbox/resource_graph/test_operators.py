from __future__ import annotations

from typing import Any

import pytest


def column(rows: list[dict[str, Any]], name: str = "name") -> list[Any]:
    return [row[name] for row in rows]


def test_columns_are_projected_renamed_and_computed(ask: Any):
    rows = ask(
        "Resources | where name == 'web1' | project vm = name, properties.hardwareProfile.vmSize, zones[0], 1 + 1"
    )
    assert rows == [{"vm": "web1", "properties_hardwareProfile_vmSize": "Standard_B2s", "zones_0": "1", "Column1": 2}]


def test_names_with_points_and_spaces_are_quoted(ask: Any):
    query = "project properties.['odd.name'].$type, c = tags['Cost Center']"
    assert ask(f"Resources | where name == 'Spare' | {query}") == [{"properties_odd.name_$type": "t", "c": None}]


@pytest.mark.parametrize(
    ("operators", "names"),
    [
        ("project-away t*, p*, i*, k*, l*, m*, z*, e*, s*, r*", ["name"]),
        ("project-keep name, sub*", ["name", "subscriptionId"]),
        ("project id, name | project-reorder name", ["name", "id"]),
        ("project id, name | project-rename n = name", ["id", "n"]),
        ("project a = 1 | extend b = a, a = 2", ["a", "b"]),
    ],
)
def test_columns_are_picked(ask: Any, operators: str, names: list[str]):
    assert list(ask(f"Resources | take 1 | {operators}")[0]) == names


def test_extend_sees_the_row_as_it_was(ask: Any):
    assert ask("Resources | take 1 | project a = 1 | extend a = a + 1, b = a") == [{"a": 2, "b": 1}]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("order by name asc", ["Spare", "nic1", "used", "web1", "web2"]),
        ("sort by tolower(name) asc", ["nic1", "Spare", "used", "web1", "web2"]),
        ("order by name", ["web2", "web1", "used", "nic1", "Spare"]),
        ("order by location asc, name desc", ["used", "Spare", "web2", "web1", "nic1"]),
        ("order by toint(properties.diskSizeGB), name", ["Spare", "used", "web2", "web1", "nic1"]),
        ("order by toint(properties.diskSizeGB) asc, name", ["web2", "web1", "nic1", "used", "Spare"]),
        ("order by toint(properties.diskSizeGB) asc nulls last, name", ["used", "Spare", "web2", "web1", "nic1"]),
        ("top 2 by name asc", ["Spare", "nic1"]),
        ("limit 2", ["web1", "web2"]),
        ("take 0", []),
    ],
)
def test_rows_are_ordered_and_limited(ask: Any, order: str, names: list[str]):
    assert column(ask(f"Resources | {order}")) == names


def test_all_columns_are_packed_into_one(ask: Any):
    assert ask("Resources | where name == 'Spare' | project name, n = 1 | project all = pack_all()") == [
        {"all": {"name": "Spare", "n": 1}}
    ]


def test_distinct_rows_and_values(ask: Any):
    assert ask("Resources | distinct location") == [{"location": "westeurope"}, {"location": "eastus"}]
    assert len(ask("Resources | project type, location | distinct *")) == 3
    assert ask("Resources | distinct sku") == [
        {"sku": None},
        {"sku": {"name": "Premium_LRS"}},
        {"sku": {"name": "Standard_LRS"}},
    ]


def test_count_counts_what_is_left(ask: Any):
    assert ask("Resources | where location == 'eastus' | extend a = 1 | count") == [{"Count": 2}]
    assert ask("Resources | limit 3 | count") == [{"Count": 3}]


def test_dates_in_properties_are_compared_as_dates(ask: Any):
    rows = ask("Resources | where todatetime(properties.timeCreated) > datetime(2026-01-01 12:00) | project name")
    assert column(rows) == ["web2"]
    (row,) = ask("Resources | where name == 'web1' | project t = todatetime(properties.timeCreated)")
    assert row == {"t": "2026-01-01T10:00:00.1234560Z"}
