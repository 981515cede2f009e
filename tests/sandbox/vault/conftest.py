"""A vault asked as HTTP asks it, without a server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.vault.service import AUDIENCE, VAULTS, Vaults
from tests.sandbox.conftest import Azure

HOST = "kv.vault.azure.net"


@dataclass
class Vault:
    azure: Azure
    service: Vaults
    id: str

    def ask(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        token: str | None = None,
        version: str = "7.4",
        host: str = HOST,
    ) -> Answer:
        parts = urlsplit(url)
        query = {name.lower(): value for name, value in parse_qsl(parts.query)}
        query.setdefault("api-version", version)
        sent = token if token is not None else self.azure.token(self.azure.tenant, f"{AUDIENCE}/.default")
        headers = {"host": host, **({"authorization": f"Bearer {sent}"} if sent else {})}
        data = b"" if body is None else json.dumps(body).encode()
        return self.service.answer(Incoming(method, parts.path, query, headers, data, f"https://{host}"))

    def ok(self, method: str, url: str, body: Any = None) -> Any:
        answer = self.ask(method, url, body)
        assert answer.status in (200, 201, 202, 204), answer.body
        return answer.body

    def error(self, method: str, url: str, body: Any = None, **more: Any) -> tuple[int, str, str | None]:
        """(status, code, inner code)"""
        answer = self.ask(method, url, body, **more)
        error = answer.body["error"]
        return answer.status, error["code"], error.get("innererror", {}).get("code")

    def change(self, **properties: Any) -> None:
        found = self.azure.plane.store.get(self.id)
        assert found is not None
        found.properties.update(properties)
        self.azure.plane.store.put(found.id, found.body)


@pytest.fixture
def vault(azure: Azure) -> Vault:
    vault_id = f"{azure.group()}/providers/{VAULTS}/kv"
    properties = {"tenantId": azure.tenant.id, "enableRbacAuthorization": True, "sku": {"name": "standard"}}
    azure.put(vault_id, {"location": "westeurope", "properties": properties})
    return Vault(azure, Vaults(azure.plane, azure.entra), vault_id)
