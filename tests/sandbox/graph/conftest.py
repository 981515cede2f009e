"""Graph as HTTP asks it, in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.directory import Tenant
from azlin.sandbox.graph.objects import Objects
from azlin.sandbox.graph.routes import Graph
from azlin.sandbox.graph.sign_in import SignIn
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.keys import SigningKey

BASE = "https://graph.microsoft.com"
EVENTUAL = {"ConsistencyLevel": "eventual"}


@dataclass
class Directory:
    """One tenant's Graph and token service."""

    azure: Any
    graph: Graph

    @property
    def tenant(self) -> Tenant:
        return self.azure.tenant

    @property
    def objects(self) -> Objects:
        return self.graph.ready(self.tenant)

    def ask(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """`url` is a path below v1.0 or a link of an earlier answer; by the tenant's own principal unless said."""
        parts = urlsplit(url if url.startswith("https://") else f"{BASE}/v1.0{url}")
        sent = {"authorization": f"Bearer {token or self.azure.token(self.tenant, BASE + '/.default')}"}
        sent.update({name.lower(): value for name, value in (headers or {}).items()})
        query = {name.lower(): value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        data = b"" if body is None else json.dumps(body).encode()
        return self.graph.answer(Incoming(method, parts.path, query, sent, data, BASE), self.azure.entra)

    def get(self, url: str, **more: Any) -> Any:
        answer = self.ask("GET", url, **more)
        assert answer.status == 200, answer.body
        return answer.body

    def names(self, url: str, **more: Any) -> list[Any]:
        return [one["displayName"] for one in self.get(url, **more)["value"]]

    def post(self, url: str, body: Any, **more: Any) -> Any:
        answer = self.ask("POST", url, body, **more)
        assert answer.status in (200, 201, 204), answer.body
        return answer.body

    def refused(self, method: str, url: str, body: Any = None, **more: Any) -> tuple[int, str]:
        answer = self.ask(method, url, body, **more)
        return answer.status, answer.body["error"]["code"]

    def user(self, name: str, **more: Any) -> str:
        """Make one; returns its id."""
        body = {
            "accountEnabled": True,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": f"{name}@{self.tenant.domain}",
            "passwordProfile": {"password": "Secret12345!"},
            **more,
        }
        return self.post("/users", body)["id"]

    def group(self, name: str, **more: Any) -> str:
        body = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True, **more}
        return self.post("/groups", body)["id"]

    def application(self, name: str, **more: Any) -> dict[str, Any]:
        return self.post("/applications", {"displayName": name, **more})

    def principal(self, name: str) -> tuple[dict[str, Any], str]:
        """An application and the id of its service principal."""
        application = self.application(name)
        return application, self.post("/servicePrincipals", {"appId": application["appId"]})["id"]

    def link(self, relation: str, target: str) -> None:
        self.post(f"{relation}/$ref", {"@odata.id": f"{BASE}/v1.0/directoryObjects/{target}"})

    def sign_in(self, **form: str) -> Answer:
        path = f"/{self.tenant.id}/oauth2/v2.0/token"
        form = {"scope": f"{BASE}/.default", **form}
        return self.azure.entra.answer("POST", path, {}, form, "https://login.microsoftonline.com")

    def client_token(self, client_id: str, secret: str) -> str:
        answer = self.sign_in(grant_type="client_credentials", client_id=client_id, client_secret=secret)
        assert answer.status == 200, answer.body
        return answer.body["access_token"]

    def user_token(self, name: str, password: str = "Secret12345!") -> str:
        answer = self.sign_in(grant_type="password", username=f"{name}@{self.tenant.domain}", password=password)
        assert answer.status == 200, answer.body
        return answer.body["access_token"]


@pytest.fixture
def graph(azure: Any, signing_key: SigningKey) -> Directory:
    made = Graph(azure.plane.store, azure.plane.directory)
    azure.entra.principals = SignIn(made, signing_key)
    return Directory(azure, made)
