from __future__ import annotations

from typing import Any

import pytest


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def test_containers_are_subscriptions_groups_and_the_root_management_group(ask: Any):
    rows = ask("ResourceContainers | project name, type, resourceGroup | order by type asc, name asc")
    assert {row["type"] for row in rows} == {
        "microsoft.management/managementgroups",
        "microsoft.resources/subscriptions",
        "microsoft.resources/subscriptions/resourcegroups",
    }
    assert [(row["name"], row["resourceGroup"]) for row in rows if row["resourceGroup"]] == [
        ("Data", "data"),
        ("app", "app"),
    ]


def test_role_assignments_are_in_their_table_and_not_among_resources(ask: Any, azure: Any, estate: str):
    azure.put(f"{estate}/resourceGroups/app/providers/Microsoft.Authorization/roleAssignments/one", {"properties": {}})
    assert names(ask("AuthorizationResources")) == ["one"]
    assert "one" not in names(ask("Resources"))


def test_children_without_a_place_of_their_own_are_not_listed(ask: Any, azure: Any, estate: str):
    thing = f"{estate}/resourceGroups/app/providers/Microsoft.Sandbox/things/a"
    azure.put(thing)
    azure.put(f"{thing}/parts/p", {"properties": {}})
    assert "a" in names(ask("Resources"))
    assert "p" not in names(ask("Resources"))


def test_tables_of_which_the_sandbox_has_nothing_are_empty(ask: Any):
    for table in ("AdvisorResources", "SecurityResources", "HealthResources", "patchassessmentresources"):
        assert ask(table) == []


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("type == 'microsoft.compute/disks'", ["Spare", "used"]),
        ("type == 'Microsoft.Compute/disks'", []),
        ("type =~ 'Microsoft.Compute/DISKS'", ["Spare", "used"]),
        ("type in~ ('Microsoft.Compute/disks', 'Microsoft.Network/networkInterfaces')", ["nic1", "Spare", "used"]),
        ("type in ('Microsoft.Compute/disks')", []),
        ("'spare' =~ name", ["Spare"]),
        ("name == 'spare'", []),
        ("tolower(name) == 'spare'", ["Spare"]),
        ("tolower(name) == 'Spare'", []),
        ("resourceGroup == 'data'", ["Spare", "used"]),
        ("resourceGroup == 'Data'", []),
        ("resourceGroup =~ 'Data' and name in ('used', 'other')", ["used"]),
        ("resourceGroup in~ ('APP', 'nope')", ["web1", "web2", "nic1"]),
        ("subscriptionId =~ 'nope'", []),
        ("type =~ 'microsoft.compute/disks' and properties.diskState == 'Attached'", ["used"]),
        ("type =~ 'microsoft.compute/disks' or name == 'nic1'", ["nic1", "Spare", "used"]),
        ("not(type =~ 'microsoft.compute/disks')", ["web1", "web2", "nic1"]),
        ("name !in~ ('SPARE', 'used', 'nic1')", ["web1", "web2"]),
    ],
)
def test_what_an_index_answers_is_what_the_query_says(ask: Any, condition: str, found: list[str]):
    assert names(ask(f"Resources | where {condition}")) == found
    assert ask(f"Resources | where {condition} | count") == [{"Count": len(found)}]
    assert names(ask(f"Resources | extend x = 1 | where {condition}")) == found


def test_ids_are_found_in_any_casing(ask: Any, estate: str):
    path = f"{estate}/resourceGroups/Data/providers/Microsoft.Compute/disks/Spare"
    assert names(ask(f"Resources | where id =~ '{path.upper()}'")) == ["Spare"]
    assert names(ask(f"Resources | where id == '{path.upper()}'")) == []
    assert names(ask(f"Resources | where id in~ ('{path.lower()}', 'x')")) == ["Spare"]


def test_a_column_that_was_changed_keeps_its_new_value_when_the_body_is_read(ask: Any):
    (row,) = ask("Resources | where name == 'Spare' | extend name = 'n', kind = 'k' | extend location")
    assert (row["name"], row["kind"], row["location"]) == ("n", "k", "eastus")


def test_a_count_is_counted_again_after_a_write(ask: Any, azure: Any, estate: str):
    assert ask("Resources | count") == [{"Count": 5}]
    azure.put(f"{estate}/resourceGroups/app/providers/Microsoft.Sandbox/things/new")
    assert ask("Resources | count") == [{"Count": 6}]
