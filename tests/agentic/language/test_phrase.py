from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.phrase import FUNCTION_WORDS, Tokens
from azlin.agentic.language.tokens import tokenise

SAID = Tokens(tokenise('Create the "My VM", in Web'))


def test_only_a_word_has_a_low_form():
    assert [SAID.low(at) for at in range(-1, 8)] == ["", "create", "the", "", "", "in", "web", "", ""]


def test_the_text_is_as_written_and_empty_past_the_end():
    assert (SAID.text(2), SAID.text(99), SAID.said(4, 99), len(SAID)) == ("My VM", "", "in Web", 6)


def test_the_first_phrase_that_stands_there_is_taken():
    assert SAID.after(4, "in web", "in") == 6
    assert SAID.after(4, "in", "in web") == 5
    assert SAID.after(4, "in webs", "on") is None
    assert SAID.after(99, "in") is None


@given(st.integers(0, 10), st.sets(st.sampled_from(["create", "the", "in", "web", ""])))
def test_skipping_never_goes_back_nor_past_the_end(at: int, words: set[str]):
    end = SAID.skip(at, words - {""})
    assert at <= end <= max(at, len(SAID))


def test_words_that_can_be_no_name_are_folded():
    assert {word.casefold() for word in FUNCTION_WORDS} == FUNCTION_WORDS
