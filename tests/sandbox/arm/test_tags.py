"""Tags of a scope are the scope's own; names of tags can be defined before anything has them."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm import tags
from azlin.sandbox.arm.behaviour import Registry


@pytest.fixture
def registry(registry: Registry) -> Registry:
    tags.register(registry)
    return registry


@pytest.mark.parametrize(
    ("operation", "after"),
    [("Merge", {"a": "1", "b": "2"}), ("Replace", {"b": "2"}), ("Delete", {"a": "1"})],
)
def test_tags_of_a_scope_are_the_tags_of_the_resource(azure: Any, operation: str, after: dict[str, str]):
    thing = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(thing, {"location": "westeurope", "tags": {"a": "1"}})
    tags = f"{thing}/providers/Microsoft.Resources/tags/default"
    assert azure.get(tags)["properties"] == {"tags": {"a": "1"}}
    answer = azure.ask("PATCH", tags, {"operation": operation, "properties": {"tags": {"b": "2"}}})
    assert answer.status == 200
    assert azure.get(thing).get("tags", {}) == after
    assert azure.get(tags)["properties"]["tags"] == after


def test_a_subscription_has_tags_too(azure: Any):
    path = f"{azure.subscription}/providers/Microsoft.Resources/tags/default"
    assert azure.ask("PUT", path, {"properties": {"tags": {"a": "1", "b": "2"}}}).status == 200
    azure.ask("PATCH", path, {"operation": "Delete", "properties": {"tags": {"a": "1"}}})
    assert azure.get(path)["properties"]["tags"] == {"b": "2"}
    assert azure.get(azure.subscription)["tags"] == {"b": "2"}


def test_tags_of_a_scope_can_be_deleted_and_it_stays(azure: Any):
    thing = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(thing, {"location": "westeurope", "tags": {"a": "1"}})
    assert azure.ask("DELETE", f"{thing}/providers/Microsoft.Resources/tags/default").status == 200
    assert not azure.get(thing)["tags"]


def test_no_scope_takes_more_than_fifty_tags(azure: Any):
    path = f"{azure.group()}/providers/Microsoft.Resources/tags/default"
    many = {f"t{number}": "" for number in range(51)}
    assert azure.code("PUT", path, {"properties": {"tags": many}}) == (400, "InvalidTags")


def test_a_tag_name_is_listed_with_its_values_and_how_often_they_are_used(azure: Any):
    names = f"{azure.subscription}/tagNames"
    assert azure.ask("PUT", f"{names}/env").status == 201
    assert azure.ask("PUT", f"{names}/env/tagValues/test").status == 201
    assert azure.ask("PUT", f"{names}/env/tagValues/test").status == 200
    azure.put(f"{azure.group()}/providers/Microsoft.Sandbox/things/a", {"location": "eastus", "tags": {"env": "live"}})
    (listed,) = azure.values(names)
    assert (listed["tagName"], listed["count"]) == ("env", {"type": "Total", "value": 1})
    assert {one["tagValue"]: one["count"]["value"] for one in listed["values"]} == {"test": 0, "live": 1}
    assert azure.ask("DELETE", f"{names}/env").status == 409
    assert azure.ask("DELETE", f"{names}/env/tagValues/test").status == 200
    assert azure.ask("DELETE", f"{names}/env/tagValues/test").status == 204
