"""Carrying a plan out one operation at a time: what the Azure CLI and ARM directly have in common.

A strategy that hands the whole plan to another program (Terraform) does not use this.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import TYPE_CHECKING, Any, ClassVar

from azlin.agentic.retry_policy import backoff, failure_of, retriable
from azlin.agentic.strategies.base_strategy import Fit, Run
from azlin.agentic.types import Failure, Operation, OperationResult, Plan, ResourceRef
from azlin.errors import AzlinError, Undecided
from azlin.redaction import secret_names

if TYPE_CHECKING:
    from tenacity import RetryCallState

ATTEMPTS_MAX = 5
PARALLEL_MAX = 8


class Stepwise(ABC):
    """An ExecutionStrategy whose plan is a list of single calls."""

    name: ClassVar[str]

    @abstractmethod
    def missing(self) -> str | None: ...

    @abstractmethod
    def fit(self, plan: Plan) -> Fit: ...

    @abstractmethod
    def perform(self, operation: Operation, run: Run) -> Any:
        """Make one operation true, and return when Azure says that it is over.

        Returns what a read or an act returned (None for the others). Deleting what is absent is success. Raises
        AzlinError (AzureRefused, TimedOut, CloudUnreachable, ToolMissing …); it does not retry.
        """

    @abstractmethod
    def render_operation(self, operation: Operation) -> str:
        """Exactly what `perform` would send, secrets masked."""

    def render(self, plan: Plan) -> str:
        return "\n".join(self.render_operation(operation) for wave in plan.waves() for operation in wave)

    def apply(self, plan: Plan, run: Run) -> list[OperationResult]:
        results: dict[str, OperationResult] = {}
        with ThreadPoolExecutor(PARALLEL_MAX, thread_name_prefix=self.name) as hands:
            for wave in plan.waves():
                walked = list(hands.map(self._walk, wave, repeat(results), repeat(run)))
                results.update((result.operation, result) for result in walked)
        return [results[operation.id] for operation in plan.operations]

    def undo(self, plan: Plan, results: Sequence[OperationResult], run: Run) -> list[OperationResult]:
        made = {result.operation: result for result in results if result.status == "done" and result.created}
        undone: list[OperationResult] = []
        for wave in reversed(plan.waves()):
            for operation in reversed(wave):
                if (result := made.get(operation.id)) and result.resource_id is not None:
                    removal = Operation(
                        id=f"undo:{operation.id}",
                        verb="delete",
                        effect="destroys",
                        target=ResourceRef.from_id(result.resource_id, operation.target.location),
                    )
                    undone.append(self._attempt(removal, run, status="undone"))
        return undone

    def _walk(self, operation: Operation, earlier: dict[str, OperationResult], run: Run) -> OperationResult:
        broken = [name for name in operation.after if earlier[name].status != "done"]
        if broken:
            return run.finish(operation, self._skip(operation, "waited-for", f"{broken[0]} was not done"))
        if reason := run.stopped():
            return run.finish(operation, self._skip(operation, "interrupted", reason))
        try:
            if result := run.finished(operation):
                return result
        except AzlinError as unknown:
            return run.finish(operation, self._failed(operation, unknown, 1))
        return self._attempt(operation, run, status="done")

    def _attempt(self, operation: Operation, run: Run, status: Any) -> OperationResult:
        """Start, perform, and try again what may be tried again: at most ATTEMPTS_MAX times in all, counting those of
        earlier processes."""
        from tenacity import Retrying, retry_if_exception

        attempt = 0

        def perform() -> Any:
            nonlocal attempt
            attempt += 1  # also when not even looking succeeds
            attempt = max(attempt, run.start(operation, self.name, self.render_operation(operation)))
            return self.perform(operation, run)

        def wait_s(state: RetryCallState) -> float:
            return backoff(state.attempt_number, getattr(_refusal(state), "retry_after_s", None))

        def tell_and_wait(state: RetryCallState) -> None:
            run.waiting(operation, state.upcoming_sleep, str(_refusal(state)))

        retrying = Retrying(
            retry=retry_if_exception(lambda refused: isinstance(refused, AzlinError) and retriable(refused)),
            stop=lambda state: attempt >= ATTEMPTS_MAX or run.stopped() is not None,
            wait=wait_s,
            before_sleep=tell_and_wait,
            sleep=lambda seconds: None,  # `run.waiting` has waited, and can be interrupted
            reraise=True,
        )
        try:
            data = retrying(perform)
        except AzlinError as refused:
            return run.finish(operation, self._failed(operation, refused, attempt))
        return run.finish(
            operation,
            OperationResult(
                operation=operation.id,
                status=status,
                strategy=self.name,
                attempts=attempt,
                resource_id=resource_id_of(operation),
                data=data,
            ),
        )

    def _failed(self, operation: Operation, refused: AzlinError, attempt: int) -> OperationResult:
        return OperationResult(
            operation=operation.id,
            status="failed",
            strategy=self.name,
            attempts=attempt,
            resource_id=resource_id_of(operation),
            failure=failure_of(refused),
        )

    def _skip(self, operation: Operation, code: str, reason: str) -> OperationResult:
        failure = Failure(type="skipped", code=code, message=reason)
        return OperationResult(
            operation=operation.id,
            status="skipped",
            strategy=self.name,
            attempts=0,
            failure=failure,
        )


def _refusal(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None


def secrets_in(value: Any, known: Mapping[str, str]) -> dict[str, str]:
    """Name → text of every secret that a value refers to; Azure is never sent the reference instead.

    Raises Undecided for one that this process does not know (it was planned by another).
    """
    names = secret_names(value)
    if unknown := [name for name in names if name not in known]:
        raise Undecided(
            f"the {unknown[0]} is not known any more, because secrets are never kept",
            fix="azlin objective resume ID   (asks for it again)",
        )
    return {name: known[name] for name in names}


def resource_id_of(operation: Operation) -> str | None:
    """The id an operation is about; None for a list of a type, or an az command."""
    if operation.target.subscription is None or not operation.target.name:
        return None
    return operation.target.id
