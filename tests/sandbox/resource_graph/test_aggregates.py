from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("summarize count()", [{"count_": 5}]),
        ("summarize n = count() by location", [{"location": "westeurope", "n": 3}, {"location": "eastus", "n": 2}]),
        ("summarize countif(location == 'eastus')", [{"countif_": 2}]),
        ("summarize dcount(type), dcount(tostring(sku.name))", [{"dcount_type": 3, "dcount_sku_name": 2}]),
        ("where name == 'none' | summarize count(), sum(1), max(name)", [{"count_": 0, "sum_": 0, "max_name": ""}]),
        ("where name == 'none' | summarize count() by name", []),
        (
            "where isnotnull(sku) | summarize sum(toint(properties.diskSizeGB)), avg(toint(properties.diskSizeGB))",
            [{"sum_properties_diskSizeGB": 192, "avg_properties_diskSizeGB": 96.0}],
        ),
        ("summarize min(name), max(name)", [{"min_name": "Spare", "max_name": "web2"}]),
        ("where name has 'web1' | summarize make_list(name), make_set(location)", [
            {"list_name": ["web1"], "set_location": ["westeurope"]}
        ]),
        ("summarize arg_max(name, type) by location | project name, type", [
            {"name": "web2", "type": "microsoft.compute/virtualmachines"},
            {"name": "used", "type": "microsoft.compute/disks"},
        ]),
        ("summarize take_any(location), any(location)", [{"location": "westeurope", "any_location": "westeurope"}]),
        ("summarize share = round(100.0 * countif(location == 'eastus') / count(), 1)", [{"share": 40.0}]),
        ("summarize by location", [{"location": "westeurope"}, {"location": "eastus"}]),
        ("summarize count() by tostring(properties.storageProfile.osDisk.osType), toupper(name) | limit 1", [
            {"properties_storageProfile_osDisk_osType": "Linux", "Column1": "WEB1", "count_": 1}
        ]),
    ],
)  # fmt: skip
def test_rows_are_summarized(ask: Any, query: str, rows: list[dict[str, Any]]):
    assert ask(f"Resources | {query}") == rows


def test_arg_max_star_gives_the_whole_row(ask: Any):
    (row,) = ask("Resources | where type has 'disks' | summarize arg_max(toint(properties.diskSizeGB), *) by type")
    assert (row["name"], row["location"], row["properties_diskSizeGB"]) == ("Spare", "eastus", 128)


def test_nulls_are_in_no_aggregate_but_count(ask: Any):
    (row,) = ask(
        "Resources | summarize count(), n = make_list(properties.diskSizeGB), s = sum(toint(properties.diskSizeGB))"
    )
    assert row == {"count_": 5, "n": [128, 64], "s": 192}
