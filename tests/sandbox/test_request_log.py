"""What was asked is counted whole and kept in part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from azlin.sandbox.request_log import RequestLog

METHODS = st.sampled_from(["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"])


@given(st.lists(st.tuples(METHODS, st.booleans())))
def test_only_a_call_to_arm_that_may_change_something_is_mutating(asked: list[tuple[str, bool]]):
    log = RequestLog()
    for method, arm in asked:
        log.add("h", method, "/", 200, "group list", arm=arm)
    changes = [method for method, arm in asked if arm and method not in ("GET", "HEAD", "OPTIONS")]
    assert (log.total, log.mutating) == (len(asked), len(changes))
    assert [one.method for one in log.entries() if one.mutating] == changes
    assert len(log.entries()) == len(asked)
    assert [one.at for one in log.entries()] == sorted(one.at for one in log.entries())


def test_any_number_of_reads_pushes_no_change_out():
    log = RequestLog()
    log.add("h", "DELETE", "/gone", 202, None, arm=True)
    for _ in range(5000):
        log.add("h", "GET", "/", 200, None, arm=True)
    kept = log.entries()
    assert (kept[0].path, log.total) == ("/gone", 5001)
    assert len(kept) < 5001


def test_refused_hosts_are_counted_and_cannot_fill_the_memory():
    log = RequestLog()
    for number in range(5000):
        log.refuse(f"h{number}.example")
    kept = len(log.refused_hosts)
    assert kept < 5000
    log.refuse("h0.example")
    log.refuse("another.example")
    assert log.refused_hosts["h0.example"] == 2
    assert len(log.refused_hosts) == kept
