from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, cast

import pytest

from azlin.errors import CloudUnreachable
from azlin.gateways.az import Az, AzResult
from azlin.gateways.az_pace import PacedAz, request_of
from azlin.gateways.az_refusal import Http
from azlin.gateways.cloud import Cloud
from azlin.gateways.pace import Pace

PUBLIC = "https://management.azure.com"
GROUP = "/subscriptions/s/resourceGroups/g"


class Answering:
    """An az that got this HTTP answer last."""

    cloud = Cloud("AzureCloud", subscription="s")

    def __init__(self, http: Http) -> None:
        self.http = http
        self.fails_with = ""
        self.ran = 0

    def run(self, argv: Sequence[str], timeout_s: float = 1.0, **_: Any) -> AzResult:
        self.ran += 1
        return AzResult(tuple(argv), 1 if self.fails_with else 0, "", self.fails_with, 0.1, http=self.http)


class Waits:
    def __init__(self) -> None:
        self.total_s = 0.0

    def now(self) -> float:
        return self.total_s

    def wait(self, _: threading.Event, wait_s: float) -> None:
        self.total_s += wait_s


def run_twice(http: Http, *argvs: Sequence[str]) -> list[float]:
    """The seconds that each command after the first waited for its turn."""
    waits, first = Waits(), ["az", "rest", "--method", "put", "--url", GROUP]
    az = PacedAz(cast("Az", Answering(http)), Pace(now=waits.now, wait=waits.wait))
    az.run(first)
    waited: list[float] = []
    for argv in argvs:
        before = waits.total_s
        az.run(argv)
        waited.append(waits.total_s - before)
    return waited


@pytest.mark.parametrize(
    ("command", "method", "url"),
    [
        ("az group create -n g -l westeurope", "PUT", "/subscriptions/s"),
        ("az vm start --ids /x", "PUT", "/subscriptions/s"),
        ("az network vnet delete --ids /x --subscription T", "DELETE", "/subscriptions/T"),
        ("az vm list", "GET", "/subscriptions/s"),
        ("az rest --method patch --url /subscriptions/u/x", "PATCH", "/subscriptions/u/x"),
        ("az rest -u https://management.azure.com/x", "GET", "https://management.azure.com/x"),
        ("az", "PUT", "/subscriptions/s"),
    ],
)
def test_a_command_is_about_one_request(command: str, method: str, url: str):
    assert request_of(command.split(), "s") == (method, url)


def test_without_a_subscription_it_is_the_tenant_that_is_asked():
    assert request_of(["az", "ad", "user", "list"], None) == ("GET", "/")


def test_a_command_waits_for_what_an_earlier_one_used_up():
    empty = {"x-ms-ratelimit-remaining-subscription-writes": "0"}
    create, show = ["az", "group", "create", "-n", "g"], ["az", "group", "show", "-n", "g"]
    assert run_twice(Http(200, "PUT", PUBLIC + GROUP, empty), create)[0] > 0
    assert run_twice(Http(200, "PUT", PUBLIC + GROUP, empty), show) == [0.0]


def test_a_429_of_an_earlier_command_holds_the_later_ones_back():
    headers = {"x-ms-ratelimit-remaining-subscription-writes": "0", "retry-after": "9"}
    assert run_twice(Http(429, "PUT", PUBLIC + GROUP, headers), ["az", "group", "create"])[0] >= 9


def test_what_the_polls_of_a_write_used_up_is_known_too():
    """The last answer is to a poll; what was said of writes before that comes with it."""
    headers = {"x-ms-ratelimit-remaining-subscription-writes": "0", "x-ms-ratelimit-remaining-subscription-reads": "0"}
    waited = run_twice(Http(200, "GET", PUBLIC + GROUP, headers), ["az", "group", "list"], ["az", "group", "create"])
    assert min(waited) > 0


def test_what_another_service_answers_is_not_believed_of_resource_manager():
    refused = Http(429, "PUT", "https://v.vault.azure.net/secrets/s", {"retry-after": "9"})
    assert run_twice(refused, ["az", "keyvault", "secret", "set"]) == [0.0]


def test_after_a_command_that_could_not_reach_azure_the_next_waits_until_it_can_be_reached():
    az, reached = Answering(Http()), list[str]()
    runner = PacedAz(cast("Az", az), Pace(), reach=lambda: reached.append("reached"))
    runner.run(["az", "vm", "list"])
    az.fails_with = "ERROR: Failed to establish a new connection: [Errno 101] Network is unreachable"
    runner.run(["az", "vm", "list"])
    assert reached == []
    az.fails_with = ""
    runner.run(["az", "vm", "list"])
    runner.run(["az", "vm", "list"])
    assert reached == ["reached"]


def test_a_command_is_not_run_while_azure_is_away():
    az = Answering(Http())
    runner = PacedAz(cast("Az", az), Pace(), reach=calls_out)
    az.fails_with = "ERROR: Network is unreachable"
    runner.run(["az", "vm", "list"])
    for _ in range(2):
        with pytest.raises(CloudUnreachable):
            runner.run(["az", "vm", "list"])
    assert az.ran == 1


def calls_out() -> None:
    raise CloudUnreachable("nobody is there")
