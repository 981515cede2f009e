"""The regions (pairs and spellings are in `test_providers.py`)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.locations import all_locations, display_names, find_location


@given(st.sampled_from(display_names()), st.sampled_from([str.upper, str.lower, str.title, lambda text: f" {text} "]))
def test_a_region_is_found_by_either_name_in_any_casing(name: str, spelled):
    found = find_location(spelled(name))
    assert found is not None
    assert found is find_location(found.name) is find_location(found.display_name)


@pytest.mark.parametrize("text", ["", None, "atlantis", 5, "west"])
def test_what_is_no_region_is_none(text: object):
    assert find_location(text) is None


@pytest.mark.parametrize("location", all_locations().values(), ids=lambda one: one.name)
def test_a_region_tells_itself_as_azure_does(location):
    body = location.body("s")
    assert body["id"] == f"/subscriptions/s/locations/{location.name}"
    assert ("availabilityZoneMappings" in body) == (location.zone_names == ["1", "2", "3"])
    assert -90 <= float(location.latitude) <= 90
    assert -180 <= float(location.longitude) <= 180
    pair = body["metadata"]["pairedRegion"]
    assert [one["name"] for one in pair] == ([location.paired_region] if location.paired_region else [])
