"""From a sentence to bound parameters."""

from __future__ import annotations

import pytest

from azlin.agentic.language.binding import bind
from azlin.agentic.language.bound import Bound
from azlin.agentic.language.clauses import read_clauses
from azlin.agentic.language.phrase import Tokens
from azlin.agentic.language.phrases import read_phrases
from azlin.agentic.language.tokens import tokenise


def bound(text: str) -> Bound:
    tokens = Tokens(tokenise(text))
    (clause,) = read_clauses(read_phrases(tokens), tokens)
    return bind(clause, text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("don't delete vm Sam", "not to delete"),
        ("vm Sam", "What should be done"),
        ("delete Sam1", "What is Sam1"),
        ("create a key vault", "does not create key vaults"),
        ("start storage account logs1", "cannot be done with storage accounts"),
        ("create", "What should be made"),
    ],
)
def test_what_cannot_be_bound_is_a_question_and_binds_nothing(text: str, question: str):
    found = bound(text)
    assert question in found.questions[0]
    assert found.parameters == {}


def test_the_kind_or_type_goes_with_what_is_said():
    assert bound("list vnets").parameters["kind"] == "vnet"
    assert bound("list key vaults").parameters["type"] == "Microsoft.KeyVault/vaults"
