"""Signing in as what Graph holds: an application by secret, certificate or another issuer's token, a user by password.

The token service (`entra.py`) asks here for everyone but a tenant's own user and principal. A federated token of an
issuer elsewhere (GitHub, a cluster) is compared with the credential by issuer, subject, audience and time; its
signature cannot be checked, because the issuer's keys cannot be fetched from a sandbox. A token that this sandbox
signed itself is verified. Sources: "Microsoft identity platform application authentication certificate credentials",
"Access token request with a federated credential".
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from azlin.sandbox.directory import Tenant
from azlin.sandbox.entra import Person, Refused, unknown_client, wrong_secret
from azlin.sandbox.graph import federation
from azlin.sandbox.graph.credentials import is_current
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.routes import Graph
from azlin.sandbox.graph.secrets import matches
from azlin.sandbox.keys import SigningKey

_OWN_ISSUERS = ("https://sts.windows.net/", "https://login.microsoftonline.com/")
_HINT = "Check your federated identity credential Subject, Audience and Issuer against the presented assertion."
_SKEW_S = 300


class SignIn:
    """`Principals` of the token service, over the directory of Graph."""

    def __init__(self, graph: Graph, key: SigningKey) -> None:
        """`key` is the sandbox's own, to verify its own tokens with."""
        self._graph = graph
        self._key = key

    def client(self, tenant: Tenant, form: Mapping[str, str]) -> str:
        """Raises Refused."""
        objects = self._graph.ready(tenant)
        client_id = form.get("client_id", "")
        application = objects.first(tenant.id, "application", "appId", client_id)
        principal = objects.first(tenant.id, "servicePrincipal", "appId", client_id)
        identity = principal is not None and principal.body["servicePrincipalType"] == "ManagedIdentity"
        if application is None and not identity:
            raise unknown_client(client_id, tenant)
        if principal is None:
            text = f"The client application '{client_id}' is missing service principal in the tenant '{tenant.name}'."
            raise Refused(401, "invalid_client", 7000229, text)
        if principal.body["accountEnabled"] is False:
            text = f"The service principal '{client_id}' is disabled."
            raise Refused(401, "unauthorized_client", 7000112, text)
        holders = [one for one in (application, principal) if one is not None]
        if form.get("client_assertion"):
            self._assertion(objects, holders, client_id, form["client_assertion"])
        else:
            _secret(holders, client_id, form.get("client_secret", ""))
        return principal.id

    def person(self, tenant: Tenant, name: str, password: str) -> Person | None:
        """Raises Refused for an account that is switched off."""
        user = self._graph.ready(tenant).first(tenant.id, "user", "userPrincipalName", name)
        kept = user.hidden.get("password") if user is not None else None
        if user is None or not kept or not matches(password, kept):
            return None
        return _person(user)

    def known(self, tenant: Tenant, oid: str) -> Person | None:
        user = self._graph.ready(tenant).get(tenant.id, oid, "user")
        return None if user is None else _person(user)

    # ---------------------------------------------------------- assertions

    def _assertion(self, objects: Objects, holders: list[Entity], client_id: str, token: str) -> None:
        header, claims, signed, signature = _read(token)
        if claims["exp"] + _SKEW_S < time.time():
            text = "Client assertion is not within its valid time range."
            raise Refused(401, "invalid_client", 700024, text)
        if str(claims.get("iss", "")).casefold() == client_id.casefold():
            _certificate(holders, client_id, header, signed, signature)
        else:
            self._federated(objects, holders, claims, signed, signature)

    def _federated(
        self, objects: Objects, holders: list[Entity], claims: Body, signed: bytes, signature: bytes
    ) -> None:
        issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
        if issuer.startswith(_OWN_ISSUERS) and not self._key.verifies(signed, signature):
            raise Refused(401, "invalid_client", 50027, "JWT token is invalid or malformed.")
        audience = claims.get("aud")
        audiences = {str(one) for one in audience} if isinstance(audience, list) else {str(audience)}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        known = [one for holder in holders for one in _federated_credentials(objects, holder)]
        if not known:
            text = (
                "The client has no configured federated identity credentials. "
                f"Assertion issuer: '{issuer}'. Assertion subject: '{subject}'."
            )
            raise Refused(401, "invalid_client", 70025, text)
        same_issuer = [one for one in known if one["issuer"] == issuer]
        same_subject = [one for one in same_issuer if one["subject"] == subject]
        for found, number, what in (
            (same_issuer, 700211, f"issuer '{issuer}'"),
            (same_subject, 700213, f"subject '{subject}'"),
            ([one for one in same_subject if audiences & set(one["audiences"])], 700212, f"audience '{audience}'"),
        ):
            if not found:
                text = f"No matching federated identity record found for presented assertion {what}. {_HINT}"
                raise Refused(401, "invalid_client", number, text)


