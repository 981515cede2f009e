"""Who may do what with blobs: account keys, shared access signatures, tokens, and containers that are public.

Permissions are the letters of a signature: r(ead) a(dd) c(reate) w(rite) d(elete) l(ist) t(ags) and p for what only
the account's owner may do (containers' policies, service properties).

Sources: "Authorize requests to Azure Storage", "Azure built-in roles for Storage".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.storage.accounts import account_keys, revoked_at
from azlin.sandbox.arm.store import ABOUT
from azlin.sandbox.blobs import refusals
from azlin.sandbox.blobs.request import Request
from azlin.sandbox.blobs.signatures import account_text, resource_texts, same, shared_key_text, signed
from azlin.sandbox.data_roles import may
from azlin.sandbox.entra import Entra

_SPACE = "Microsoft.Storage/storageAccounts/blobServices/"
_DATA_ACTIONS = {
    "r": "containers/blobs/read",
    "l": "containers/blobs/read",
    "a": "containers/blobs/add/action",
    "c": "containers/blobs/write",
    "w": "containers/blobs/write",
    "d": "containers/blobs/delete",
    "t": "containers/blobs/tags/write",
}
_SERVICE_ACTIONS = {
    "r": "containers/read",
    "l": "containers/read",
    "c": "containers/write",
    "w": "containers/write",
    "d": "containers/delete",
    "p": "containers/write",
}
_DELEGATION = f"{ABOUT}blob-delegation"
POLICIES = f"{ABOUT}blob-policies/"


def allow(request: Request, wanted: str, entra: Entra) -> None:
    """Any one of the letters in `wanted` suffices. Raises BlobRefusal 401, 403, 404 or 409."""
    authorization = request.headers.get("authorization", "")
    scheme = authorization.partition(" ")[0].casefold()
    if scheme == "bearer":
        _token(request, wanted, entra)
    elif scheme in ("sharedkey", "sharedkeylite"):
        _shared_key(request, authorization)
    elif "sig" in request.query:
        check_signature(request, request.query, wanted)
    else:
        _anonymous(request, wanted)


def _token(request: Request, wanted: str, entra: Entra) -> None:
    audiences = ("https://storage.azure.com", request.base)
    try:
        claims = entra.authenticate(request.headers["authorization"], audiences)
    except ArmRefusal as refused:
        if refused.code == "InvalidAuthenticationTokenAudience":
            failed = refusals.BlobRefusal(
                401,
                "InvalidAuthenticationInfo",
                "Server failed to authenticate the request. Please refer to the information in the www-authenticate "
                "header.",
                {**refusals.no_authentication(request.tenant).headers},
            )
            raise failed from None
        raise refusals.no_authentication(request.tenant) from None
    if claims.tid != request.tenant:
        raise refusals.authentication_failed("Issuer validation failed.")
    request.claims = claims
    on_blob = bool(request.name) or (request.comp == "list" and bool(request.container))
    actions = _DATA_ACTIONS if on_blob else _SERVICE_ACTIONS
    place = request.container_id.id if request.container else request.account.id.id
    if request.comp == "userdelegationkey":
        named = [_SPACE + "generateUserDelegationKey/action"]
    else:
        named = [_SPACE + actions[letter] for letter in wanted if letter in actions]
    if not any(may(request.plane, claims, place, action) for action in named):
        raise refusals.mismatched_permission()


def _keys(request: Request) -> list[str]:
    if request.account.properties.get("allowSharedKeyAccess") is False:
        raise refusals.key_access_off()
    return account_keys(request.account, request.plane.store)


def _shared_key(request: Request, authorization: str) -> None:
    scheme, _, rest = authorization.partition(" ")
    account, _, signature = rest.partition(":")
    if account != request.account.id.name or scheme.casefold() != "sharedkey":
        raise refusals.authentication_failed(f"The account name or scheme is not right: '{scheme} {account}'.")
    incoming = request.incoming
    text = shared_key_text(incoming.method, account, incoming.raw_path, incoming.query, incoming.headers)
    if not any(same(signature, signed(key, text)) for key in _keys(request)):
        shown = text.replace("\n", "\\n")
        raise refusals.authentication_failed(
            f"The MAC signature found in the HTTP request '{signature}' is not the same as any computed signature. "
            f"Server used following string to sign: '{shown}'."
        )


# ---------------------------------------------------------------- signatures


def check_signature(request: Request, query: Mapping[str, str], wanted: str) -> None:
    """A shared access signature, for the blob or container that the request names. Raises BlobRefusal 403."""
    account, given = request.account.id.name, query.get("sig", "")
    if "ss" in query:
        if not any(same(given, signed(key, account_text(account, query))) for key in _keys(request)):
            raise refusals.authentication_failed("Signature did not match.")
        kind = "o" if request.name else "c" if request.container else "s"
        if "b" not in query.get("ss", "") or (kind not in query.get("srt", "") and not _listing(request, query)):
            raise refusals.BlobRefusal(
                403,
                "AuthorizationResourceTypeMismatch",
                "This request is not authorized to perform this operation using this resource type.",
            )
        terms = query
    else:
        terms = _resource_signature(request, query, given)
    _check_times(terms)
    if not set(wanted) & set(terms.get("sp", "")):
        raise refusals.mismatched_permission()


def _listing(request: Request, query: Mapping[str, str]) -> bool:
    return request.comp == "list" and "c" in query.get("srt", "") and bool(request.container)


def _resource_signature(request: Request, query: Mapping[str, str], given: str) -> Mapping[str, str]:
    kind = query.get("sr", "")
    container, name = request.container, request.name
    if (kind in ("b", "bs", "bv") and not name) or kind not in ("b", "bs", "bv", "c"):
        raise refusals.mismatched_permission()
    path = f"/{container}/{name}" if kind != "c" else f"/{container}"
    delegated = "skoid" in query
    keys = [_delegation_key(request, query)] if delegated else _keys(request)
    texts = list(resource_texts(request.account.id.name, path, query, delegated=delegated))
    if not any(same(given, signed(key, text)) for key in keys for text in texts):
        raise refusals.authentication_failed("Signature did not match.")
    if "si" not in query:
        return query
    policy = stored_policies(request).get(query["si"])
    if policy is None:
        raise refusals.authentication_failed("The stored access policy of the signature does not exist.")
    return {**policy, **{name: value for name, value in query.items() if name in ("sp", "st", "se") and value}}


def stored_policies(request: Request) -> dict[str, dict[str, str]]:
    """The container's stored access policies by id, in the fields of a signature (`sp`, `st`, `se`)."""
    kept: dict[str, dict[str, str]] | None = request.plane.store.recall(POLICIES + request.container_id.key)
    return kept or {}


