"""How azlin keeps to Azure's rate limits: a request waits for a token, and every answer is listened to.

Resource Manager gives each subscription and principal a bucket for each kind of request, and tells in every answer how
much is left in `x-ms-ratelimit-remaining-subscription-{reads,writes,deletes}` (tenant instead of subscription for what
is below none; `-global-` for what all principals share). A 429 slows everybody who draws on the same bucket, in this
process and in others of the same AZLIN_HOME, and not one request. A 429 that is not Resource Manager's own is the
resource provider's: only what goes to that provider waits. Source: learn.microsoft.com/azure/azure-resource-manager/
management/request-limits-and-throttling. (A provider's own `x-ms-ratelimit-remaining-resource` names policies; which
requests a policy counts it does not say, so it is not gone by.)

Nobody who has heard of no limit is held back.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from azlin.errors import AzureRefused
from azlin.gateways.arm_error import retry_after_s
from azlin.gateways.bucket_file import Buckets
from azlin.gateways.token_bucket import Bucket

T = TypeVar("T")
Kind = Literal["reads", "writes", "deletes"]

PRIOR: dict[Kind, tuple[float, float]] = {"reads": (250.0, 25.0), "writes": (200.0, 10.0), "deletes": (200.0, 10.0)}
"""Tokens of a full bucket, and how many come back each second."""
PATIENCE_S = 30.0
"""When Azure wants nothing for longer than this, a request is refused here, with `retry_after_s`, and not sent: longer
waits belong where they are told and can be interrupted."""
TOLD_S = 5.0
"""A pause that Azure asks for is told when it is at least this long."""
LOOK_S = 1.0
"""How often a waiting request looks again: another process may have heard something."""

_KINDS: dict[str, Kind] = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}
_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)", re.IGNORECASE)
_PROVIDER = re.compile(r".*/providers/([^/]+)", re.IGNORECASE)
_OWN_429 = re.compile(r"(Subscription|Tenant)RequestsThrottled")


@dataclass
class _Lane:
    """Those of this process who draw on one bucket, in the order in which they came."""

    waiting: deque[threading.Event] = field(default_factory=deque[threading.Event])
    news: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    in_flight: int = 0


@dataclass(frozen=True)
class _Sent:
    """What was known when a request left. `counted` is the bucket's own count; None: nobody had heard of it."""

    at: float
    sent: int
    in_flight: int
    counted: int | None
    was_full: bool


class Turn:
    """One request's leave to go. What was answered is told to `heard`; nothing, if nothing was."""

    def __init__(self, pace: Pace, kind: Kind, url: str, sent: _Sent) -> None:
        self._pace = pace
        self.kind: Kind = kind
        self._url = url
        self._sent = sent

    def heard(self, status: int, headers: Mapping[str, str], text: str = "") -> None:
        """The answer: header names in lower case; the text is looked at only to tell whose 429 it is."""
        self._pace.learn(self.kind, self._url, status, headers, text, self._sent)


