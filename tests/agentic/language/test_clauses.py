from __future__ import annotations

import pytest

from azlin.agentic.language.clauses import Clause, read_clauses
from azlin.agentic.language.phrase import Tokens
from azlin.agentic.language.phrases import read_phrases
from azlin.agentic.language.tokens import tokenise


def clauses(text: str) -> list[Clause]:
    tokens = Tokens(tokenise(text))
    return read_clauses(read_phrases(tokens), tokens)


def said(text: str) -> list[tuple[str | None, str | None]]:
    return [(clause.action, clause.kind and clause.kind.name) for clause in clauses(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("create 2 vms and a storage account", [("create", "vm"), ("create", "account")]),
        ("stop vm web1 and delete vm web2", [("deallocate", "vm"), ("delete", "vm")]),
        ("stop web1", [("deallocate", "vm")]),
        ("create a vm called Sam and open port 22 from anywhere", [("create", "vm")]),
        ("allow ssh from anywhere", [("allow", "rule")]),
        ("delete web1", [("delete", None)]),
        ("vm Sam", [(None, "vm")]),
        ("", []),
    ],
)
def test_each_verb_and_each_thing_is_a_clause(text: str, wanted: list[tuple[str | None, str | None]]):
    assert said(text) == wanted


def test_a_negation_is_kept_with_its_verb_and_no_other():
    assert [clause.negated for clause in clauses("don't delete vm web1")] == [True]
    assert [clause.negated for clause in clauses("stop vm web1 and don't delete vm web2")] == [False, True]
    assert clauses("create a vm and do not")[-1].negated


def test_what_fits_nowhere_is_kept_as_unknown():
    (clause,) = clauses("create a vm called Sam zork")
    assert [phrase.value for phrase in clause.unknown] == ["zork"]


def test_all_is_everything():
    (clause,) = clauses("stop all vms")
    assert clause.everything
    assert clause.plural
