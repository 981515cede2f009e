from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.families.completion import Completion, aim_in_words, names_in_words
from azlin.agentic.language.filters import Where
from azlin.agentic.language.kinds import BY_NAME
from azlin.agentic.types import Intent
from azlin.settings import Defaults


def filling(defaults: Defaults | None = None, **parameters: str) -> Completion:
    intent = Intent(family="f", action="create", summary="", parameters=parameters)
    return Completion(intent, defaults or Defaults())


def test_what_was_said_counts_before_what_is_configured():
    said = filling(Defaults(location="uksouth"), location="eastus")
    assert (said.settle_location(), said.assumptions) == ("eastus", [])


def test_a_default_is_told_once():
    left = filling()
    assert [left.settle_group(), left.settle_group()] == ["azlin", "azlin"]
    assert len(left.assumptions) == 1


def test_a_region_that_there_is_not_is_a_question():
    assert filling(location="atlantis").settle_location() == "atlantis"
    wrong = filling(Defaults(location="atlantis"))
    wrong.settle_location()
    assert "atlantis" in wrong.questions[0]


@given(st.lists(st.from_regex(r"[a-z]{3}", fullmatch=True), max_size=5))
def test_a_few_names_are_all_said(names: list[str]):
    assert names_in_words(names).replace(" and ", ", ").split(", ") == (names or [""])


def test_many_names_are_counted():
    assert names_in_words([f"n{number}" for number in range(9)]) == "n0, n1, n2 and 6 more"


@pytest.mark.parametrize(
    ("where", "words"),
    [(Where(), "all VMs"), (Where(names=("a",)), "VM a"), (Where(names=("a", "b")), "VMs a and b")],
)
def test_an_aim_is_said(where: Where, words: str):
    assert aim_in_words(BY_NAME["vm"], where) == words
