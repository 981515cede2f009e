"""What explains failures, wired for one command: the history on this machine, Microsoft Learn, the journal's record.

A part of `azlin.app`, which alone uses it. Nothing is opened before it is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from azlin.agentic.types import Objective
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from azlin.settings import Endpoints

if TYPE_CHECKING:
    from azlin.agentic.explanation import Account
    from azlin.agentic.failures.history import FailureHistory
    from azlin.agentic.families import IntentFamily
    from azlin.agentic.families.last_failure import LastFailure
    from azlin.agentic.learn.findings import Findings
    from azlin.agentic.recovery import Planner, Recovery


class Diagnosis:
    """`notice` is told sentences. In the sandbox Microsoft Learn is asked on this machine only."""

    def __init__(
        self,
        paths: Paths,
        journal: Journal,
        endpoints: Endpoints,
        notice: Callable[[str], object],
        *,
        sandbox: bool,
    ) -> None:
        self._paths = paths
        self._journal = journal
        self._endpoints = endpoints
        self._notice = notice
        self._sandbox = sandbox

    @cached_property
    def history(self) -> FailureHistory:
        from azlin.agentic.failures.history import FailureHistory

        return FailureHistory(self._paths, self._notice)

    def recovery(self, families: Mapping[str, IntentFamily], plan: Planner) -> Recovery:
        from azlin.agentic.recovery import Recovery

        return Recovery(families, plan, self.history, self._look_up, self._journal.results)

    def family(self) -> LastFailure:
        """The family that answers “why did my last request fail?”."""
        from azlin.agentic.families.last_failure import LastFailure

        return LastFailure(self._journal, self._account)

    def _account(self, objective: Objective) -> Account:
        from azlin.agentic.failures.report import account_of

        return account_of(objective, self.history, self._look_up)

    def _look_up(self, code: str, type_: str) -> Findings:
        from azlin.agentic.ms_learn_client import MsLearnClient

        return MsLearnClient(self._paths, self._endpoints, sandbox=self._sandbox).look_up(code, type_)
