from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.gateways.token_bucket import QUIET_MAX, Bucket


def believed(tokens: float, *, capacity: float = 200.0, refill_per_s: float = 10.0) -> Bucket:
    bucket = Bucket(capacity, refill_per_s)
    bucket.hear(tokens, 0.0, since_s=0.0, later=0.0, was_full=False)
    return bucket


def test_nobody_is_held_back_until_azure_has_named_a_limit():
    bucket = Bucket(200.0, 10.0)
    assert [bucket.take(0.0) for _ in range(1000)] == [0.0] * 1000


def test_what_is_left_is_counted_down_and_comes_back():
    bucket = believed(2.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0.0, 0.0, 0.1]
    assert bucket.take(0.1) == 0.0
    assert bucket.level(1000.0) == 200.0


def test_an_answer_counts_those_that_may_have_come_after_it():
    """40 are in flight: of the 100 that were left, 40 may be gone by now."""
    bucket = Bucket(200.0, 10.0)
    bucket.hear(100.0, 0.0, since_s=0.1, later=40.0, was_full=True)
    assert bucket.level(0.0) == 60.0
    bucket.hear(99.0, 0.0, since_s=0.1, later=20.0, was_full=True)
    assert bucket.level(0.0) == 79.0  # at least so many are left
    bucket.hear(30.0, 0.0, since_s=0.0, later=20.0, was_full=False)
    assert bucket.level(0.0) == 31.0  # at most so many: others use it too


def test_a_larger_bucket_is_believed_when_azure_says_so():
    bucket = believed(2999.0)
    assert bucket.level(0.0) == 2999.0
    assert bucket.level(1.0) == 3000.0


def test_a_smaller_bucket_is_learned_when_it_was_thought_to_be_full():
    bucket = believed(199.0)
    bucket.take(10.0)
    bucket.hear(9.0, 10.0, since_s=0.0, later=0.0, was_full=True)
    assert bucket.level(1000.0) == 10.0


def test_a_429_holds_everybody_back_and_halves_the_pace_once():
    bucket = believed(50.0)
    for at in (0.0, 0.1, 0.2):
        bucket.refuse(at, 5.0)
    assert bucket.take(1.0) == 4.2
    assert bucket.refill_per_s == 5.0
    assert [bucket.take(5.2) for _ in range(26)].count(0.0) == 25


def test_a_429_without_a_word_of_when_is_waited_out_too():
    bucket = believed(50.0)
    bucket.refuse(0.0, None)
    assert bucket.take(0.0) == 0.2


def test_a_limit_that_is_no_longer_told_is_forgotten():
    bucket = believed(1.0)
    for _ in range(QUIET_MAX):
        assert bucket.level(0.0) is not None
        bucket.hear_nothing()
    assert [bucket.take(0.0) for _ in range(1000)] == [0.0] * 1000


def test_a_limit_that_was_never_told_is_felt_for_and_given_up_in_the_end():
    bucket = Bucket(200.0, 10.0)
    bucket.refuse(0.0, 1.0)
    answers = 0
    while bucket.level(1.0) is not None:
        bucket.hear_nothing()
        answers += 1
    assert 50 < answers < 200


