"""The `$filter` of lists, one resource at a time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.filters import Filter
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource, Store

VM = "/subscriptions/s/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/Sam"


def kept(text: str, **body: Any) -> bool:
    body = {"name": "Sam", "location": "westeurope", **body}
    return Filter(text).keeps(Resource(Store(":memory:").parse(VM), body, "", 0.0, 0.0))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name eq 'SAM'", True),
        ("name ne 'sam'", False),
        ("NAME EQ 'Sam' AND location Eq 'westeurope'", True),
        ("name eq 'x' or name eq 'y' or name eq 'Sam'", True),
        ("not name eq 'Sam' or location eq 'westeurope'", True),
        ("not (name eq 'Sam' or location eq 'westeurope')", False),
        ("name eq 'x' and name eq 'y' or name eq 'Sam'", True),
        ("name eq 'x' and (name eq 'y' or name eq 'Sam')", False),
        ("startswith(name, 'sa')", True),
        ("substringof('AM', name)", True),
        ("contains(name, 'z')", False),
        ("resourceGroup eq 'web'", True),
        ("atScope()", True),
    ],
)
def test_and_binds_tighter_than_or_and_letters_have_no_case(text: str, found: bool):
    assert kept(text) is found


def test_a_tag_needs_its_name_and_its_value_together():
    tags = {"env": "test", "app": "prod"}
    assert kept("tagName eq 'env' and tagValue eq 'test'", tags=tags)
    assert not kept("tagName eq 'env' and tagValue eq 'prod'", tags=tags)
    assert not kept("tagName eq 'env'")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("resourceType eq 'A.B/c'", "A.B/c"),
        ("name eq 'x' and resourceType eq 'A.B/c'", "A.B/c"),
        ("resourceType eq 'A.B/c' or name eq 'x'", None),
        ("not resourceType eq 'A.B/c'", None),
        ("name eq 'this or that' and resourceType eq 'A.B/c'", "A.B/c"),
    ],
)
def test_only_a_type_that_every_match_must_have_narrows_the_look_up(text: str, found: str | None):
    assert Filter(text).resource_type == found


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1))
def test_any_text_survives_its_quotes(name: str):
    quoted = name.replace("'", "''")
    assert kept(f"name eq '{quoted}'", name=name)
    assert kept(f"startswith(name, '{quoted}')", name=name)


@pytest.mark.parametrize("opening", ["(", "not "])
def test_a_filter_that_is_nested_too_deeply_is_refused(opening: str):
    with pytest.raises(ArmRefusal) as refused:
        Filter(opening * 3000 + "name eq 'x'")
    assert refused.value.code == "InvalidFilterInQueryString"


@pytest.mark.parametrize("word", ["or", "and"])
def test_a_filter_may_be_as_long_as_it_likes(word: str):
    assert kept(f" {word} ".join(["name eq 'Sam'"] * 3000))
