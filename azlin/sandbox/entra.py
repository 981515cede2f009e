"""Sign-in as Entra does it: client credentials, device code (approved at once), refresh tokens,
resource-owner password, managed identity; openid configuration, discovery and keys.

Sources: "Microsoft identity platform and OAuth 2.0" (client credentials, device authorization
grant), "How to use managed identities ... acquire a token", RFC 8628. Error texts are Entra's own.
"""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.refusals import (
    ArmRefusal,
    not_authenticated,
    token_expired,
    token_invalid,
)
from azlin.sandbox.directory import Directory, Tenant
from azlin.sandbox.entra_documents import device_code, openid, realm
from azlin.sandbox.keys import SigningKey

LIFETIME_S = 86399
_ARM_AUDIENCES = (
    "https://management.core.windows.net",
    "https://management.azure.com",
)
_CLOCK_SKEW_S = 300


class Claims(msgspec.Struct, kw_only=True):
    """Who a token speaks for. `exp` is seconds since the epoch."""

    tid: str
    oid: str
    aud: str
    exp: int
    appid: str = ""
    idtyp: str = ""
    """`user` or `app`."""


class Person(msgspec.Struct, frozen=True):
    """A user who signs in."""

    oid: str
    upn: str
    name: str


class Principals(Protocol):
    """Who can sign in besides the tenants' own user and principal (`graph/sign_in.py`)."""

    def client(self, tenant: Tenant, form: Mapping[str, str]) -> str:
        """The object id of the client that the form's secret or assertion proves. Raises Refused."""
        ...

    def person(self, tenant: Tenant, name: str, password: str) -> Person | None:
        """The user of that name and password, None when there is none. Raises Refused (disabled)."""
        ...

    def known(self, tenant: Tenant, oid: str) -> Person | None:
        """A user who has signed in before, None when there is none any more."""
        ...


