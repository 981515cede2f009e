"""One operation, tried until it is done, refused for good, or out of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from azlin.agentic.retry_policy import backoff, failure_of, retriable
from azlin.agentic.strategies.base_strategy import Run
from azlin.agentic.types import Operation, OperationResult
from azlin.errors import AnswerLost, AzlinError, AzureRefused

if TYPE_CHECKING:
    from tenacity import RetryCallState

ATTEMPTS_MAX = 5
"""Per operation, those of earlier processes counted."""


class Attempts:
    """`perform` makes the operation true once, and raises; `fresh` names what this run has made that the operation
    waits for, and that Azure may not see everywhere yet. See `ExecutionStrategy.apply` for what results mean."""

    def __init__(
        self,
        operation: Operation,
        strategy: str,
        run: Run,
        perform: Callable[[], Any],
        request: str,
        *,
        fresh: Collection[str],
    ) -> None:
        self._operation = operation
        self._strategy = strategy
        self._run = run
        self._perform = perform
        self._request = request
        self._fresh = fresh
        self._count = 0
        self._lost = False
        self._began = time.monotonic()

    def result(self) -> OperationResult:
        """What became of it; not yet committed, unless it was found done. Never raises AzlinError."""
        from tenacity import Retrying, retry_if_exception

        retrying = Retrying(
            retry=retry_if_exception(self._may_pass),
            stop=self._enough,
            wait=_wait_s,
            before_sleep=self._tell_and_wait,
            sleep=lambda seconds: None,  # `run.waiting` has waited, and can be interrupted
            reraise=True,
        )
        try:
            return retrying(self._once)
        except AzlinError as refused:
            return self._given_up(refused)

    def _once(self) -> OperationResult:
        """One attempt. Where an answer was lost, Azure is asked first: what may have been done is not repeated."""
        self._count += 1  # also when not even looking succeeds
        if self._lost and (found := self._run.finished(self._operation, lost=True)):
            return found
        self._lost = False
        try:
            self._count = max(self._count, self._run.start(self._operation, self._strategy, self._request))
            data = self._perform()
        except AnswerLost:
            self._lost = True
            raise
        return OperationResult(
            operation=self._operation.id,
            status="done",
            strategy=self._strategy,
            attempts=self._count,
            resource_id=resource_id_of(self._operation),
            data=data,
        )

    def _given_up(self, refused: AzlinError) -> OperationResult:
        """Before an operation counts as failed, Azure is asked whether it is as wanted all the same: the answer may
        have been lost, or have said that it was done already."""
        failure = failure_of(refused)
        lost = isinstance(refused, AnswerLost)
        if lost or failure.type == "already_done":
            try:
                if found := self._run.finished(self._operation, lost=lost):
                    return found
            except AzlinError as unknown:
                failure = failure_of(unknown) if lost else failure
        return OperationResult(
            operation=self._operation.id,
            status="failed",
            strategy=self._strategy,
            attempts=self._count,
            resource_id=resource_id_of(self._operation),
            failure=failure,
        )

    def _may_pass(self, refused: BaseException) -> bool:
        if not isinstance(refused, AzlinError):
            return False
        return retriable(refused) or _unseen(refused, self._fresh)

    def _enough(self, state: RetryCallState) -> bool:
        """Whether to stop trying: too often, told to stop, or no time for another wait."""
        if self._count >= ATTEMPTS_MAX or self._run.stopped() is not None:
            return True
        return time.monotonic() - self._began + _wait_s(state) > self._run.timeout_s

    def _tell_and_wait(self, state: RetryCallState) -> None:
        refused = _refusal(state)
        failure = failure_of(refused) if isinstance(refused, AzlinError) else None
        self._run.waiting(self._operation, state.upcoming_sleep, str(refused), failure)


def resource_id_of(operation: Operation) -> str | None:
    """The id an operation is about; None for a list of a type, or an az command."""
    if operation.target.subscription is None or not operation.target.name:
        return None
    return operation.target.id


def _unseen(refused: AzlinError, fresh: Collection[str]) -> bool:
    """Whether Azure misses what was made a moment ago, because it does not see it everywhere yet."""
    failure = failure_of(refused)
    absent = failure.type == "not_found" or failure.action == "create_dependency"
    said = refused.message.casefold() if isinstance(refused, AzureRefused) else ""
    return absent and any(name.casefold() in said for name in fresh)


def _wait_s(state: RetryCallState) -> float:
    return backoff(state.attempt_number, getattr(_refusal(state), "retry_after_s", None))


def _refusal(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
