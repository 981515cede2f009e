from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.families.naming import RESERVED_USERS, RULES, broken_rule, twice


@pytest.mark.parametrize("kind", sorted(RULES))
def test_the_longest_name_is_taken_and_a_longer_one_is_not(kind: str):
    longest = RULES[kind][2]
    assert broken_rule(kind, "a" * longest) is None
    assert broken_rule(kind, "a" * (longest + 1)) is not None
    assert broken_rule(kind, "") is not None


@given(st.sampled_from(sorted(RULES)), st.text(max_size=30))
def test_no_name_with_anything_but_ascii_and_its_few_signs_is_taken(kind: str, name: str):
    if broken_rule(kind, name) is None:
        assert re.fullmatch(r"[A-Za-z0-9_.()-]+", name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("vm", "-web"), ("vm", "web_1"), ("group", "web."), ("account", "Sam"), ("account", "ab")),
        *(("container", "a--b"), ("container", "Logs"), ("vnet", "n"), ("nic", "nic-"), ("vm", "web1\n")),
    ],
)
def test_what_azure_refuses_is_refused_with_the_rule(kind: str, name: str):
    assert RULES[kind][3] in (broken_rule(kind, name) or "")


def test_a_name_given_twice_is_found_whatever_its_case():
    assert twice(("web", "db", "WEB", "db")) == "WEB"
    assert twice(("web", "db")) is None


def test_reserved_users_are_folded():
    assert {"admin", "root", "user5", "test5"} <= RESERVED_USERS
    assert {user.casefold() for user in RESERVED_USERS} == RESERVED_USERS
