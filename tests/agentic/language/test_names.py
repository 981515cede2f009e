from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.names import RANGE_MAX, Names, expand, is_name, is_pattern, looks_made_up, read_names
from azlin.agentic.language.tokens import tokenise


def anything(at: int) -> bool:
    return False


@given(st.from_regex(r"[a-z][a-z-]{0,5}", fullmatch=True), st.integers(0, 500), st.integers(0, RANGE_MAX - 1))
def test_a_range_has_every_number_once_in_order(stem: str, first: int, more: int):
    names = expand(f"{stem}{first}", f"{stem}{first + more}")
    assert names is not None
    assert [int(name.removeprefix(stem)) for name in names] == list(range(first, first + more + 1))


def test_leading_zeros_are_kept():
    assert expand("n08", "n11") == ("n08", "n09", "n10", "n11")


def test_the_second_stem_may_be_left_out_but_not_differ():
    assert expand("n01", "03") == ("n01", "n02", "n03")
    assert expand("N1", "n2") == ("N1", "N2")
    assert expand("n1", "m2") is None


def test_a_range_has_a_limit():
    assert expand("n1", f"n{RANGE_MAX}") is not None
    assert expand("n1", f"n{RANGE_MAX + 1}") is None


@pytest.mark.parametrize("text", ["n3..n1", "web1, n3..n1", "n5 to n2"])
def test_a_range_that_makes_no_sense_spoils_the_list(text: str):
    found = read_names(tokenise(text), 0, anything)
    assert found is not None
    assert found.names is None


def test_a_list_ends_where_something_else_begins():
    said = tokenise("web1, web2 and stop db1")
    assert read_names(said, 0, lambda at: said[at].low == "stop") == Names(("web1", "web2"), 3)


def test_a_list_without_a_joiner_is_one_name():
    assert read_names(tokenise("web1 web2"), 0, anything) == Names(("web1",), 1)


@pytest.mark.parametrize(
    ("text", "name", "pattern", "made_up"),
    [
        ("web1", True, False, True),
        ("Sam", True, False, True),
        ("sam", True, False, False),
        ('"my vm"', True, False, True),
        ("web*", False, True, False),
        ("-web", False, False, False),
        ("web.", True, False, False),
        ("a/b", False, False, False),
        (",", False, False, False),
    ],
)
def test_a_token_is_a_name_a_pattern_or_neither(text: str, name: bool, pattern: bool, made_up: bool):
    token = tokenise(text)[0]
    assert (is_name(token), is_pattern(token), looks_made_up(token)) == (name, pattern, made_up)


def test_nothing_is_no_name():
    assert read_names([], 0, anything) is None
