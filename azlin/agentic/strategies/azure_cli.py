"""The Azure CLI: every operation is one command that a person could have typed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

from msgspec.structs import replace

from azlin.agentic.command_executor import Command, CommandExecutor
from azlin.agentic.strategies import az_commands
from azlin.agentic.strategies.base_strategy import Fit, Run
from azlin.agentic.strategies.stepwise import Stepwise, secrets_in
from azlin.agentic.types import Operation, Plan
from azlin.errors import AnswerLost, AzlinError, AzureRefused, NotFound, UsageRefused
from azlin.gateways.api_versions import PROVIDERS_VERSION, ApiVersions
from azlin.gateways.arm_error import retry_after_s
from azlin.gateways.arm_id import collection, says_absent
from azlin.gateways.az_refusal import AzResult, refusal
from azlin.gateways.backoff import backoff
from azlin.gateways.cloud import Cloud
from azlin.gateways.http import Answer
from azlin.gateways.long_running import Follower, Submitted

SCORE_REST = 0.6
"""Below ARM, which does the same as `az rest` with less in between."""
SCORE_COMMANDS = 0.95
PAGES_MAX = 100_000
ASKS_MAX = 5
TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
GONE_WITHIN_S = 60.0

Json = dict[str, Any]


class AzureCli(Stepwise):
    """The strategy `azure-cli`. `api_version` says what the type schemas know (None: az asks the cloud); `secrets` are
    the texts behind the plan's `{secret:NAME}`s, known to this process only."""

    name: ClassVar[str] = "azure-cli"

    def __init__(
        self,
        executor: CommandExecutor,
        cloud: Cloud,
        api_version: Callable[[str], str | None],
        *,
        secrets: Callable[[], Mapping[str, str]] = dict,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._executor = executor
        self._cloud = cloud
        self._versions = ApiVersions(api_version, self._offered)
        self._secrets = secrets
        self._wait = wait

    def missing(self) -> str | None:
        return self._executor.missing()

    def fit(self, plan: Plan) -> Fit:
        if any(operation.verb == "command" for operation in plan.operations):
            return Fit(1.0, "it holds az commands, which only az can run")
        commands = [self._command(operation) for operation in plan.operations if operation.verb != "read"]
        known = sum(not az_commands.is_rest(command) for command in commands)
        if not known:
            return Fit(SCORE_REST, "none of it has an az command of its own, only `az rest`")
        share = known / len(commands)
        score = SCORE_REST + (SCORE_COMMANDS - SCORE_REST) * share
        which = "all" if known == len(commands) else f"{known} of {len(commands)}"
        return Fit(round(score, 3), f"{which} of its operations are az commands that can be read and repeated by hand")

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
                return self._execute(_marked(self._command(operation), operation, run), run.timeout_s).data

    def render_operation(self, operation: Operation) -> str:
        return str(self._command(operation))

    def _command(self, operation: Operation, *, ask: bool = False) -> Command:
        """The command of an operation. With `ask`, an api-version that only the cloud knows is asked for."""
        target = operation.target

        def version() -> str | None:
            return self._versions.of(target.type) if ask else self._versions.known(target.type)

        match operation.verb:
            case "ensure":
                return az_commands.ensuring(operation, version)
            case "delete":
                return az_commands.deleting(operation, version)
            case "act":
                return az_commands.acting(operation, version)
            case "read":
                listed = operation.desired.get("list")
                path = self._collection(operation) if listed else _id_of(operation)
                expand = None if listed else operation.desired.get("expand")
                return Command(az_commands.rest("get", path, version(), expand=expand), repeatable=True)
            case "command":
                return Command(tuple(operation.desired["argv"]))

    # Changing

    def _ensure(self, operation: Operation, run: Run) -> None:
        command = self._command(operation, ask=True)
        try:
            done = self._execute(_marked(command, operation, run), run.timeout_s)
        except AzureRefused as refused:
            if not _about_itself(refused, operation):
                raise
            # az reads back what it has written, and readers lag: what az was told to make is not what it misses.
            raise AnswerLost(
                f"az wrote {operation.target.name}, and could not read it back", repeatable=True, why=refused.what
            ) from refused
        if az_commands.is_rest(command):
            self._follow(operation, az_commands.method_of(operation), done, run)

    def _delete(self, operation: Operation, run: Run) -> None:
        command = self._command(operation, ask=True)
        type_ = operation.target.type
        try:
            done = self._executor.execute(_marked(command, operation, run), run.timeout_s)
        except AzureRefused as refused:
            if refused.status == 404 and says_absent(refused.code, type_):
                return
            raise
        if az_commands.is_rest(command):
            self._follow(operation, "DELETE", done, run)
        # az says done when the call is; what counts is that Azure does not have it any more.
        self._follower(min(run.timeout_s, GONE_WITHIN_S)).gone(self._url(operation), type_)

    def _act(self, operation: Operation, run: Run) -> Any:
        command = self._command(operation, ask=True)
        done = self._execute(_marked(command, operation, run), run.timeout_s)
        return self._follow(operation, "POST", done, run) if az_commands.is_rest(command) else done.data

    def _follow(self, operation: Operation, method: Any, done: AzResult, run: Run) -> Any:
        """`az rest` returns when Azure has taken a request; this returns when it is over."""
        target = operation.target
        answer = _answer(done)
        submitted = Submitted(method, answer, None if method == "POST" else self._url(operation), target.type)
        if submitted.monitor_url is not None:
            run.submitted(operation, submitted.monitor_url)
        return self._follower(run.timeout_s).finish(submitted)

    def _follower(self, deadline_s: float) -> Follower:
        return Follower(self._ask, deadline_s=deadline_s, wait=self._wait)

    # Reading

    def _read(self, operation: Operation) -> Any:
        target, desired = operation.target, operation.desired
        if not desired.get("list"):
            try:
                return self._executor.execute(self._command(operation, ask=True)).data
            except AzureRefused as refused:
                if refused.status == 404 and says_absent(refused.code, target.type):
                    raise NotFound(f"there is no {target.type} called {target.name}") from refused
                raise
        found = self._listed(target.type, target.group)
        expand = desired.get("expand")
        return found if expand is None else [self._whole(one, target.type, expand) for one in found]

    def _listed(self, type_: str, group: str | None) -> list[Json]:
        """A child type is listed below each of its parents, as ARM has it; a group that is not there has none."""
        version = self._versions.of(type_)
        if type_.count("/") > 1:
            parent, _, kind = type_.rpartition("/")
            paths = [f"{one['id']}/{kind}" for one in self._listed(parent, group)]
        else:
            paths = [collection(type_, self._subscription, group)]
        found: list[Json] = []
        for path in paths:
            try:
                found += self._pages(az_commands.rest("get", path, version))
            except AzureRefused as refused:
                if refused.status != 404 or not says_absent(refused.code, type_):
                    raise
        return found

    def _pages(self, argv: tuple[str, ...]) -> list[Json]:
        found: list[Json] = []
        for _ in range(PAGES_MAX):
            page = cast("Json", self._executor.execute(Command(argv, repeatable=True)).data or {})
            found += cast("list[Json]", page.get("value") or [])
            following = page.get("nextLink")
            if not following:
                break
            argv = az_commands.get_or("get", following)
        return found

    def _whole(self, one: Json, type_: str, expand: str) -> Json:
        argv = az_commands.rest("get", one["id"], self._versions.of(type_), expand=expand)
        return self._executor.execute(Command(argv, repeatable=True)).data

    def _offered(self, namespace: str) -> Json:
        argv = az_commands.rest("get", f"/subscriptions/{self._subscription}/providers/{namespace}", PROVIDERS_VERSION)
        return self._executor.execute(Command(argv, repeatable=True)).data

    def _ask(self, url: str) -> Answer:
        """GET a URL; the answer whatever its status. Transient ones are asked again, a read being harmless."""
        command = Command(az_commands.get_or("get", url), repeatable=True)
        attempt = 1
        while (answer := _answer(self._executor.run(command))).status in TRANSIENT and attempt < ASKS_MAX:
            self._wait(backoff(attempt, retry_after_s(answer.headers)))
            attempt += 1
        return answer

    # Words

    @property
    def _subscription(self) -> str:
        return self._cloud.subscription or az_commands.UNKNOWN_SUBSCRIPTION

    def _collection(self, operation: Operation) -> str:
        """Where a list is; a child type is listed below each of its parents."""
        target = operation.target
        namespace, kind, *children = target.type.split("/")
        path = collection(f"{namespace}/{kind}", target.subscription or self._subscription, target.group)
        return path + "".join(f"/{{each}}/{child}" for child in children)

    def _url(self, operation: Operation) -> str:
        argv = az_commands.rest("get", _id_of(operation), self._versions.of(operation.target.type))
        return argv[-1]

    def _execute(self, command: Command, timeout_s: float) -> AzResult:
        secrets = secrets_in([command.argv, command.body], self._secrets())
        return self._executor.execute(command, timeout_s, secrets=secrets)


def _marked(command: Command, operation: Operation, run: Run) -> Command:
    """The command as it may leave now. Raises StillRunning when another runner has taken over."""
    return replace(command, mark=run.leaving(operation).get("x-ms-client-request-id", ""))


def _about_itself(refused: AzureRefused, operation: Operation) -> bool:
    """Whether Azure says that the very thing does not exist that the command was to make."""
    named = f"{operation.target.type.split('/')[-1]}/{operation.target.leaf}".casefold()
    absent = refused.status == 404 and says_absent(refused.code, operation.target.type)
    return absent and any(f"{named}{end}" in refused.message.casefold() for end in ("'", '"', " "))


def _id_of(operation: Operation) -> str:
    return az_commands.id_of(operation.target)


def _answer(done: AzResult) -> Answer:
    """What Azure said to `az rest`. Raises the refusal when it said nothing."""
    if done.http.status is None:
        raise _unanswered(done)
    content = done.stdout if done.rc == 0 else done.http.body
    return Answer(done.http.status, done.http.headers, content.encode(), done.http.url)


def _unanswered(done: AzResult) -> AzlinError:
    return refusal(done) if done.rc != 0 else UsageRefused("az rest called nobody")
