"""Carrying a plan out one operation at a time: what the Azure CLI and ARM directly have in common.

A strategy that hands the whole plan to another program (Terraform) does not use this.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from azlin.agentic.retry_policy import failure_of
from azlin.agentic.strategies.attempts import Attempts, resource_id_of
from azlin.agentic.strategies.base_strategy import Fit, Run, skipped
from azlin.agentic.strategies.walk import walk
from azlin.agentic.types import Operation, OperationResult, Plan
from azlin.errors import AzlinError, Undecided
from azlin.redaction import secret_names


class Stepwise(ABC):
    """An ExecutionStrategy whose plan is a list of single calls, at most `parallel` of them in flight."""

    name: ClassVar[str]
    parallel: ClassVar[int] = 8

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
        stuck = threading.Event()

        def do(operation: Operation, earlier: Mapping[str, OperationResult]) -> OperationResult | None:
            return self._do(operation, earlier, run, stuck)

        results = walk(plan, do, parallel=self.parallel, name=self.name)
        return [results[operation.id] for operation in plan.operations if operation.id in results]

    def _do(
        self, operation: Operation, earlier: Mapping[str, OperationResult], run: Run, stuck: threading.Event
    ) -> OperationResult | None:
        """The committed result; None once this strategy is stuck and another may take over."""
        if stuck.is_set():
            return None
        broken = next((name for name in operation.after if earlier[name].status != "done"), None)
        if broken is not None:
            return run.finish(operation, skipped(operation, self.name, "waited-for", f"{broken} was not done"))
        if reason := run.stopped():
            return run.finish(operation, skipped(operation, self.name, "interrupted", reason))
        try:
            result = run.finished(operation)
        except AzlinError as unknown:
            result = run.finish(operation, self._failed(operation, unknown))
        return result or self._attempted(operation, earlier, run, stuck)

    def _attempted(
        self, operation: Operation, earlier: Mapping[str, OperationResult], run: Run, stuck: threading.Event
    ) -> OperationResult | None:
        before = [earlier[name] for name in operation.after]
        fresh = [result.resource_id.rpartition("/")[2] for result in before if result.created and result.resource_id]
        attempts = Attempts(
            operation,
            self.name,
            run,
            lambda: self.perform(operation, run),
            self.render_operation(operation),
            fresh=fresh,
        )
        result = attempts.result()
        if result.failure is not None and result.failure.type == "tool" and run.hand_on(operation, result):
            stuck.set()
            return None
        return run.finish(operation, result)

    def _failed(self, operation: Operation, unknown: AzlinError) -> OperationResult:
        return OperationResult(
            operation=operation.id,
            status="failed",
            strategy=self.name,
            resource_id=resource_id_of(operation),
            failure=failure_of(unknown),
        )


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
