from __future__ import annotations

import ssl
from collections.abc import Iterator

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
