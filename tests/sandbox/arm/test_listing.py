from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.filters import Filter
from azlin.sandbox.arm.refusals import ArmRefusal

THING = "providers/Microsoft.Sandbox/things"
OTHER = "providers/Microsoft.Sandbox/others"


@pytest.fixture
def estate(azure: Any) -> str:
    group, second = azure.group(), azure.group("h")
    azure.put(f"{group}/{THING}/a", {"location": "westeurope", "tags": {"env": "test", "app": "x"}})
    azure.put(f"{group}/{THING}/b", {"location": "eastus", "tags": {"env": "prod", "app": "test"}})
    azure.put(f"{group}/{THING}/a/parts/p", {"location": "westeurope"})
    azure.put(f"{group}/{THING}/a/proxies/q", {})
    azure.put(
        f"{second}/{OTHER}/c", {"location": "westeurope", "kind": "k", "sku": {"name": "S"}, "properties": {"x": 1}}
    )
    return azure.subscription


def names(azure: Any, path: str) -> list[str]:
    return [one["name"] for one in azure.values(path)]


def test_a_type_is_listed_in_group_and_subscription(azure: Any, estate: str):
    assert names(azure, f"{estate}/{THING}") == ["a", "b"]
    assert names(azure, f"{estate}/resourceGroups/g/{THING}") == ["a", "b"]
    assert names(azure, f"{estate}/resourceGroups/h/{THING}") == []
    assert names(azure, f"{estate}/resourceGroups/g/{THING}/a/parts") == ["p"]


def test_a_list_in_a_group_or_under_a_parent_that_is_not_there_is_404(azure: Any, estate: str):
    assert azure.code("GET", f"{estate}/resourceGroups/none/{THING}") == (404, "ResourceGroupNotFound")
    assert azure.code("GET", f"{estate}/resourceGroups/none/resources") == (404, "ResourceGroupNotFound")
    assert azure.code("GET", f"{estate}/resourceGroups/g/{THING}/none/parts") == (404, "ResourceNotFound")


def test_a_type_nobody_has_made_is_an_empty_list(azure: Any, estate: str):
    assert azure.get(f"{estate}/providers/Microsoft.Nobody/nothings") == {"value": []}


def test_resources_are_listed_without_their_properties(azure: Any, estate: str):
    listed = azure.values(f"{estate}/resources")
    assert [one["name"] for one in listed] == ["a", "b", "a/p", "c"]
    assert listed[3] == {
        "id": f"{estate}/resourceGroups/h/{OTHER}/c",
        "name": "c",
        "type": "Microsoft.Sandbox/others",
        "location": "westeurope",
        "sku": {"name": "S"},
        "kind": "k",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("resourceType eq 'microsoft.sandbox/THINGS'", ["a", "b"]),
        ("resourceType ne 'Microsoft.Sandbox/things'", ["a/p", "c"]),
        ("resourceGroup eq 'H'", ["c"]),
        ("location eq 'eastus'", ["b"]),
        ("tagName eq 'env' and tagValue eq 'test'", ["a"]),
        ("tagName eq 'app'", ["a", "b"]),
        ("startswith(tagName, 'en')", ["a", "b"]),
        ("substringof('c', name)", ["c"]),
        ("name eq 'a' or (name eq 'c' and not (location eq 'eastus'))", ["a", "c"]),
        ("resourceType eq 'Microsoft.Sandbox/things' or resourceGroup eq 'h'", ["a", "b", "c"]),
    ],
)
def test_resources_are_filtered(azure: Any, estate: str, text: str, found: list[str]):
    assert names(azure, f"{estate}/resources?$filter={text}") == found


def test_a_filter_is_refused_rather_than_ignored(azure: Any, estate: str):
    assert azure.code("GET", f"{estate}/resources?$filter=name like 'x'") == (400, "InvalidFilterInQueryString")


@given(st.text(max_size=40))
def test_a_filter_is_understood_or_refused_and_never_breaks(text: str):
    with contextlib.suppress(ArmRefusal):
        Filter(text)


@pytest.mark.parametrize("text", ["", "?$filter=location eq 'westeurope'"])
def test_next_links_lead_through_the_whole_list(azure: Any, text: str):
    group = azure.group()
    for number in range(7):
        azure.put(f"{group}/{THING}/{number}", {"location": "westeurope" if number % 2 else "eastus"})
    link = f"{group}/{THING}{text}"
    link += ("&" if text else "?") + "$top=2"
    seen: list[str] = []
    while link:
        page = azure.get(link)
        assert len(page["value"]) <= 2
        seen += [one["name"] for one in page["value"]]
        link = page.get("nextLink", "")
    assert seen == [str(number) for number in range(7) if not text or number % 2]


def test_top_must_be_a_positive_number(azure: Any, estate: str):
    assert azure.code("GET", f"{estate}/resources?$top=0") == (400, "InvalidTopInQueryString")


def test_times_and_state_are_listed_when_asked_for(azure: Any, estate: str):
    listed = azure.values(f"{estate}/resources?$expand=createdTime,changedTime,provisioningState")
    assert all({"createdTime", "changedTime", "provisioningState"} <= set(one) for one in listed)


def test_what_a_provider_lists_in_a_region_needs_no_resource_for_the_region(azure: Any, estate: str):
    here = "providers/Microsoft.Sandbox/locations"
    assert azure.values(f"{estate}/{here}/westeurope/deletedThings") == []
    assert azure.values(f"{estate}/resourceGroups/g/{here}/West Europe/links") == []
    assert azure.code("GET", f"{estate}/{here}/atlantis/deletedThings") == (400, "NoRegisteredProviderFound")
    assert azure.code("GET", f"{estate}/resourceGroups/no/{here}/westeurope/links") == (404, "ResourceGroupNotFound")
    assert azure.code("GET", f"{estate}/{here}/westeurope/stores/none/parts") == (404, "ResourceNotFound")


def test_at_exact_scope_leaves_out_what_is_below_the_scope(azure: Any, estate: str):
    kind = "providers/Microsoft.Sandbox/assignments"
    azure.put(f"{estate}/{kind}/high", {})
    azure.put(f"{estate}/resourceGroups/g/{kind}/low", {})
    assert names(azure, f"{estate}/{kind}?$filter=atScope()") == ["high", "low"]
    assert names(azure, f"{estate}/{kind}?$filter=atExactScope()") == ["high"]
    assert names(azure, f"{estate}/resourceGroups/g/{kind}?$filter=atExactScope()") == ["low"]
