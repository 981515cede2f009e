from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from azlin.agentic.strategies.walk import walk
from azlin.agentic.types import MadeAgainst, Operation, OperationResult, Plan, ResourceRef
from azlin.errors import StateUnwritable


def operation(name: str, *after: str) -> Operation:
    target = ResourceRef(type="A.B/c", name=name, group="g", subscription="s")
    return Operation(id=name, verb="ensure", effect="creates", target=target, after=after)


def plan_of(*operations: Operation) -> Plan:
    return Plan(operations=operations, made_against=MadeAgainst(cloud="sandbox"))


def done(operation: Operation) -> OperationResult:
    return OperationResult(operation=operation.id, status="done", strategy="walk")


@some.composite
def plans(draw: Any) -> Plan:
    names = [f"o{number}" for number in range(draw(some.integers(0, 12)))]
    operations = [
        operation(name, *draw(some.lists(some.sampled_from(names[:place]), unique=True)) if place else ())
        for place, name in enumerate(names)
    ]
    return plan_of(*draw(some.permutations(operations)))


@settings(max_examples=60, deadline=None)
@given(plans(), some.integers(1, 4))
def test_each_is_carried_out_once_after_what_it_waits_for_and_never_too_many_at_once(plan: Plan, parallel: int):
    begun: list[str] = []
    at_once = most = 0
    turn = threading.Lock()

    def do(one: Operation, earlier: Mapping[str, OperationResult]) -> OperationResult:
        nonlocal at_once, most
        with turn:
            begun.append(one.id)
            at_once += 1
            most = max(most, at_once)
        assert set(one.after) <= set(earlier)
        with turn:
            at_once -= 1
        return done(one)

    results = walk(plan, do, parallel=parallel)
    assert sorted(begun) == sorted(results) == sorted(one.id for one in plan.operations)
    assert most <= parallel


def test_one_does_not_wait_for_a_slow_stranger_of_its_wave():
    slow_may_end = threading.Event()

    def do(one: Operation, _: Mapping[str, OperationResult]) -> OperationResult:
        if one.id == "slow":
            assert slow_may_end.wait(5), "what follows the quick one waited for the slow one"
        if one.id == "after-quick":
            slow_may_end.set()
        return done(one)

    plan = plan_of(operation("slow"), operation("quick"), operation("after-quick", "quick"))
    assert set(walk(plan, do, parallel=2)) == {"slow", "quick", "after-quick"}


def test_what_waits_for_something_undecided_is_undecided():
    plan = plan_of(operation("a"), operation("b", "a"), operation("c"))
    results = walk(plan, lambda one, _: None if one.id == "a" else done(one), parallel=2)
    assert set(results) == {"c"}


def test_what_cannot_go_on_ends_the_walk_after_what_is_in_flight():
    ended: list[str] = []
    both = threading.Barrier(2)

    def do(one: Operation, _: Mapping[str, OperationResult]) -> OperationResult:
        both.wait(5)
        if one.id == "a":
            raise StateUnwritable("the disk is full")
        ended.append(one.id)
        return done(one)

    with pytest.raises(StateUnwritable):
        walk(plan_of(operation("a"), operation("b"), operation("c", "b")), do, parallel=2)
    assert ended == ["b"]


def test_nobody_has_to_wait_for_the_hands():
    """A second Ctrl-C leaves at once, whatever is in flight."""
    release = threading.Event()
    hands: list[threading.Thread] = []

    def do(one: Operation, _: Mapping[str, OperationResult]) -> OperationResult:
        hands.append(threading.current_thread())
        release.wait(5)
        return done(one)

    waiting = threading.Thread(target=lambda: walk(plan_of(operation("a")), do, parallel=1), daemon=True)
    waiting.start()
    while not hands:
        pass
    assert hands[0].daemon
    release.set()
    waiting.join(5)
