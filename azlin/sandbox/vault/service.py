"""`https://{vault}.vault.azure.net`: which vault is meant, who asks, and which collection answers.

Sources: "Authentication, requests and responses" of Key Vault (the 401 challenge), REST API 7.6.
"""

from __future__ import annotations

import re

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.arm.control_plane import ControlPlane
from azlin.sandbox.arm.jsonc import object_of
from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Resource
from azlin.sandbox.entra import Claims, Entra
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.vault.certificates import Certificates
from azlin.sandbox.vault.collection import Collection
from azlin.sandbox.vault.keys import Keys
from azlin.sandbox.vault.refusals import VaultRefusal, bad_parameter, unauthorized
from azlin.sandbox.vault.secrets import Secrets
from azlin.sandbox.vault.shelf import Shelf, secret_value
from azlin.sandbox.vault.visit import Visit

VAULTS = "Microsoft.KeyVault/vaults"
AUDIENCE = "https://vault.azure.net"
_VERSION = re.compile(r"7\.[0-6](-preview(\.\d)?)?|202[5-9]-\d\d-\d\d(-preview)?|2016-10-01")
_SERVICE_VERSION = "1.9.2588.1"


class Vaults:
    """The data plane of every vault of the sandbox. `answer` plugs into `Application.serve`."""

    def __init__(self, plane: ControlPlane, entra: Entra) -> None:
        self._plane = plane
        self._entra = entra
        plane.registry.vault_secret = lambda vault, name, version: secret_value(
            plane.store, vault.id.key, name, version
        )
        kinds: tuple[Collection, ...] = (Secrets(), Keys(), Certificates())
        self._collections = {name: kind for kind in kinds for name in (kind.segment, f"deleted{kind.segment}")}

    def answer(self, incoming: Incoming) -> Answer:
        name = incoming.headers.get("host", "").partition(":")[0].partition(".")[0].casefold()
        vault = self._vault(name)
        if vault is None:
            message = f"sandbox: there is no vault '{name}', so its host name would not resolve."
            return Answer(404, {"error": {"code": "VaultNotFound", "message": message}})
        headers = {
            "x-ms-keyvault-region": str(vault.body.get("location")),
            "x-ms-keyvault-service-version": _SERVICE_VERSION,
            "x-ms-keyvault-network-info": "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
        }
        try:
            with self._plane.store.transaction():
                status, body = self._answer(vault, incoming)
        except VaultRefusal as refused:
            return Answer(refused.status, refused.body, {**headers, **refused.headers})
        except ArmRefusal as refused:
            return Answer(refused.status, {"error": {"code": "BadParameter", "message": refused.message}}, headers)
        if status == 202 and body is not None:
            headers["Location"] = f"{body['id']}?api-version={incoming.query.get('api-version', '')}"
        return Answer(status, body, headers)

    def _answer(self, vault: Resource, incoming: Incoming) -> tuple[int, dict[str, object] | None]:
        claims = self._authenticate(vault, incoming)
        version = incoming.query.get("api-version", "")
        if not version:
            raise bad_parameter("api-version must be specified")
        if not _VERSION.fullmatch(version):
            raise bad_parameter(
                f"The specified version ({version}) is not recognized. Consider using the latest supported version "
                "(2025-07-01)."
            )
        parts = [part for part in incoming.path.split("/") if part]
        found = self._collections.get(parts[0].casefold()) if parts else None
        if found is None:
            raise VaultRefusal(404, "NotFound", f"sandbox: nothing is served at {incoming.path}.")
        retention = vault.properties.get("softDeleteRetentionInDays")
        days = retention if isinstance(retention, int) else 90
        return found.answer(
            Visit(
                plane=self._plane,
                vault=vault,
                shelf=Shelf(self._plane.store, vault.id.key, days, self._plane.now()),
                claims=claims,
                method=incoming.method,
                parts=parts,
                query=incoming.query,
                body=object_of(incoming.json()),
                base=f"https://{vault.id.name.lower()}.vault.azure.net",
            )
        )

    def _vault(self, name: str) -> Resource | None:
        """Names of vaults are unique in the world."""
        return next(iter(self._plane.store.named(VAULTS, name)), None)

    def _authenticate(self, vault: Resource, incoming: Incoming) -> Claims:
        login = f"https://login.microsoftonline.com/{vault.id.tenant}"
        authorization = incoming.headers.get("authorization")
        if not authorization:
            raise unauthorized("AKV10000: Request is missing a Bearer or PoP token.", login)
        try:
            claims = self._entra.authenticate(authorization, (AUDIENCE,))
        except ArmRefusal as refused:
            raise unauthorized(_reason(refused), login) from None
        home = str(vault.properties.get("tenantId") or vault.id.tenant).casefold()
        if claims.tid != home:
            raise unauthorized(
                f"AKV10032: Invalid issuer. Expected one of https://sts.windows.net/{home}/, found "
                f"https://sts.windows.net/{claims.tid}/.",
                login,
            )
        return claims


def _reason(refused: ArmRefusal) -> str:
    if refused.code == "InvalidAuthenticationTokenAudience":
        wrong = refused.message.partition("'")[2].partition("'")[0]
        return f"AKV10022: Invalid audience. Expected {AUDIENCE}, found: {wrong}."
    if refused.code == "ExpiredAuthenticationToken":
        return "[TokenExpired] Error validating token: IDX10223: Lifetime validation failed. The token is expired."
    return "AKV10046: Unable to resolve the key used for signature validation."
