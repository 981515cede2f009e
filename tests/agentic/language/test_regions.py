from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.regions import REGIONS, Place, display_name, near, read_region, region_of
from azlin.agentic.language.tokens import tokenise


@given(st.sampled_from(sorted(REGIONS)))
def test_a_region_is_one_in_every_spelling(region: str):
    for spelling in (region, region.upper(), display_name(region), display_name(region).replace(" ", "-").lower()):
        assert region_of(spelling) == region
        said = tokenise(f"{spelling} please")
        assert read_region(said, 0) == Place(region, len(said) - 1)


@pytest.mark.parametrize("text", ["atlantis", "", "west", "europe"])
def test_what_is_no_region_is_none(text: str):
    assert region_of(text) is None


def test_a_word_that_is_no_place_is_not_read():
    assert read_region(tokenise("web1"), 0) is None


@given(st.text(max_size=20), st.integers(1, 5))
def test_what_is_near_is_a_region_and_no_more_than_asked_for(text: str, count: int):
    found = near(text, count)
    assert len(found) <= count
    assert set(found) <= set(REGIONS)


def test_a_misspelt_region_is_near():
    assert near("west europ")[0] == "westeurope"
    assert near("xyzzy") == []


def test_an_unknown_region_is_called_what_it_is_called():
    assert display_name("marsnorth") == "marsnorth"