class Refused(Exception):
    """An OAuth error answer."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.error = error
        self.number = number
        self.text = text

    def answer(self) -> Answer:
        trace = str(uuid.uuid4())
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        text = f"AADSTS{self.number}: {self.text} Trace ID: {trace} Correlation ID: {trace} Timestamp: {now}"
        body = {
            "error": self.error,
            "error_description": text,
            "error_codes": [self.number],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": trace,
        }
        return Answer(self.status, body)


class Entra:
    """The token service of one sandbox."""

    def __init__(self, directory: Directory, key: SigningKey, identity_header: str) -> None:
        """`identity_header` is the secret of the managed identity endpoint."""
        self._directory = directory
        self._key = key
        self._identity_header = identity_header
        self._known: dict[str, Claims] = {}
        self.principals: Principals | None = None

    # -------------------------------------------------------------- checks

    def authenticate(self, authorization: str | None, audiences: tuple[str, ...] = _ARM_AUDIENCES) -> Claims:
        """The claims of a bearer token of ours. Raises ArmRefusal 401 in ARM's words."""
        claims = self.verified(authorization)
        if audiences is _ARM_AUDIENCES and claims.aud.startswith(("https://127.0.0.1", "https://localhost")):
            return claims
        if claims.aud.rstrip("/") not in audiences:
            allowed = ",".join(f"'{one}/','{one}'" for one in audiences)
            raise ArmRefusal(
                401,
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for wrong audience or resource "
                f"'{claims.aud}'. It should exactly match with one of the allowed audiences {allowed}.",
            )
        return claims

    def verified(self, authorization: str | None) -> Claims:
        """The same, for whichever audience the token is."""
        home = self._directory.default_tenant.id
        if not authorization or not authorization.startswith("Bearer "):
            raise not_authenticated(home)
        token = authorization[7:]
        claims = self._known.get(token)
        if claims is None:
            claims = self._verify(token, home)
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[token] = claims
        if claims.exp + _CLOCK_SKEW_S < time.time():
            raise token_expired(claims.tid)
        return claims

    def _verify(self, token: str, home: str) -> Claims:
        parts = token.split(".")
        try:
            signed, signature = f"{parts[0]}.{parts[1]}".encode(), _unpad(parts[2])
            if not self._key.verifies(signed, signature):
                raise token_invalid(home, "The access token is invalid.")
            return msgspec.json.decode(_unpad(parts[1]), type=Claims)
        except (IndexError, ValueError, msgspec.DecodeError):
            raise token_invalid(home, "The access token is invalid.") from None

    # --------------------------------------------------------------- tokens

    def answer(self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str], base: str) -> Answer:
        """Any request to the login host. `base` is the scheme and host it was asked under."""
        parts = [part for part in path.split("/") if part]
        try:
            return self._answer(method, parts, query, form, base)
        except Refused as refused:
            return refused.answer()

    def _answer(
        self, method: str, parts: list[str], query: Mapping[str, str], form: Mapping[str, str], base: str
    ) -> Answer:
        last = "/".join(parts[1:]).casefold()
        if parts[:2] == ["common", "discovery"] and last == "discovery/instance":
            return self._instance(query, base)
        if last.startswith("userrealm/"):
            return Answer(200, realm(parts[2]))
        if not parts:
            raise Refused(404, "not_found", 900144, "The request path is empty.")
        tenant = self._tenant(parts[0])
        if last in ("v2.0/.well-known/openid-configuration", ".well-known/openid-configuration"):
            return Answer(200, openid(tenant.id, parts[0], base))
        if last in ("discovery/v2.0/keys", "discovery/keys"):
            return Answer(200, {"keys": [self._key.jwk()]})
        if method == "POST" and last in ("oauth2/v2.0/token", "oauth2/token"):
            return Answer(200, self._token(tenant, form, base))
        if method == "POST" and last in ("oauth2/v2.0/devicecode", "oauth2/devicecode"):
            return Answer(200, device_code(tenant, base))
        raise Refused(404, "invalid_request", 90023, f"The endpoint '{last}' is not served by the sandbox.")

    def _token(self, tenant: Tenant, form: Mapping[str, str], base: str) -> dict[str, Any]:
        scope = form.get("scope") or form.get("resource", "")
        grant = form.get("grant_type", "")
        if grant == "client_credentials":
            oid = self._client(tenant, form)
            return self._access(tenant, oid, form.get("client_id", "").casefold(), scope)
        if grant in ("urn:ietf:params:oauth:grant-type:device_code", "device_code"):
            code = form.get("device_code") or form.get("code", "")
            return self._user(self._of_grant(code, "device"), form, scope, base)
        if grant == "refresh_token":
            return self._user(tenant, form, scope, base, self._refreshed(tenant, form.get("refresh_token", "")))
        if grant == "password":
            return self._password(tenant, form, scope, base)
        raise Refused(
            400,
            "unsupported_grant_type",
            70003,
            f"The app requested an unsupported grant type '{grant}'.",
        )

    def managed_identity(self, query: Mapping[str, str], headers: Mapping[str, str], *, imds: bool) -> Answer:
        """`IDENTITY_ENDPOINT` (app service form, guarded by its header) or the IMDS form."""
        guard = headers.get("metadata", "") if imds else headers.get("x-identity-header", "")
        wanted = "true" if imds else self._identity_header
        if not secrets.compare_digest(guard.encode(), wanted.encode()):
            text = "Required metadata header not specified" if imds else "X-IDENTITY-HEADER is wrong"
            return Answer(400, {"error": "invalid_request", "error_description": text})
        resource = query.get("resource", "")
        if not resource:
            text = "Required resource parameter is missing"
            return Answer(400, {"error": "invalid_request", "error_description": text})
        tenant = self._directory.default_tenant
        body = self._access(tenant, tenant.principal_oid, tenant.client_id, resource)
        now = int(time.time())
        times = {"expires_in": str(LIFETIME_S), "expires_on": str(now + LIFETIME_S), "not_before": str(now)}
        return Answer(200, {**body, **times, "resource": resource, "client_id": tenant.client_id})

    def _client(self, tenant: Tenant, form: Mapping[str, str]) -> str:
        """The object id of who the client is."""
        client_id = form.get("client_id", "")
        own = client_id.casefold() == tenant.client_id
        secret = form.get("client_secret", "")
        if own and secrets.compare_digest(secret.encode(), tenant.client_secret.encode()):
            return tenant.principal_oid
        if self.principals is not None:
            return self.principals.client(tenant, form)
        raise wrong_secret(client_id) if own else unknown_client(client_id, tenant)

    def _password(self, tenant: Tenant, form: Mapping[str, str], scope: str, base: str) -> dict[str, Any]:
        name, password = form.get("username", ""), form.get("password", "")
        person: Person | None = None
        own = name.casefold() == tenant.user
        if own and secrets.compare_digest(password.encode(), tenant.client_secret.encode()):
            person = _own_user(tenant)
        elif self.principals is not None:
            person = self.principals.person(tenant, name, password)
        if person is None:
            text = "Error validating credentials due to invalid username or password."
            raise Refused(400, "invalid_grant", 50126, text)
        return self._user(tenant, form, scope, base, person)

    def _refreshed(self, tenant: Tenant, token: str) -> Person:
        """Whom a refresh token of ours is for; in another tenant, that tenant's own user."""
        found = self._of_grant(token, "refresh")
        oid = str(msgspec.json.decode(_unpad(token.split(".")[1])).get("oid", ""))
        if found.id != tenant.id or self.principals is None or oid in ("", tenant.user_oid):
            return _own_user(tenant)
        known = self.principals.known(tenant, oid)
        if known is None:
            raise Refused(400, "invalid_grant", 50034, "The user account does not exist in the directory.")
        return known

    def _user(
        self, tenant: Tenant, form: Mapping[str, str], scope: str, base: str, person: Person | None = None
    ) -> dict[str, Any]:
        client_id = form.get("client_id", "")
        person = person or _own_user(tenant)
        body = self._access(tenant, person.oid, client_id, scope, upn=person.upn)
        now = int(time.time())
        identity = {
            "aud": client_id,
            "iss": f"{base}/{tenant.id}/v2.0",
            "iat": now,
            "exp": now + LIFETIME_S,
            "name": person.name,
            "oid": person.oid,
            "preferred_username": person.upn,
            "sub": person.oid,
            "tid": tenant.id,
            "ver": "2.0",
        }
        info = msgspec.json.encode({"uid": person.oid, "utid": tenant.id})
        body["scope"] = scope
        body["id_token"] = self._key.sign(identity)
        body["client_info"] = _pad(info)
        refresh = {"tid": tenant.id, "oid": person.oid, "use": "refresh", "exp": now + 90 * 86400}
        body["refresh_token"] = self._key.sign(refresh)
        body["foci"] = "1"
        return body

    def _access(
        self, tenant: Tenant, oid: str, client_id: str, scope: str, *, upn: str | None = None
    ) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "aud": _audience(scope),
            "iss": f"https://sts.windows.net/{tenant.id}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_S,
            "appid": client_id,
            "oid": oid,
            "sub": oid,
            "tid": tenant.id,
            "idtyp": "user" if upn else "app",
            "ver": "1.0",
        }
        if upn:
            claims.update(upn=upn, unique_name=upn, scp="user_impersonation")
        token = self._key.sign(claims)
        return {"token_type": "Bearer", "expires_in": LIFETIME_S, "ext_expires_in": LIFETIME_S, "access_token": token}

    def _of_grant(self, text: str, use: str) -> Tenant:
        """The tenant that a device code or refresh token of ours belongs to."""
        if use == "device":
            name, _, mark = text.partition(".")
            found = self._directory.tenant(name) if mark else None
            if found is not None:
                return found
            raise Refused(400, "bad_verification_code", 70019, "The verification code is not known.")
        parts = text.split(".")
        try:
            claims: dict[str, Any] = msgspec.json.decode(_unpad(parts[1]))
            genuine = self._key.verifies(f"{parts[0]}.{parts[1]}".encode(), _unpad(parts[2]))
        except (IndexError, ValueError, msgspec.DecodeError):
            claims, genuine = {}, False
        found = self._directory.tenant(str(claims.get("tid", "")))
        if not genuine or claims.get("use") != use or found is None:
            raise Refused(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
        return found

    def _tenant(self, name: str) -> Tenant:
        found = self._directory.tenant(name)
        if found is None:
            raise Refused(
                400,
                "invalid_request",
                90002,
                f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are "
                "signing into the correct cloud. Check with your subscription administrator, this may "
                "happen if there are no active subscriptions for the tenant.",
            )
        return found

    def _instance(self, query: Mapping[str, str], base: str) -> Answer:
        host = base.partition("://")[2]
        asked = query.get("authorization_endpoint", "")
        tenant = asked.partition("://")[2].split("/")[1:2]
        aliases = [host, "login.windows.net", "login.microsoft.com", "sts.windows.net"]
        body = {
            "tenant_discovery_endpoint": f"{base}/{(tenant or ['common'])[0]}/v2.0/.well-known/openid-configuration",
            "api-version": query.get("api-version", "1.1"),
            "metadata": [{"preferred_network": host, "preferred_cache": "login.windows.net", "aliases": aliases}],
        }
        return Answer(200, body)


def unknown_client(client_id: str, tenant: Tenant) -> Refused:
    text = (
        f"Application with identifier '{client_id}' was not found in the directory '{tenant.name}'. This can happen "
        "if the application has not been installed by the administrator of the tenant or consented to by any user in "
        "the tenant. You may have sent your authentication request to the wrong tenant."
    )
    return Refused(400, "unauthorized_client", 700016, text)


def wrong_secret(client_id: str) -> Refused:
    text = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        f"the client secret ID, for a secret added to app '{client_id}'."
    )
    return Refused(401, "invalid_client", 7000215, text)


def _own_user(tenant: Tenant) -> Person:
    return Person(tenant.user_oid, tenant.user, "Sandbox user")


def _audience(scope: str) -> str:
    """The resource of a v2 scope list (`https://x//.default offline_access`) or a v1 resource."""
    for one in scope.split():
        if "://" in one or one.endswith("/.default"):
            return one.removesuffix("/.default").removesuffix("/user_impersonation")
    return scope.split(maxsplit=1)[0] if scope.split() else "00000003-0000-0000-c000-000000000000"


def _unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _pad(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
