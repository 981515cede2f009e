from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.sizes import Size, canonical, nearest, read_size, shape_of, with_shape
from azlin.agentic.language.tokens import tokenise

MONTHLY = {
    "Standard_B1s": Decimal(9),
    "Standard_B2s": Decimal(35),
    "Standard_D2s_v3": Decimal(88),
    "Standard_D2ps_v5": Decimal(60),
    "Standard_NC4as_T4_v3": Decimal(1),
}
NAMES = st.builds(
    "Standard_{}{}{}_v{}".format,
    st.sampled_from("DEF"),
    st.sampled_from([2, 4, 8, 16, 32]),
    st.sampled_from(["", "s", "as", "ds"]),
    st.sampled_from([3, 4, 5]),
)


@given(NAMES)
def test_a_size_is_itself_however_it_is_cased(name: str):
    assert canonical(name) == canonical(name.lower()) == canonical(name.upper()) == name
    assert canonical(name.removeprefix("Standard_")) == name


@given(NAMES)
def test_a_size_with_spaces_is_read_whole(name: str):
    said = tokenise(name.removeprefix("Standard_").replace("_", " ").lower())
    assert read_size(said, 0) == Size(name, 2)


@given(NAMES)
def test_more_memory_per_processor_is_never_less_than_one(name: str):
    shape = shape_of(name)
    assert shape is not None
    assert shape[1] >= shape[0]


def test_a_wrong_size_is_kept_so_that_it_can_be_asked_about():
    assert read_size(tokenise("Standard_X99_nope"), 0) == Size("Standard_X99_nope", 1)


@pytest.mark.parametrize("text", ["Standard_LRS", "standard_ragrs", '"Standard_B2s"', "standard", "test"])
def test_what_is_no_size_is_none(text: str):
    assert read_size(tokenise(text), 0) is None


def test_the_nearest_sizes_are_priced_and_the_cheapest_stand_in():
    assert nearest("d2s_v33", MONTHLY, 1) == [("Standard_D2s_v3", Decimal(88))]
    assert [name for name, _ in nearest("###", MONTHLY, 2)] == ["Standard_NC4as_T4_v3", "Standard_B1s"]


def test_a_shape_is_met_only_by_sizes_known_to_meet_it():
    assert [name for name, _ in with_shape(2, None, MONTHLY)] == ["Standard_B2s", "Standard_D2s_v3"]
    assert with_shape(64, None, MONTHLY) == []
