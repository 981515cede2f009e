from __future__ import annotations

import hashlib
import json

from cryptography.hazmat.primitives.asymmetric import ec

from azlin.sandbox.vault.key_material import encoded, public_jwk
from tests.sandbox.vault.conftest import Vault


def _sign(vault: Vault, name: str, algorithm: str, digest: bytes) -> str:
    return vault.ok("POST", f"/keys/{name}/sign", {"alg": algorithm, "value": encoded(digest)})["value"]


def _verifies(vault: Vault, name: str, algorithm: str, digest: bytes, signature: str) -> bool:
    body = {"alg": algorithm, "digest": encoded(digest), "value": signature}
    return vault.ok("POST", f"/keys/{name}/verify", body)["value"]


def test_a_curve_key_is_made_signs_and_never_shows_its_private_half(vault: Vault):
    made = vault.ok("POST", "/keys/k/create", {"kty": "EC", "crv": "P-384"})
    assert (made["key"]["crv"], made["key"]["key_ops"], "d" in made["key"]) == ("P-384", ["sign", "verify"], False)
    digest = hashlib.sha384(b"text").digest()
    signature = _sign(vault, "k", "ES384", digest)
    assert _verifies(vault, "k", "ES384", digest, signature)
    assert not _verifies(vault, "k", "ES384", hashlib.sha384(b"other").digest(), signature)
    assert "PRIVATE" not in json.dumps([vault.ok("GET", "/keys/k"), vault.ok("GET", "/keys")])


def test_an_rsa_key_encrypts_wraps_and_signs(vault: Vault):
    vault.ok("POST", "/keys/r/create", {"kty": "RSA"})
    for forth, back in (("encrypt", "decrypt"), ("wrapkey", "unwrapkey")):
        for algorithm in ("RSA1_5", "RSA-OAEP", "RSA-OAEP-256"):
            sealed = vault.ok("POST", f"/keys/r/{forth}", {"alg": algorithm, "value": encoded(b"hello")})["value"]
            opened = vault.ok("POST", f"/keys/r/{back}", {"alg": algorithm, "value": sealed})["value"]
            assert (opened, sealed != opened) == (encoded(b"hello"), True), algorithm
    digest = hashlib.sha256(b"text").digest()
    for algorithm in ("RS256", "PS256"):
        assert _verifies(vault, "r", algorithm, digest, _sign(vault, "r", algorithm, digest))
    assert vault.error("POST", "/keys/r/sign", {"alg": "ES256", "value": encoded(digest)})[:2] == (400, "BadParameter")
    assert vault.error("POST", "/keys/r/sign", {"alg": "RS512", "value": encoded(digest)})[:2] == (400, "BadParameter")


def test_an_imported_key_is_the_key_that_was_sent(vault: Vault):
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = {"kty": "EC", **public_jwk(key), "d": encoded(key.private_numbers().private_value.to_bytes(32))}
    shown = vault.ok("PUT", "/keys/imp", {"key": jwk})["key"]
    assert {name: shown[name] for name in ("crv", "x", "y")} == public_jwk(key)
    digest = hashlib.sha256(b"text").digest()
    assert _verifies(vault, "imp", "ES256", digest, _sign(vault, "imp", "ES256", digest))
    assert vault.error("PUT", "/keys/imp", {"key": {**jwk, "d": encoded(b"1")}})[:2] == (400, "BadParameter")


def test_rotation_makes_a_version_that_the_policy_lets_expire(vault: Vault):
    first = vault.ok("POST", "/keys/k/create", {"kty": "EC"})["key"]["kid"]
    policy = {"lifetimeActions": [], "attributes": {"expiryTime": "P90D"}}
    assert vault.ok("PUT", "/keys/k/rotationpolicy", policy)["attributes"]["expiryTime"] == "P90D"
    rotated = vault.ok("POST", "/keys/k/rotate")
    assert rotated["key"]["kid"] != first
    assert rotated["attributes"]["exp"] - rotated["attributes"]["created"] == 90 * 86_400
    assert len(vault.ok("GET", "/keys/k/versions")["value"]) == 2
    assert vault.error("PUT", "/keys/k/rotationpolicy", {"attributes": {"expiryTime": "P3D"}})[0] == 400


def test_a_key_does_only_what_it_may(vault: Vault):
    now = int(vault.azure.clock.seconds)
    vault.ok("POST", "/keys/k/create", {"kty": "EC", "key_ops": ["verify"]})
    body = {"alg": "ES256", "value": encoded(bytes(32))}
    assert vault.error("POST", "/keys/k/sign", body) == (403, "Forbidden", "KeyOperationForbidden")
    vault.ok("PATCH", "/keys/k", {"key_ops": ["sign"], "attributes": {"exp": now + 10}})
    vault.ok("POST", "/keys/k/sign", body)
    vault.azure.clock.advance(11)
    assert vault.error("POST", "/keys/k/sign", body) == (403, "Forbidden", "KeyExpired")
    vault.ok("PATCH", "/keys/k", {"attributes": {"enabled": False}})
    assert vault.error("POST", "/keys/k/sign", body) == (403, "Forbidden", "KeyDisabled")


def test_what_a_standard_vault_cannot_make_is_refused(vault: Vault):
    for body in ({"kty": "oct"}, {"kty": "RSA-HSM"}, {"kty": "RSA", "key_size": 1000}, {"kty": "EC", "crv": "P-1"}, {}):
        assert vault.error("POST", "/keys/k/create", body)[:2] == (400, "BadParameter"), body
    vault.change(sku={"name": "premium"})
    assert vault.ok("POST", "/keys/k/create", {"kty": "EC-HSM"})["key"]["kty"] == "EC-HSM"
