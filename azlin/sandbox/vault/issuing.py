"""From a policy to a certificate: keys, requests, self-signed certificates, and the PFX and PEM forms of secrets."""

from __future__ import annotations

import base64
import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.store import Body
from azlin.sandbox.vault.key_material import PrivateKey, encoded, make, public_jwk, suitable, to_pem
from azlin.sandbox.vault.refusals import bad_parameter

PFX, PEM = "application/x-pkcs12", "application/x-pem-file"
_USAGES = {
    "digitalSignature": "digital_signature",
    "nonRepudiation": "content_commitment",
    "keyEncipherment": "key_encipherment",
    "dataEncipherment": "data_encipherment",
    "keyAgreement": "key_agreement",
    "keyCertSign": "key_cert_sign",
    "cRLSign": "crl_sign",
    "encipherOnly": "encipher_only",
    "decipherOnly": "decipher_only",
}
_TLS_EKUS = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]


def completed(asked: Body, before: Body | None, now: int) -> Body:
    """The policy with what the service fills in. Raises VaultRefusal 400: no issuer, no subject."""
    kept = object_of(before)
    key = {**object_of(kept.get("key_props")), **object_of(asked.get("key_props"))}
    key = {"exportable": True, "kty": "RSA", "reuse_key": False, **{k: v for k, v in key.items() if v is not None}}
    if key["kty"].startswith("RSA"):
        key.setdefault("key_size", 2048)
        key.pop("crv", None)
    else:
        key.setdefault("crv", "P-256")
    secret = {"contentType": PFX, **object_of(kept.get("secret_props")), **_given(asked.get("secret_props"))}
    if secret["contentType"] not in (PFX, PEM):
        raise bad_parameter(f"Content type is not supported: {secret['contentType']}")
    x509_asked = {**object_of(kept.get("x509_props")), **_given(asked.get("x509_props"))}
    if not x509_asked.get("subject") and not any(object_of(x509_asked.get("sans")).values()):
        raise bad_parameter("Property policy.x509_props.subject or policy.x509_props.sans must be given.")
    _name(str(x509_asked.get("subject") or ""))
    usual: Body = {
        "subject": "",
        "ekus": _TLS_EKUS,
        "key_usage": ["digitalSignature", "keyEncipherment"],
        "validity_months": 12,
        "basic_constraints": {"ca": False},
    }
    issuer = {**object_of(kept.get("issuer")), **_given(asked.get("issuer"))}
    if not issuer.get("name"):
        raise bad_parameter("Property policy.issuer.name is missing.")
    renew = {"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "AutoRenew"}}
    mail = {"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}
    actions = asked.get("lifetime_actions") or kept.get("lifetime_actions")
    created = object_of(kept.get("attributes")).get("created", now)
    return {
        "key_props": key,
        "secret_props": secret,
        "x509_props": {**usual, **x509_asked},
        "lifetime_actions": actions or [mail if issuer["name"] == "Unknown" else renew],
        "issuer": issuer,
        "attributes": {"enabled": True, "created": created, "updated": now},
    }


def new_key(properties: Body) -> PrivateKey:
    return make(str(properties["kty"]), properties.get("key_size"), properties.get("crv"))


def request(policy: Body, key: PrivateKey) -> str:
    """The PKCS #10 request, base64 of DER."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(policy))
    for extension, critical in _extensions(policy):
        builder = builder.add_extension(extension, critical)
    return base64.b64encode(builder.sign(key, _digest(key)).public_bytes(serialization.Encoding.DER)).decode()


def self_signed(policy: Body, key: PrivateKey) -> x509.Certificate:
    now = datetime.now(UTC).replace(microsecond=0)
    months = int(object_of(policy["x509_props"]).get("validity_months") or 12)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(policy))
        .issuer_name(_subject(policy))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=10))
        .not_valid_after(_later(now, months))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, critical in _extensions(policy):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, _digest(key))


def described(certificate: x509.Certificate) -> Body:
    """`cer`, `x5t`, `subject`, and the times as seconds."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    return {
        "cer": base64.b64encode(der).decode(),
        "x5t": encoded(certificate.fingerprint(hashes.SHA1())),  # noqa: S303 - x5t is SHA-1 by RFC 7517
        "subject": _written(certificate.subject),
        "nbf": int(certificate.not_valid_before_utc.timestamp()),
        "exp": int(certificate.not_valid_after_utc.timestamp()),
    }


def packed(chain: list[x509.Certificate], key: PrivateKey, content_type: str) -> str:
    """The value of the certificate's secret: PEM, or base64 of a PFX without password."""
    if content_type == PEM:
        return to_pem(key) + "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain)
    pfx = pkcs12.serialize_key_and_certificates(None, key, chain[0], chain[1:], serialization.NoEncryption())
    return base64.b64encode(pfx).decode()


def unpacked(value: str, password: Any, policy: Body) -> tuple[list[x509.Certificate], PrivateKey, str]:
    """(chain, key, content type) of an import: PEM text or base64 of PEM or PFX. Raises VaultRefusal 400."""
    secret = str(password).encode() if password else None
    data = value.encode()
    if b"-----BEGIN" not in data:
        try:
            data = base64.b64decode(value)
        except ValueError:
            raise bad_parameter("The certificate's value is not valid base64.") from None
    wanted = object_of(policy.get("secret_props")).get("contentType")
    try:
        if b"-----BEGIN" in data:
            key = serialization.load_pem_private_key(data, secret)
            return x509.load_pem_x509_certificates(data), suitable(key), str(wanted or PEM)
        key, certificate, more = pkcs12.load_key_and_certificates(data, secret)
    except (ValueError, TypeError):
        raise bad_parameter(
            "The specified PKCS#12 or PEM X.509 certificate content can not be read. Please check if certificate is in "
            "valid format and the password is right."
        ) from None
    if key is None or certificate is None:
        raise bad_parameter("The certificate comes without its private key.")
    return [certificate, *more], suitable(key), str(wanted or PFX)


def policy_of(certificate: x509.Certificate, key: PrivateKey, content_type: str, now: int) -> Body:
    """The policy that an imported certificate shows: read from it, issuer Unknown."""
    public = public_jwk(key)
    kind: Body = {"kty": "EC", "crv": public["crv"]} if "crv" in public else {"kty": "RSA", "key_size": key.key_size}
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    properties: Body = {
        "subject": _written(certificate.subject),
        "ekus": [one.dotted_string for one in _extension(certificate, x509.ExtendedKeyUsage) or ()],
        "key_usage": _usages_of(certificate),
        "validity_months": round(lifetime.days / 30.4),
        "basic_constraints": {"ca": bool(getattr(_extension(certificate, x509.BasicConstraints), "ca", False))},
    }
    names = _extension(certificate, x509.SubjectAlternativeName)
    if names is not None:
        properties["sans"] = {"dns_names": names.get_values_for_type(x509.DNSName)}
    mail = {"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}
    return {
        "key_props": {"exportable": True, **kind, "reuse_key": False},
        "secret_props": {"contentType": content_type},
        "x509_props": properties,
        "lifetime_actions": [mail],
        "issuer": {"name": "Unknown"},
        "attributes": {"enabled": True, "created": now, "updated": now},
    }


def _extensions(policy: Body) -> list[tuple[x509.ExtensionType, bool]]:
    properties = object_of(policy["x509_props"])
    usages = {str(one) for one in properties.get("key_usage") or ()}
    found: list[tuple[x509.ExtensionType, bool]] = []
    if usages:
        flags = {field: name in usages for name, field in _USAGES.items()}
        if not flags["key_agreement"]:
            flags["encipher_only"] = flags["decipher_only"] = False
        found.append((x509.KeyUsage(**flags), True))
    if properties.get("ekus"):
        found.append((x509.ExtendedKeyUsage([x509.ObjectIdentifier(str(one)) for one in properties["ekus"]]), False))
    sans = object_of(properties.get("sans"))
    names: list[x509.GeneralName] = [x509.DNSName(str(one)) for one in sans.get("dns_names") or ()]
    names += [x509.RFC822Name(str(one)) for one in sans.get("emails") or ()]
    if names:
        found.append((x509.SubjectAlternativeName(names), False))
    ca = object_of(properties.get("basic_constraints")).get("ca") is True
    found.append((x509.BasicConstraints(ca=ca, path_length=None), True))
    return found


def _extension(certificate: x509.Certificate, kind: type[Any]) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _usages_of(certificate: x509.Certificate) -> list[str]:
    found = _extension(certificate, x509.KeyUsage)
    if found is None:
        return []
    agreement = ("encipher_only", "decipher_only")
    return [
        name
        for name, field in _USAGES.items()
        if (field not in agreement or found.key_agreement) and getattr(found, field)
    ]


def _subject(policy: Body) -> x509.Name:
    return _name(str(object_of(policy["x509_props"]).get("subject") or ""))


def _name(text: str) -> x509.Name:
    try:
        return x509.Name.from_rfc4514_string(re.sub(r"(?<!\\),\s+", ",", text.strip()))
    except ValueError:
        raise bad_parameter(f"The subject '{text}' is not a valid X.500 name.") from None


def _written(name: x509.Name) -> str:
    return ", ".join(part.rfc4514_string() for part in reversed(cast("Sequence[Any]", name.rdns)))


def _digest(key: PrivateKey) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size > 256 else hashes.SHA256()


def _later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.month - 1 + months, 12)
    day = min(moment.day, monthrange(moment.year + year, month + 1)[1])
    return moment.replace(year=moment.year + year, month=month + 1, day=day)


def _given(asked: Any) -> Body:
    return {name: value for name, value in object_of(asked).items() if value is not None}
