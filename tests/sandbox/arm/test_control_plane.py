from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Behaviour, Call, Inline, Registry
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Body, Resource

NET = "Microsoft.Sandbox/nets"
SUBNET = f"{NET}/subnets"


class Nets(Behaviour):
    inline = (Inline("subnets"),)
    etag_in_body = True

    def complete(self, resource: Resource, before: Resource | None, _call: Call, /) -> None:
        resource.properties["guid"] = before.properties["guid"] if before else "new"


class Subnets(Behaviour):
    def refuse(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
        if "prefix" not in resource.properties:
            raise ArmRefusal(400, "NoPrefix", "no prefix")

    def refuse_delete(self, resource: Resource, _call: Call, /) -> None:
        if resource.properties.get("used"):
            raise ArmRefusal(400, "InUseSubnetCannotBeDeleted", "in use")

    def show(self, resource: Resource, _call: Call, /) -> Body:
        return {**resource.body, "computed": True}


@pytest.fixture
def registry(registry: Registry) -> Registry:
    registry.type(NET, Nets())
    registry.type(SUBNET, Subnets())
    return registry


@pytest.fixture
def net(azure: Any) -> str:
    return f"{azure.group()}/providers/{NET}/n"


def subnet(name: str, **properties: Any) -> dict[str, Any]:
    return {"name": name, "properties": {"prefix": "10.0.0.0/24", **properties}}


def body(*subnets: dict[str, Any]) -> dict[str, Any]:
    return {"location": "westeurope", "properties": {"subnets": list(subnets)}}


def test_an_inline_child_and_a_child_resource_are_the_same_thing(azure: Any, net: str):
    azure.put(net, body(subnet("a")))
    azure.put(f"{net}/subnets/b", subnet("b"))
    inline = azure.get(net)["properties"]["subnets"]
    listed = azure.values(f"{net}/subnets")
    assert inline == listed
    assert [one["name"] for one in inline] == ["a", "b"]
    assert inline[0]["id"] == f"{net}/subnets/a"
    assert azure.get(f"{net}/subnets/a") == inline[0]
    assert inline[0]["computed"]


def test_a_put_without_an_inline_child_removes_it(azure: Any, net: str):
    azure.put(net, body(subnet("a"), subnet("b")))
    azure.put(net, body(subnet("b")))
    assert [one["name"] for one in azure.values(f"{net}/subnets")] == ["b"]


def test_a_patch_leaves_inline_children_alone(azure: Any, net: str):
    azure.put(net, body(subnet("a")))
    assert azure.ask("PATCH", net, {"tags": {"x": "y"}}).status == 200
    assert [one["name"] for one in azure.values(f"{net}/subnets")] == ["a"]


def test_an_inline_child_that_is_refused_leaves_the_parent_as_it_was(azure: Any, net: str):
    azure.put(net, body(subnet("a")))
    bad = {"name": "b", "properties": {}}
    assert azure.code("PUT", net, {**body(subnet("a"), bad), "tags": {"t": "1"}}) == (400, "NoPrefix")
    assert "tags" not in azure.get(net)


def test_an_inline_child_in_use_cannot_be_left_out(azure: Any, net: str):
    azure.put(net, body(subnet("a", used=True)))
    assert azure.code("PUT", net, body())[1] == "InUseSubnetCannotBeDeleted"
    assert azure.code("DELETE", f"{net}/subnets/a")[1] == "InUseSubnetCannotBeDeleted"


def test_derived_values_outlive_a_second_put(azure: Any, net: str):
    assert azure.put(net, body())["properties"]["guid"] == "new"
    stored = azure.plane.store.get(net)
    stored.properties["guid"] = "kept"
    azure.plane.store.put(stored.id, stored.body)
    assert azure.put(net, body())["properties"]["guid"] == "kept"


def test_an_etag_in_the_body_is_that_of_the_header(azure: Any, net: str):
    answer = azure.ask("PUT", net, body())
    assert answer.body["etag"] == f"W/{answer.headers['ETag']}"


def test_a_behaviour_of_a_namespace_serves_the_types_without_one(azure: Any):
    class Anything(Behaviour):
        def complete(self, resource: Resource, _before: Resource | None, _call: Call, /) -> None:
            resource.properties["by"] = "namespace"

    azure.plane.registry.type("Microsoft.Other/*", Anything())
    shown = azure.put(f"{azure.group()}/providers/Microsoft.Other/things/t")
    assert shown["properties"]["by"] == "namespace"


def test_behaviours_hear_of_what_goes_with_its_group(azure: Any):
    gone: list[str] = []

    class Heard(Behaviour):
        def deleted(self, resource: Resource, _call: Call, /) -> None:
            gone.append(resource.id.name)

    azure.plane.registry.type("Microsoft.Sandbox/things", Heard())
    group = azure.group()
    azure.put(f"{group}/providers/Microsoft.Sandbox/things/a")
    azure.ask("DELETE", group)
    assert gone == ["a"]
