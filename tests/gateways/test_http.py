from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme

from azlin.errors import AnswerLost, CloudUnreachable, ConfigUnreadable, OutsideLoopback, UsageRefused
from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http, is_loopback, origin

SANDBOX = Cloud(name="sandbox", sandbox=True)
REAL = Cloud(name="AzureCloud")


@pytest.fixture
def http() -> Iterator[Http]:
    with Http(SANDBOX) as client:
        yield client


def a_dead_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return closed.getsockname()[1]


def test_json_goes_out_and_comes_back(http: Http, loopback: Any):
    loopback.on("PUT", "/x", loopback.reply(status=201, body={"ok": True}, headers={"ETag": "7"}))
    answer = http.request("PUT", f"{loopback.url}/x", body={"größe": 1})
    assert (answer.status, answer.json(), answer.headers["etag"]) == (201, {"ok": True}, "7")
    assert loopback.heard[0].body == {"größe": 1}
    assert loopback.heard[0].headers["content-type"] == "application/json"


def test_the_client_says_who_it_is(http: Http, loopback: Any):
    from azlin import __version__

    http.request("GET", f"{loopback.url}/x")
    assert loopback.heard[0].headers["user-agent"] == f"azlin/{__version__}"


@pytest.mark.parametrize(
    "host", ["management.azure.com", "10.0.0.1", "localhost.example.com", "[2001:db8::1]", "0.0.0.0"]
)
def test_the_sandbox_never_leaves_this_machine(http: Http, host: str):
    with pytest.raises(OutsideLoopback):
        http.request("GET", f"https://{host}/subscriptions")


def test_tokens_are_not_sent_in_the_clear_to_another_machine():
    with Http(REAL) as http, pytest.raises(UsageRefused, match="https"):
        http.request("GET", "http://management.azure.com/")


