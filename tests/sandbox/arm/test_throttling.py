from __future__ import annotations

import pytest

from azlin.sandbox.arm.refusals import ArmRefusal
from azlin.sandbox.arm.store import Store
from azlin.sandbox.arm.throttling import Limit, Limits, Throttle
from tests.sandbox.conftest import Clock

SMALL = Limits(writes=Limit(bucket=2, refill_per_s=1.0))
SUB = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    made = Throttle(Store(":memory:"), clock)
    made.limit(SMALL)
    return made


def test_nothing_is_throttled_or_told_until_asked_for(clock: Clock):
    throttle = Throttle(Store(":memory:"), clock)
    assert all(throttle.take("PUT", SUB, "t", "o") == {} for _ in range(1000))


def test_what_remains_is_told_for_the_principal_and_for_all(throttle: Throttle):
    assert throttle.take("PUT", SUB, "t", "o") == {
        "x-ms-ratelimit-remaining-subscription-writes": "1",
        "x-ms-ratelimit-remaining-subscription-global-writes": "29",
    }
    assert throttle.take("PUT", None, "t", "o")["x-ms-ratelimit-remaining-tenant-writes"] == "1"


def test_an_empty_bucket_refuses_and_says_when_to_come_back(throttle: Throttle, clock: Clock):
    for _ in range(2):
        throttle.take("POST", SUB, "t", "o")
    with pytest.raises(ArmRefusal) as refused:
        throttle.take("PATCH", SUB.upper(), "t", "o")
    assert (refused.value.status, refused.value.code) == (429, "SubscriptionRequestsThrottled")
    assert refused.value.headers["Retry-After"] == "1"
    clock.advance(1)
    throttle.take("PUT", SUB, "t", "o")


def test_reads_deletes_and_other_principals_have_buckets_of_their_own(throttle: Throttle):
    for _ in range(2):
        throttle.take("PUT", SUB, "t", "o")
    throttle.take("GET", SUB, "t", "o")
    throttle.take("DELETE", SUB, "t", "o")
    throttle.take("PUT", SUB, "t", "other")


def test_all_principals_together_have_fifteen_times_as_much(throttle: Throttle):
    for principal in range(30):
        throttle.take("PUT", SUB, "t", str(principal))
    with pytest.raises(ArmRefusal):
        throttle.take("PUT", SUB, "t", "thirty-first")


def test_the_limits_are_kept_over_a_restart(clock: Clock):
    store = Store(":memory:")
    Throttle(store, clock).limit(SMALL)
    assert Throttle(store, clock).limits == SMALL
    Throttle(store, clock).limit(None)
    assert Throttle(store, clock).limits is None


def test_a_bucket_never_holds_more_than_it_can(throttle: Throttle, clock: Clock):
    throttle.take("PUT", SUB, "t", "o")
    clock.advance(3600)
    assert throttle.take("PUT", SUB, "t", "o")["x-ms-ratelimit-remaining-subscription-writes"] == "1"
