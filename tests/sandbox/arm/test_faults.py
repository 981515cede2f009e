from __future__ import annotations

from typing import Any

import pytest

from azlin.sandbox.arm.faults import Fault, Faults
from azlin.sandbox.incoming import Incoming

THING = "providers/Microsoft.Sandbox/things"
BODY = {"location": "westeurope"}


def fault(azure: Any, **how: Any) -> None:
    azure.plane.faults.add(Fault(id="", **how))


def test_a_fault_is_met_as_often_as_it_says(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    fault(azure, method="PUT", type="microsoft.sandbox/*", code="SkuNotAvailable", message="none left", times=2)
    for _ in range(2):
        answer = azure.ask("PUT", thing, BODY)
        assert (answer.status, answer.body) == (409, {"error": {"code": "SkuNotAvailable", "message": "none left"}})
    assert azure.ask("PUT", thing, BODY).status == 200
    assert [one.hits for one in azure.plane.faults.list()] == [2]


def test_a_fault_meets_only_the_type_method_and_name_it_names(azure: Any):
    group = azure.group()
    fault(azure, method="PUT", type="Microsoft.Sandbox/things", name="web*", status=503)
    assert azure.ask("PUT", f"{group}/{THING}/db1", BODY).status == 200
    assert azure.ask("PUT", f"{group}/providers/Microsoft.Sandbox/others/web1", BODY).status == 200
    assert azure.code("PUT", f"{group}/{THING}/web1", BODY) == (503, "ServiceUnavailable")
    assert azure.ask("DELETE", f"{group}/{THING}/web1").status == 204


def test_throttling_says_when_to_come_back(azure: Any):
    fault(azure, retry_after_s=7)
    answer = azure.ask("GET", f"{azure.subscription}/resourceGroups")
    assert (answer.status, answer.body["error"]["code"]) == (429, "TooManyRequests")
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["x-ms-ratelimit-remaining-subscription-reads"] == "0"


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_every_method_can_be_met(azure: Any, method: str):
    thing = f"{azure.group()}/{THING}/a"
    azure.put(thing)
    fault(azure, method=method, status=500)
    path = f"{thing}/start" if method == "POST" else thing
    assert azure.code(method, path) == (500, "InternalServerError")


def test_a_refused_write_changes_nothing(azure: Any):
    thing = f"{azure.group()}/{THING}/a"
    fault(azure, method="PUT", status=409, times=1)
    assert azure.ask("PUT", thing, BODY).status == 409
    assert azure.ask("GET", thing).status == 404


def test_delays_add_up_and_the_newest_refusal_wins(azure: Any):
    group = azure.group()
    fault(azure, method="GET", code="Old", latency_s=1)
    fault(azure, method="GET", code="New", latency_s=2)
    fault(azure, method="GET", latency_s=4)
    answer = azure.ask("GET", group)
    assert (answer.body["error"]["code"], answer.delay_s) == ("New", 6)


def test_faults_survive_a_restart_and_can_be_cleared(azure: Any):
    fault(azure, status=500, times=3)
    again = Faults(azure.plane.store)
    assert [one.times for one in again.list()] == [3]
    assert again.clear() == 1
    assert Faults(azure.plane.store).list() == []


def test_the_first_matches_can_be_spared(azure: Any):
    azure.plane.faults.add(Fault(type="Microsoft.Sandbox/nets", method="GET", code="X", skip=2, times=1))
    path = azure.group() + "/providers/Microsoft.Sandbox/nets/n"
    azure.put(path)
    assert [azure.ask("GET", path).status for _ in range(4)] == [200, 200, 409, 200]


def test_the_same_seed_hits_the_same_matches():
    def hits(seed: int) -> list[bool]:
        fault = Fault(code="X", probability=0.3, seed=seed)
        return [fault.hit() for _ in range(200)]

    assert hits(1) == hits(1) != hits(2)
    assert 30 < sum(hits(1)) < 90


def test_a_fault_can_be_about_a_size_or_a_place(azure: Any):
    azure.plane.faults.add(Fault(code="SkuNotAvailable", sku="Standard_D*", location="West Europe"))
    group = azure.group()
    path = f"{group}/providers/Microsoft.Sandbox/nets/n"
    machine = {"location": "westeurope", "properties": {"hardwareProfile": {"vmSize": "standard_d2s_v3"}}}
    assert azure.code("PUT", path, machine) == (409, "SkuNotAvailable")
    assert azure.code("PUT", path, {"location": "westeurope", "sku": {"name": "Standard_D4"}})[1] == "SkuNotAvailable"
    azure.put(path, {"location": "westeurope", "sku": {"name": "Standard_B1s"}})
    azure.put(f"{path}2", {"location": "northeurope", "sku": {"name": "Standard_D4"}})


def test_a_fault_about_requests_meets_no_resource_and_the_other_way_round(azure: Any):
    azure.plane.faults.add(Fault(service="arm", path="*/nets/*", code="X"))
    path = f"{azure.group()}/providers/Microsoft.Sandbox/nets/n"
    azure.put(path)
    met = azure.arm.trouble("arm", Incoming("GET", path, {}, {}, b"", ""))
    assert met.refusal.code == "X"
    assert azure.arm.trouble("graph", Incoming("GET", path, {}, {}, b"", "")).refusal is None


def test_a_request_is_known_by_the_type_and_name_in_its_path(azure: Any):
    azure.plane.faults.add(Fault(type="Microsoft.Sandbox/nets", name="n", drop="after"))
    path = f"{azure.subscription}/resourceGroups/g/providers/microsoft.sandbox/nets/"
    assert azure.arm.trouble("arm", Incoming("PUT", f"{path}N", {}, {}, b"", "")).drop == "after"
    assert azure.arm.trouble("arm", Incoming("PUT", f"{path}M", {}, {}, b"", "")).drop is None


def test_a_held_request_is_met_as_a_request_and_its_delays_add_up(azure: Any):
    fault(azure, hold_s=2, type="Microsoft.Sandbox/nets", method="PUT")
    fault(azure, hold_s=3, path="*/nets/n")
    path = f"{azure.group()}/providers/Microsoft.Sandbox/nets/n"
    assert azure.ask("PUT", path, BODY).delay_s == 0
    assert azure.arm.trouble("arm", Incoming("PUT", path, {}, {}, b"", "")).hold_s == 5
    assert azure.arm.trouble("arm", Incoming("GET", path, {}, {}, b"", "")).hold_s == 3


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", ""])
def test_a_gateway_answers_with_its_own_page_or_with_none(azure: Any, body: str):
    fault(azure, method="PUT", type="Microsoft.Sandbox/things", body=body)
    answer = azure.ask("PUT", f"{azure.group()}/{THING}/a", BODY)
    assert (answer.status, answer.body) == (502, body.encode())
    assert answer.headers["Content-Type"].startswith("text/html")


def test_whoever_set_faults_can_remove_theirs_and_leave_the_others(azure: Any):
    for by in (None, "chaos-1", "chaos-2"):
        azure.plane.faults.add(Fault(code="X", by=by))
    assert azure.plane.faults.clear(by="chaos-1") == 1
    assert azure.plane.faults.clear(by="chaos-1") == 0
    assert {one.by for one in azure.plane.faults.list()} == {None, "chaos-2"}
    assert azure.plane.faults.clear(by="chaos-*") == 1
    assert azure.plane.faults.clear() == 1
