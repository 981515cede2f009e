"""RSA and elliptic-curve keys: made, imported and shown as JSON Web Keys (RFC 7517, RFC 7518, RFC 8812).

A private key is kept as PKCS #8 PEM in the sandbox's state; only its public half is ever answered.
"""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from azlin.sandbox.arm.store import Body
from azlin.sandbox.vault.collection import unpadded
from azlin.sandbox.vault.refusals import bad_parameter

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CURVES: dict[str, type[ec.EllipticCurve]] = {
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1,
    "P-256K": ec.SECP256K1,
}
_CURVE_NAMES = {curve().name: name for name, curve in CURVES.items()}
RSA_SIZES = (2048, 3072, 4096)
RSA_OPERATIONS = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]
EC_OPERATIONS = ["sign", "verify"]


def make(kty: str, size: Any, curve: Any) -> PrivateKey:
    """A new key. Raises VaultRefusal 400 for a type, size or curve that Key Vault does not make."""
    if kty in ("RSA", "RSA-HSM"):
        bits = 2048 if size is None else size
        if bits not in RSA_SIZES:
            raise bad_parameter(f"Invalid key size: {bits}. Supported sizes are 2048, 3072 and 4096.")
        return rsa.generate_private_key(65537, bits)
    if kty in ("EC", "EC-HSM"):
        return ec.generate_private_key(_curve(curve or "P-256"))
    raise bad_parameter(f"Key type is not supported by this vault: {kty}")


def from_jwk(jwk: Body) -> PrivateKey:
    """The private key of an import. Raises VaultRefusal 400."""
    kty = str(jwk.get("kty"))
    try:
        if kty in ("RSA", "RSA-HSM"):
            n, e, d = (_number(jwk, name) for name in ("n", "e", "d"))
            p, q = (_number(jwk, "p"), _number(jwk, "q")) if "p" in jwk else rsa.rsa_recover_prime_factors(n, e, d)
            parts = (p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
            return rsa.RSAPrivateNumbers(*parts, rsa.RSAPublicNumbers(e, n)).private_key()
        if kty in ("EC", "EC-HSM"):
            public = ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), _curve(jwk.get("crv")))
            return ec.EllipticCurvePrivateNumbers(_number(jwk, "d"), public).private_key()
    except ValueError as wrong:
        raise bad_parameter(f"The imported key is not valid: {wrong}") from None
    raise bad_parameter(f"Key type is not supported by this vault: {kty}")


def public_jwk(key: PrivateKey) -> Body:
    """`n` and `e`, or `crv`, `x` and `y`."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {"n": encoded(_bytes(numbers.n)), "e": encoded(_bytes(numbers.e))}
    point = key.public_key().public_numbers()
    width = (key.curve.key_size + 7) // 8
    return {
        "crv": _CURVE_NAMES[key.curve.name],
        "x": encoded(point.x.to_bytes(width)),
        "y": encoded(point.y.to_bytes(width)),
    }


def to_pem(key: PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def from_pem(pem: str) -> PrivateKey:
    """A key that was kept here; it was checked when it came in, and checking takes longer than using it."""
    return suitable(serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True))


def suitable(key: Any) -> PrivateKey:
    """Raises VaultRefusal 400 when it is neither RSA nor on one of the curves."""
    rsa_key = isinstance(key, rsa.RSAPrivateKey)
    if rsa_key or (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVE_NAMES):
        return key
    raise bad_parameter("The key is neither an RSA key nor on a curve that Key Vault knows.")


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _curve(name: Any) -> ec.EllipticCurve:
    found = CURVES.get(str(name))
    if found is None:
        raise bad_parameter(f"Curve is not supported: {name}")
    return found()


def _number(jwk: Body, name: str) -> int:
    value = jwk.get(name)
    if not isinstance(value, str) or not value:
        raise bad_parameter(f"The imported key has no '{name}'.")
    return int.from_bytes(unpadded(value))


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
