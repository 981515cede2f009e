from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from azlin.errors import AzureRefused, CloudUnreachable, SignInNeeded, ToolMissing
from azlin.gateways.cloud import Cloud, ServicePrincipal
from azlin.gateways.http import Http
from azlin.gateways.tokens import Tokens, arm_scope, tenant_of
from azlin.paths import Paths

TENANT = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
ENDPOINT = f"/{TENANT}/oauth2/v2.0/token"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class FromAz:
    value: str
    expires_at: float


@pytest.fixture
def cloud(loopback: Any) -> Cloud:
    return Cloud(
        name="sandbox",
        sandbox=True,
        tenant=TENANT,
        subscription="s",
        arm=loopback.url,
        login=loopback.url,
        principal=ServicePrincipal("me", "canary-secret"),
    )


@pytest.fixture
def http(cloud: Cloud) -> Iterator[Http]:
    with Http(cloud) as client:
        yield client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def entra(loopback: Any) -> Any:
    replies = [{"access_token": loopback.jwt(TENANT, mark=str(n)), "expires_in": 3600} for n in range(3)]
    loopback.on("POST", ENDPOINT, *(loopback.reply(body=body) for body in replies))
    return loopback


def tokens_of(cloud: Cloud, http: Http, home: Path, clock: Clock, **more: Any) -> Tokens:
    return Tokens(cloud, http, Paths(home), now=clock, **more)


def test_a_principal_signs_in_with_client_credentials(
    cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock
):
    token = tokens_of(cloud, http, tmp_path, clock).token()
    assert tenant_of(token) == TENANT
    (heard,) = entra.heard
    assert heard.path == ENDPOINT
    assert "grant_type=client_credentials" in heard.body
    assert "scope=https%3A%2F%2Fmanagement.azure.com%2F.default" in heard.body


def test_a_token_is_asked_for_once(cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock):
    tokens = tokens_of(cloud, http, tmp_path, clock)
    assert tokens.token() == tokens.token()
    assert len(entra.heard) == 1


def test_another_process_uses_the_kept_token(cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock):
    first = tokens_of(cloud, http, tmp_path, clock).token()
    assert tokens_of(cloud, http, tmp_path, clock).token() == first
    assert len(entra.heard) == 1


def test_a_token_is_renewed_five_minutes_before_it_expires(
    cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock
):
    tokens = tokens_of(cloud, http, tmp_path, clock)
    first = tokens.token()
    clock.now += 3600 - 301
    assert tokens.token() == first
    clock.now += 2
    assert tokens.token() != first


def test_a_token_that_azure_refused_is_got_anew(cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock):
    tokens = tokens_of(cloud, http, tmp_path, clock)
    assert tokens.token() != tokens.token(renew=True)


def test_the_file_is_private_and_holds_no_client_secret(
    cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock
):
    home = tmp_path / "home"
    tokens_of(cloud, http, home, clock).token()
    kept = home / "tokens"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert "canary-secret" not in kept.read_text()
    assert [file.name for file in home.iterdir()] == ["tokens"]


def test_tokens_of_two_principals_are_kept_apart(cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock):
    from dataclasses import replace

    first = tokens_of(cloud, http, tmp_path, clock).token()
    someone = replace(cloud, principal=ServicePrincipal("you", "x"))
    assert tokens_of(someone, http, tmp_path, clock).token() != first


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', "\x00\xff"])
def test_a_damaged_file_is_only_a_missing_cache(
    cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock, content: str
):
    (tmp_path / "tokens").write_bytes(content.encode("latin-1"))
    assert tenant_of(tokens_of(cloud, http, tmp_path, clock).token()) == TENANT
    assert tenant_of(json.loads((tmp_path / "tokens").read_text()).popitem()[1]["token"]) == TENANT


def test_a_home_that_cannot_be_written_costs_only_the_cache(
    cloud: Cloud, http: Http, entra: Any, tmp_path: Path, clock: Clock
):
    (tmp_path / "file").write_text("")
    assert tenant_of(tokens_of(cloud, http, tmp_path / "file" / "home", clock).token()) == TENANT


def test_a_token_for_another_tenant_is_never_used(
    cloud: Cloud, http: Http, loopback: Any, tmp_path: Path, clock: Clock
):
    body = {"access_token": loopback.jwt(OTHER), "expires_in": 3600}
    loopback.on("POST", ENDPOINT, loopback.reply(body=body))
    with pytest.raises(SignInNeeded, match=OTHER) as refused:
        tokens_of(cloud, http, tmp_path, clock).token()
    assert refused.value.fix == f"az login --tenant {TENANT}"
    assert not (tmp_path / "tokens").exists()


