from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
SUBJECT = "repo:o/r:ref:refs/heads/main"


def numbers(answer: Any) -> list[int]:
    assert answer.status in (400, 401), answer.body
    return answer.body["error_codes"]


def secret_of(graph: Any, application: dict[str, Any], **credential: Any) -> dict[str, Any]:
    return graph.post(f"/applications/{application['id']}/addPassword", {"passwordCredential": credential})


def enter(graph: Any, application: dict[str, Any], secret: str) -> Any:
    return graph.sign_in(grant_type="client_credentials", client_id=application["appId"], client_secret=secret)


def test_a_made_secret_signs_in_as_the_service_principal_until_it_is_removed(graph: Any):
    application, principal = graph.principal("web")
    made = secret_of(graph, application, displayName="one")
    answer = enter(graph, application, made["secretText"])
    claims = graph.azure.entra.verified(f"Bearer {answer.body['access_token']}")
    assert (claims.oid, claims.appid) == (principal, application["appId"])
    assert graph.get(f"/applications/{application['id']}")["passwordCredentials"][0]["secretText"] is None
    graph.post(f"/applications/{application['id']}/removePassword", {"keyId": made["keyId"]})
    assert numbers(enter(graph, application, made["secretText"])) == [7000215]


def test_a_secret_is_nowhere_in_the_state(graph: Any):
    application, _ = graph.principal("web")
    secret = secret_of(graph, application)["secretText"]
    graph.user("ada")
    state = "\n".join(graph.azure.plane.store.database.iterdump()).encode().hex()
    assert secret.encode().hex() not in state
    assert b"Secret12345!".hex() not in state
    rows = graph.azure.plane.store.database.execute("SELECT body, coalesce(hidden, '') FROM graph_objects").fetchall()
    assert all(secret.encode() not in cell for row in rows for cell in row if isinstance(cell, bytes))


def test_every_bad_client_has_its_own_number(graph: Any):
    application = graph.application("web")
    secret = secret_of(graph, application)["secretText"]
    assert numbers(enter(graph, application, secret)) == [7000229]
    principal = graph.post("/servicePrincipals", {"appId": application["appId"]})["id"]
    assert enter(graph, application, secret).status == 200
    assert numbers(enter(graph, application, "wrong")) == [7000215]
    assert numbers(enter(graph, application, "")) == [7000218]
    assert numbers(enter(graph, {"appId": "11111111-0000-0000-0000-000000000000"}, secret)) == [700016]
    past = {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2020-06-01T00:00:00.1234567Z"}
    old = secret_of(graph, application, **past)["secretText"]
    assert numbers(enter(graph, application, old)) == [7000222]
    graph.ask("PATCH", f"/servicePrincipals/{principal}", {"accountEnabled": False})
    assert numbers(enter(graph, application, secret)) == [7000112]


def test_a_user_signs_in_by_password_and_refreshes_as_the_same(graph: Any):
    user = graph.user("ada")
    path = {"grant_type": "password", "username": f"ada@{graph.tenant.domain}"}
    answer = graph.sign_in(**path, password="Secret12345!", client_id="c")
    assert graph.azure.entra.verified(f"Bearer {answer.body['access_token']}").oid == user
    again = graph.sign_in(grant_type="refresh_token", refresh_token=answer.body["refresh_token"], client_id="c")
    assert graph.azure.entra.verified(f"Bearer {again.body['access_token']}").oid == user
    assert numbers(graph.sign_in(**path, password="wrong")) == [50126]
    graph.ask("PATCH", f"/users/{user}", {"accountEnabled": False})
    assert numbers(graph.sign_in(**path, password="Secret12345!")) == [50057]
    graph.ask("DELETE", f"/users/{user}")
    gone = graph.sign_in(grant_type="refresh_token", refresh_token=answer.body["refresh_token"])
    assert numbers(gone) == [50034]


def encoded(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def federated(**claims: Any) -> str:
    body = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": time.time() + 600, **claims}
    return f"{encoded({'alg': 'RS256'})}.{encoded(body)}.{encoded(b'of another issuer')}"


@pytest.fixture
def trusting(graph: Any) -> dict[str, Any]:
    application, _ = graph.principal("ci")
    body = {"name": "main", "issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}
    graph.post(f"/applications/{application['id']}/federatedIdentityCredentials", body)
    return application


def assert_as(graph: Any, application: dict[str, Any], token: str) -> Any:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"grant_type": "client_credentials", "client_id": application["appId"], "client_assertion_type": kind}
    return graph.sign_in(**form, client_assertion=token)


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({}, None),
        ({"aud": [AUDIENCE, "x"]}, None),
        ({"iss": "https://evil"}, 700211),
        ({"sub": "repo:o/r:ref:refs/heads/evil"}, 700213),
        ({"aud": "x"}, 700212),
        ({"exp": 1000}, 700024),
    ],
)
def test_a_federated_token_must_match_the_credential(
    graph: Any, trusting: dict[str, Any], claims: dict[str, Any], number: int | None
):
    answer = assert_as(graph, trusting, federated(**claims))
    assert answer.status == 200 if number is None else numbers(answer) == [number]


def test_a_token_said_to_be_of_this_sandbox_is_verified(graph: Any, signing_key: Any):
    application, _ = graph.principal("ci")
    issuer = f"https://sts.windows.net/{graph.tenant.id}/"
    body = {"name": "own", "issuer": issuer, "subject": "s", "audiences": [AUDIENCE]}
    graph.post(f"/applications/{application['id']}/federatedIdentityCredentials", body)
    claims = {"iss": issuer, "sub": "s", "aud": AUDIENCE, "exp": int(time.time()) + 60}
    assert numbers(assert_as(graph, application, federated(**claims))) == [50027]
    assert assert_as(graph, application, signing_key.sign(claims)).status == 200


@pytest.mark.parametrize("token", ["a", "a.b.c", "..", "e30.W10.e30", f"e30.{encoded({'exp': 'soon'})}.e30"])
def test_rubbish_is_no_assertion(graph: Any, trusting: dict[str, Any], token: str):
    assert numbers(assert_as(graph, trusting, token)) == [50027]


@pytest.fixture(scope="module")
def certificate() -> tuple[rsa.RSAPrivateKey, bytes]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(30))
    return key, made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_certificate_signs_in_with_what_its_key_signed(graph: Any, certificate: Any, algorithm: str):
    key, data = certificate
    application, _ = graph.principal("crt")
    keys = [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.b64encode(data).decode()}]
    graph.ask("PATCH", f"/applications/{application['id']}", {"keyCredentials": keys})
    shown = graph.get(f"/applications/{application['id']}")["keyCredentials"][0]
    assert (shown["key"], shown["displayName"]) == (None, "CN=test")
    claims = {"iss": application["appId"], "sub": application["appId"], "exp": time.time() + 60, "aud": "x"}
    signed = f"{encoded({'alg': algorithm})}.{encoded(claims)}"
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    scheme = pss if algorithm == "PS256" else padding.PKCS1v15()
    signature = key.sign(signed.encode(), scheme, hashes.SHA256())
    assert assert_as(graph, application, f"{signed}.{encoded(signature)}").status == 200
    assert numbers(assert_as(graph, application, f"{signed}.{encoded(signature[::-1])}")) == [700027]
