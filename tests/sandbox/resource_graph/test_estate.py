from __future__ import annotations

from typing import Any

MG = "/providers/Microsoft.Management/managementGroups"


def test_named_subscriptions_are_all_that_is_seen(graph: Any, azure: Any, estate: str):
    mine, other = (one.id for one in azure.plane.directory.subscriptions(azure.tenant.id))
    assert graph("Resources", subscriptions=[mine])["totalRecords"] == 5
    assert graph("Resources", subscriptions=[other])["totalRecords"] == 0
    assert graph("Resources", subscriptions=[other, mine.upper()])["totalRecords"] == 5


def test_a_request_with_no_subscription_of_the_caller_is_refused(azure: Any):
    body = {"query": "Resources", "subscriptions": ["00000000-0000-0000-0000-000000000000"]}
    answer = azure.ask("POST", "/providers/Microsoft.ResourceGraph/resources", body)
    assert answer.status == 400
    assert answer.body["error"]["details"][0]["code"] == "NoValidSubscriptionsInQueryRequest"


def test_the_root_management_group_holds_everything(graph: Any, azure: Any, estate: str):
    assert graph("Resources", managementGroups=[azure.tenant.id])["totalRecords"] == 5


def test_a_management_group_holds_the_subscriptions_under_it(graph: Any, azure: Any, estate: str):
    store, tenant = azure.plane.store, azure.tenant.id
    subscription = estate.rpartition("/")[2]
    parent = {"details": {"parent": {"id": f"{MG}/top", "name": "top"}}, "displayName": "Below"}
    top = {"details": {"parent": {"id": f"{MG}/{tenant}", "name": tenant}}, "displayName": "Top"}
    store.put(store.parse(f"{MG}/top", tenant), {"properties": top})
    store.put(store.parse(f"{MG}/below", tenant), {"properties": parent})
    store.put(store.parse(f"{MG}/empty", tenant), {"properties": top})
    store.put(store.parse(f"{MG}/below/subscriptions/{subscription}", tenant), {"properties": {}})
    assert graph("Resources", managementGroups=["top"])["totalRecords"] == 5
    assert graph("Resources", managementGroups=["below"])["totalRecords"] == 5
    assert graph("Resources", managementGroups=["empty"])["totalRecords"] == 0
    chain = "properties.managementGroupAncestorsChain"
    rows = graph(f"ResourceContainers | where id =~ '{estate}' | mv-expand g = {chain} | project g.name")["data"]
    assert [row["g_name"] for row in rows] == ["below", "top", tenant]


def test_an_unknown_management_group_is_not_accessible(azure: Any):
    body: dict[str, Any] = {"query": "Resources", "managementGroups": ["nope"]}
    path = "/providers/Microsoft.ResourceGraph/resources"
    assert azure.code("POST", path, body) == (403, "AccessDenied")
    body = {**body, "managementGroups": ["nope", azure.tenant.id], "options": {"allowPartialScopes": True}}
    assert azure.ask("POST", path, body).status == 200
