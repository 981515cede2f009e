"""How an expression is taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.templates.expression_parser import (
    Access,
    Call,
    Literal,
    TemplateInvalid,
    is_expression,
    parse_expression,
)

NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
NODE = st.recursive(
    st.builds(Literal, st.integers(-(10**12), 10**12) | TEXT),
    lambda inner: (
        st.builds(Call, NAME, st.lists(inner, max_size=3).map(tuple)) | st.builds(Access, inner, inner, st.booleans())
    ),
    max_leaves=8,
)


def written(node: Literal | Call | Access) -> str:
    if isinstance(node, Call):
        return f"{node.name}({', '.join(written(one) for one in node.arguments)})"
    if isinstance(node, Access):
        return f"{written(node.target)}[{'?' if node.safe else ''}{written(node.key)}]"
    if isinstance(node.value, int):
        return str(node.value)
    quoted = node.value.replace("'", "''")
    return f"'{quoted}'"


@given(NODE)
def test_every_expression_is_read_back_as_it_was_written(node: Literal | Call | Access):
    assert parse_expression(f"[{written(node)}]") == node


@pytest.mark.parametrize(
    ("value", "found"),
    [("[a()]", True), ("[[a()]", False), ("a()", False), ("[a()", False), ("[]", True), (5, False), (["[a()]"], False)],
)
def test_only_a_text_in_single_brackets_is_an_expression(value: object, found: bool):
    assert is_expression(value) is found


def test_a_property_is_reached_by_dot_or_bracket_alike():
    assert (
        parse_expression("[f().a]")
        == parse_expression("[ f( ) [ 'a' ] ]")
        == Access(Call("f", ()), Literal("a"), False)
    )
    assert parse_expression("[f().?a]") == parse_expression("[f()[?'a']]")
    assert parse_expression("[ns.inner.f(1)]") == Call("ns.inner.f", (Literal(1),))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "[f]",
        "[f(]",
        "[f(1,)]",
        "[f(1 2)]",
        "[f())]",
        "['a]",
        "[f().]",
        "[f()[1]",
        "[f()#]",
        "[ns.(1)]",
        "[f().1]",
    ],
)
def test_what_is_no_expression_is_refused_with_its_text(text: str):
    with pytest.raises(TemplateInvalid) as refused:
        parse_expression(text)
    assert f"'{text[1:-1]}'" in refused.value.message
    assert refused.value.code == "InvalidTemplate"


def test_nesting_ends_somewhere():
    assert parse_expression("[" + "f(" * 150 + ")" * 150 + "]")
    for opening in ("f(", "f()["):
        with pytest.raises(TemplateInvalid, match="nested too deeply"):
            parse_expression("[" + opening * 5000 + "]")
