"""Approved Plan → results: strategies carry it out, one taking over from another that cannot go on.

What is done stays done when a strategy changes, because every strategy is given the same run (`journalled_run`), which
knows what is decided. A failure of Azure's own is not handed on: it would be the same by any road.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from azlin.agentic.journalled_run import JournalledRun
from azlin.agentic.strategies.base_strategy import ExecutionStrategy, skipped
from azlin.agentic.types import OperationResult, Plan
from azlin.errors import AzlinError

WHY_STOPPED: dict[int, str] = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "told to stop",
    signal.SIGHUP: "the terminal closed",
}
"""The signals that let what is in flight finish and start nothing new."""


def execute(strategies: Sequence[ExecutionStrategy], plan: Plan, run: JournalledRun) -> list[OperationResult]:
    """Carry the plan out with the first strategy; with the next one what that one cannot do. Returns a result for
    every operation, in the plan's order.

    Ctrl-C, SIGTERM and a closed terminal stop new operations and let those in flight finish; a second Ctrl-C leaves
    them to Azure (KeyboardInterrupt).
    """
    decided: dict[str, OperationResult] = {}
    with _stoppable(run):
        for place, strategy in enumerate(strategies):
            following = strategies[place + 1] if place + 1 < len(strategies) else None
            run.others = following is not None
            decided.update((result.operation, result) for result in strategy.apply(plan, run))
            left = run.handed_on()
            if not left or following is None:
                break
            why = next(iter(left.values())).failure
            run.telling.tell(
                "strategy-changed",
                run.objective,
                strategy=following.name,
                instead_of=strategy.name,
                why=why.message if why is not None else "",
                left=[operation.id for operation in plan.operations if operation.id not in decided],
            )
    reason = run.stopped() or "no strategy came as far as this"
    return [
        decided.get(operation.id)
        or run.finish(operation, skipped(operation, strategies[0].name, "interrupted", reason))
        for operation in plan.operations
    ]


@contextmanager
def _stoppable(run: JournalledRun) -> Generator[None]:
    """While the block runs, the signals of `WHY_STOPPED` stop the run."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def tell(why: str) -> None:
        left = f"{run.in_flight} operation{'' if run.in_flight == 1 else 's'} in flight"
        with suppress(AzlinError):
            run.telling.tell("notice", run.objective, text=f"{why}: finishing {left}; Ctrl-C leaves them to Azure")

    def stop(number: int, _frame: FrameType | None) -> None:
        if run.stopped() and number == signal.SIGINT:
            raise KeyboardInterrupt
        run.stop(WHY_STOPPED[number])
        # Told by another thread: this one may hold any lock while it is interrupted.
        threading.Thread(target=tell, args=(WHY_STOPPED[number],), daemon=True).start()

    before = {number: signal.signal(number, stop) for number in WHY_STOPPED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
