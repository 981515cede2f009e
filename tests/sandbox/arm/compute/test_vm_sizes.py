"""VM sizes and what is told of them (`test_compute.py` asks for them over ARM)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.compute.vm_sizes import VmSize, all_sizes, families, find_size, sizes_in, skus
from azlin.sandbox.arm.locations import all_locations, find_location

SIZES = st.sampled_from(list(all_sizes().values()))
PLACES = st.sampled_from(list(all_locations().values()))


@given(SIZES, st.sampled_from([str.upper, str.lower]))
def test_a_size_is_found_in_any_casing(size: VmSize, spelled):
    assert find_size(spelled(size.name)) is size


@pytest.mark.parametrize("name", [None, "", "Standard", 5])
def test_what_is_no_size_is_none(name: object):
    assert find_size(name) is None


@given(SIZES)
def test_both_lists_say_the_same_of_a_size(size: VmSize):
    told = {one["name"]: one["value"] for one in size.capabilities()}
    short = size.short()
    assert all(isinstance(value, str) for value in told.values())
    assert int(told["vCPUs"]) == short["numberOfCores"]
    assert float(told["MemoryGB"]) * 1024 == pytest.approx(short["memoryInMB"], abs=1)
    assert int(told["MaxDataDiskCount"]) == short["maxDataDiskCount"]
    assert int(told["MaxResourceVolumeMB"]) == short["resourceDiskSizeInMB"]
    assert 1 <= int(told["vCPUsAvailable"]) <= int(told["vCPUs"])
    assert size.family in families()


@given(PLACES)
def test_skus_and_sizes_of_a_region_agree_and_name_only_its_zones(place):
    rows = skus(place.name)
    machines = [row for row in rows if row["resourceType"] == "virtualMachines"]
    assert [row["name"] for row in machines] == [size.name for size in sizes_in(place.display_name)]
    assert all(row["locations"] == [place.name] for row in rows)
    assert {tuple(row["locationInfo"][0]["zones"]) for row in rows} <= {tuple(place.zone_names), ()}
    assert {row["resourceType"] for row in rows} == {"virtualMachines", "disks", "availabilitySets"}


def test_a_region_nobody_knows_has_no_sizes_and_none_means_all():
    assert sizes_in("atlantis") == skus("atlantis") == []
    everywhere = {row["locations"][0] for row in skus(None)}
    assert everywhere == set(all_locations())


def test_some_sizes_are_offered_in_recommended_regions_only():
    rare = next(size for size in all_sizes().values() if size.region == "R")
    other = next(place for place in all_locations().values() if place.region_category != "Recommended")
    recommended = find_location("westeurope")
    assert recommended is not None
    assert rare.offered_in(recommended)
    assert not rare.offered_in(other)
    assert rare not in sizes_in(other.name)


def test_families_are_named_once():
    assert len(families()) == len(set(families()))
