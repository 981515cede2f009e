from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.resource_graph.invalid import QueryInvalid
from azlin.sandbox.resource_graph.parser import parse


def test_a_query_without_a_table_asks_the_resources(ask: Any):
    assert ask("where name == 'web1' | project name") == [{"name": "web1"}]
    assert ask("project name | take 1") == [{"name": "web1"}]


def test_tables_are_found_in_any_casing_and_columns_are_not(ask: Any, refused: Any):
    assert ask("RESOURCES | count") == [{"Count": 5}]
    assert "Type" in refused("resources | where Type == 'x'")["message"]


def test_lets_name_values_and_queries(ask: Any):
    query = """
    // what is asked for
    let wanted = 'web1'; // a comment with | and '
    let vms = Resources | where type has 'virtualMachines';
    let names = dynamic(['web1', 'nic1']);
    vms | where name == wanted and name in (names) and id in (vms | project id) | project name
    """
    assert ask(query) == [{"name": "web1"}]


def test_strings_have_escapes_and_verbatim_forms(evaluate: Any):
    assert evaluate(r"'a\'b\n\\'") == "a'b\n\\"
    assert evaluate('"say \\"x\\""') == 'say "x"'
    assert evaluate("@'a\\d''b'") == "a\\d'b"
    assert evaluate("'a' 'b'") == "ab"


def test_operators_bind_as_in_kql(evaluate: Any):
    assert evaluate("1 + 2 * 3 - 4 / 2") == 5
    assert evaluate("true or false and false") is True
    assert evaluate("not(true) or 1 < 2") is True
    assert evaluate("-(1 + 2) * 2") == -6


_PARTS = (
    "Resources", "|", "where", "project", "extend", "name", "==", "'a'", "(", ")", "[", "]", ".", ",", "in~", "and",
    "count()", "by", "-1", "1d", "//", "let", "=", ";", "\n",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(_PARTS),
        max_size=14,
    ).map(" ".join)
    | st.text(max_size=20)
)
def test_any_text_is_read_or_refused_with_a_place(text: str):
    try:
        parse(text)
    except QueryInvalid as invalid:
        detail = invalid.detail
    else:
        return
    assert {"code", "message", "line", "token"} <= set(detail)


@pytest.mark.parametrize(
    "query", ["Resources | where " + "(" * 500 + "1" + ")" * 500, "(" * 300 + "Resources", "-" * 900 + "1"]
)
def test_what_is_nested_too_deep_is_refused(query: str):
    with pytest.raises(QueryInvalid):
        parse(query if query.startswith(("Resources", "(")) else f"Resources | project x = {query}")
