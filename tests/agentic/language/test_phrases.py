from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.phrase import Tokens
from azlin.agentic.language.phrases import read_phrases
from azlin.agentic.language.tokens import tokenise

WORDS = st.sampled_from(
    [
        *("create", "delete", "stop", "list", "vm", "vms", "web1", "Sam", '"my vm"', "in", "group", "westeurope"),
        *("and", ",", ".", "not", "tagged", "env=test", "all", "2", "ubuntu", "zork", "the", "to", "of", "size"),
        *("B2s", "without", "except", "tag", "untag"),
    ]
)


def slots(text: str) -> list[str]:
    return [phrase.slot for phrase in read_phrases(Tokens(tokenise(text)))]


@given(st.lists(WORDS, max_size=12) | st.lists(st.text(max_size=5), max_size=8))
def test_every_token_is_in_some_phrase_and_phrases_go_on(words: list[str]):
    tokens = Tokens(tokenise(" ".join(words)))
    reached = 0
    for phrase in read_phrases(tokens):
        assert phrase.start <= reached
        assert phrase.end >= reached
        reached = phrase.end
    assert reached == len(tokens)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("create a vm called Sam", ["verb", "article", "kind", "names"]),
        ("stop web1 and web2", ["verb", "names"]),
        ("delete the Sam vm", ["verb", "article", "names", "kind"]),
        ("don't delete vm Sam", ["not-verb", "verb", "kind", "names"]),
        ("create a vm zork", ["verb", "article", "kind", "unknown"]),
        ("remove tag env from vm Sam", ["verb", "set-tags", "preposition", "kind", "names"]),
    ],
)
def test_a_sentence_is_its_phrases(text: str, wanted: list[str]):
    assert slots(text) == wanted


def test_a_preposition_that_leads_nowhere_is_unknown():
    assert slots("stop vm Sam with")[-1] == "unknown"
    assert slots("create a vm with zork")[-2:] == ["unknown", "unknown"]
