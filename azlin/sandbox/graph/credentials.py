"""Passwords and certificates of applications and service principals.

A password is made here and shown once; a certificate's public half is kept so that assertions signed with it can be
verified. Sources: "application: addPassword", "passwordCredential" and "keyCredential" resource types.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import uuid
from datetime import UTC, datetime
from typing import Any

from cryptography import x509

from azlin.sandbox.arm.jsonc import array_of, object_of
from azlin.sandbox.graph import refusals
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.secrets import hashed, new_secret
from azlin.sandbox.graph.writing import now

_FRACTION = re.compile(r"\.(\d{6})\d*")
_YEARS = 2


def add_password(objects: Objects, owner: Entity, sent: Any) -> Body:
    """The new credential with its `secretText`, which no later answer shows. Raises GraphRefusal 400."""
    asked = object_of(object_of(sent).get("passwordCredential"))
    start, end = _period(asked)
    secret = new_secret()
    credential: Body = {
        "customKeyIdentifier": asked.get("customKeyIdentifier"),
        "displayName": asked.get("displayName"),
        "endDateTime": end,
        "hint": secret[:3],
        "keyId": str(uuid.uuid4()),
        "secretText": None,
        "startDateTime": start,
    }
    owner.body["passwordCredentials"] = [*owner.body["passwordCredentials"], credential]
    owner.hidden.setdefault("secrets", {})[credential["keyId"]] = hashed(secret)
    objects.save(owner)
    return {**credential, "secretText": secret}


def remove_password(objects: Objects, owner: Entity, sent: Any) -> None:
    """Raises GraphRefusal 400 when there is none of that `keyId`."""
    wanted = str(object_of(sent).get("keyId", "")).casefold()
    stays = [one for one in owner.body["passwordCredentials"] if one["keyId"].casefold() != wanted]
    if len(stays) == len(owner.body["passwordCredentials"]):
        raise refusals.bad_request(f"No password credential found with keyId {wanted}.")
    owner.body["passwordCredentials"] = stays
    owner.hidden.get("secrets", {}).pop(wanted, None)
    objects.save(owner)


def take_credentials(sent: Body, hidden: Body, before: list[Body]) -> None:
    """Complete the `keyCredentials` of a write, in place; their certificates go to `hidden`.

    Passwords cannot be written, only made: Raises GraphRefusal 400.
    """
    if any(object_of(one).get("secretText") for one in array_of(sent.get("passwordCredentials"))):
        raise refusals.bad_request(
            "New password credentials must be generated with service actions.", "CannotSetPasswordCredential"
        )
    if not isinstance(sent.get("keyCredentials"), list):
        return
    keys = array_of(sent["keyCredentials"])
    known = {one["keyId"]: one for one in before}
    certificates: Body = dict(hidden.get("certificates", {}))
    done = [_key(one, known, certificates) for one in keys]
    hidden["certificates"] = {one["keyId"]: certificates[one["keyId"]] for one in done if one["keyId"] in certificates}
    sent["keyCredentials"] = done


def is_current(credential: Body, at: datetime | None = None) -> bool:
    """Whether a credential is within its time."""
    at = at or datetime.now(UTC)
    return moment(credential["startDateTime"]) <= at < moment(credential["endDateTime"])


def moment(text: str) -> datetime:
    """A time as Graph writes it (seven digits of a second, too). Raises ValueError."""
    read = datetime.fromisoformat(_FRACTION.sub(r".\1", text))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _key(one: Any, known: dict[str, Body], certificates: Body) -> Body:
    sent = dict(object_of(one))
    kept = known.get(str(sent.get("keyId", "")))
    if kept is not None and not sent.get("key"):
        return {**kept, **{name: value for name, value in sent.items() if name == "displayName" and value}}
    data = _decoded(sent.get("key"))
    try:
        certificate = x509.load_der_x509_certificate(data) if data else None
    except ValueError:
        certificate = None
    if certificate is None:
        raise refusals.bad_request("Key credential certificate is invalid.", "KeyCredentialsInvalidCertificate")
    made: Body = {
        "customKeyIdentifier": hashlib.sha1(data, usedforsecurity=False).hexdigest().upper(),
        "displayName": sent.get("displayName") or certificate.subject.rfc4514_string(),
        "endDateTime": sent.get("endDateTime") or certificate.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "key": None,
        "keyId": str(sent.get("keyId") or uuid.uuid4()),
        "startDateTime": sent.get("startDateTime") or certificate.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "type": sent.get("type") or "AsymmetricX509Cert",
        "usage": sent.get("usage") or "Verify",
    }
    if moment(made["endDateTime"]) > certificate.not_valid_after_utc:
        raise refusals.bad_request("Key credential end date is invalid.", "KeyCredentialsInvalidEndDate")
    certificates[made["keyId"]] = base64.b64encode(data).decode()
    return made


def _decoded(text: Any) -> bytes:
    """A certificate in DER, from base64 of it or of its PEM form."""
    try:
        data = base64.b64decode(str(text or ""))
    except (binascii.Error, ValueError):
        return b""
    if data.startswith(b"-----BEGIN"):
        return base64.b64decode(b"".join(line for line in data.splitlines() if not line.startswith(b"-----")))
    return data


def _period(asked: Body) -> tuple[str, str]:
    start = asked.get("startDateTime") or now()
    try:
        begins = moment(start)
        end = asked.get("endDateTime") or begins.replace(year=begins.year + _YEARS).strftime("%Y-%m-%dT%H:%M:%SZ")
        ends = moment(end)
    except ValueError:
        raise refusals.bad_request("Invalid value specified for property 'endDateTime'.") from None
    if ends <= begins:
        raise refusals.bad_request("Password credential end date must be after its start date.")
    return start, end
