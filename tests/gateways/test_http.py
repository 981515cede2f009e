from __future__ import annotations

import socket
from typing import Any

import pytest

from azlin.errors import AnswerLost, CloudUnreachable, OutsideLoopback, UsageRefused
from azlin.gateways import http as http_module
from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Http

SANDBOX = Cloud(name="sandbox", sandbox=True)
REAL = Cloud(name="AzureCloud")


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


@pytest.mark.parametrize(("method", "repeatable"), [("PUT", True), ("POST", False)])
def test_a_change_whose_process_slept_between_headers_and_body_is_cut_off(
    http: Http, loopback: Any, monkeypatch: pytest.MonkeyPatch, method: str, repeatable: bool
):
    real = http_module._awake

    def sleeps_after_the_headers(method: str, url: str, asked_at: float) -> Any:
        awake, asleep = real(method, url, asked_at), real(method, url, asked_at - 60)
        return lambda name, info: (asleep if "send_request_body" in name else awake)(name, info)

    monkeypatch.setattr(http_module, "_awake", sleeps_after_the_headers)
    with pytest.raises(AnswerLost, match="not sent whole") as lost:
        http.request(method, f"{loopback.url}/x", body={"a": 1})
    assert lost.value.repeatable is repeatable
    assert all(heard.body != {"a": 1} for heard in loopback.heard)  # headers may have come, the body has not
