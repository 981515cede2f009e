from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.language import machine_traits as traits
from azlin.agentic.language.phrase import Phrase, Tokens
from azlin.agentic.language.tokens import tokenise


def tokens(text: str) -> Tokens:
    return Tokens(tokenise(text))


@pytest.mark.parametrize("text", ["Standard_D2s_v3", "d2s v3", "of size d2s_v3", "--size D2s_v3", "to D2s_v3"])
def test_a_size_is_read_in_every_form(text: str):
    said = tokens(text)
    assert traits.read_vm_size(said, 0) == Phrase("size", "Standard_D2s_v3", 0, len(said))


def test_what_follows_size_is_kept_even_if_there_is_none_such():
    assert traits.read_vm_size(tokens("of size enormous9"), 0) == Phrase("size", "enormous9", 0, 3)
    assert traits.read_vm_size(tokens("of size big"), 0) is None


@given(st.integers(1, 99999))
def test_amounts_are_read_with_their_unit(number: int):
    for text, slot, value in (
        (f"{number} cpus", "shape", {"vcpus": number}),
        (f"{number} GB of ram", "shape", {"memory_gib": number}),
        (f"a {number}gb os disk", "disk_gb", number),
    ):
        said = tokens(text)
        assert traits.read_amount(said, 0) == Phrase(slot, value, 0, len(said))


@pytest.mark.parametrize("text", ["2", "2 vms", "2.5 GB", "8 TB"])
def test_no_amount_is_guessed(text: str):
    assert traits.read_amount(tokens(text), 0) is None


def test_a_vague_size_is_an_open_question():
    assert traits.read_amount(tokens("a small vm"), 0) == Phrase("shape", {}, 0, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("with ssh key ~/.ssh/id.pub", "~/.ssh/id.pub"),
        ("using the key ssh-ed25519 AAAAC3 anna@box", "ssh-ed25519 AAAAC3 anna@box"),
        ("with my ssh key", None),
    ],
)
def test_a_key_is_a_path_a_key_or_ones_own(text: str, value: Any):
    said = tokens(text)
    assert traits.read_ssh_key(said, 0) == Phrase("ssh_key", value, 0, len(said))


def test_a_password_in_the_clear_is_never_read():
    assert traits.read_admin(tokens("with password hunter2"), 0) is None
    found = traits.read_admin(tokens("with password {secret:pw}"), 0)
    assert found == Phrase("admin_password", "{secret:pw}", 0, 3)


def test_an_admin_user_is_a_name_that_a_system_takes():
    assert traits.read_admin(tokens("as user anna"), 0) == Phrase("admin_user", "anna", 0, 3)
    assert traits.read_admin(tokens("as user 1anna"), 0) is None


def test_an_unknown_image_after_its_keyword_is_kept_without_a_urn():
    found = traits.read_image(tokens("with image beos"), 0)
    assert found is not None
    assert (found.value.urn, found.value.label) == (None, "beos")
    assert traits.read_image(tokens("os disk"), 0) is None