@dataclass
class Azure:
    """A token bucket as Azure has it, and clients that send to it through a belief each."""

    capacity: float
    refill_per_s: float
    now: float = 0.0
    refused: int = 0
    done: int = 0
    tokens: float = field(init=False)
    at: float = 0.0
    order: int = 0
    events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = self.capacity

    def later(self, wait_s: float, then: Callable[[], None]) -> None:
        self.order += 1
        heapq.heappush(self.events, (self.now + wait_s, self.order, then))

    def run(self) -> None:
        while self.events:
            self.now, _, then = heapq.heappop(self.events)
            then()

    def answer(self) -> tuple[int, float]:
        self.tokens = min(self.capacity, self.tokens + (self.now - self.at) * self.refill_per_s)
        self.at = self.now
        if self.tokens < 1:
            self.refused += 1
            return 429, -(-(1 - self.tokens) // self.refill_per_s)
        self.tokens -= 1
        self.done += 1
        return 200, float(int(self.tokens))


@dataclass
class Client:
    azure: Azure
    bucket: Bucket
    work: int
    hands: int
    latency_s: float
    in_flight: int = 0
    asked: int = 0
    lines: deque[int] = field(default_factory=deque)

    def start(self) -> None:
        self.lines.extend(range(self.work))
        self.ask()

    def ask(self) -> None:
        """Whoever is first in line asks; with every hand in use nobody does."""
        while self.lines and self.in_flight < self.hands:
            was_full = self.bucket.is_full(self.azure.now)
            if (wait_s := self.bucket.take(self.azure.now)) > 0:
                self.asked += 1
                self.azure.later(min(wait_s, 1.0) + 1e-9, partial(self.ask_again, self.asked))
                return
            self.send(self.lines.popleft(), was_full)

    def ask_again(self, asked: int) -> None:
        """Unless something was heard meanwhile, which asked already."""
        if self.asked == asked:
            self.ask()

    def send(self, item: int, was_full: bool) -> None:
        counted, at, before = self.bucket.sent, self.azure.now, self.in_flight
        self.in_flight += 1

        def arrive() -> None:
            status, left = self.azure.answer()
            self.azure.later(self.latency_s / 2, lambda: hear(status, left))

        def hear(status: int, left: float) -> None:
            self.in_flight -= 1
            now = self.azure.now
            if status == 429:
                self.bucket.refuse(now, max(1.0, left))
                self.lines.append(item)
            else:
                later = self.bucket.sent - counted + before
                self.bucket.hear(left, now, since_s=now - at, later=later, was_full=was_full)
            self.ask()

        self.azure.later(self.latency_s / 2, arrive)


@settings(max_examples=40, deadline=None)
@given(hands=st.integers(1, 64), latency_s=st.floats(0.01, 1.0), work=st.integers(1, 400))
def test_the_documented_bucket_refuses_nothing_and_is_used_whole(hands: int, latency_s: float, work: int):
    azure = Azure(200.0, 10.0)
    Client(azure, Bucket(200.0, 10.0), work, hands, latency_s).start()
    azure.run()
    best_s = max((work - 200) / 10, work / hands * latency_s)
    assert (azure.done, azure.refused) == (work, 0)
    assert azure.now <= best_s * 1.02 + 2 * latency_s + 1


@settings(max_examples=40, deadline=None)
@given(capacity=st.integers(5, 1000), refill_per_s=st.floats(2, 60), hands=st.integers(1, 64))
def test_another_bucket_than_the_documented_one_is_learned(capacity: int, refill_per_s: float, hands: int):
    azure, work = Azure(capacity, refill_per_s), 600
    Client(azure, Bucket(200.0, 10.0), work, hands, 0.05).start()
    azure.run()
    assert azure.done == work
    assert azure.refused <= 64 + 0.02 * work  # the first burst leaves before anything was told
    assert azure.now <= max((work - capacity) / refill_per_s, work / hands * 0.05) * 1.1 + 8


def test_two_machines_that_do_not_know_of_each_other_share_a_bucket():
    azure = Azure(200.0, 10.0)
    clients = [Client(azure, Bucket(200.0, 10.0), 400, 32, 0.05) for _ in range(2)]
    for client in clients:
        client.start()
    azure.run()
    assert azure.done == 800
    assert azure.refused <= 64 + 0.02 * 800  # both are surprised once, with every hand in use
    assert azure.now <= 60 * 1.05


def test_one_request_that_is_refused_again_and_again_says_once_that_the_bucket_fills_slowly():
    bucket = Bucket(200.0, 10.0)
    for now in (0.0, 2.0, 4.0, 6.0):
        bucket.refuse(now, 1.0)
    assert bucket.refill_per_s == 5.0
    bucket.hear_nothing()
    bucket.refuse(8.0, 1.0)
    assert bucket.refill_per_s < 3.0