def _check_times(terms: Mapping[str, str]) -> None:
    now = time.time()
    start, end = terms.get("st", ""), terms.get("se", "")
    if not end or _seconds(end) <= now:
        raise refusals.authentication_failed(f"Signature not valid in the specified time frame: expiry [{end}].")
    if start and _seconds(start) > now:
        raise refusals.authentication_failed(f"Signature not valid in the specified time frame: start [{start}].")


def _seconds(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise refusals.authentication_failed(f"'{text}' is not a time.") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def delegation_key(request: Request, oid: str, tenant: str, start: str, end: str) -> str:
    """The value of a user delegation key, made from what it says so that nothing has to be kept of it."""
    secret = request.plane.store.recall(_DELEGATION)
    if secret is None:
        secret = base64.b64encode(hashlib.sha256(time.time_ns().to_bytes(8) + oid.encode()).digest()).decode()
        request.plane.store.remember(_DELEGATION, secret)
    revoked = revoked_at(request.account, request.plane.store)
    text = "\n".join((request.account.id.key, revoked, oid, tenant, start, end))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def _delegation_key(request: Request, query: Mapping[str, str]) -> str:
    if _seconds(query.get("ske", "")) <= time.time():
        raise refusals.authentication_failed("The user delegation key has expired.")
    return delegation_key(request, query["skoid"], query.get("sktid", ""), query.get("skt", ""), query.get("ske", ""))


# -------------------------------------------------------------------- public


def _anonymous(request: Request, wanted: str) -> None:
    if request.account.properties.get("allowBlobPublicAccess") is not True:
        if request.method in ("GET", "HEAD") and request.container and "x-ms-version" not in request.headers:
            raise refusals.public_access_off()
        raise refusals.no_authentication(request.tenant)
    found = request.plane.store.get(request.container_id) if request.container else None
    public = str(found.properties.get("publicAccess")) if found is not None else "None"
    reads_blob = request.name and "r" in wanted and public in ("Blob", "Container")
    if not reads_blob and not (public == "Container" and set(wanted) & set("rl")):
        raise refusals.BlobRefusal(404, "ResourceNotFound", "The specified resource does not exist.")
