"""The server as clients meet it over TLS, without any tool in between."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlencode

import pytest

from azlin.sandbox.instance import Instance, KnownTenant

VERSION = "api-version=2024-01-01"


def call(
    sandbox: Instance, method: str, path: str, body: Any = None, *, host: str | None = None, **headers: str
) -> tuple[int, Any, http.client.HTTPResponse]:
    context = ssl.create_default_context(cafile=str(sandbox.ca))
    connection = http.client.HTTPSConnection("127.0.0.1", sandbox.tls_port, context=context, timeout=10)
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, data, {**({"host": host} if host else {}), **sent})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text) if text else None, answer


def sign_in(sandbox: Instance, tenant: KnownTenant) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.client_id,
        "client_secret": tenant.client_secret,
        "scope": "https://management.azure.com/.default",
    }
    status, body, _ = call(sandbox, "POST", f"/{tenant.id}/oauth2/v2.0/token", urlencode(form).encode())
    assert status == 200, body
    return f"Bearer {body['access_token']}"


@pytest.fixture(scope="module")
def token(sandbox: Instance) -> str:
    return sign_in(sandbox, sandbox.default_tenant)


def test_a_custom_cloud_is_described_in_both_forms(sandbox: Instance):
    _, one, _ = call(sandbox, "GET", "/metadata/endpoints?api-version=2022-09-01")
    _, several, _ = call(sandbox, "GET", "/metadata/endpoints?api-version=2019-05-01")
    assert one["resourceManager"] == one["authentication"]["loginEndpoint"] == sandbox.arm
    assert several == [one]


def test_the_host_header_tells_the_service(sandbox: Instance, token: str):
    status, body, _ = call(
        sandbox, "GET", f"/subscriptions?{VERSION}", host="management.azure.com", authorization=token
    )
    assert (status, len(body["value"])) == (200, 2)
    path = "/common/v2.0/.well-known/openid-configuration"
    _, openid, _ = call(sandbox, "GET", path, host="login.microsoftonline.com")
    assert openid["token_endpoint"].startswith("https://login.microsoftonline.com/")


def test_what_is_not_served_is_refused_and_not_answered_emptily(sandbox: Instance):
    status, body, _ = call(sandbox, "GET", "/", host="example.org")
    assert (status, body["error"]["code"]) == (404, "NotServedBySandbox")


def test_answers_carry_the_headers_that_clients_look_for(sandbox: Instance, token: str):
    _, _, answer = call(sandbox, "GET", f"/subscriptions?{VERSION}", authorization=token, x_ms_client_request_id="mine")
    assert answer.headers["x-ms-client-request-id"] == "mine"
    assert answer.headers["x-ms-request-id"]
    assert answer.headers["content-type"].startswith("application/json")


def test_a_head_has_no_body_and_leaves_the_connection_usable(sandbox: Instance, token: str):
    context = ssl.create_default_context(cafile=str(sandbox.ca))
    connection = http.client.HTTPSConnection("127.0.0.1", sandbox.tls_port, context=context, timeout=10)
    group = f"/subscriptions/{sandbox.default_subscription.id}/resourcegroups/app"
    headers = {"authorization": token}
    for method, body, wanted in (
        ("HEAD", None, 404),
        ("PUT", b'{"location": "westeurope"}', 201),
        ("HEAD", None, 204),
        ("DELETE", None, 200),
        ("GET", None, 404),
    ):
        connection.request(method, f"{group}?{VERSION}", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == wanted, method
    connection.close()


def test_the_request_log_tells_reads_from_changes(sandbox: Instance, token: str):
    before = sandbox.ask("GET", "status")["mutating_requests"]
    group = f"/subscriptions/{sandbox.default_subscription.id}/resourcegroups/log-me?{VERSION}"
    call(sandbox, "GET", group, authorization=token)
    assert sandbox.ask("GET", "status")["mutating_requests"] == before
    call(sandbox, "PUT", group, {"location": "westeurope"}, authorization=token, CommandName="group create")
    call(sandbox, "DELETE", group, authorization=token)
    assert sandbox.ask("GET", "status")["mutating_requests"] == before + 2
    logged = [one for one in sandbox.ask("GET", "requests") if one["path"].endswith("log-me")]
    assert [(one["method"], one["status"], one["command"], one["mutating"]) for one in logged] == [
        ("GET", 404, None, False),
        ("PUT", 201, "group create", True),
        ("DELETE", 200, None, True),
    ]


def test_two_tenants_are_kept_apart_over_the_wire(sandbox: Instance, token: str):
    other = sandbox.tenants[1]
    path = f"/subscriptions/{other.subscriptions[0].id}/resourcegroups?{VERSION}"
    status, body, _ = call(sandbox, "GET", path, authorization=token)
    assert (status, body["error"]["code"]) == (401, "InvalidAuthenticationTokenTenant")
    assert call(sandbox, "GET", path, authorization=sign_in(sandbox, other))[0] == 200


def test_reset_empties_and_keeps_the_sign_ins(sandbox: Instance, token: str):
    group = f"/subscriptions/{sandbox.tenants[0].subscriptions[1].id}/resourcegroups/gone?{VERSION}"
    assert call(sandbox, "PUT", group, {"location": "westeurope"}, authorization=token)[0] == 201
    sandbox.ask("POST", "faults", {"code": "X", "name": "nobody"})
    assert sandbox.ask("POST", "reset")["faults"] >= 1
    assert call(sandbox, "GET", group, authorization=token)[0] == 404
    assert sandbox.ask("GET", "status")["resources"] == 0
