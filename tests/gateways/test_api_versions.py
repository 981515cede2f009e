from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.errors import AzureRefused
from azlin.gateways.api_versions import ApiVersions, newest

STABLE = st.dates().map(str)


class Cloud:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, namespace: str) -> dict[str, Any]:
        self.asked.append(namespace)
        return {
            "namespace": namespace,
            "resourceTypes": [
                {"resourceType": "virtualNetworks", "apiVersions": ["2020-01-01", "2025-01-01", "2025-05-01-preview"]},
                {"resourceType": "previews", "apiVersions": ["2024-01-01-preview", "2025-01-01-preview"]},
                {"resourceType": "none", "apiVersions": []},
            ],
        }


@given(st.lists(STABLE, min_size=1), st.lists(STABLE.map(lambda date: f"{date}-preview")))
def test_a_stable_version_is_newest_before_any_preview(stable: list[str], previews: list[str]):
    assert newest([*previews, *stable]) == max(stable)


@given(st.lists(STABLE.map(lambda date: f"{date}-preview"), min_size=1))
def test_a_preview_is_taken_where_there_is_nothing_else(previews: list[str]):
    assert newest(previews) == max(previews)


def test_the_schemas_know_first_and_the_cloud_is_not_asked():
    cloud = Cloud()
    assert ApiVersions(lambda type_: "2030-01-01", cloud).of("N.S/virtualNetworks") == "2030-01-01"
    assert cloud.asked == []


def test_the_cloud_is_asked_once_per_namespace():
    cloud = Cloud()
    versions = ApiVersions(lambda type_: None, cloud)
    assert versions.known("N.S/virtualNetworks") is None
    assert versions.of("n.s/VIRTUALNETWORKS") == "2025-01-01"
    assert versions.of("N.S/previews") == "2025-01-01-preview"
    assert versions.known("N.S/virtualNetworks") == "2025-01-01"
    assert cloud.asked == ["n.s"]


def test_a_child_that_is_not_listed_has_its_parents_version():
    assert ApiVersions(lambda type_: None, Cloud()).of("N.S/virtualNetworks/subnets") == "2025-01-01"


@pytest.mark.parametrize("type_", ["N.S/ghosts", "N.S/none", "N.S/ghosts/children"])
def test_a_type_that_the_cloud_does_not_have_is_refused(type_: str):
    with pytest.raises(AzureRefused) as refused:
        ApiVersions(lambda type_: None, Cloud()).of(type_)
    assert refused.value.code == "InvalidResourceType"
