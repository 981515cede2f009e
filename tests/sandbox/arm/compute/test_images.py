"""Platform images, found by what az and people write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.compute.images import catalog, find_image

KNOWN = [
    {"publisher": publisher, "offer": offer, "sku": sku, "version": version}
    for publisher, offers in catalog().items()
    for offer, known in offers.items()
    for sku, found in known.skus.items()
    for version in found.versions
]


@given(st.sampled_from(KNOWN), st.sampled_from([str, str.upper, str.lower]))
def test_every_image_is_found_by_its_whole_name_in_any_casing(reference: dict[str, str], spelled: Any):
    found = find_image({part: spelled(text) for part, text in reference.items()})
    assert found is not None
    assert {part: getattr(found, part) for part in reference} == reference
    assert found.disk_size_gb >= 30


@given(st.sampled_from(KNOWN))
def test_latest_and_no_version_and_a_prefix_are_the_newest(reference: dict[str, str]):
    sku = catalog()[reference["publisher"]][reference["offer"]].skus[reference["sku"]]
    newest = max(sku.versions, key=lambda version: [int(part) for part in version.split(".")])
    named = {part: reference[part] for part in ("publisher", "offer", "sku")}
    for asked in ({}, {"version": "latest"}, {"version": None}):
        found = find_image({**named, **asked})
        assert found is not None
        assert found.version == newest
    by_prefix = find_image({**named, "version": newest.rpartition(".")[0]})
    assert by_prefix is not None
    assert by_prefix.version in sku.versions


@pytest.mark.parametrize("part", ["publisher", "offer", "sku", "version"])
def test_one_wrong_part_finds_nothing(part: str):
    assert find_image({**KNOWN[0], part: "nobody"}) is None
    assert find_image({}) is None


def test_a_small_windows_disk_is_smaller():
    windows = [find_image(reference) for reference in KNOWN if "Windows" in reference["publisher"]]
    sizes = {"smalldisk" in one.sku: one.disk_size_gb for one in windows if one is not None}
    assert sizes[False] == 127
    assert sizes.get(True, 30) == 30
