from __future__ import annotations

import json

from tests.sandbox.vault.conftest import Vault


def test_an_issuer_is_kept_without_its_password(vault: Vault):
    body = {"provider": "DigiCert", "credentials": {"account_id": "me", "pwd": "hidden"}}
    made = vault.ok("PUT", "/certificates/issuers/ca", body)
    assert (made["provider"], made["credentials"]) == ("DigiCert", {"account_id": "me"})
    assert "hidden" not in json.dumps(vault.ok("GET", "/certificates/issuers/CA"))
    vault.ok("PATCH", "/certificates/issuers/ca", {"attributes": {"enabled": False}})
    assert vault.ok("GET", "/certificates/issuers/ca")["attributes"]["enabled"] is False
    assert [one["provider"] for one in vault.ok("GET", "/certificates/issuers")["value"]] == ["DigiCert"]
    vault.ok("DELETE", "/certificates/issuers/ca")
    assert vault.error("GET", "/certificates/issuers/ca")[:2] == (404, "CertificateIssuerNotFound")


def test_contacts_are_set_read_and_removed(vault: Vault):
    assert vault.error("GET", "/certificates/contacts")[:2] == (404, "ContactsNotFound")
    contacts = [{"email": "a@example.org"}]
    vault.ok("PUT", "/certificates/contacts", {"contacts": contacts})
    assert vault.ok("GET", "/certificates/contacts")["contacts"] == contacts
    assert vault.ok("DELETE", "/certificates/contacts")["contacts"] == contacts
    assert vault.error("DELETE", "/certificates/contacts")[0] == 404