def _federated_credentials(objects: Objects, holder: Entity) -> list[Body]:
    """Of an application in Graph, of a user-assigned identity in ARM."""
    found = [one.body for one in federation.of(objects, holder)]
    for name in holder.body.get("alternativeNames", []):
        resource = objects.store.get(name) if name.startswith("/subscriptions/") else None
        if resource is not None:
            kind = f"{resource.id.type}/federatedIdentityCredentials"
            found += [one.properties for one in objects.store.all(parent=resource.id, type=kind)]
    return found


def _secret(holders: list[Entity], client_id: str, secret: str) -> None:
    if not secret:
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise Refused(401, "invalid_client", 7000218, text)
    for holder in holders:
        kept: Body = holder.hidden.get("secrets", {})
        for credential in holder.body["passwordCredentials"]:
            digest = kept.get(credential["keyId"])
            if digest is None or not matches(secret, digest):
                continue
            if not is_current(credential):
                text = f"The provided client secret keys for app '{client_id}' are expired."
                raise Refused(401, "invalid_client", 7000222, text)
            return
    raise wrong_secret(client_id)


def _certificate(holders: list[Entity], client_id: str, header: Body, signed: bytes, signature: bytes) -> None:
    """One of the certificates signed it: RS256 or PS256."""
    for holder in holders:
        kept: Body = holder.hidden.get("certificates", {})
        for credential in holder.body["keyCredentials"]:
            data = kept.get(credential["keyId"])
            if data is None or not is_current(credential):
                continue
            certificate = x509.load_der_x509_certificate(base64.b64decode(data))
            if _signed_by(certificate, str(header.get("alg", "")), signed, signature):
                return
    text = (
        f"A configuration issue is preventing authentication - the certificate used to sign the client assertion is "
        f"not registered on application '{client_id}'."
    )
    raise Refused(401, "invalid_client", 700027, text)


def _signed_by(certificate: x509.Certificate, algorithm: str, signed: bytes, signature: bytes) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or algorithm not in ("RS256", "PS256"):
        return False
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    try:
        key.verify(signature, signed, pss if algorithm == "PS256" else padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _read(token: str) -> tuple[Body, Body, bytes, bytes]:
    """Header, claims, what is signed, the signature. Raises Refused."""
    try:
        head, body, signature = token.split(".")
        header = msgspec.json.decode(_unpad(head), type=Body)
        claims = msgspec.json.decode(_unpad(body), type=Body)
        claims["exp"] = float(claims.get("exp", 0))
        return header, claims, f"{head}.{body}".encode(), _unpad(signature)
    except (ValueError, TypeError, msgspec.DecodeError):
        raise Refused(401, "invalid_client", 50027, "JWT token is invalid or malformed.") from None


def _person(user: Entity) -> Person:
    if user.body["accountEnabled"] is False:
        raise Refused(400, "invalid_grant", 50057, "The user account is disabled.")
    return Person(user.id, str(user.body["userPrincipalName"]), user.name)


def _unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
