"""The key that signs the sandbox's tokens (RS256, RFC 7515). Made once, kept 0600."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class SigningKey:
    """An RSA key with JSON Web Signatures."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self._public = key.public_key()
        numbers = self._public.public_numbers()
        self._modulus = _encoded(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8))
        self._kid = hashlib.sha256(self._modulus.encode()).hexdigest()[:27]
        header = {"typ": "JWT", "alg": "RS256", "kid": self._kid}
        self._header = _encoded(msgspec.json.encode(header))

    @classmethod
    def kept(cls, path: Path) -> SigningKey:
        """The key of that file, made when there is none."""
        if path.exists():
            loaded = serialization.load_pem_private_key(path.read_bytes(), None)
            if isinstance(loaded, rsa.RSAPrivateKey):
                return cls(loaded)
        made = rsa.generate_private_key(65537, 2048)
        pem = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.touch(mode=0o600)
        path.write_bytes(pem)
        return cls(made)

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed JWT of the claims."""
        signed = f"{self._header}.{_encoded(msgspec.json.encode(claims))}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_encoded(signature)}"

    def verifies(self, signed: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def jwk(self) -> dict[str, str]:
        """The public half, as a JSON Web Key (RFC 7517)."""
        exponent = _encoded((65537).to_bytes(3))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self._kid, "n": self._modulus, "e": exponent}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
