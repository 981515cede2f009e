from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.images import DEFAULT, IMAGES, Image, is_windows, label_of, near, read_image, urn_of
from azlin.agentic.language.tokens import tokenise

URN = "Canonical:ubuntu-24_04-lts:minimal:latest"


@given(st.sampled_from(sorted(IMAGES)))
def test_every_image_is_read_by_its_own_name_in_any_case(name: str):
    for spelling in (name, name.lower(), name.upper()):
        found = read_image(tokenise(f"{spelling} please"), 0)
        assert found is not None
        assert (found.urn, found.label) == (IMAGES[name], name)
        assert urn_of(spelling) == IMAGES[name]


@given(st.sampled_from(sorted(IMAGES)))
def test_a_label_leads_to_its_urn_and_back(name: str):
    assert label_of(IMAGES[name]) == name


def test_a_urn_is_taken_as_it_stands():
    assert read_image(tokenise(URN), 0) == Image(URN, URN, 1)
    assert (urn_of(f" {URN} "), label_of(URN)) == (URN, URN)


def test_a_version_that_was_left_open_is_told_apart():
    left, said = read_image(tokenise("debian"), 0), read_image(tokenise("debian 12"), 0)
    assert left is not None
    assert said is not None
    assert (left.urn, left.chosen) == (said.urn, True)
    assert not said.chosen


def test_a_version_there_is_not_is_no_image_and_never_the_default():
    assert read_image(tokenise("ubuntu 18.04"), 0) == Image(None, "ubuntu 18.04", 2)


@pytest.mark.parametrize("text", ["web1", "vm", ",", '"vm"'])
def test_what_is_no_image_is_none(text: str):
    assert read_image(tokenise(text), 0) is None


def test_windows_is_told_by_its_urn():
    assert [name for name in IMAGES if is_windows(IMAGES[name])] == [name for name in IMAGES if "Windows" in name]


@given(st.text(max_size=20))
def test_something_to_choose_is_always_offered(text: str):
    offered = near(text)
    assert offered
    assert set(offered) <= set(IMAGES)


def test_other_versions_are_the_nearest():
    assert near("ubuntu 18.04")[0].startswith("Ubuntu")
    assert near("fedora 40", 1) == [DEFAULT]
