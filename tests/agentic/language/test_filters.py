from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.acts import power_of
from azlin.agentic.language.filters import POWER_STATES, State, Where, group_of, size_of, tags_of

ROOT = "/subscriptions/s/resourceGroups/Web/providers/Microsoft.Network/virtualNetworks/net1"
SUBNET = {"id": f"{ROOT}/subnets/db", "name": "db"}
NAME = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)


@given(NAME, NAME)
def test_a_name_is_meant_or_excepted_and_never_both(name: str, other: str):
    there = {"name": name}
    assert Where(names=(other,)).matches(there) is not Where(not_names=(other,)).matches(there)


@given(st.sampled_from(sorted(POWER_STATES)), st.sampled_from(sorted(set().union(*POWER_STATES.values()))))
def test_a_state_is_meant_or_excepted_and_never_both(state: State, power: str):
    assert Where(states=(state,)).matches({}, power) is not Where(not_states=(state,)).matches({}, power)


def test_all_tags_must_match_and_any_of_the_names_will_do():
    there = {"name": "web1", "tags": {"env": "test", "team": "red"}}
    assert Where(tags={"env": "test", "team": "red"}).matches(there)
    assert not Where(tags={"env": "test", "team": "blue"}).matches(there)
    assert Where(names=("web2", "web1")).matches(there)


def test_a_part_is_found_in_what_holds_it_and_nowhere_else():
    assert Where(within=("NET1",)).matches(SUBNET)
    assert not Where(within=("db",)).matches(SUBNET)
    assert not Where(within=("web",)).matches(SUBNET)


def test_a_size_is_compared_folded_and_an_unknown_one_never_fits():
    vm = {"properties": {"hardwareProfile": {"vmSize": "Standard_B2s"}}}
    assert Where(sizes=("standard_b2S",)).matches(vm)
    assert not Where(sizes=("Standard_B2s",)).matches({})


def test_a_pattern_is_no_regular_expression():
    assert not Where(patterns=("w.b",)).matches({"name": "web"})
    assert Where(names=("a",), patterns=("w*",)).matches({"name": "web"})


@pytest.mark.parametrize(
    ("id_", "group"),
    [
        (SUBNET["id"], "Web"),
        ("/subscriptions/s/resourceGroups/web", ""),
        ("/subscriptions/s/providers/Microsoft.Compute/skus/x", ""),
        ("", ""),
    ],
)
def test_the_group_is_read_from_the_id(id_: str, group: str):
    assert group_of({"id": id_}) == group


@pytest.mark.parametrize("there", [{}, {"properties": None}, {"properties": {"hardwareProfile": None}}])
def test_what_is_missing_is_empty(there: dict[str, Any]):
    assert (size_of(there), tags_of({**there, "tags": None}), power_of(there)) == ("", {}, None)


def test_a_filter_survives_json():
    where = Where(names=("a",), tags={"b": None}, not_states=("running",), label="test")
    assert msgspec.convert(msgspec.to_builtins(where), Where) == where


def test_no_filter_says_nothing_and_a_tag_without_a_value_says_its_name():
    assert Where().in_words() == ""
    assert Where(tags={"owner": None}, not_groups=("a", "b")).in_words() == "tagged owner, not in group a or b"
