"""graph.microsoft.com: who asks, what the path names, which answer that makes.

Source: "Microsoft Graph REST API v1.0 reference" and the requests that `az ad` sends. v1.0 and beta are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store
from azlin.sandbox.directory import Directory, Tenant
from azlin.sandbox.entra import Claims, Entra
from azlin.sandbox.graph import batch, builtin, collections, organization, refusals, roles
from azlin.sandbox.graph.adding import add
from azlin.sandbox.graph.asking import Asking
from azlin.sandbox.graph.identities import ManagedIdentities
from azlin.sandbox.graph.kinds import Body
from azlin.sandbox.graph.objects import Entity, Objects
from azlin.sandbox.graph.refusals import GraphRefusal
from azlin.sandbox.incoming import Incoming

AUDIENCES = ("https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000")
_LOOPBACK = ("https://127.0.0.1", "https://localhost")
_KEYED = re.compile(r"(?P<segment>[A-Za-z0-9]+)\((?P<key>.*)\)")
_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

Special = Callable[[Objects, Asking], Answer]


class Graph:
    """Takes an `Incoming`, gives an `Answer`. `objects` holds every tenant's directory."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self._directory = directory
        self.objects = Objects(store)
        self._identities = ManagedIdentities(self.objects, directory)
        self._ready: set[str] = set()
        store.when_cleared.append(self.clear)

    # ------------------------------------------------------------- content

    def ready(self, tenant: Tenant) -> Objects:
        """The objects, with what is built in and the identities that ARM has made meanwhile."""
        if tenant.id not in self._ready:
            builtin.ensure(self.objects, tenant)
            self._ready.add(tenant.id)
        self._identities.follow()
        return self.objects

    def catch_up(self, tenant: str) -> None:
        """The same in a transaction that may be undone, of a tenant by its id: nothing of it is remembered here."""
        found = self._directory.tenant(tenant)
        if found is not None:
            builtin.ensure(self.objects, found)
        self._identities.follow()

    def add(self, tenant: str, entry: Body) -> Entity:
        """An object with its id, as a seed or a generated tenant has it; see `adding.py`."""
        return add(self.objects, tenant, entry)

    def clear(self) -> None:
        """Everything but what is built in, which comes back when it is next asked for."""
        self._ready.clear()
        self.objects.clear()

    # ------------------------------------------------------------ requests

    def serve(self, entra: Entra) -> Callable[[Incoming], Answer]:
        """The door for HTTP, with the token service that knows the callers."""
        return lambda incoming: self.answer(incoming, entra)

    def answer(self, incoming: Incoming, entra: Entra) -> Answer:
        """Never raises a refusal: it is an answer."""
        try:
            found = self._authenticated(incoming, entra)
        except (GraphRefusal, ArmRefusal) as refused:
            answer = _refused(refused, incoming.headers)
        else:
            answer = self._safely(found, incoming.headers)
        if answer.body is not None:
            answer.headers.setdefault("Content-Type", _TYPE)
        answer.headers.setdefault("OData-Version", "4.0")
        return answer

    def _authenticated(self, incoming: Incoming, entra: Entra) -> Asking:
        claims = _claims(incoming, entra)
        parts = tuple(part for part in incoming.path.split("/") if part)
        return Asking(
            method=incoming.method,
            version=parts[0].casefold() if parts else "v1.0",
            parts=_unfolded(parts[1:]),
            tenant=claims.tid,
            oid=claims.oid,
            appid=claims.appid,
            is_user=claims.idtyp == "user",
            query=incoming.query,
            headers=incoming.headers,
            base=incoming.base,
            sent=incoming.json(),
            path="/" + "/".join(parts),
        )

    def _safely(self, asking: Asking, headers: Mapping[str, str]) -> Answer:
        try:
            tenant = self._directory.tenant(asking.tenant)
            if tenant is None or asking.version not in ("v1.0", "beta"):
                raise refusals.segment_unknown(asking.version)
            objects = self.ready(tenant)
            if asking.method == "GET":
                return self._dispatch(objects, asking, tenant)
            with objects.store.transaction():
                return self._dispatch(objects, asking, tenant)
        except GraphRefusal as refused:
            return _refused(refused, headers)

    def _dispatch(self, objects: Objects, asking: Asking, tenant: Tenant) -> Answer:
        if not asking.parts:
            raise refusals.segment_unknown("")
        first = asking.parts[0].casefold()
        if first == "$batch":
            if asking.method != "POST":
                raise refusals.method_not_supported()
            outer = asking
            return batch.run(asking.sent, partial(self._inner, outer))
        if first == "me":
            asking = _as_me(asking)
        about = organization.answer(asking, tenant)
        if about is not None:
            return about
        special: dict[str, Special] = {
            "directoryroletemplates": roles.templates,
            "rolemanagement": roles.management,
        }
        if first in special:
            return special[first](objects, asking)
        return collections.answer(objects, asking, tenant)

    def _inner(
        self, outer: Asking, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> Answer:
        """One request of a batch, by the same caller; it fails alone."""
        parts = tuple(part for part in path.split("/") if part)
        asking = replace(
            outer,
            method=method,
            parts=_unfolded(parts),
            query=query,
            headers=headers,
            sent=body,
            path=f"/{outer.version}/{'/'.join(parts)}",
        )
        if parts[:1] == ("$batch",):
            return _refused(refusals.segment_unknown("$batch"), headers)
        return self._safely(asking, headers)


def _as_me(asking: Asking) -> Asking:
    if not asking.is_user:
        raise refusals.bad_request("/me request is only valid with delegated authentication flow.", "BadRequest")
    return replace(asking, parts=("users", asking.oid, *asking.parts[1:]))


def _claims(incoming: Incoming, entra: Entra) -> Claims:
    """Of a token for Graph. Raises GraphRefusal 401."""
    authorization = incoming.headers.get("authorization", "")
    if not authorization.startswith("Bearer ") or not authorization[7:].strip():
        raise refusals.token_invalid("Access token is empty.")
    try:
        claims = entra.verified(authorization)
    except ArmRefusal as refused:
        expired = refused.code == "ExpiredAuthenticationToken"
        message = "Lifetime validation failed, the token is expired." if expired else "Access token validation failure."
        raise refusals.token_invalid(message) from None
    audience = claims.aud.rstrip("/")
    if audience not in AUDIENCES and not (audience.startswith(_LOOPBACK) and incoming.base.startswith(_LOOPBACK)):
        raise refusals.token_invalid("Access token validation failure. Invalid audience.")
    return claims


def _unfolded(parts: tuple[str, ...]) -> tuple[str, ...]:
    """`applications(appId='x')` and `users('x')` as two segments, the key as it stands."""
    found: list[str] = []
    for part in parts:
        match = _KEYED.fullmatch(part)
        if match is None:
            found.append(part)
        else:
            found += [match["segment"], match["key"].strip("'") if "=" not in match["key"] else match["key"]]
    return tuple(found)


def _refused(refused: GraphRefusal | ArmRefusal, headers: Mapping[str, str]) -> Answer:
    if isinstance(refused, ArmRefusal):
        why = "Unable to read JSON request payload. Please ensure the payload is of valid JSON format."
        refused = refusals.bad_request(why, "BadRequest")
    answer = Answer(refused.status, refused.body(headers.get("client-request-id")))
    if refused.status == 401:
        answer.headers["WWW-Authenticate"] = (
            'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
            'client_id="00000003-0000-0000-c000-000000000000"'
        )
    return answer
