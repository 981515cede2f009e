from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm import links
from azlin.sandbox.arm.behaviour import Registry


@pytest.fixture
def registry(registry: Registry) -> Registry:
    links.register(registry)
    return registry


def test_a_link_says_where_it_begins_and_is_listed_in_its_subscription(azure: Any):
    thing = f"{azure.group()}/providers/Microsoft.Sandbox/things/a"
    azure.put(thing)
    link = f"{thing}/providers/Microsoft.Resources/links/l"
    made = azure.put(link, {"properties": {"targetId": azure.group()}})
    assert made["properties"] == {"targetId": f"{azure.group()}/", "sourceId": f"{thing}/"}
    assert azure.values(f"{azure.subscription}/providers/Microsoft.Resources/links") == [made]


def test_a_link_to_nowhere_is_refused(azure: Any):
    link = f"{azure.group()}/providers/Microsoft.Resources/links/l"
    assert azure.code("PUT", link, {"properties": {}}) == (400, "InvalidRequestContent")
