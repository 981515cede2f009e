"""A request's body, however it is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.incoming import Incoming

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def incoming(body: bytes) -> Incoming:
    return Incoming("PUT", "/", {}, {}, body, "https://management.azure.com")


def test_no_body_is_none():
    assert incoming(b"").json() is None


@given(JSON)
def test_strict_json_is_read_without_loss(value: object):
    assert incoming(json.dumps(value).encode()).json() == value


def test_comments_and_bare_names_are_read_too():
    assert incoming(b"{a: 1, /* why */ 'b': [true,],}").json() == {"a": 1, "b": [True]}


@pytest.mark.parametrize("body", [b"{", b"{a}", b"\xff\xfe", b"1 2", b"[" * 20_000, b"/**/" + b'{"a":' * 20_000])
def test_what_cannot_be_read_is_refused_as_arm_refuses_it(body: bytes):
    with pytest.raises(ArmRefusal) as refused:
        incoming(body).json()
    assert (refused.value.status, refused.value.code) == (400, "InvalidRequestContent")


def test_a_form_keeps_empty_fields_and_the_last_of_a_repeated_one():
    assert incoming(b"scope=&a=1&a=b%20c&u=%C3%A9").form() == {"scope": "", "a": "b c", "u": "é"}
    assert incoming(b"").form() == {}
    assert incoming(b"a=\xff").form() == {"a": "\ufffd"}