def test_a_proxy_in_the_environment_is_ignored_for_loopback(loopback: Any, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{a_dead_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for cloud in (SANDBOX, REAL):
        with Http(cloud) as http:
            assert http.request("GET", f"{loopback.url}/x").status == 404


def test_a_proxy_in_the_environment_is_used_for_a_real_cloud(loopback: Any, monkeypatch: pytest.MonkeyPatch):
    """The proxy here is a plain server, which refuses CONNECT: that it was asked is what matters."""
    for name in ("NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, loopback.url)
    with Http(REAL) as http, pytest.raises(CloudUnreachable) as refused:
        http.request("GET", "https://management.azure.com/subscriptions")
    assert "501" in refused.value.why


def test_a_cloud_that_does_not_answer_is_unreachable_and_the_fix_says_what_to_do(http: Http):
    with pytest.raises(CloudUnreachable) as refused:
        http.request("GET", f"http://127.0.0.1:{a_dead_port()}/x")
    assert not isinstance(refused.value, AnswerLost)
    assert refused.value.fix == "azlin sandbox start"
    assert refused.value.worth_waiting_s == 5.0  # nobody starts it but you


@pytest.mark.parametrize(("method", "repeatable"), [("PUT", True), ("DELETE", True), ("GET", True), ("POST", False)])
def test_a_dropped_connection_is_a_lost_answer_not_a_failure(http: Http, loopback: Any, method: str, repeatable: bool):
    loopback.on(method, "/x", loopback.reply(drop=True))
    with pytest.raises(AnswerLost) as lost:
        http.request(method, f"{loopback.url}/x")
    assert lost.value.repeatable is repeatable
    assert len(loopback.heard) == 1


def test_a_server_that_never_answers_is_given_up(loopback: Any):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Http(SANDBOX, read_timeout_s=0.05) as http,
        pytest.raises(AnswerLost) as lost,
    ):
        http.request("GET", f"http://127.0.0.1:{silent.getsockname()[1]}/x")
    assert "timed out" in lost.value.why


def test_a_redirect_is_followed_on_the_same_host(http: Http, loopback: Any):
    loopback.on("GET", "/old", loopback.reply(status=307, headers={"Location": "/new"}))
    loopback.on("GET", "/new", loopback.reply(body={"here": 1}))
    assert http.request("GET", f"{loopback.url}/old").json() == {"here": 1}


def test_a_redirect_to_another_host_is_not_followed(http: Http, loopback: Any):
    loopback.on("GET", "/old", loopback.reply(status=307, headers={"Location": "http://127.0.0.1:9/new"}))
    answer = http.request("GET", f"{loopback.url}/old", headers={"authorization": "Bearer canary"})
    assert answer.status == 307


def test_a_redirect_of_a_change_is_not_followed(http: Http, loopback: Any):
    loopback.on("PUT", "/old", loopback.reply(status=307, headers={"Location": "/new"}))
    assert http.request("PUT", f"{loopback.url}/old", body={}).status == 307
    assert len(loopback.heard) == 1


def test_many_threads_share_a_few_connections(http: Http, loopback: Any):
    loopback.on("GET", "/x", loopback.reply(body={"n": 1}))
    together = threading.Barrier(4)

    def ask(_: int) -> list[int]:
        together.wait()
        return [http.request("GET", f"{loopback.url}/x").status for _ in range(10)]

    with ThreadPoolExecutor(4) as hands:
        assert [status for part in hands.map(ask, range(4)) for status in part] == [200] * 40
    assert loopback.connections <= 4


def test_the_log_never_holds_the_token(http: Http, loopback: Any, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    http.request("GET", f"{loopback.url}/x", headers={"authorization": "Bearer canary-1234"})
    assert loopback.heard[0].headers["authorization"] == "Bearer canary-1234"
    assert "canary" not in caplog.text


def test_only_the_clouds_own_ca_is_trusted(loopback: Any, tmp_path: Path):
    authority, stranger = trustme.CA(), trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    server = type(loopback)(tls)
    try:
        for name, ca in (("ours", authority), ("theirs", stranger)):
            ca.cert_pem.write_to_path(tmp_path / f"{name}.pem")
        with Http(Cloud(name="sandbox", sandbox=True, ca_bundle=tmp_path / "ours.pem")) as http:
            assert http.request("GET", f"{server.url}/x").status == 404
        stranger_trusted = Cloud(name="sandbox", sandbox=True, ca_bundle=tmp_path / "theirs.pem")
        with Http(stranger_trusted) as http, pytest.raises(CloudUnreachable) as refused:
            http.request("GET", f"{server.url}/x")
        assert "certificate verify failed" in refused.value.why.casefold()
        assert refused.value.worth_waiting_s == 0.0
    finally:
        server.close()


def test_a_missing_ca_bundle_is_said(tmp_path: Path, loopback: Any):
    cloud = Cloud(name="sandbox", sandbox=True, ca_bundle=tmp_path / "gone.pem")
    with Http(cloud) as http, pytest.raises(ConfigUnreadable, match=r"gone\.pem"):
        http.request("GET", f"{loopback.url}/x")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://Management.Azure.com/subscriptions?x=1", "https://management.azure.com"),
        ("https://management.azure.com:443/", "https://management.azure.com"),
        ("http://127.0.0.1:80/a", "http://127.0.0.1"),
        ("http://127.0.0.1:443/a", "http://127.0.0.1:443"),
        ("https://user:secret@[::1]:8443/a", "https://[::1]:8443"),
    ],
)
def test_the_origin_of_a_url_holds_host_and_port_and_nothing_secret(url: str, shown: str):
    assert origin(url) == shown


def test_what_loopback_is():
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"))
    assert not any(is_loopback(host) for host in ("", "127.0.0.1.example.com", "128.0.0.1", "localhost.evil", "::"))


def test_a_change_whose_process_slept_before_it_left_does_not_leave_and_a_read_does(
    http: Http, loopback: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("azlin.gateways.http.ASLEEP_S", -1.0)
    for method in ("PUT", "DELETE", "POST", "PATCH"):
        with pytest.raises(CloudUnreachable, match="was not sent"):
            http.request(method, f"{loopback.url}/x")
    assert loopback.heard == []
    assert http.request("GET", f"{loopback.url}/x").status == 404
    monkeypatch.undo()
    assert http.request("PUT", f"{loopback.url}/x").status == 404
