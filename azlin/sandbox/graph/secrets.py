"""Secrets of applications and users: shown once when they are made, kept as salted hashes."""

from __future__ import annotations

import hashlib
import secrets
import string

_ROUNDS = 2000
_LETTERS = string.ascii_letters + string.digits
_MARKS = _LETTERS + "._~-"


def new_secret() -> str:
    """Forty characters in the form Entra gives: `abc8Q~...`; it begins with a letter or digit."""
    start = "".join(secrets.choice(_LETTERS) for _ in range(3))
    return f"{start}8Q~{''.join(secrets.choice(_MARKS) for _ in range(33))}{secrets.choice(_LETTERS)}"


def hashed(secret: str) -> str:
    """`salt$hash`, both hexadecimal."""
    salt = secrets.token_bytes(12)
    return f"{salt.hex()}${_digest(secret, salt)}"


def matches(secret: str, kept: str) -> bool:
    salt, _, digest = kept.partition("$")
    return secrets.compare_digest(_digest(secret, bytes.fromhex(salt)), digest)


def _digest(secret: str, salt: bytes) -> str:
    return hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, _ROUNDS).hex()
