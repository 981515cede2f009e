from __future__ import annotations

from typing import Any

import pytest


def test_a_row_has_the_columns_of_the_service_in_their_order(ask: Any, estate: str, azure: Any):
    (row,) = ask("Resources | where name == 'Spare'")
    assert list(row) == [
        "id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy", "sku",
        "plan", "properties", "tags", "identity", "zones", "extendedLocation",
    ]  # fmt: skip
    assert row["id"] == f"{estate}/resourceGroups/Data/providers/Microsoft.Compute/disks/Spare"
    assert row["type"] == "microsoft.compute/disks"
    assert (row["resourceGroup"], row["location"]) == ("data", "eastus")
    assert (row["kind"], row["managedBy"], row["plan"], row["tags"]) == ("", "", None, None)
    assert row["tenantId"] == azure.tenant.id


def test_properties_are_those_of_get(ask: Any, azure: Any):
    for row in ask("Resources"):
        shown = azure.get(row["id"])
        assert row["properties"] == shown["properties"]
        assert row["sku"] == shown.get("sku")
        assert row["zones"] == shown.get("zones")


def test_pages_join_to_the_whole_without_gap_or_repetition(graph: Any, estate: str):
    whole = [row["id"] for row in graph("Resources | project id")["data"]]
    seen: list[str] = []
    options: dict[str, Any] = {"$top": 2}
    while True:
        page = graph("Resources | project id", options)
        assert (page["totalRecords"], page["resultTruncated"]) == (5, "false")
        assert page["count"] == len(page["data"])
        seen += [row["id"] for row in page["data"]]
        if "$skipToken" not in page:
            break
        options = {"$top": 2, "$skipToken": page["$skipToken"]}
    assert seen == whole
    assert len(set(seen)) == 5


def test_an_ordered_query_is_paged_in_its_order(graph: Any, estate: str):
    first = graph("Resources | project id, name | order by name asc", {"$top": 3})
    rest = graph("Resources | project id, name | order by name asc", {"$skipToken": first["$skipToken"]})
    assert [row["name"] for row in first["data"] + rest["data"]] == ["Spare", "nic1", "used", "web1", "web2"]


def test_an_answer_without_ids_is_cut_and_says_so(graph: Any, estate: str):
    page = graph("Resources | project name", {"$top": 2})
    assert (page["resultTruncated"], page["count"]) == ("true", 2)
    assert "$skipToken" not in page


def test_skip_leaves_the_first_rows_out(graph: Any, estate: str):
    assert graph("Resources | project id", {"$skip": 4})["count"] == 1
    assert graph("Resources | project id", {"$skip": 9})["data"] == []


def test_a_table_has_columns_with_types_and_rows(graph: Any, estate: str):
    data = graph("Resources | where name == 'web1' | project name, tags, n = 1", {"resultFormat": "table"})["data"]
    assert data == {
        "columns": [
            {"name": "name", "type": "string"},
            {"name": "tags", "type": "object"},
            {"name": "n", "type": "integer"},
        ],
        "rows": [["web1", {"env": "prod", "Cost Center": "42"}, 1]],
    }


def test_the_oldest_api_versions_answer_a_table_unasked(graph: Any, estate: str):
    assert "columns" in graph("Resources | count", version="api-version=2019-04-01")["data"]


def test_facets_count_the_values_of_a_column(graph: Any, estate: str):
    facets = [{"expression": "location"}, {"expression": "nothing"}]
    found = graph("Resources", facets=facets)["facets"]
    assert found[0]["resultType"] == "FacetResult"
    assert found[0]["data"] == [{"location": "westeurope", "count": 3}, {"location": "eastus", "count": 2}]
    assert found[1]["resultType"] == "FacetError"


def test_each_answer_says_how_many_queries_are_left(azure: Any, estate: str):
    def left() -> tuple[str, str]:
        answer = azure.ask("POST", "/providers/Microsoft.ResourceGraph/resources", {"query": "Resources | count"})
        return answer.headers["x-ms-user-quota-remaining"], answer.headers["x-ms-user-quota-resets-after"]

    assert left() == ("14", "00:00:05")
    azure.clock.advance(2)
    assert left() == ("13", "00:00:03")
    azure.clock.advance(4)
    assert left() == ("14", "00:00:05")


@pytest.mark.parametrize("options", [{"$top": 0}, {"$skip": -1}, {"$skipToken": "nonsense"}, {"resultFormat": "xml"}])
def test_options_that_mean_nothing_are_refused(azure: Any, estate: str, options: dict[str, Any]):
    body = {"query": "Resources", "options": options}
    assert azure.code("POST", "/providers/Microsoft.ResourceGraph/resources", body) == (400, "BadRequest")


def test_an_empty_query_is_refused(azure: Any):
    assert azure.code("POST", "/providers/Microsoft.ResourceGraph/resources", {"query": " "}) == (400, "BadRequest")


def test_another_tenant_sees_nothing_of_it(azure: Any, estate: str):
    other = azure.plane.directory.tenants[1]
    answer = azure.ask("POST", "/providers/Microsoft.ResourceGraph/resources", {"query": "Resources"}, tenant=other)
    assert answer.body["data"] == []
