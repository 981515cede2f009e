from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from azlin.errors import AzureRefused
from azlin.gateways.pace import Pace

VM = "https://management.azure.com/subscriptions/S/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/a"
DISK = "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/microsoft.compute/disks/a"
VNET = "https://management.azure.com/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/a"
OTHER = VNET.replace("/subscriptions/s/", "/subscriptions/t/")
TENANT = "https://management.azure.com/providers/Microsoft.Management/managementGroups/a"


class Clock:
    """Time that passes by waiting only."""

    def __init__(self) -> None:
        self.waited_s = 0.0

    def now(self) -> float:
        return self.waited_s

    def wait(self, _: threading.Event, wait_s: float) -> None:
        assert wait_s > 0
        self.waited_s += wait_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(now=clock.now, wait=clock.wait)


def left(number: int, kind: str = "writes", scope: str = "subscription") -> dict[str, str]:
    return {f"x-ms-ratelimit-remaining-{scope}-{kind}": str(number)}


def send(pace: Pace, method: str = "PUT", url: str = VNET, status: int = 200, text: str = "", **headers: str) -> None:
    with pace.turn(method, url) as turn:
        turn.heard(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


def waited_s(clock: Clock, action: Callable[[], Any]) -> float:
    before = clock.waited_s
    action()
    return clock.waited_s - before


def test_an_azure_that_names_no_limit_is_never_waited_for(pace: Pace, clock: Clock):
    for _ in range(1000):
        send(pace)
    assert clock.waited_s == 0


def test_what_is_left_is_used_at_once_and_then_as_fast_as_it_comes_back(pace: Pace, clock: Clock):
    send(pace, **left(20))
    assert waited_s(clock, lambda: [send(pace) for _ in range(4)]) == 0
    send(pace, **left(0))
    assert waited_s(clock, lambda: [send(pace, **left(0)) for _ in range(50)]) == pytest.approx(5.0, abs=0.2)


@pytest.mark.parametrize(("method", "url"), [("GET", VNET), ("DELETE", VNET), ("PUT", OTHER), ("PUT", TENANT)])
def test_other_kinds_of_request_and_other_subscriptions_have_buckets_of_their_own(
    pace: Pace, clock: Clock, method: str, url: str
):
    send(pace, **left(0))
    assert waited_s(clock, lambda: send(pace, method, url)) == 0
    assert waited_s(clock, lambda: send(pace)) > 0


def test_the_limit_of_all_principals_counts_too(pace: Pace, clock: Clock):
    send(pace, **left(150), **left(0, scope="subscription-global"))
    assert waited_s(clock, lambda: send(pace)) > 0


@pytest.mark.parametrize("said", ["many", "", "-3", "1e9", "²"])
def test_a_limit_that_is_no_number_says_nothing(pace: Pace, clock: Clock, said: str):
    send(pace, **{"x-ms-ratelimit-remaining-subscription-writes": said})
    assert waited_s(clock, lambda: [send(pace) for _ in range(500)]) == 0


@pytest.mark.parametrize(
    "how", [{"headers": left(0)}, {"text": '{"error": {"code": "SubscriptionRequestsThrottled"}}', "headers": {}}]
)
def test_a_429_of_the_subscription_slows_everybody(pace: Pace, clock: Clock, how: dict[str, Any]):
    send(pace, url=VM, status=429, text=how.get("text", ""), retry_after="7", **how["headers"])
    assert waited_s(clock, lambda: send(pace, url=VNET)) == pytest.approx(7.0)
    assert waited_s(clock, lambda: send(pace, "GET")) == 0


def test_a_429_of_a_resource_provider_slows_only_what_goes_to_it(pace: Pace, clock: Clock):
    send(pace, url=VM, status=429, text='{"error": {"code": "TooManyRequests"}}', retry_after="7", **left(180))
    assert waited_s(clock, lambda: send(pace, url=VNET, **left(170))) == 0
    assert waited_s(clock, lambda: send(pace, url=DISK, **left(170))) == pytest.approx(7.0)


def test_a_limit_that_was_lifted_slows_nobody_for_long(pace: Pace, clock: Clock):
    send(pace, status=429, retry_after="3", **left(0))
    for _ in range(6):
        send(pace)
    assert waited_s(clock, lambda: [send(pace) for _ in range(1000)]) == 0


def test_a_pause_longer_than_anybody_waits_here_is_refused_unsent(pace: Pace, clock: Clock):
    send(pace, status=429, retry_after="300", **left(0))
    with pytest.raises(AzureRefused) as refused, pace.turn("PUT", VNET):
        pytest.fail("it was sent")
    assert (refused.value.status, refused.value.retry_after_s) == (429, 300.0)
    assert clock.waited_s == 0
    with pace.turn("PUT", VNET, patience_s=600.0):
        assert clock.waited_s == pytest.approx(300.0)


def test_a_long_pause_is_told_once(clock: Clock):
    told: list[str] = []
    pace = Pace(now=clock.now, wait=clock.wait, notice=told.append)
    for seconds in ("1", "20", "19"):
        pace.learn("writes", VM, 429, {"retry-after": seconds, **left(0)})
    pace.learn("writes", VM, 429, {"retry-after": "20"})
    assert told == [
        "Azure asks for a pause of 20 s: too many writes",
        "Azure asks for a pause of 20 s: too many writes of microsoft.compute",
    ]


def test_a_request_that_failed_gives_its_place_back(pace: Pace, clock: Clock):
    with pytest.raises(OSError, match="gone"), pace.turn("PUT", VNET):
        raise OSError("gone")
    send(pace, **left(100))
    assert waited_s(clock, lambda: [send(pace) for _ in range(4)]) == 0


def test_those_in_flight_are_not_spent_twice(pace: Pace, clock: Clock):
    """Of the 10 that are left, 8 may be on their way already."""
    waiting = [pace.turn("PUT", VNET) for _ in range(9)]
    turns = [one.__enter__() for one in waiting]
    turns[0].heard(200, left(10))
    assert waited_s(clock, lambda: [pace.turn("PUT", VNET).__enter__() for _ in range(2)]) == 0
    assert waited_s(clock, lambda: send(pace)) > 0


def test_who_came_first_goes_first():
    pace, went = Pace(), list[int]()
    send(pace, **left(0))
    pace.learn("writes", VNET, 429, {"x-ms-retry-after-ms": "60", **left(0)})
    came = threading.Semaphore(0)

    def go(number: int) -> None:
        came.release()
        with pace.turn("PUT", VNET) as turn:
            went.append(number)
            turn.heard(200, left(30))

    with ThreadPoolExecutor(12) as hands:
        for number in range(12):
            hands.submit(go, number)
            came.acquire()
            time.sleep(0.002)
    assert went == list(range(12))


def test_an_answer_to_another_wakes_who_waits():
    pace = Pace()
    with pace.turn("PUT", VNET) as turn, ThreadPoolExecutor(1) as hands:
        for _ in range(10):
            pace.learn("writes", VNET, 429, {"retry-after": "0", **left(0)})  # ten seconds to the next, it seems
        began = time.monotonic()
        waiting = hands.submit(send, pace)
        time.sleep(0.02)
        assert not waiting.done()
        turn.heard(200, left(150))
        waiting.result(timeout=0.5)
        assert time.monotonic() - began < 0.5
