"""The key that signs: what it signs can be checked by anyone who has its public half."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.keys import SigningKey


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_token_is_verified_with_the_published_key_alone(signing_key: SigningKey):
    jwk = signing_key.jwk()
    numbers = (int.from_bytes(decoded(jwk[part])) for part in ("e", "n"))
    public = rsa.RSAPublicNumbers(*numbers).public_key()
    signed, _, signature = signing_key.sign({"tid": "t"}).rpartition(".")
    public.verify(decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    header = json.loads(decoded(signed.partition(".")[0]))
    assert header == {"typ": "JWT", "alg": "RS256", "kid": jwk["kid"]}


def test_any_claims_are_signed_without_loss_and_no_other_bytes_verify(signing_key: SigningKey):
    @given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(-(2**53), 2**53), max_size=4))
    def signs(claims: dict[str, Any]) -> None:
        signed, _, signature = signing_key.sign(claims).rpartition(".")
        assert json.loads(decoded(signed.partition(".")[2])) == claims
        assert signing_key.verifies(signed.encode(), decoded(signature))
        assert not signing_key.verifies(signed.encode() + b"A", decoded(signature))
        assert not signing_key.verifies(signed.encode(), decoded(signature)[:-1])

    signs()


def test_a_file_that_holds_another_kind_of_key_is_replaced(tmp_path: Path):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    path = tmp_path / "signing.pem"
    other = ed25519.Ed25519PrivateKey.generate()
    path.write_bytes(
        other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    made = SigningKey.kept(path)
    assert SigningKey.kept(path).jwk() == made.jwk()
