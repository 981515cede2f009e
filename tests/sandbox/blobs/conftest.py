"""The Blob service asked as HTTP asks it, without a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from azlin.sandbox.arm.behaviour import Answer, Registry
from azlin.sandbox.arm.storage import accounts as storage
from azlin.sandbox.blobs.service import Blobs
from azlin.sandbox.blobs.signatures import shared_key_text, signed
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.stream import Stream
from tests.sandbox.conftest import Azure

HOST = "acct.blob.core.windows.net"


@dataclass
class Account:
    """`ask` signs with the account's key unless it is told otherwise."""

    azure: Azure
    service: Blobs
    id: str
    directory: Path
    key: str = field(default="")

    def ask(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        *,
        signed_by: str | None = "key",
        host: str = HOST,
        **headers: str,
    ) -> Answer:
        parts = urlsplit(url)
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"host": host, "x-ms-version": "2025-01-05", "content-length": str(len(body))}
        raw = quote(parts.path)
        if signed_by == "key":
            text = shared_key_text(method, "acct", raw, query, sent)
            sent["authorization"] = f"SharedKey acct:{signed(self.key, text)}"
        elif signed_by is not None:
            sent["authorization"] = signed_by
        return self.service.answer(Incoming(method, parts.path, query, sent, body, f"https://{host}", raw))

    def ok(self, method: str, url: str, body: bytes = b"", **headers: str) -> Answer:
        answer = self.ask(method, url, body, **headers)
        assert answer.status in (200, 201, 202, 204, 206), answer.body
        return answer

    def put(self, url: str, body: bytes, **headers: str) -> Answer:
        return self.ok("PUT", url, body, x_ms_blob_type="BlockBlob", **headers)

    def data(self, url: str, **headers: str) -> bytes:
        return whole(self.ok("GET", url, **headers))

    def xml(self, url: str) -> ET.Element:
        return ET.fromstring(self.ok("GET", url).body)

    def names(self, url: str) -> list[str]:
        return [one.text or "" for one in self.xml(url).iter("Name")]

    def code(self, method: str, url: str, body: bytes = b"", **more: Any) -> tuple[int, str]:
        answer = self.ask(method, url, body, **more)
        return answer.status, answer.headers["x-ms-error-code"]

    def files(self) -> int:
        return sum(1 for one in self.directory.iterdir() if not one.name.startswith("catalog"))

    def change(self, **properties: Any) -> None:
        found = self.azure.plane.store.get(self.id)
        assert found is not None
        found.properties.update(properties)
        self.azure.plane.store.put(found.id, found.body)


def whole(answer: Answer) -> bytes:
    assert isinstance(answer.body, Stream)
    data = b"".join(answer.body.pieces)
    assert len(data) == answer.body.length
    return data


@pytest.fixture
def registry(registry: Registry) -> Registry:
    storage.register(registry)
    return registry


@pytest.fixture
def account(azure: Azure, tmp_path: Path) -> Account:
    account_id = f"{azure.group()}/providers/Microsoft.Storage/storageAccounts/acct"
    azure.put(account_id, {"location": "westeurope", "sku": {"name": "Standard_LRS"}})
    service = Blobs(azure.plane, azure.entra, tmp_path / "blobs")
    made = Account(azure, service, account_id, tmp_path / "blobs")
    made.key = azure.ask("POST", f"{account_id}/listKeys").body["keys"][0]["value"]
    made.ok("PUT", "/con?restype=container")
    return made
