"""The tree of management groups of a tenant."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from tests.sandbox.conftest import Azure

ALL = "/providers/Microsoft.Management/managementGroups"


@pytest.fixture
def registry() -> Registry:
    return load()


def made(azure: Azure, name: str, parent: str | None = None) -> dict[str, Any]:
    details = {"parent": {"id": f"{ALL}/{parent}"}} if parent else {}
    answer = azure.ask("PUT", f"{ALL}/{name}", {"name": name, "properties": {"displayName": None, "details": details}})
    assert answer.status == 200, answer.body
    return answer.body["properties"]


def children(azure: Azure, name: str, query: str = "$expand=children") -> Any:
    return azure.ask("GET", f"{ALL}/{name}?{query}").body["properties"].get("children")


def test_the_root_is_named_by_the_tenant_and_holds_what_was_put_nowhere(azure: Azure) -> None:
    root = azure.tenant.id
    assert azure.get(f"{ALL}/{root}")["properties"]["displayName"] == "Tenant Root Group"
    names = {one["name"] for one in children(azure, root)}
    assert names == {one.id for one in azure.plane.directory.subscriptions(root)}
    assert [one["name"] for one in azure.values(ALL)] == [root]
    assert azure.code("PUT", f"{ALL}/{root}", {"properties": {}})[0] == 400


def test_a_group_hangs_on_the_root_unless_it_names_its_parent(azure: Azure) -> None:
    assert made(azure, "one")["details"]["parent"]["name"] == azure.tenant.id
    assert made(azure, "two", "one")["details"]["parent"]["displayName"] == "one"
    assert [one["name"] for one in children(azure, "one")] == ["two"]
    deep = children(azure, azure.tenant.id, "$expand=children&$recurse=true")
    assert [[below["name"] for below in one["children"]] for one in deep if one["name"] == "one"] == [["two"]]
    above = azure.ask("GET", f"{ALL}/two?$expand=ancestors").body["properties"]["details"]
    assert above["managementGroupAncestors"] == ["one", azure.tenant.id]


def test_a_group_can_be_renamed_and_moved_but_not_under_itself(azure: Azure) -> None:
    made(azure, "one")
    made(azure, "two", "one")
    renamed = azure.ask("PATCH", f"{ALL}/two", {"displayName": "Two"}).body["properties"]
    assert (renamed["displayName"], renamed["details"]["parent"]["name"]) == ("Two", "one")
    assert azure.code("PATCH", f"{ALL}/one", {"parentGroupId": f"{ALL}/two"})[0] == 400
    assert azure.code("PUT", f"{ALL}/x", {"properties": {"details": {"parent": {"id": f"{ALL}/none"}}}}) == (
        404,
        "ManagementGroupNotFound",
    )


def test_a_subscription_is_in_one_group_at_a_time(azure: Azure) -> None:
    made(azure, "one")
    made(azure, "two")
    name = azure.plane.directory.default_subscription.id
    for group in ("one", "two"):
        assert (
            azure.ask("PUT", f"{ALL}/{group}/subscriptions/{name}").body["properties"]["parent"]["id"].endswith(group)
        )
    assert azure.values(f"{ALL}/one/subscriptions") == []
    assert [one["name"] for one in azure.values(f"{ALL}/two/subscriptions")] == [name]
    assert azure.code("GET", f"{ALL}/one/subscriptions/{name}")[0] == 404
    assert azure.code("DELETE", f"{ALL}/two")[0] == 400
    assert azure.ask("DELETE", f"{ALL}/two/subscriptions/{name}").status == 200
    assert azure.ask("DELETE", f"{ALL}/two/subscriptions/{name}").status == 204
    assert azure.ask("DELETE", f"{ALL}/two").status == 204
    assert azure.code("GET", f"{ALL}/two") == (404, "NotFound")


def test_the_tree_is_listed_whole_and_from_a_group_down(azure: Azure) -> None:
    made(azure, "one")
    made(azure, "two", "one")
    name = azure.plane.directory.default_subscription.id
    azure.ask("PUT", f"{ALL}/two/subscriptions/{name}")
    below = {one["name"]: one["properties"]["parent"]["id"] for one in azure.values(f"{ALL}/one/descendants")}
    assert below == {"two": f"{ALL}/one", name: f"{ALL}/two"}
    entities = azure.ask("POST", "/providers/Microsoft.Management/getEntities").body["value"]
    found = {one["name"]: one["properties"] for one in entities}
    assert found[name]["parentNameChain"] == [azure.tenant.id, "one", "two"]
    assert found["one"]["numberOfDescendants"] == 2
    assert found["one"]["numberOfChildGroups"] == 1


def test_a_name_is_free_until_it_is_taken_in_this_tenant(azure: Azure) -> None:
    check = "/providers/Microsoft.Management/checkNameAvailability"
    assert azure.ask("POST", check, {"name": "one"}).body["nameAvailable"] is True
    made(azure, "one")
    assert azure.ask("POST", check, {"name": "ONE"}).body["reason"] == "AlreadyExists"
    other = azure.plane.directory.tenants[1]
    assert azure.ask("POST", check, {"name": "one"}, tenant=other).body["nameAvailable"] is True
    assert azure.ask("GET", f"{ALL}/one", tenant=other).status == 404
