from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Behaviour, Call
from tests.sandbox.conftest import Azure

PATH = "providers/Microsoft.Sandbox/nets/n"


class Counting(Behaviour):
    def show(self, resource: Any, _call: Call, /) -> Any:
        resource.properties["size"] = 7
        resource.properties.pop("hidden", None)
        return resource.body


@pytest.fixture
def path(azure: Azure) -> str:
    azure.plane.registry.type("Microsoft.Sandbox/nets", Counting())
    return f"{azure.group()}/{PATH}"


def test_an_etag_in_the_body_is_the_one_that_counts_now(azure: Azure, path: str):
    old = 'W/"00000000-0000-4000-8000-000000000001"'
    azure.put(path, {"location": "westeurope", "etag": old})
    assert azure.get(path)["etag"] == f'W/"{azure.plane.store.get(path).etag}"'  # pyright: ignore[reportOptionalMemberAccess]


def test_an_export_keeps_its_values_but_never_shows_what_is_hidden(azure: Azure, path: str):
    rid = azure.plane.store.parse(path)
    azure.plane.store.put_many([(rid, {"location": "westeurope", "properties": {"size": 3, "hidden": "x"}})])
    assert azure.get(path)["properties"] == {"size": 3}
    azure.put(path, {"location": "westeurope", "properties": {"size": 3}})
    assert azure.get(path)["properties"]["size"] == 7
