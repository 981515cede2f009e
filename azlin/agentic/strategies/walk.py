"""Walking a plan: every operation begins as soon as what it waits for is decided, so many at once and no more.

The hands are daemon threads. Whoever waits for them can be interrupted and leave; what they have sent goes on in Azure.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from queue import SimpleQueue

from azlin.agentic.types import Operation, OperationResult, Plan

Do = Callable[[Operation, Mapping[str, OperationResult]], "OperationResult | None"]
"""Carries one operation out, given the results of those it waits for. None: it was not decided, and neither is what
waits for it."""


def walk(plan: Plan, do: Do, *, parallel: int, name: str = "walk") -> dict[str, OperationResult]:
    """The results by operation id, without those that were not decided. At most `parallel` operations are in `do` at
    one time; those that are ready begin in the order of the plan.

    What `do` raises ends the walk: nothing new begins, what is in flight is waited for, and it is raised.
    """
    return _Walk(plan, do, parallel, name).results()


class _Walk:
    def __init__(self, plan: Plan, do: Do, parallel: int, name: str) -> None:
        self._do = do
        self._parallel = parallel
        self._name = name
        self._waits = {operation.id: set(operation.after) for operation in plan.operations}
        self._ready = [operation for operation in plan.operations if not operation.after]
        self._followers: dict[str, list[Operation]] = {}
        for operation in plan.operations:
            for before in operation.after:
                self._followers.setdefault(before, []).append(operation)
        self._place = {operation.id: place for place, operation in enumerate(plan.operations)}
        self._results: dict[str, OperationResult] = {}
        self._todo: SimpleQueue[Operation | None] = SimpleQueue()
        self._over: SimpleQueue[tuple[Operation, OperationResult | None, BaseException | None]] = SimpleQueue()

    def results(self) -> dict[str, OperationResult]:
        in_flight = hands = 0
        failed: BaseException | None = None
        try:
            while True:
                while self._ready and in_flight < self._parallel and failed is None:
                    self._todo.put(self._ready.pop(0))
                    in_flight += 1
                    if in_flight > hands:
                        hands += 1
                        threading.Thread(target=self._work, name=f"{self._name}-{hands}", daemon=True).start()
                if in_flight == 0:
                    break
                operation, result, raised = self._over.get()
                in_flight -= 1
                failed = failed or raised
                if result is not None:
                    self._decided(operation, result)
        finally:
            for _ in range(hands):
                self._todo.put(None)
        if failed is not None:
            raise failed
        return self._results

    def _decided(self, operation: Operation, result: OperationResult) -> None:
        self._results[operation.id] = result
        for follower in self._followers.get(operation.id, ()):
            self._waits[follower.id].discard(operation.id)
            if not self._waits[follower.id]:
                self._ready.append(follower)
        self._ready.sort(key=lambda one: self._place[one.id])

    def _work(self) -> None:
        while (operation := self._todo.get()) is not None:
            try:
                self._over.put((operation, self._do(operation, self._results), None))
            except BaseException as raised:  # noqa: BLE001  raised again by whoever walks
                self._over.put((operation, None, raised))
