"""azure-mgmt-resourcegraph: queries over everything."""
# pyright: basic, reportMissingImports=false, reportMissingTypeStubs=false

from __future__ import annotations

from typing import Any

from azure.identity import DefaultAzureCredential
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions

from conformance.stories.steps import LOCATION, SUBSCRIPTION, Steps

CLIENT = "azure-mgmt-resourcegraph"
_GROUP = "story-query"
_TYPE = "Microsoft.Network/networkSecurityGroups"


def tell(step: Steps) -> None:
    credential = DefaultAzureCredential()
    management = ResourceManagementClient(credential, SUBSCRIPTION)
    client = ResourceGraphClient(credential)
    management.resource_groups.create_or_update(_GROUP, {"location": LOCATION})
    scope = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{_GROUP}"
    for number in range(3):
        management.resources.begin_create_or_update_by_id(
            f"{scope}/providers/{_TYPE}/nsg{number}",
            {"location": LOCATION, "tags": {"number": str(number)}},
            api_version="2024-05-01",
        ).result()

    def ask(query: str, **options: object) -> Any:
        wanted = QueryRequest(subscriptions=[SUBSCRIPTION], query=query, options=QueryRequestOptions(**options))
        return client.resources(wanted)

    here = f"Resources | where resourceGroup == '{_GROUP}'"
    step(
        "query resources",
        lambda: ask(f"{here} | project name, location, tags | order by name asc"),
        lambda one: [row["name"] for row in one.data] == ["nsg0", "nsg1", "nsg2"] and one.total_records == 3,
    )
    step(
        "summarize",
        lambda: ask(f"{here} | summarize count() by type"),
        lambda one: one.data == [{"type": _TYPE.casefold(), "count_": 3}],
    )
    first = step("the first page", lambda: ask(f"{here} | order by id asc", top=2), lambda one: one.skip_token)
    step(
        "the next page",
        lambda: ask(f"{here} | order by id asc", top=2, skip_token=first.skip_token),
        lambda one: [row["name"] for row in one.data] == ["nsg2"] and one.skip_token is None,
    )
    step(
        "as a table",
        lambda: ask(f"{here} | project name | limit 1", result_format="table"),
        lambda one: one.data["columns"][0]["name"] == "name" and len(one.data["rows"]) == 1,
    )
    step(
        "query groups",
        lambda: ask(f"ResourceContainers | where type endswith '/resourcegroups' and name == '{_GROUP}'"),
        lambda one: one.count == 1,
    )
    step(
        "join groups",
        lambda: ask(
            f"{here} | join kind=inner (ResourceContainers | where type endswith 'resourcegroups' "
            "| project resourceGroup = name, groupPlace = location) on resourceGroup | project name, groupPlace"
        ),
        lambda one: {row["groupPlace"] for row in one.data} == {LOCATION},
    )
    step.refused("a query that cannot be read is refused", lambda: ask("Resources | were x"), "BadRequest")
    management.resource_groups.begin_delete(_GROUP).result()
    step("what is deleted is no longer found", lambda: ask(here), lambda one: one.total_records == 0)
