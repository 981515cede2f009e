"""Living through a network that is away: wait for as long as it makes sense, tell it once, and go on when it is back.

What was certainly not sent, or may be sent twice, is sent again here and uses up none of an operation's attempts. A
request whose answer was lost and that must not be repeated blindly is no business of this module: it is raised.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from azlin.errors import AnswerLost, CloudUnreachable
from azlin.gateways.backoff import backoff

T = TypeVar("T")
BASE_S = 1.0
LONGEST_S = 30.0
"""Between two tries."""
TOLD_AFTER = 3
"""Tries: one that is lost is nothing to tell."""
LOOK_S = 0.5
"""How often a wait looks whether it was told to stop."""


def patience(tries: int, waited_s: float, budget_s: float) -> float | None:
    """Seconds to wait after so many tries in a row failed, the first of them `waited_s` ago; None when there is no
    point in waiting any more. The last wait ends when the budget does."""
    left_s = budget_s - waited_s
    return None if left_s <= 0 else min(backoff(tries, base_s=BASE_S), LONGEST_S, left_s)


class Outage:
    """The times at which one cloud cannot be reached, for all who call it. Safe to use from several threads.

    `budget_s` bounds each of them (0: nothing is waited for), and the error's own `worth_waiting_s`. `stopped` says
    why nobody should wait any more; `wait` sleeps so many seconds, or until the event is set; `clock` is for people.
    """

    def __init__(
        self,
        budget_s: float = 0.0,
        *,
        notice: Callable[[str], None] = lambda text: None,
        now: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Event, float], object] = threading.Event.wait,
        clock: Callable[[], datetime] = datetime.now,
    ) -> None:
        self.stopped: Callable[[], str | None] = lambda: None
        self._budget_s = budget_s
        self._notice = notice
        self._now = now
        self._wait = wait
        self._clock = clock
        self._turn = threading.Lock()
        self._back = threading.Event()
        self._since: float | None = None
        self._since_clock = clock()
        self._told = False

    @property
    def rides(self) -> bool:
        """Whether anything is waited for."""
        return self._budget_s > 0

    def ride_out(self, call: Callable[[], T], *, repeatable: bool) -> T:
        """What `call` returns, once the cloud can be reached. `repeatable`: it may also be made again when its answer
        was lost. Raises what it raises: CloudUnreachable when the budget is spent, or when told to stop."""
        tries, began = 0, self._now()
        while True:
            try:
                answer = call()
            except CloudUnreachable as lost:
                tries += 1
                wait_s = None
                if repeatable or not isinstance(lost, AnswerLost):
                    wait_s = self._patience(lost, tries, began)
                    if wait_s is None and self.rides:
                        lost.worth_waiting_s = 0.0  # it was waited for; nobody need do so again
                if wait_s is None or not self._waited(wait_s):
                    raise
            else:
                self._reached()
                return answer

    def _patience(self, lost: CloudUnreachable, tries: int, began: float) -> float | None:
        """As `patience`, since the cloud went away, or since `began` if others could reach it meanwhile."""
        budget_s = min(self._budget_s, lost.worth_waiting_s)
        with self._turn:
            now = self._now()
            if self._since is None:
                self._since, self._since_clock = now, self._clock()
                self._back.clear()
            wait_s = patience(tries, now - min(self._since, began), budget_s)
            tell = wait_s is not None and tries >= TOLD_AFTER and not self._told and budget_s == self._budget_s
            self._told = self._told or tell
        if tell:
            why = f": {lost.why}" if lost.why else ""
            self._notice(
                f"the network is away since {self._since_clock:%H:%M:%S} ({lost.what}{why}); waiting for it, at most"
                f" {self._budget_s:.0f} s"
            )
        return wait_s

    def _waited(self, wait_s: float) -> bool:
        """Whether to try again: the time has passed, or somebody else has reached the cloud."""
        ends = self._now() + wait_s
        while (left_s := ends - self._now()) > 0 and not self._back.is_set():
            if self.stopped() is not None:
                return False
            self._wait(self._back, min(left_s, LOOK_S))
        return True

    def _reached(self) -> None:
        with self._turn:
            if self._since is None:
                return
            away_s, told = self._now() - self._since, self._told
            self._since, self._told = None, False
            self._back.set()
        if told:
            self._notice(f"the network is back after {away_s:.0f} s; going on")
