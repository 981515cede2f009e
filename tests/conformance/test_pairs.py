"""What a pair is judged by: with pairs that are made up, because the recorded ones are not in the repository."""

from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.behaviour import Registry, load
from conformance.pairs import directory, judge, leaves, measure, same

ID = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Maps/accounts/m"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


def pair(put: dict[str, Any], get: dict[str, Any], command: str = "maps create") -> dict[str, Any]:
    kind = "Microsoft.Maps/accounts"
    envelope = {"id": ID, "name": "m", "type": kind}
    return {
        "type": kind,
        "api_version": "2023-06-01",
        "put_api_version": "2023-06-01",
        "id": ID,
        "put": put,
        "get": {**envelope, **get},
        "command": command,
    }


def test_a_put_that_comes_back_as_recorded_is_right(registry: Registry) -> None:
    put = {"location": "westeurope", "properties": {"a": {"b": "Text"}}}
    found = judge(pair(put, {"location": "West Europe", "properties": {"a": {"b": "text"}}}), registry)
    assert (found.wrong, found.leaves, found.kept) == ([], 2, 2)
    assert found.missing == set()


def test_a_name_that_is_spelt_otherwise_is_wrong(registry: Registry) -> None:
    recorded = {"type": "microsoft.maps/ACCOUNTS"}
    found = judge(pair({"location": "westeurope"}, recorded), registry)
    assert [cause for cause, _ in found.wrong] == ["type not as recorded"]


def test_what_the_service_adds_is_counted_by_its_path(registry: Registry) -> None:
    found = judge(pair({"location": "westeurope"}, {"properties": {"nobody": {"adds": 1}}}), registry)
    assert {"properties.nobody", "properties.nobody.adds"} <= found.missing


def test_a_refused_pair_has_nothing(registry: Registry) -> None:
    found = judge(pair({"location": "nowhere!"}, {"properties": {}}), registry)
    assert found.refused == "LocationNotAvailableForResourceType"
    assert found.missing == found.added


def test_leaves_of_a_list_are_known_by_their_names() -> None:
    assert dict(leaves({"a": [{"name": "x", "b": 1}], "c": [2], "d": {}, "e": None})) == {
        "a[x].name": "x",
        "a[x].b": 1,
        "c[0]": 2,
        "d": {},
    }


def test_a_location_is_the_same_with_blanks_and_a_text_is_not() -> None:
    assert same("location", "West US", "westus")
    assert not same("properties.title", "West US", "westus")


def test_without_material_nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZLIN_DATA", raising=False)
    assert directory() is None
    assert measure(sample=True).of == 0
