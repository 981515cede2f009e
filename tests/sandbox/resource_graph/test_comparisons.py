from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.resource_graph.comparisons import term


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("'a' == 'A'", False),
        ("'a' =~ 'A'", True),
        ("'a' !~ 'A'", False),
        ("'abc' contains 'B'", True),
        ("'abc' contains_cs 'B'", False),
        ("'abc' !contains 'x'", True),
        ("'abc' startswith 'AB'", True),
        ("'abc' startswith_cs 'AB'", False),
        ("'abc' !startswith 'b'", True),
        ("'abc' endswith 'BC'", True),
        ("'abc' endswith_cs 'bc'", True),
        ("'vm-prod-01' has 'PROD'", True),
        ("'vm-prod-01' has 'pro'", False),
        ("'vm-prod-01' has_cs 'PROD'", False),
        ("'vm-prod-01' !has 'pro'", True),
        ("'vm-prod-01' hasprefix 'pro'", True),
        ("'vm-prod-01' hassuffix 'rod'", True),
        ("'vm-prod-01' has_any ('dev', 'prod')", True),
        ("'vm-prod-01' has_all ('vm', 'dev')", False),
        ("'10.0.0.4' matches regex @'^10\\.'", True),
        ("'a' in ('A', 'b')", False),
        ("'a' in~ ('A', 'b')", True),
        ("'a' !in ('b')", True),
        ("'a' in (dynamic(['a', 'b']))", True),
        ("3 in (1, 2)", False),
        ("5 between (1 .. 5)", True),
        ("5 !between (1 .. 4)", True),
        ("1 == 1.0", True),
        ("datetime(2026-01-01) < datetime(2026-01-02)", True),
        ("1h > 59m", True),
        ("dynamic({'a': 5}).a == 5", True),
        ("dynamic({'a': 'x'}).a == 'x'", True),
        ("dynamic({'a': true}).a == true", True),
        ("dynamic({'a': true}).a =~ 'True'", True),
        ("dynamic({'a': 'true'}).a == true", True),
        ("dynamic({'a': []}).a == '[]'", True),
        ("dynamic({'a': '2026-01-02'}).a > datetime(2026-01-01)", True),
        ("dynamic({}).a == ''", True),
        ("dynamic({}).a != 'x'", True),
        ("dynamic({}).a == 5", False),
        ("dynamic({}).a != 5", True),
        ("dynamic({}).a > 5", None),
        ("int(null) == int(null)", None),
        ("isnull(int(null)) and true", True),
        ("dynamic({'a': [1, 'b']}).a has 'b'", True),
    ],
)
def test_kql_compares_like_this(evaluate: Any, expression: str, wanted: bool | None):
    assert evaluate(expression) is wanted


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="abC1-_/. ", min_size=1, max_size=12), st.text(alphabet="abC1", min_size=1, max_size=3))
def test_has_finds_exactly_the_whole_runs_of_letters_and_digits(text: str, wanted: str):
    runs = "".join(one if one.isalnum() else " " for one in text).casefold().split()
    assert (term("has", wanted, False).search(text) is not None) == (wanted.casefold() in runs)
