from __future__ import annotations

import os
import socket
import ssl
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from azlin.sandbox.instance import Instance

PATH = "/metadata/endpoints?api-version=2022-09-01"


@pytest.fixture
def client(sandbox: Instance) -> Iterator[httpx2.Client]:
    trust = ssl.create_default_context(cafile=str(sandbox.ca))
    with httpx2.Client(base_url=sandbox.arm, verify=trust, trust_env=False) as client:
        yield client
    sandbox.ask("DELETE", "faults")


@pytest.mark.parametrize("drop", ["before", "after", "half"])
def test_a_connection_is_lost_once_and_then_works_again(client: httpx2.Client, sandbox: Instance, drop: str):
    before = client.get(PATH)
    assert before.status_code == 200
    sandbox.ask("POST", "faults", {"path": "/metadata/*", "drop": drop, "times": 1})
    asked = sandbox.ask("GET", "status")["requests"]
    with pytest.raises(httpx2.TransportError):
        client.get(PATH)
    served = sandbox.ask("GET", "status")["requests"] - asked
    assert served == (0 if drop == "before" else 1)
    assert client.get(PATH).text == before.text


@pytest.mark.parametrize("hold_s", [0.0, 0.3])
def test_a_request_is_carried_out_once_when_its_client_was_killed(sandbox: Instance, hold_s: float):
    path = f"/metadata/{uuid.uuid4().hex}"
    if hold_s:
        sandbox.ask("POST", "faults", {"path": path, "hold_s": hold_s, "times": 1})
    _leave(sandbox, f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}")
    left_at = time.monotonic()
    while not (found := _logged(sandbox, path)) and time.monotonic() < left_at + 5:
        time.sleep(0.02)
    sandbox.ask("DELETE", "faults")
    assert [one["method"] for one in found] == ["PUT"]
    assert time.monotonic() - left_at >= hold_s


def test_a_request_whose_client_died_in_the_middle_of_it_is_not_carried_out(sandbox: Instance):
    path = f"/metadata/{uuid.uuid4().hex}"
    _leave(sandbox, f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{")
    time.sleep(0.1)
    assert _logged(sandbox, path) == []


def _leave(sandbox: Instance, request: str) -> None:
    """Send this and be gone, as the kernel ends the connections of a killed process: without TLS's goodbye."""
    trust = ssl.create_default_context(cafile=str(sandbox.ca))
    with socket.create_connection(("127.0.0.1", sandbox.tls_port)) as plain:
        wrapped = trust.wrap_socket(plain, server_hostname="127.0.0.1")
        wrapped.sendall(request.encode())
        os.close(wrapped.detach())


def _logged(sandbox: Instance, path: str) -> list[dict[str, Any]]:
    return [one for one in sandbox.ask("GET", "requests") if one["path"] == path]
