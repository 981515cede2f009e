from __future__ import annotations

from typing import Any

import pytest


def test_deleting_a_group_deletes_what_is_in_it(azure: Any):
    group = azure.group()
    thing = f"{group}/providers/Microsoft.Sandbox/things/a"
    azure.put(thing)
    azure.put(f"{thing}/parts/p", {})
    assert azure.ask("DELETE", group).status == 200
    azure.group()
    assert azure.ask("GET", thing).status == 404
    assert azure.plane.store.count() == 0


def test_deleting_a_group_that_is_not_there_is_404(azure: Any):
    assert azure.code("DELETE", f"{azure.subscription}/resourceGroups/none") == (404, "ResourceGroupNotFound")


def test_a_group_needs_a_location(azure: Any):
    assert azure.code("PUT", f"{azure.subscription}/resourceGroups/g", {}) == (400, "LocationRequired")


@pytest.mark.parametrize(
    ("name", "code"),
    [("a b", "InvalidResourceGroup"), ("dot.", "InvalidResourceGroup"), ("x" * 91, "ResourceGroupNameTooLong")],
)
def test_a_group_name_is_checked(azure: Any, name: str, code: str):
    assert azure.code("PUT", f"{azure.subscription}/resourceGroups/{name}", {"location": "westeurope"}) == (400, code)


def test_groups_are_listed_per_subscription_and_by_tag(azure: Any):
    azure.group("a")
    azure.put(f"{azure.subscription}/resourceGroups/b", {"location": "westeurope", "tags": {"Env": "test"}})
    path = f"{azure.subscription}/resourceGroups"
    assert [one["name"] for one in azure.values(path)] == ["a", "b"]
    found = azure.values(f"{path}?$filter=tagName eq 'env' and tagValue eq 'test'")
    assert [one["name"] for one in found] == ["b"]
    other = azure.plane.directory.subscriptions(azure.tenant.id)[1]
    assert azure.values(f"/subscriptions/{other.id}/resourceGroups") == []


def test_a_group_patch_keeps_its_location(azure: Any):
    group = azure.group()
    assert azure.ask("PATCH", group, {"tags": {"a": "b"}}).body["location"] == "westeurope"
