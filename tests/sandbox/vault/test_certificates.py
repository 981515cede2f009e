from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.sandbox.vault.conftest import Vault

KEY = {"kty": "EC", "crv": "P-256"}


def _policy(issuer: str = "Self", **more: Any) -> dict[str, Any]:
    x509_props = {"subject": "CN=web.example.org, O=Example", "sans": {"dns_names": ["web.example.org"]}}
    return {"policy": {"issuer": {"name": issuer}, "key_props": KEY, "x509_props": x509_props, **more}}


def _made(vault: Vault, name: str = "c", **more: Any) -> dict[str, Any]:
    vault.ok("POST", f"/certificates/{name}/create", _policy(**more))
    assert vault.ok("GET", f"/certificates/{name}/pending")["status"] == "completed"
    return vault.ok("GET", f"/certificates/{name}")


def test_a_self_signed_certificate_is_an_operation_first_and_comes_with_its_key_and_secret(vault: Vault):
    started = vault.ask("POST", "/certificates/c/create", _policy())
    assert (started.status, started.body["status"]) == (202, "inProgress")
    assert started.headers["Location"].startswith("https://kv.vault.azure.net/certificates/c/pending?api-version=")
    assert vault.error("POST", "/certificates/c/create", _policy())[:2] == (409, "Conflict")
    made = _made(vault, "d")
    certificate = x509.load_der_x509_certificate(base64.b64decode(made["cer"]))
    assert "CN=web.example.org" in certificate.subject.rfc4514_string()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["web.example.org"]
    version = made["id"].rpartition("/")[2]
    assert made["kid"].endswith(f"/keys/d/{version}")
    assert vault.ok("GET", "/keys/d")["managed"] is True
    secret = vault.ok("GET", f"/secrets/d/{version}")
    key, inside, _ = pkcs12.load_key_and_certificates(base64.b64decode(secret["value"]), None)
    assert inside == certificate
    assert key is not None
    assert (secret["contentType"], secret["managed"]) == ("application/x-pkcs12", True)


def test_key_and_secret_go_and_come_back_with_the_certificate(vault: Vault):
    _made(vault)
    assert vault.error("DELETE", "/secrets/c")[0] == 403
    vault.ok("DELETE", "/certificates/c")
    assert [vault.ask("GET", f"/{one}/c").status for one in ("certificates", "keys", "secrets")] == [404] * 3
    assert vault.error("POST", "/certificates/c/create", _policy())[2] == "ObjectIsDeletedButRecoverable"
    vault.ok("POST", "/deletedcertificates/c/recover")
    assert [vault.ask("GET", f"/{one}/c").status for one in ("certificates", "keys", "secrets")] == [200] * 3
    vault.ok("DELETE", "/certificates/c")
    vault.ok("DELETE", "/deletedcertificates/c")
    assert vault.ok("GET", "/deletedkeys")["value"] == vault.ok("GET", "/deletedsecrets")["value"] == []


def test_an_unknown_issuer_waits_for_a_certificate_of_the_same_key(vault: Vault):
    csr = vault.ok("POST", "/certificates/c/create", _policy("Unknown"))["csr"]
    assert vault.ok("GET", "/certificates/c/pending")["status"] == "inProgress"
    assert vault.error("GET", "/certificates/c")[0] == 404
    request = x509.load_der_x509_csr(base64.b64decode(csr))
    assert request.is_signature_valid
    authority, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    builder = x509.CertificateBuilder(
        x509.Name.from_rfc4514_string("CN=ca"), request.subject, None, 7, now, now + timedelta(days=30)
    )
    wrong = builder.public_key(authority.public_key()).sign(authority, hashes.SHA256())
    right = builder.public_key(request.public_key()).sign(authority, hashes.SHA256())  # type: ignore[arg-type]
    der = {one: base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in (wrong, right)}
    assert vault.error("POST", "/certificates/c/pending/merge", {"x5c": [der[wrong]]})[:2] == (400, "BadParameter")
    assert vault.ask("POST", "/certificates/c/pending/merge", {"x5c": [der[right]]}).status == 201
    assert vault.ok("GET", "/certificates/c")["cer"] == der[right]


def test_an_operation_is_cancelled_and_dropped(vault: Vault):
    vault.ok("POST", "/certificates/c/create", _policy("Unknown"))
    assert vault.ok("PATCH", "/certificates/c/pending", {"cancellation_requested": True})["cancellation_requested"]
    assert vault.ok("GET", "/certificates/c/pending")["status"] == "cancelled"
    vault.ok("DELETE", "/certificates/c/pending")
    assert vault.error("GET", "/certificates/c/pending")[0] == 404
    assert vault.ok("GET", "/certificates")["value"] == []


def test_pem_and_pfx_are_imported_and_come_back_as_they_were(vault: Vault):
    made = _made(vault, secret_props={"contentType": "application/x-pem-file"})
    pem = vault.ok("GET", "/secrets/c")["value"]
    imported = vault.ok("POST", "/certificates/i/import", {"value": pem})
    assert (imported["cer"], imported["policy"]["issuer"]) == (made["cer"], {"name": "Unknown"})
    assert vault.ok("GET", "/secrets/i")["value"] == pem
    key = serialization.load_pem_private_key(pem.encode(), None)
    certificate = x509.load_pem_x509_certificate(pem.encode())
    locked = serialization.BestAvailableEncryption(b"pw")
    pfx = base64.b64encode(pkcs12.serialize_key_and_certificates(None, key, certificate, None, locked)).decode()  # type: ignore[arg-type]
    assert vault.error("POST", "/certificates/p/import", {"value": pfx})[:2] == (400, "BadParameter")
    assert vault.ok("POST", "/certificates/p/import", {"value": pfx, "pwd": "pw"})["cer"] == made["cer"]


def test_a_policy_is_read_changed_and_needs_a_subject(vault: Vault):
    _made(vault)
    assert vault.ok("GET", "/certificates/c/policy")["key_props"]["crv"] == "P-256"
    changed = vault.ok("PATCH", "/certificates/c/policy", {"x509_props": {"validity_months": 3}})
    assert (changed["x509_props"]["validity_months"], changed["issuer"]["name"]) == (3, "Self")
    assert vault.error("POST", "/certificates/x/create", {"policy": {"issuer": {"name": "Self"}}})[0] == 400
    assert vault.error("POST", "/certificates/x/create", _policy("nobody"))[0] == 404