class Pace:
    """The pace of one principal in one cloud. Safe to use from several threads; requests leave in the order in which
    they came. `wait` sleeps so many seconds, or until the event is set; `notice` hears of long pauses."""

    def __init__(
        self,
        buckets: Buckets | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
        notice: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._buckets = buckets or Buckets()
        self._now = now
        self._wait = wait
        self._notice = notice
        self._lock = threading.Lock()
        self._lanes: dict[str, _Lane] = {}

    @contextmanager
    def turn(self, method: str, url: str, *, patience_s: float = PATIENCE_S) -> Generator[Turn]:
        """Wait until a request may be sent; it is in flight while the block runs.

        Raises AzureRefused (429, with `retry_after_s`) when Azure has asked for nothing of this kind for longer than
        `patience_s`. Then nothing was sent.
        """
        kind = kind_of(method)
        if (provider := _provider_bucket(url, kind)) is not None:
            self._stand_in_line(provider, patience_s)
            self._landed(provider)
        bucket = _bucket(url, kind)
        sent = self._stand_in_line(bucket, patience_s)
        try:
            yield Turn(self, kind, url, sent)
        finally:
            self._landed(bucket)

    def learn(
        self, kind: Kind, url: str, status: int, headers: Mapping[str, str], text: str = "", sent: _Sent | None = None
    ) -> None:
        """Believe an answer. Without `sent` it is not known when its request left, and what is left now is at most what
        it says."""
        left, name = _left(headers, kind), _bucket(url, kind)
        if status == 429:
            own = left == 0 or _OWN_429.search(text) is not None
            whose = (None if own else _provider_bucket(url, kind)) or name
            self._tell(whose, kind, partial(self._refused, name=whose, asked_s=retry_after_s(headers)))
        if left is not None:
            self._tell(name, kind, partial(self._hear, name=name, left=left, sent=sent))
        elif status < 400:
            self._ask(name, lambda bucket, _: bucket.hear_nothing())
        if status < 400 and (provider := _provider_bucket(url, kind)) is not None:
            self._ask(provider, lambda bucket, _: bucket.hear_nothing())

    def _refused(self, bucket: Bucket, now: float, *, name: str, asked_s: float | None) -> None:
        if asked_s is not None and asked_s >= TOLD_S and now + asked_s > bucket.blocked_until + TOLD_S:
            _, kind, *provider = name.split()
            whose = f" of {provider[0]}" if provider else ""
            self._notice(f"Azure asks for a pause of {asked_s:.0f} s: too many {kind}{whose}")
        bucket.refuse(now, asked_s)

    def _hear(self, bucket: Bucket, now: float, *, name: str, left: float, sent: _Sent | None) -> None:
        if sent is None:
            bucket.hear(left, now, since_s=0.0, later=left, was_full=False)
            return
        with self._lock:
            ours = self._lanes[name].sent - sent.sent
        others = 0 if sent.counted is None else max(0, bucket.sent - sent.counted - ours)
        # How many of other processes were in flight when ours left nobody says: about as many as they sent meanwhile.
        later = float(ours + sent.in_flight + 2 * others)
        bucket.hear(left, now, since_s=now - sent.at, later=later, was_full=sent.was_full)

    def _stand_in_line(self, name: str, patience_s: float) -> _Sent:
        lane, place = self._lane(name), threading.Event()
        with self._lock:
            lane.waiting.append(place)
            if lane.waiting[0] is place:
                place.set()
        try:
            place.wait()
            return self._taken(name, lane, patience_s)
        finally:
            with self._lock:
                lane.waiting.remove(place)
                if lane.waiting:
                    lane.waiting[0].set()

    def _taken(self, name: str, lane: _Lane, patience_s: float) -> _Sent:
        """The token of whoever is first in line."""
        while True:
            lane.news.clear()
            now = self._now()
            asked = self._ask(name, _take)
            wait_s, counted, was_full = asked or (0.0, None, True)
            if wait_s <= 0:
                with self._lock:
                    lane.sent += 1
                    lane.in_flight += 1
                    return _Sent(now, lane.sent, lane.in_flight - 1, counted, was_full)
            if wait_s > patience_s:
                raise AzureRefused(
                    "TooManyRequests",
                    f"Azure has asked for a pause of {wait_s:.0f} s more; this request was not sent",
                    status=429,
                    retry_after_s=wait_s,
                )
            self._wait(lane.news, min(wait_s, LOOK_S))

    def _landed(self, name: str) -> None:
        with self._lock:
            self._lanes[name].in_flight -= 1

    def _lane(self, name: str) -> _Lane:
        with self._lock:
            return self._lanes.setdefault(name, _Lane())

    def _ask(self, name: str, question: Callable[[Bucket, float], T]) -> T | None:
        now = self._now()
        return self._buckets.ask(name, lambda bucket: question(bucket, now), now)

    def _tell(self, name: str, kind: Kind, change: Callable[[Bucket, float], None]) -> None:
        now = self._now()
        capacity, refill_per_s = PRIOR[kind]
        made = partial(Bucket, capacity=capacity, refill_per_s=refill_per_s, at=now)
        self._buckets.tell(name, made, lambda bucket: change(bucket, now), now)
        self._lane(name).news.set()


def kind_of(method: str) -> Kind:
    return _KINDS.get(method.upper(), "writes")


def _take(bucket: Bucket, now: float) -> tuple[float, int, bool]:
    was_full = bucket.is_full(now)
    wait_s = bucket.take(now)
    return wait_s, bucket.sent, was_full


def _bucket(url: str, kind: Kind) -> str:
    found = _SUBSCRIPTION.match(urlsplit(url).path)
    return f"{found[1].casefold() if found else 'tenant'} {kind}"


def _provider_bucket(url: str, kind: Kind) -> str | None:
    """The bucket of the resource provider that answers; None where Resource Manager answers itself."""
    found = _PROVIDER.match(urlsplit(url).path)
    if found is None or found[1].casefold() == "microsoft.resources":
        return None
    return f"{_bucket(url, kind)} {found[1].casefold()}"


def _left(headers: Mapping[str, str], kind: Kind) -> float | None:
    """The least of what an answer says is left of a kind; None when it says nothing readable."""
    names = (f"x-ms-ratelimit-remaining-{scope}{kind}" for scope in _SCOPES)
    said = [float(text) for name in names if (text := headers.get(name, "")).isascii() and text.isdigit()]
    return min(said, default=None)


_SCOPES = ("subscription-", "subscription-global-", "tenant-", "tenant-global-")
