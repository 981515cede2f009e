"""Secrets that Entra makes, and what is kept of them."""

from __future__ import annotations

import re

from azlin.sandbox.graph.secrets import hashed, matches, new_secret


def test_a_secret_has_the_form_that_entra_gives_and_is_never_taken_for_an_option():
    made = [new_secret() for _ in range(300)]
    assert len(set(made)) == len(made)
    assert all(re.fullmatch(r"[A-Za-z0-9]{3}8Q~[A-Za-z0-9._~-]{33}[A-Za-z0-9]", one) for one in made)


def test_what_is_kept_tells_the_secret_from_others_without_holding_it():
    secret = new_secret()
    kept = hashed(secret)
    assert matches(secret, kept)
    assert not matches(f"{secret}x", kept)
    assert secret not in kept
    assert hashed(secret) != kept
