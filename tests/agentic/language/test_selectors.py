from __future__ import annotations

from typing import Any

import pytest

from azlin.agentic.language import selectors
from azlin.agentic.language.phrase import Phrase, Tokens
from azlin.agentic.language.tokens import tokenise


def tokens(text: str) -> Tokens:
    return Tokens(tokenise(text))


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("called Sam", "names", ("Sam",)),
        ("named web1 and web2", "names", ("web1", "web2")),
        ("with the names n3..n1", "names", None),
        ("named web*", "patterns", ("web*",)),
    ],
)
def test_names_follow_called(text: str, slot: str, value: Any):
    said = tokens(text)
    assert selectors.read_named(said, 0) == Phrase(slot, value, 0, len(said))


@pytest.mark.parametrize(
    ("text", "glob"),
    [("starting with n", "n*"), ("whose names end in 1", "*1"), ("containing web", "*web*"), ("web*", "web*")],
)
def test_a_pattern_is_a_glob(text: str, glob: str):
    said = tokens(text)
    assert selectors.read_pattern(said, 0) == Phrase("patterns", (glob,), 0, len(said))


def test_a_pattern_of_signs_is_none():
    assert selectors.read_pattern(tokens("containing [a]"), 0) is None


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("running", "running"),
        ("that are stopped", "stopped"),
        ("powered off", "powered-off"),
        ("is running", "running"),
    ],
)
def test_a_state_is_read_as_people_mean_it(text: str, state: str):
    found = selectors.read_state(tokens(text), 0)
    assert found is not None
    assert (found.slot, found.value) == ("states", (state,))


def test_a_label_stands_right_before_a_kind():
    assert selectors.read_label(tokens("test vms"), 0) == Phrase("label", "test", 0, 1)
    assert selectors.read_label(tokens("test now"), 0) is None


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("except web1 and web2", "names", ("web1", "web2")),
        ("not tagged env=prod", "tags", {"env": "prod"}),
        ("without tag env", "tags", {"env": None}),
        ("outside westeurope", "location", "westeurope"),
        ("but not in group web", "group", ("web",)),
    ],
)
def test_what_is_excepted_keeps_what_it_negates(text: str, slot: str, value: Any):
    said = tokens(text)
    found = selectors.read_opposite(said, 0)
    assert found is not None
    assert (found.slot, found.value.slot, found.value.value, found.end) == ("not", slot, value, len(said))


@pytest.mark.parametrize("text", ["and", "3", "vm web", "stop", "in westeurope", "tagged a=b", "test vms"])
def test_a_list_of_names_ends_before_anything_else(text: str):
    assert selectors.begins_something(tokens(text), 0)
    assert not selectors.begins_something(tokens("web1"), 0)
