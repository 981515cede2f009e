from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.tokens import Token, tokenise


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a, b", ["word", "comma", "word"]),
        ("done?!", ["word", "end"]),
        ("stop it.", ["word", "word", "end"]),
        ("“my vm”", ["quoted"]),
        ("()", ["symbol", "symbol"]),
        ("...", ["symbol"]),
        ("", []),
    ],
)
def test_every_token_has_its_kind(text: str, kinds: list[str]):
    assert [token.kind for token in tokenise(text)] == kinds


@pytest.mark.parametrize("text", ["ubuntu-22.04", "10.0.0.0/16", "n01..n30", "env=test", "~/.ssh/id.pub", "a@b.org"])
def test_what_belongs_together_is_one_word(text: str):
    assert tokenise(text) == [Token(text, text.casefold(), "word")]


def test_a_full_stop_ends_a_sentence_and_not_a_version():
    assert [token.text for token in tokenise("ubuntu 22.04. thanks")] == ["ubuntu", "22.04", ".", "thanks"]


def test_words_are_kept_as_written_and_compared_folded():
    assert tokenise("West’s") == [Token("West’s", "west's", "word")]


@given(st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)))
def test_plain_words_come_back_in_order(words: list[str]):
    assert [token.text for token in tokenise("  ".join(words))] == words
