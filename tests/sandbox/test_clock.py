from __future__ import annotations

import time

import pytest

from azlin.sandbox.arm.store import Store
from azlin.sandbox.clock import Clock


def test_the_clock_is_the_machine_s_until_it_is_moved_on():
    clock = Clock(Store(":memory:"))
    assert abs(clock() - time.time()) < 1
    assert clock.advance(3600) == 3600
    assert abs(clock() - time.time() - 3600) < 1


def test_how_far_it_is_ahead_is_kept_over_a_restart_and_reset():
    store = Store(":memory:")
    Clock(store).advance(60)
    again = Clock(store)
    assert again.ahead_s == 60
    again.reset()
    assert Clock(store).ahead_s == 0


def test_it_does_not_go_back():
    with pytest.raises(ValueError, match="does not go back"):
        Clock(Store(":memory:")).advance(-1)
