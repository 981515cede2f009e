"""Access tokens: got once, kept until five minutes before they expire, never for another tenant.

Where one comes from: the cloud's own service principal (client credentials: Microsoft identity platform, "OAuth 2.0
client credentials flow"), else az, which the user has signed in with, else azure-identity (environment, managed
identity, …), which costs 0.2 s to import. The file that keeps them is a cache: without it they are got again.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from azlin.errors import AnswerLost, CloudUnreachable, SignInNeeded, StateUnwritable, ToolMissing
from azlin.gateways.arm_error import refusal
from azlin.gateways.cloud import PUBLIC_ARM, Cloud, ServicePrincipal
from azlin.gateways.files import write_whole
from azlin.gateways.http import Http, is_loopback
from azlin.gateways.innermost import said_in
from azlin.paths import Paths

EARLY_S = 300.0
"""A token is renewed this long before it expires, so that it does not expire on its way."""


class AzToken(Protocol):
    """What `gateways.az` says: the token, and when it expires in seconds since the epoch."""

    @property
    def value(self) -> str: ...
    @property
    def expires_at(self) -> float: ...


FromAz = Callable[[str], AzToken]
"""Resource (`https://management.azure.com/`) → token, from az. Raises SignInNeeded, ToolMissing."""


@dataclass(frozen=True)
class Token:
    text: str = field(repr=False)
    expires_at: float


class Tokens:
    """The tokens of one cloud and tenant. Safe to use from several threads."""

    def __init__(
        self,
        cloud: Cloud,
        http: Http,
        paths: Paths,
        *,
        from_az: FromAz | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cloud = cloud
        self._http = http
        self._paths = paths
        self._from_az = from_az
        self._now = now
        self._held: dict[str, Token] = {}
        self._turn = threading.Lock()

    def token(self, scope: str | None = None, *, renew: bool = False) -> str:
        """A token for `scope` (the cloud's Resource Manager unless said otherwise).

        `renew` gets a new one, because Azure did not take the one we had. Raises SignInNeeded, with the AADSTS code
        where Entra gave one, also when the token is for another tenant than the cloud's; CloudUnreachable.
        """
        wanted = scope or arm_scope(self._cloud)
        with self._turn:
            kept = None if renew else self._held.get(wanted) or self._filed(wanted)
            if kept is None or kept.expires_at - self._now() < EARLY_S:
                kept = self._fetched(wanted)
                self._check_tenant(kept)
                self._file(wanted, kept)
            self._held[wanted] = kept
            return kept.text

    def _fetched(self, scope: str) -> Token:
        if self._cloud.principal is not None:
            return self._by_client_credentials(self._cloud.principal, scope)
        why = ""
        if self._from_az is not None:
            try:
                said = self._from_az(scope.removesuffix(".default"))
                return Token(said.value, said.expires_at)
            except (SignInNeeded, ToolMissing) as refused:
                why = refused.what
        if self._cloud.sandbox:
            raise SignInNeeded("the sandbox's sign-in is missing", why=why, fix="azlin sandbox start")
        return self._by_azure_identity(scope, why)

    def _by_client_credentials(self, principal: ServicePrincipal, scope: str) -> Token:
        tenant = self._cloud.tenant or "organizations"
        try:
            answer = self._http.request(
                "POST",
                f"{self._cloud.login.rstrip('/')}/{tenant}/oauth2/v2.0/token",
                form={
                    "grant_type": "client_credentials",
                    "client_id": principal.client_id,
                    "client_secret": principal.client_secret,
                    "scope": scope,
                },
            )
        except AnswerLost as lost:  # asking for a token twice harms nobody, though it is a POST
            raise CloudUnreachable(lost.what, why=lost.why, fix=lost.fix) from lost
        if answer.status >= 500 or answer.status == 429:
            raise refusal(answer)
        said = _object(answer.text)
        if answer.status != 200 or not isinstance(said.get("access_token"), str):
            code, message = said_in(said)
            aadsts = message.partition(":")[0] if message.startswith("AADSTS") else code or f"HTTP {answer.status}"
            raise SignInNeeded(
                f"Entra refused the sign-in: {aadsts}",
                why=message,
                fix="azlin sandbox start" if self._cloud.sandbox else f"az login --tenant {tenant}",
            )
        return Token(said["access_token"], self._now() + float(said.get("expires_in", 0)))

    def _by_azure_identity(self, scope: str, why: str) -> Token:
        from azure.core.exceptions import AzureError
        from azure.identity import DefaultAzureCredential

        credential = DefaultAzureCredential(
            authority=self._cloud.login,
            exclude_cli_credential=self._from_az is not None,
            exclude_interactive_browser_credential=True,
        )
        tenant = {"tenant_id": self._cloud.tenant} if self._cloud.tenant else {}
        try:
            got = credential.get_token(scope, **tenant)
        except (AzureError, ValueError) as refused:
            raise SignInNeeded(
                "nobody is signed in to Azure",
                why="; ".join(part for part in (why, _first_line(refused)) if part),
                fix=f"az login --tenant {self._cloud.tenant}" if self._cloud.tenant else "az login",
            ) from None
        finally:
            credential.close()
        return Token(got.token, float(got.expires_on))

    def _check_tenant(self, token: Token) -> None:
        """A token of the wrong tenant would make us work, with success, in somebody else's directory."""
        wanted = self._cloud.tenant
        if wanted is None:
            return
        tenant = tenant_of(token.text)
        if tenant is None or tenant.casefold() != wanted.casefold():
            raise SignInNeeded(
                f"the sign-in is for tenant {tenant or 'unknown'}, and this needs tenant {wanted}",
                why="the token's `tid` is another tenant's, or the token cannot be read",
                fix=f"az login --tenant {wanted}",
            )

    # The file: {key: {"token", "expires_at"}}, readable by its owner only.

    def _key(self, scope: str) -> str:
        cloud = self._cloud
        who = cloud.principal.client_id if cloud.principal else cloud.account or ""
        return "|".join((cloud.name, cloud.login, cloud.tenant or "", who, scope)).casefold()

    def _filed(self, scope: str) -> Token | None:
        kept = self._file_content().get(self._key(scope))
        if not isinstance(kept, dict):
            return None
        pairs = cast("dict[str, Any]", kept)
        text, expires_at = pairs.get("token"), pairs.get("expires_at")
        if not isinstance(text, str) or not isinstance(expires_at, (int, float)):
            return None
        token = Token(text, float(expires_at))
        wanted = self._cloud.tenant
        return token if wanted is None or (tenant_of(text) or "").casefold() == wanted.casefold() else None

    def _file_content(self) -> dict[str, Any]:
        try:
            return _object(self._paths.tokens.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return {}

    def _file(self, scope: str, token: Token) -> None:
        """A cache that cannot be written is done without: the journal says it better when the disk is full."""
        kept: dict[str, Any] = {
            key: value
            for key, value in self._file_content().items()
            if isinstance(value, dict) and cast("dict[str, Any]", value).get("expires_at", 0) > self._now()
        }
        kept[self._key(scope)] = {"token": token.text, "expires_at": token.expires_at}
        with suppress(StateUnwritable):
            write_whole(self._paths.tokens, json.dumps(kept).encode())


def arm_scope(cloud: Cloud) -> str:
    """The scope for Resource Manager. A loopback Azure is asked as the public one: its address is no audience."""
    host = cloud.arm.partition("://")[2].partition("/")[0].rpartition(":")[0]
    return f"{PUBLIC_ARM if is_loopback(host.strip('[]')) else cloud.arm.rstrip('/')}/.default"


def tenant_of(token: str) -> str | None:
    """The `tid` claim of a JWT, unverified (Azure verifies it; we only want not to be in the wrong place)."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    tenant = cast("dict[str, Any]", claims).get("tid") if isinstance(claims, dict) else None
    return tenant if isinstance(tenant, str) else None


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _first_line(failed: Exception) -> str:
    return str(failed).strip().partition("\n")[0][:300]
