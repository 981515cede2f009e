from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.phrase import Phrase, Tokens
from azlin.agentic.language.placement import read_group, read_holder, read_location, read_zones
from azlin.agentic.language.regions import REGIONS, display_name
from azlin.agentic.language.tokens import tokenise


def tokens(text: str) -> Tokens:
    return Tokens(tokenise(text))


@pytest.mark.parametrize(
    "text",
    ["in resource group web", "from group web", "in the web resource group", "-g web", "in the rg called web"],
)
def test_a_group_is_named_in_many_ways(text: str):
    said = tokens(text)
    assert read_group(said, 0) == Phrase("group", ("web",), 0, len(said))


def test_only_a_plural_takes_several_groups():
    assert read_group(tokens("in groups web and db"), 0) == Phrase("group", ("web", "db"), 0, 5)
    assert read_group(tokens("in group web and db"), 0) == Phrase("group", ("web",), 0, 3)


@pytest.mark.parametrize("text", ["group web", "in web", "in the resource group", "in group in westeurope", "-g"])
def test_a_group_without_a_name_is_none(text: str):
    assert read_group(tokens(text), 0) is None


def test_a_function_word_is_a_name_only_after_called():
    assert read_group(tokens("in group all"), 0) is None
    assert read_group(tokens("in group called all"), 0) == Phrase("group", ("all",), 0, 4)


@pytest.mark.parametrize(
    ("text", "slot", "name"),
    [
        ("in vnet net1", "vnet", "net1"),
        ("of the nsg web-nsg", "nsg", "web-nsg"),
        ("in storage account logs1", "account", "logs1"),
        ("into the net1 vnet", "vnet", "net1"),
        ("in subnet web", "subnet", "web"),
    ],
)
def test_a_holder_says_what_it_is(text: str, slot: str, name: str):
    said = tokens(text)
    assert read_holder(said, 0) == Phrase(slot, (name,), 0, len(said))


def test_with_a_subnet_makes_one_and_is_no_holder():
    assert read_holder(tokens("with subnet web"), 0) is None


@given(st.sampled_from(sorted(REGIONS)), st.sampled_from(["", "in ", "in the ", "-l ", "in region ", "location is "]))
def test_every_region_is_a_location_in_every_form(region: str, lead: str):
    said = tokens(f"{lead}{display_name(region)}")
    assert read_location(said, 0) == Phrase("location", region, 0, len(said))


@pytest.mark.parametrize(
    "text", ["region atlantis", "in the atlantis region", "-l atlantis", "in region called atlantis"]
)
def test_an_unknown_region_keeps_what_was_said(text: str):
    found = read_location(tokens(text), 0)
    assert found is not None
    assert found.value == ("atlantis",)


@pytest.mark.parametrize("text", ["in atlantis", "atlantis", "region", "region ,", "europe"])
def test_what_is_not_called_a_region_is_none(text: str):
    assert read_location(tokens(text), 0) is None


@pytest.mark.parametrize(
    ("text", "zones", "end"),
    [
        ("in zone 1", ("1",), 3),
        ("across zones 1, 2 and 3", ("1", "2", "3"), 7),
        ("--zone 2", ("2",), 2),
        ("in zone 1 and stop", ("1",), 3),
    ],
)
def test_zones_are_listed(text: str, zones: tuple[str, ...], end: int):
    assert read_zones(tokens(text), 0) == Phrase("zones", zones, 0, end)


@pytest.mark.parametrize("text", ["in zone", "in zone 0", "in zone 10", "in zone a", "1"])
def test_what_is_no_zone_is_none(text: str):
    assert read_zones(tokens(text), 0) is None