@pytest.mark.parametrize("opaque", ["opaque", "a.b.c", "a.bnVsbA.c"])
def test_a_token_that_does_not_say_its_tenant_is_not_used(
    cloud: Cloud, http: Http, loopback: Any, tmp_path: Path, clock: Clock, opaque: str
):
    loopback.on("POST", ENDPOINT, loopback.reply(body={"access_token": opaque, "expires_in": 3600}))
    with pytest.raises(SignInNeeded, match="unknown"):
        tokens_of(cloud, http, tmp_path, clock).token()


def test_entras_refusal_is_passed_on_with_its_code(
    cloud: Cloud, http: Http, loopback: Any, tmp_path: Path, clock: Clock
):
    body = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}
    loopback.on("POST", ENDPOINT, loopback.reply(status=401, body=body))
    with pytest.raises(SignInNeeded, match="AADSTS7000215") as refused:
        tokens_of(cloud, http, tmp_path, clock).token()
    assert "Invalid client secret" in refused.value.why
    assert "canary-secret" not in f"{refused.value} {refused.value.why} {refused.value.fix}"


def test_trouble_at_entra_is_not_a_missing_sign_in(
    cloud: Cloud, http: Http, loopback: Any, tmp_path: Path, clock: Clock
):
    loopback.on("POST", ENDPOINT, loopback.reply(status=503, body="busy", headers={"Retry-After": "7"}))
    with pytest.raises(AzureRefused) as refused:
        tokens_of(cloud, http, tmp_path, clock).token()
    assert (refused.value.status, refused.value.retry_after_s) == (503, 7)


def test_a_lost_answer_from_entra_is_an_unreachable_cloud(
    cloud: Cloud, http: Http, loopback: Any, tmp_path: Path, clock: Clock
):
    loopback.on("POST", ENDPOINT, loopback.reply(drop=True))
    with pytest.raises(CloudUnreachable):
        tokens_of(cloud, http, tmp_path, clock).token()


def test_without_a_principal_az_is_asked(http: Http, loopback: Any, tmp_path: Path, clock: Clock):
    asked: list[str] = []

    def from_az(resource: str) -> FromAz:
        asked.append(resource)
        return FromAz(loopback.jwt(TENANT), clock.now + 3600)

    tokens = tokens_of(Cloud(name="AzureCloud", tenant=TENANT), http, tmp_path, clock, from_az=from_az)
    assert tokens.token() == tokens.token()
    assert asked == ["https://management.azure.com/"]


def test_a_sandbox_without_its_sign_in_asks_nobody_outside(http: Http, tmp_path: Path, clock: Clock):
    def from_az(resource: str) -> FromAz:
        raise ToolMissing("az is not installed")

    tokens = tokens_of(Cloud(name="sandbox", sandbox=True, tenant=TENANT), http, tmp_path, clock, from_az=from_az)
    with pytest.raises(SignInNeeded) as refused:
        tokens.token()
    assert refused.value.fix == "azlin sandbox start"
    assert refused.value.why == "az is not installed"


def test_without_az_the_credentials_in_the_environment_are_used(
    http: Http, tmp_path: Path, clock: Clock, loopback: Any, monkeypatch: pytest.MonkeyPatch
):
    """azure-identity's managed identity of an app service, whose endpoint may be plain http on loopback."""
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{loopback.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    body = {"access_token": loopback.jwt(TENANT), "expires_on": "9999999999", "token_type": "Bearer"}
    loopback.on("GET", "/msi/token", loopback.reply(body=body))
    assert tenant_of(tokens_of(Cloud(name="AzureCloud", tenant=TENANT), http, tmp_path, clock).token()) == TENANT


def test_the_audience_of_a_loopback_azure_is_the_public_one():
    assert arm_scope(Cloud(name="x", arm="https://127.0.0.1:18443")) == "https://management.azure.com/.default"
    assert arm_scope(Cloud(name="x", arm="https://[::1]:18443/")) == "https://management.azure.com/.default"
    assert arm_scope(Cloud(name="x", arm="https://management.usgovcloudapi.net/")) == (
        "https://management.usgovcloudapi.net/.default"
    )
