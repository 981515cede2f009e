from __future__ import annotations

import pytest

from azlin.agentic.language import verbs
from azlin.agentic.language.tokens import tokenise
from azlin.agentic.language.verbs import VERBS, Spoken

SAYINGS = [(action, said) for action, sayings in VERBS.items() for said in sayings.split(",")]


def test_every_verb_is_read_whole_and_means_one_thing():
    for action, said in SAYINGS:
        tokens = tokenise(f"{said} xyz")
        assert verbs.read_verb(tokens, 0) == Spoken(action, " ".join(said.split()), len(tokens) - 1)


def test_no_saying_means_two_things():
    forms = [" ".join(said.split()) for _, said in SAYINGS]
    assert len(forms) == len(set(forms))


def test_a_verb_in_quotes_is_a_name():
    assert verbs.read_verb(tokenise('"delete" it'), 0) is None


def test_a_verb_is_no_part_of_a_word():
    assert verbs.read_verb(tokenise("deleted-logs"), 0) is None


def test_the_longest_phrase_of_a_table_wins():
    table = {("a",): "short", ("a", "b"): "long"}
    assert verbs.longest(table, tokenise("A b c"), 0) == Spoken("long", "a b", 2)
    assert verbs.longest(table, tokenise("a , b"), 0) == Spoken("short", "a", 1)
    assert verbs.longest(table, [], 0) is None


@pytest.mark.parametrize("said", verbs.NEGATIONS)
def test_every_negation_is_seen_in_either_apostrophe(said: str):
    for spelling in (said, said.replace("'", "’"), said.upper()):
        assert verbs.read_negation(tokenise(f"{spelling} delete"), 0) is not None


def test_a_soft_wish_is_a_creation_and_no_verb():
    wish = verbs.read_soft_create(tokenise("I need a vm"), 0)
    assert wish == Spoken("create", "i need", 2)
    assert verbs.read_verb(tokenise("I need a vm"), 0) is None


def test_politeness_and_places_are_read_apart():
    assert verbs.read_wish(tokenise("please stop"), 0) == Spoken("wish", "please", 1)
    assert verbs.read_everywhere(tokenise("in my subscription"), 0) == Spoken("everywhere", "in my subscription", 3)


def test_the_words_of_the_verbs_are_single_words():
    assert {"create", "delete"} <= verbs.words()
    assert not [word for word in verbs.words() if " " in word]
