"""ARM directly: every operation is one HTTPS call. Nothing has to be installed, and nothing but Azure is in between."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec.structs import replace

from azlin.agentic.acts import repeatable
from azlin.agentic.strategies.base_strategy import Fit, Run
from azlin.agentic.strategies.stepwise import Stepwise, secrets_in
from azlin.agentic.types import GROUP_TYPE, Operation, Plan, ResourceRef
from azlin.errors import AnswerLost, AzureRefused, NotFound, TimedOut, UsageRefused
from azlin.gateways.arm import Arm
from azlin.gateways.arm_id import collection
from azlin.gateways.cloud import Cloud
from azlin.redaction import fill, redact

SCORE = 0.7
"""Below the Azure CLI, whose commands people know and can repeat by hand."""

DELETE_SETTLES_S = 60.0


class ArmDirect(Stepwise):
    """The strategy `arm`. `secrets` are the texts behind the plan's `{secret:NAME}`s, known to this process only."""

    name: ClassVar[str] = "arm"
    parallel: ClassVar[int] = 32

    def __init__(
        self,
        arm: Arm,
        cloud: Cloud,
        *,
        secrets: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._arm = arm
        self._cloud = cloud
        self._secrets = secrets

    def missing(self) -> str | None:
        """Always None: what it needs comes with azlin."""
        return None

    def fit(self, plan: Plan) -> Fit:
        if command := next((o for o in plan.operations if o.verb == "command"), None):
            return Fit(0.0, f"{command.id} is an az command, and only az can run it")
        return Fit(SCORE, "one HTTPS call per operation, with nothing to install")

    def perform(self, operation: Operation, run: Run) -> Any:
        match operation.verb:
            case "read":
                return self._read(operation)
            case "ensure":
                self._ensure(operation, run)
                return None
            case "delete":
                self._delete(operation, run)
                return None
            case "act":
                return self._act(operation, run)
            case "command":
                raise UsageRefused(
                    f"{operation.id} is an az command, which cannot be sent to ARM", fix="--strategy azure-cli"
                )

    def render_operation(self, operation: Operation) -> str:
        """`PUT https://…?api-version=…` and the body, as they will leave; secrets masked.

        An api-version that only Azure can name is said to be so.
        """
        match operation.verb:
            case "ensure":
                return f"PUT {self._url(operation)}\n{_pretty(redact(operation.desired))}"
            case "delete":
                return f"DELETE {self._url(operation)}"
            case "act":
                body = operation.desired.get("body")
                action = "/" + str(operation.desired.get("action"))
                return f"POST {self._url(operation, action)}" + (f"\n{_pretty(redact(body))}" if body else "")
            case "read":
                return f"GET {self._url(operation, expand=operation.desired.get('expand'))}"
            case "command":
                return f"# {operation.id} is an az command; ARM cannot be sent it"

    def _read(self, operation: Operation) -> Any:
        target, desired = operation.target, operation.desired
        expand = desired.get("expand")
        if desired.get("list"):
            return self._arm.list(target.type, group=target.group, expand=expand)
        if (there := self._arm.get(target.id, expand=expand)) is None:
            raise NotFound(f"there is no {target.type} called {target.name}" + _in_group(target))
        return there

    def _ensure(self, operation: Operation, run: Run) -> None:
        self._arm.put(
            operation.target.id,
            self._filled(operation.desired),
            on_submitted=lambda url: run.submitted(operation, url),
            leaving=lambda: run.leaving(operation),
            deadline_s=run.timeout_s,
        )

    def _delete(self, operation: Operation, run: Run) -> None:
        """Over only when Azure, asked, says that it is gone. What is absent already is done."""
        resource_id = operation.target.id
        there = self._arm.delete(
            resource_id,
            on_submitted=lambda url: run.submitted(operation, url),
            leaving=lambda: run.leaving(operation),
            deadline_s=run.timeout_s,
        )
        if not there:
            return
        try:
            self._arm.gone(resource_id, deadline_s=min(run.timeout_s, DELETE_SETTLES_S))
        except TimedOut as still:
            raise AzureRefused(
                "StillThere", f"Azure said that {operation.target.name} was deleted, and it is still there"
            ) from still

    def _act(self, operation: Operation, run: Run) -> Any:
        action = str(operation.desired["action"])
        try:
            return self._arm.post(
                operation.target.id,
                action,
                self._filled(operation.desired.get("body")),
                on_submitted=lambda url: run.submitted(operation, url),
                leaving=lambda: run.leaving(operation),
                deadline_s=run.timeout_s,
            )
        except AnswerLost as lost:
            if repeatable(operation) and not lost.repeatable:
                raise AnswerLost(lost.what, repeatable=True, why=lost.why, fix=lost.fix) from lost
            raise

    def _filled(self, body: Any) -> Any:
        secrets = secrets_in(body, self._secrets())
        return fill(body, secrets) if secrets else body

    def _url(self, operation: Operation, action: str = "", expand: Any = None) -> str:
        target = operation.target
        version = self._arm.known_version(target.type) or "{the newest stable one, as Azure says}"
        query = f"api-version={version}" + (f"&$expand={expand}" if expand else "")
        listed = operation.verb == "read" and operation.desired.get("list")
        subscription = target.subscription or "{subscription}"
        if listed:
            path = collection(target.type, subscription, target.group)
        else:
            path = target.id if target.subscription else replace(target, subscription=subscription).id
        return f"{self._cloud.arm.rstrip('/')}{path}{action}?{query}"


def _in_group(target: ResourceRef) -> str:
    return f" in resource group {target.group}" if target.group and target.type != GROUP_TYPE else ""


def _pretty(body: Any) -> str:
    return json.dumps(body, indent=2, ensure_ascii=False, sort_keys=False)
