from __future__ import annotations

import http.client
import json
import socket
import ssl

import pytest

from azlin.sandbox.hosts import service
from azlin.sandbox.instance import Instance


def tunnel(sandbox: Instance, host: str, port: int = 443) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cafile=str(sandbox.ca))
    connection = http.client.HTTPSConnection("127.0.0.1", sandbox.proxy_port, context=context, timeout=10)
    connection.set_tunnel(host, port)
    return connection


@pytest.mark.parametrize(
    "host",
    [
        "management.azure.com",
        "login.microsoftonline.com",
        "login.windows.net",
        "graph.microsoft.com",
        "graph.windows.net",
        "kv9.vault.azure.net",
        "acc.blob.core.windows.net",
        "prices.azure.com",
    ],
)
def test_a_stock_host_leads_to_the_sandbox_with_a_good_certificate(sandbox: Instance, host: str):
    connection = tunnel(sandbox, host)
    connection.request("GET", "/_sandbox/health")
    assert json.loads(connection.getresponse().read())["pid"] == sandbox.pid
    connection.close()


@pytest.mark.parametrize("target", ["example.org:443", "management.azure.com:22", "127.0.0.1:22", "evilazure.com:443"])
def test_every_other_host_is_refused_and_counted(sandbox: Instance, target: str):
    before = sandbox.ask("GET", "status")["refused_hosts"].get(target, 0)
    host, _, port = target.rpartition(":")
    with pytest.raises(OSError, match="403"):
        tunnel(sandbox, host, int(port)).request("GET", "/")
    assert sandbox.ask("GET", "status")["refused_hosts"][target] == before + 1


def test_plain_http_is_refused_but_for_the_instance_metadata_service(sandbox: Instance):
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.proxy_port, timeout=10)
    connection.request("GET", "http://example.org/")
    assert connection.getresponse().status == 403
    imds = http.client.HTTPConnection("127.0.0.1", sandbox.proxy_port, timeout=10)
    path = "/metadata/identity/oauth2/token?resource=https://management.azure.com/&api-version=2018-02-01"
    imds.request("GET", f"http://169.254.169.254{path}", headers={"Metadata": "true"})
    answer = imds.getresponse()
    assert (answer.status, json.loads(answer.read())["token_type"]) == (200, "Bearer")


@pytest.mark.parametrize(
    "rubbish", [b"\r\n\r\n", b"CONNECT\r\n\r\n", b"CONNECT x\r\n\r\n", b"A" * 20_000, b"GET / HTTP/1.1\r\n\r\n"]
)
def test_rubbish_ends_one_connection_and_nothing_else(sandbox: Instance, rubbish: bytes):
    with socket.create_connection(("127.0.0.1", sandbox.proxy_port), 10) as connection:
        connection.sendall(rubbish)
        connection.shutdown(socket.SHUT_WR)
        while True:
            try:
                if not connection.recv(4096):
                    break
            except ConnectionResetError:
                break
    assert sandbox.ask("GET", "status")["resources"] >= 0


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("management.azure.com", "arm"),
        ("MANAGEMENT.AZURE.COM:443", "arm"),
        ("westeurope.management.azure.com", "arm"),
        ("a.vault.azure.net", "vault"),
        ("vault.azure.net", None),
        ("management.azure.com.evil.org", None),
        ("127.0.0.1:1234", "direct"),
    ],
)
def test_a_host_name_tells_the_service(host: str, found: str | None):
    assert service(host) == found
