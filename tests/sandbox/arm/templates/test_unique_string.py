"""The functions that make names (the published values are in `test_expressions.py`)."""

from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.unique_string import base_32, murmur_64, name_guid, unique_string

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(TEXT, min_size=1, max_size=3))
def test_a_name_is_always_thirteen_letters_and_digits_and_always_the_same(parts: list[str]):
    made = unique_string(parts)
    assert re.fullmatch(r"[a-z2-7]{13}", made)
    assert made == unique_string(parts) == unique_string(["-".join(parts)])


@given(st.lists(TEXT, min_size=1, max_size=3))
def test_a_guid_is_a_uuid_of_version_5(parts: list[str]):
    assert uuid.UUID(name_guid(parts)).version == 5
    assert name_guid(parts) == name_guid(["-".join(parts)])


@given(st.binary(max_size=40))
def test_the_hash_fits_64_bits_and_tells_lengths_apart(data: bytes):
    assert 0 <= murmur_64(data) < 2**64
    assert murmur_64(data) != murmur_64(data + b"\0")


def test_base_32_begins_with_the_highest_bits():
    assert base_32(0) == "a" * 13
    assert base_32(2**64 - 1) == "7" * 12 + "6"
    assert base_32(1 << 59, 2) == "ba"
