from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.sandbox.vault.refusals import VaultRefusal
from azlin.sandbox.vault.visit import checked_name
from tests.sandbox.vault.conftest import Vault


def test_a_secret_is_set_read_and_kept_by_version(vault: Vault):
    first = vault.ok("PUT", "/secrets/Pw", {"value": "one", "contentType": "text", "tags": {"a": "b"}})
    second = vault.ok("PUT", "/secrets/pw", {"value": "two"})
    assert first["id"] != second["id"]
    assert vault.ok("GET", "/secrets/PW/")["value"] == "two"
    old = vault.ok("GET", first["id"].removeprefix("https://kv.vault.azure.net"))
    assert (old["value"], old["contentType"], old["tags"]) == ("one", "text", {"a": "b"})
    assert old["attributes"]["recoveryLevel"] == "Recoverable+Purgeable"


def test_lists_never_hold_a_value(vault: Vault):
    vault.ok("PUT", "/secrets/a", {"value": "hidden"})
    for url in ("/secrets", "/secrets/a/versions"):
        assert "hidden" not in json.dumps(vault.ok("GET", url)), url
    vault.ok("DELETE", "/secrets/a")
    assert "hidden" not in json.dumps(vault.ok("GET", "/deletedsecrets"))
    assert "hidden" not in json.dumps(vault.ok("GET", "/deletedsecrets/a"))


def test_a_value_is_in_no_answer_of_arm(vault: Vault):
    vault.ok("PUT", "/secrets/a", {"value": "hidden"})
    found = vault.azure.values(f"{vault.azure.subscription}/resources")
    assert found
    assert "hidden" not in json.dumps([found, vault.azure.get(vault.id)])


def test_a_disabled_secret_is_not_read_until_it_is_enabled(vault: Vault):
    vault.ok("PUT", "/secrets/a", {"value": "x"})
    assert vault.ok("PATCH", "/secrets/a", {"attributes": {"enabled": False}})["attributes"]["enabled"] is False
    assert vault.error("GET", "/secrets/a") == (403, "Forbidden", "SecretDisabled")
    vault.ok("PATCH", "/secrets/a/", {"attributes": {"enabled": True, "exp": 4_000_000_000}})
    assert vault.ok("GET", "/secrets/a")["attributes"]["exp"] == 4_000_000_000


def test_what_is_missing_too_large_or_no_text_is_refused(vault: Vault):
    assert vault.error("GET", "/secrets/a")[:2] == (404, "SecretNotFound")
    assert vault.error("PUT", "/secrets/a", {})[:2] == (400, "BadParameter")
    assert vault.error("PUT", "/secrets/a", {"value": "x" * 25_601})[:2] == (400, "BadParameter")
    assert vault.error("PUT", "/secrets/a_b", {"value": "x"})[:2] == (400, "BadParameter")
    assert vault.error("PUT", "/secrets/a", {"value": "x", "attributes": {"nbf": 20, "exp": 10}})[0] == 400


@settings(max_examples=30)
@given(st.text(max_size=130))
def test_only_letters_digits_and_dashes_make_a_name(name: str):
    valid = 1 <= len(name) <= 127 and all(letter == "-" or (letter.isascii() and letter.isalnum()) for letter in name)
    if valid:
        assert checked_name(name) == name
    else:
        with pytest.raises(VaultRefusal):
            checked_name(name)
