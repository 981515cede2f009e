"""The sandbox's own door, asked without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from azlin.sandbox.administration import Administration
from azlin.sandbox.arm.behaviour import Answer
from azlin.sandbox.clock import Clock
from azlin.sandbox.incoming import Incoming
from azlin.sandbox.request_log import RequestLog
from tests.sandbox.conftest import Azure


class Door:
    def __init__(self, azure: Azure) -> None:
        self.log = RequestLog()
        self.changes = 0
        clock = Clock(azure.plane.store)
        self.administration = Administration(azure.plane, clock, self.log, {"pid": 7, "id": "i"}, "key", self._changed)

    def _changed(self) -> None:
        self.changes += 1

    def ask(self, method: str, what: str, body: bytes = b"", key: str = "key") -> Answer:
        headers = {"x-sandbox-key": key} if key else {}
        return self.administration.answer(Incoming(method, f"/_sandbox/{what}", {}, headers, body, ""))


@pytest.fixture
def door(azure: Azure) -> Door:
    return Door(azure)


def test_health_alone_needs_no_key(door: Door):
    assert door.ask("GET", "health", key="").body == {"pid": 7, "id": "i"}
    for key in ("", "kee", "key ", "schlüssel"):
        assert door.ask("GET", "status", key=key).status == 401


def test_a_door_that_is_not_there_is_404(door: Door):
    assert door.ask("PATCH", "faults").status == 404
    assert door.ask("GET", "nothing").status == 404


def test_the_status_counts_what_is_there(door: Door, azure: Azure):
    azure.put(f"{azure.group()}/providers/Microsoft.Sandbox/things/counted")
    door.log.add("management.azure.com", "PUT", "/x", 201, None, arm=True)
    door.log.refuse("example.com")
    door.ask("POST", "faults", b'{"status": 429}')
    status = door.ask("GET", "status").body
    assert (status["resources"], status["requests"], status["mutating_requests"]) == (1, 1, 1)
    assert (status["faults"], status["refused_hosts"]) == (1, {"example.com": 1})
    assert [len(tenant["subscriptions"]) for tenant in status["tenants"]] == [2, 1]
    assert "secret" not in json.dumps(status)


def test_faults_are_added_listed_and_cleared(door: Door):
    added = door.ask("POST", "faults", b'{"code": "QuotaExceeded", "status": 409}').body
    assert added["id"]
    assert door.ask("GET", "faults").body == [added]
    assert door.ask("DELETE", "faults").body == {"removed": 1}
    assert door.ask("GET", "faults").body == []


@pytest.mark.parametrize("what", ["faults", "seed"])
@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"1", b"{", b"\xff", b"[" * 20_000, b'{"path": 1, "status": "x"}'])
def test_what_cannot_be_read_is_refused_and_changes_nothing(door: Door, what: str, body: bytes):
    answer = door.ask("POST", what, body)
    assert (answer.status, answer.body["error"]["code"]) == (400, "Unreadable")
    assert door.ask("GET", "faults").body == []
    assert door.changes == 0


def test_a_seed_is_told_to_whoever_publishes_the_subscriptions(door: Door, azure: Azure, tmp_path: Path):
    subscription = "33333333-4444-4555-8666-777777777777"
    group = {"id": f"/subscriptions/{subscription}/resourceGroups/seeded", "location": "westeurope"}
    path = tmp_path / "export.json"
    path.write_text(json.dumps([group]))
    asked: dict[str, Any] = {"path": str(path)}
    assert door.ask("POST", "seed", json.dumps(asked).encode()).status == 200
    assert door.changes == 1
    assert azure.plane.directory.owner(subscription) is not None
    assert azure.plane.store.exists(group["id"])


def test_a_seed_without_a_file_is_refused(door: Door, tmp_path: Path):
    asked = json.dumps({"path": str(tmp_path / "none.json")}).encode()
    assert door.ask("POST", "seed", asked).status == 400
    assert door.changes == 0


def test_reset_takes_resources_and_faults_and_leaves_who_exists(door: Door, azure: Azure):
    azure.put(f"{azure.group()}/providers/Microsoft.Sandbox/things/one")
    door.ask("POST", "faults", b"{}")
    before = azure.plane.directory.tenants
    assert door.ask("POST", "reset").body == {"removed": 2, "faults": 1}
    assert azure.plane.store.count() == 0
    assert azure.plane.directory.tenants == before


def test_a_scenario_is_played_and_cleared_with_the_faults(door: Door):
    scenario = {"fault": [{"code": "X"}, {"drop": "after"}], "throttle": {}, "clock": {"advance_s": 60}}
    played = door.ask("POST", "scenario", json.dumps(scenario).encode()).body
    assert [one["code"] for one in played["faults"]] == ["X", None]
    assert played["throttle"]["writes"] == {"bucket": 200, "refill_per_s": 10.0}
    assert played["clock_ahead_s"] == 60
    assert door.ask("DELETE", "faults").body == {"removed": 3}
    status = door.ask("GET", "status").body
    assert (status["throttle"], status["clock_ahead_s"]) == (None, 60)
    door.ask("POST", "reset")
    assert door.ask("GET", "status").body["clock_ahead_s"] == 0


def test_the_clock_goes_on_and_not_back(door: Door):
    assert door.ask("POST", "clock", b'{"advance_s": 5}').body["ahead_s"] == 5
    assert door.ask("POST", "clock", b'{"advance_s": -5}').status == 400


def test_a_fault_with_an_unknown_field_is_refused(door: Door):
    assert door.ask("POST", "faults", b'{"cod": "X"}').status == 400
