"""Encrypting, wrapping and signing with a vault's key (algorithms of RFC 7518 and RFC 8812, section 3.1)."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

from azlin.sandbox.vault.key_material import PrivateKey
from azlin.sandbox.vault.refusals import bad_parameter

_HASHES: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
_CURVE_OF = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1", "ES256K": "secp256k1"}


def seal(key: PrivateKey, algorithm: str, data: bytes) -> bytes:
    """encrypt and wrapKey. Raises VaultRefusal 400: unknown algorithm, or too much for the key."""
    pad = _padding(key, algorithm)
    try:
        return _rsa(key).public_key().encrypt(data, pad)
    except ValueError:
        raise bad_parameter("The parameter is incorrect: the value is too long for the key.") from None


def unseal(key: PrivateKey, algorithm: str, data: bytes) -> bytes:
    """decrypt and unwrapKey."""
    pad = _padding(key, algorithm)
    try:
        return _rsa(key).decrypt(data, pad)
    except ValueError:
        raise bad_parameter("The parameter is incorrect: the value cannot be decrypted with this key.") from None


def sign(key: PrivateKey, algorithm: str, digest: bytes) -> bytes:
    """The signature of a digest; with ECDSA it is r and s side by side."""
    found = _digest(algorithm, digest)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, _signature_padding(algorithm, found), Prehashed(found))
    _check_curve(key, algorithm)
    r, s = decode_dss_signature(key.sign(digest, ec.ECDSA(Prehashed(found))))
    width = (key.curve.key_size + 7) // 8
    return r.to_bytes(width) + s.to_bytes(width)


def verify(key: PrivateKey, algorithm: str, digest: bytes, signature: bytes) -> bool:
    found = _digest(algorithm, digest)
    try:
        if isinstance(key, rsa.RSAPrivateKey):
            key.public_key().verify(signature, digest, _signature_padding(algorithm, found), Prehashed(found))
            return True
        _check_curve(key, algorithm)
        half = len(signature) // 2
        whole = encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        key.public_key().verify(whole, digest, ec.ECDSA(Prehashed(found)))
    except InvalidSignature:
        return False
    return True


def _rsa(key: PrivateKey) -> rsa.RSAPrivateKey:
    if not isinstance(key, rsa.RSAPrivateKey):
        raise bad_parameter("Key and signing algorithm are incompatible: the key cannot encrypt.")
    return key


def _padding(key: PrivateKey, algorithm: str) -> padding.AsymmetricPadding:
    _rsa(key)
    if algorithm == "RSA1_5":
        return padding.PKCS1v15()
    if algorithm in ("RSA-OAEP", "RSA-OAEP-256"):
        digest = hashes.SHA256() if algorithm.endswith("-256") else hashes.SHA1()  # noqa: S303 - RFC 7518 says SHA-1
        return padding.OAEP(padding.MGF1(digest), digest, None)
    raise bad_parameter(f"Encryption algorithm not supported: {algorithm}")


def _digest(algorithm: str, digest: bytes) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    if algorithm[:2] not in ("RS", "PS", "ES") or algorithm[2:].rstrip("K") not in _HASHES:
        raise bad_parameter(f"Signing algorithm not supported: {algorithm}")
    found = _HASHES[algorithm[2:].rstrip("K")]()
    if len(digest) != found.digest_size:
        raise bad_parameter(f"Invalid length of value: {len(digest)} bytes. Should be {found.digest_size} bytes.")
    return found


def _signature_padding(algorithm: str, digest: hashes.HashAlgorithm) -> padding.AsymmetricPadding:
    if algorithm.startswith("RS"):
        return padding.PKCS1v15()
    if algorithm.startswith("PS"):
        return padding.PSS(padding.MGF1(digest), digest.digest_size)
    raise bad_parameter(f"Key and signing algorithm are incompatible: {algorithm} needs an EC key.")


def _check_curve(key: ec.EllipticCurvePrivateKey, algorithm: str) -> None:
    if _CURVE_OF.get(algorithm) != key.curve.name:
        raise bad_parameter(f"Key and signing algorithm are incompatible: {algorithm} does not go with the curve.")
