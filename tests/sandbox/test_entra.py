from __future__ import annotations

import time
from typing import Any

import pytest

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.entra import Entra
from azlin.sandbox.keys import SigningKey

HOST = "https://login.microsoftonline.com"


def post(azure: Any, path: str, **form: str) -> Any:
    return azure.entra.answer("POST", path, {}, form, HOST)


def get(azure: Any, path: str, **query: str) -> Any:
    return azure.entra.answer("GET", path, query, {}, HOST)


@pytest.fixture
def token_path(azure: Any) -> str:
    return f"/{azure.tenant.id}/oauth2/v2.0/token"


def user_grant(azure: Any, path: str, **form: str) -> Any:
    scope = "https://management.core.windows.net//.default openid profile offline_access"
    return post(azure, path, client_id="04b07795-8ddb-461a-bbee-02f9e1bf7b46", scope=scope, **form)


def test_a_service_principal_gets_a_token_that_names_it(azure: Any):
    claims = azure.entra.authenticate(f"Bearer {azure.token(azure.tenant)}")
    assert (claims.tid, claims.oid, claims.appid) == (
        azure.tenant.id,
        azure.tenant.principal_oid,
        azure.tenant.client_id,
    )
    assert claims.aud == "https://management.azure.com"
    assert claims.exp > time.time()


def test_a_wrong_secret_is_refused_in_entras_words(azure: Any, token_path: str):
    answer = post(
        azure, token_path, grant_type="client_credentials", client_id=azure.tenant.client_id, client_secret="wrong"
    )
    assert (answer.status, answer.body["error"]) == (401, "invalid_client")
    assert answer.body["error_description"].startswith("AADSTS7000215: Invalid client secret provided.")
    assert answer.body["error_codes"] == [7000215]


@pytest.mark.parametrize(
    ("path", "form", "number"),
    [
        ("{tenant}", {"grant_type": "client_credentials", "client_id": "nobody"}, 700016),
        ("11111111-0000-0000-0000-000000000000", {"grant_type": "client_credentials"}, 90002),
        ("{tenant}", {"grant_type": "magic"}, 70003),
        ("{tenant}", {"grant_type": "refresh_token", "refresh_token": "a.b.c"}, 9002313),
        ("{tenant}", {"grant_type": "device_code", "device_code": "made-up"}, 70019),
        ("{tenant}", {"grant_type": "password", "username": "user@sandbox.onmicrosoft.com", "password": "x"}, 50126),
    ],
)
def test_every_bad_sign_in_has_its_own_number(azure: Any, path: str, form: dict[str, str], number: int):
    answer = post(azure, f"/{path.format(tenant=azure.tenant.id)}/oauth2/v2.0/token", **form)
    assert answer.status in (400, 401)
    assert answer.body["error_codes"] == [number]


def test_a_device_code_signs_in_at_once_and_is_refreshed(azure: Any):
    asked = user_grant(azure, "/organizations/oauth2/v2.0/devicecode").body
    assert asked["interval"] > 0
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    path = "/organizations/oauth2/v2.0/token"
    first = user_grant(azure, path, grant_type=grant, device_code=asked["device_code"]).body
    assert azure.entra.authenticate(f"Bearer {first['access_token']}").oid == azure.tenant.user_oid
    assert {"id_token", "client_info"} <= set(first)
    second = user_grant(azure, path, grant_type="refresh_token", refresh_token=first["refresh_token"]).body
    assert azure.entra.authenticate(f"Bearer {second['access_token']}").tid == azure.tenant.id


def test_a_refresh_token_is_good_in_the_other_tenant_of_its_user(azure: Any):
    code = user_grant(azure, "/common/oauth2/v2.0/devicecode").body["device_code"]
    first = user_grant(azure, "/common/oauth2/v2.0/token", grant_type="device_code", device_code=code).body
    other = azure.plane.directory.tenants[1]
    path = f"/{other.id}/oauth2/v2.0/token"
    second = user_grant(azure, path, grant_type="refresh_token", refresh_token=first["refresh_token"]).body
    assert azure.entra.authenticate(f"Bearer {second['access_token']}").tid == other.id


def test_an_access_token_is_no_refresh_token(azure: Any, token_path: str):
    answer = post(azure, token_path, grant_type="refresh_token", refresh_token=azure.token(azure.tenant))
    assert answer.status == 400


def test_an_expired_token_is_refused(azure: Any, signing_key: SigningKey):
    claims = {"tid": azure.tenant.id, "oid": "o", "aud": "https://management.azure.com", "exp": 1000}
    with pytest.raises(ArmRefusal) as refused:
        azure.entra.authenticate(f"Bearer {signing_key.sign(claims)}")
    assert refused.value.code == "ExpiredAuthenticationToken"


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "....", "a.b.c.d", "é.é.é"])
def test_rubbish_is_no_token(azure: Any, token: str):
    with pytest.raises(ArmRefusal) as refused:
        azure.entra.authenticate(f"Bearer {token}")
    assert refused.value.status == 401


def test_a_token_of_another_sandbox_is_refused(azure: Any, tmp_path: Any):
    other = Entra(azure.plane.directory, SigningKey.kept(tmp_path / "other.pem"), "")
    form = {
        "grant_type": "client_credentials",
        "client_id": azure.tenant.client_id,
        "client_secret": azure.tenant.client_secret,
        "scope": "https://management.azure.com/.default",
    }
    token = other.answer("POST", f"/{azure.tenant.id}/oauth2/v2.0/token", {}, form, HOST).body["access_token"]
    with pytest.raises(ArmRefusal) as refused:
        azure.entra.authenticate(f"Bearer {token}")
    assert refused.value.code == "InvalidAuthenticationToken"


def test_a_managed_identity_needs_its_header(azure: Any):
    entra, query = azure.entra, {"resource": "https://management.azure.com/"}
    assert entra.managed_identity(query, {"x-identity-header": "guess"}, imds=False).status == 400
    assert entra.managed_identity(query, {}, imds=True).status == 400
    assert entra.managed_identity({}, {"metadata": "true"}, imds=True).status == 400
    for headers, imds in (({"x-identity-header": "header-secret"}, False), ({"metadata": "true"}, True)):
        body = entra.managed_identity(query, headers, imds=imds).body
        assert entra.authenticate(f"Bearer {body['access_token']}").tid == azure.tenant.id
        assert int(body["expires_on"]) > time.time()


def test_the_openid_document_leads_back_here(azure: Any):
    body = get(azure, "/organizations/v2.0/.well-known/openid-configuration").body
    assert body["issuer"] == f"{HOST}/{azure.tenant.id}/v2.0"
    assert body["token_endpoint"].startswith(f"{HOST}/organizations/")
    keys = get(azure, "/common/discovery/v2.0/keys").body["keys"]
    assert keys[0]["kty"] == "RSA"


def test_discovery_and_realm_are_answered(azure: Any):
    asked = f"{HOST}/{azure.tenant.id}/oauth2/v2.0/authorize"
    body = get(azure, "/common/discovery/instance", authorization_endpoint=asked).body
    assert azure.tenant.id in body["tenant_discovery_endpoint"]
    assert "login.microsoftonline.com" in body["metadata"][0]["aliases"]
    assert get(azure, "/common/userrealm/user@x.org").body["domain_name"] == "x.org"


def test_a_signing_key_is_made_once_and_private(tmp_path: Any):
    path = tmp_path / "signing.pem"
    first, second = SigningKey.kept(path), SigningKey.kept(path)
    assert first.jwk() == second.jwk()
    assert path.stat().st_mode & 0o777 == 0o600
