from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.numbers import ONES, TENS, Number, read_number
from azlin.agentic.language.tokens import tokenise


@given(st.integers(0, 999_999_999))
def test_every_whole_number_in_digits_is_read(value: int):
    assert read_number(tokenise(f"{value} vms"), 0) == Number(value, 1)


@given(st.sampled_from(sorted(TENS)), st.integers(1, 9), st.sampled_from(" -"))
def test_every_spelled_number_below_a_hundred_is_read(tens: str, ones: int, joiner: str):
    said = tokenise(f"{tens}{joiner}{ONES[ones]}")
    assert read_number(said, 0) == Number(TENS[tens] + ones, len(said))


def test_a_hundred_is_the_largest_word():
    assert read_number(tokenise("hundred vms"), 0) == Number(100, 1)


def test_what_was_meant_by_a_couple_can_be_told():
    assert read_number(tokenise("a couple of vms"), 0) == Number(2, 3, "a couple of")


@pytest.mark.parametrize("text", ["1234567890", "1.000", "+3", "50%", "lots of"])
def test_what_cannot_count_is_no_value(text: str):
    number = read_number(tokenise(text), 0)
    assert number is not None
    assert number.value is None


@pytest.mark.parametrize("text", ["a vm", '"2"', "²", "٢", "two-three", "hundred-one"])
def test_a_number_is_never_guessed(text: str):
    assert read_number(tokenise(text), 0) is None
