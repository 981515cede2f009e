from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language.kinds import BY_NAME, KINDS, Kind, Mention, kind_of_type, plural_of, read_kind
from azlin.agentic.language.tokens import tokenise

WORDS = [(kind, words) for kind in KINDS for words in kind.words]


@given(st.sampled_from(WORDS))
def test_every_word_for_a_kind_is_read_in_both_numbers(pair: tuple[Kind, str]):
    kind, words = pair
    for said, plural in ((words, False), (plural_of(words), True)):
        tokens = tokenise(said.upper())
        assert read_kind(tokens, 0) == Mention(kind, plural, len(tokens))


def test_the_longest_name_wins():
    found = read_kind(tokenise("network security group web"), 0)
    assert found is not None
    assert (found.kind.name, found.end) == ("nsg", 3)


@pytest.mark.parametrize("text", ["web", '"vm"', "virtual", "security"])
def test_what_is_no_kind_is_none(text: str):
    assert read_kind(tokenise(text), 0) is None


def test_no_two_kinds_share_a_type_or_a_word():
    assert len({kind.type.casefold() for kind in KINDS}) == len(KINDS)
    assert len({words.casefold() for _, words in WORDS}) == len(WORDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_type_leads_back_to_its_kind_in_any_case(kind: Kind):
    assert kind_of_type(kind.type.upper()) is kind


def test_an_unknown_type_is_a_resource():
    kind = kind_of_type("Microsoft.Quantum/workspaces")
    assert (kind.family, kind.singular) == ("resources", "Microsoft.Quantum/workspaces resource")


def test_kinds_are_counted():
    vm, address = BY_NAME["vm"], BY_NAME["ip"]
    assert (vm.counted(1), vm.counted(0), address.plural) == ("1 VM", "0 VMs", "public IP addresses")
    assert BY_NAME["container registry"].plural == "container registries"
