from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest

from azlin.doors import Doors
from azlin.errors import CloudUnreachable
from azlin.gateways.cloud import Cloud
from azlin.paths import Paths

GROUP = "/subscriptions/s/resourceGroups/g"


@pytest.fixture
def doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doors:
    """To a sandbox that is not there; nobody waits for it longer than a moment."""
    monkeypatch.setattr("azlin.gateways.http.SANDBOX_RESTARTS_S", 0.2)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
    cloud = Cloud("sandbox", tenant="t", subscription="s", arm=address, login=address, sandbox=True)
    doors = Doors(cloud, Paths(tmp_path), lambda _: "2025-01-01", lambda _: None, timeout_s=60.0)
    monkeypatch.setattr("azlin.gateways.tokens.Tokens.token", lambda *_, **__: "token")
    return doors


def took_s(door: object) -> float:
    began = time.monotonic()
    with pytest.raises(CloudUnreachable) as away:
        door.get(GROUP)  # type: ignore[attr-defined]
    assert away.value.fix == "azlin sandbox start"
    return time.monotonic() - began


def test_a_plan_is_not_waited_for_and_what_was_approved_is(doors: Doors):
    assert took_s(doors.arm) < 0.15
    assert 0.2 <= took_s(doors.enduring) < 5


def test_nobody_waits_for_a_network_once_the_run_is_stopped(doors: Doors, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("azlin.gateways.http.SANDBOX_RESTARTS_S", 30.0)
    stopped = threading.Event()
    doors.outage.stopped = lambda: "interrupted" if stopped.is_set() else None
    threading.Timer(0.1, stopped.set).start()
    assert took_s(doors.enduring) < 2
