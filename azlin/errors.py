"""What can go wrong, named for what happened.

Every error tells the user five things: a reference to look up (`ref`), what happened (the message), why (`why`), a
command to paste (`fix`) and a page (`link`). The exit code belongs to the error, so that the front desk
(`azlin.cli.main`) is the only place that turns an error into a process exit, and needs no table to do it.
"""

from __future__ import annotations

from typing import ClassVar

DOCS = "https://github.com/azlin/azlin/blob/main/docs/errors.md"


class AzlinError(Exception):
    """The base of everything azlin raises on purpose.

    `what` is one sentence. `why` and `fix` may be empty; `fix` is a command that can be pasted or a sentence that says
    what to change. None of them may hold a secret.
    """

    ref: ClassVar[str] = "azlin"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    @property
    def link(self) -> str:
        return f"{DOCS}#{self.ref}"


class UsageRefused(AzlinError):
    """The command line contradicts itself or names something that does not exist."""

    ref = "usage"
    exit_code = 2


class ConfigUnreadable(AzlinError):
    """A configuration file or variable cannot be read or has an impossible value."""

    ref = "config"
    exit_code = 2


class NotFound(AzlinError):
    """The thing that was named (an objective, a resource, a file) does not exist."""

    ref = "not-found"
    exit_code = 3


class SignInNeeded(AzlinError):
    """Azure will not talk to us until somebody signs in."""

    ref = "sign-in"
    exit_code = 4


class BudgetExceeded(AzlinError):
    """The plan costs more than the budget allows."""

    ref = "budget"
    exit_code = 5


class PermissionRefused(AzlinError):
    """Azure, or a flag such as --read-only, forbids this."""

    ref = "permission"
    exit_code = 5


class Undecided(AzlinError):
    """A question is open or a yes is missing; nothing ran."""

    ref = "undecided"
    exit_code = 6


class PlanStale(AzlinError):
    """What the plan was made against is no longer what Azure says, or the approval is for another plan."""

    ref = "plan-stale"
    exit_code = 6


class StillRunning(AzlinError):
    """Another process is carrying this objective out."""

    ref = "still-running"
    exit_code = 8


class TimedOut(AzlinError):
    """A deadline passed. What Azure did meanwhile is unknown until it is asked."""

    ref = "timed-out"
    exit_code = 9


class OutcomeUnknown(AzlinError):
    """Something was sent, or about to be, and nothing shows whether it happened. Doing it again could do harm, so it
    was not done again."""

    ref = "outcome-unknown"
    exit_code = 7


class StateDamaged(AzlinError):
    """A file of ours cannot be read back; it was left as it is."""

    ref = "state-damaged"


class StateUnwritable(AzlinError):
    """AZLIN_HOME is read-only, the disk is full, or another user owns it. Nothing was started."""

    ref = "state-unwritable"


class ToolMissing(AzlinError):
    """A program or an optional package that this needs is not installed."""

    ref = "tool-missing"


class CloudUnreachable(AzlinError):
    """The cloud did not answer at all: no network, a stopped sandbox, a refused connection.

    `worth_waiting_s`: for how long waiting may help. A network comes back; a stopped sandbox does not by itself.
    """

    ref = "cloud-unreachable"
    worth_waiting_s: float = float("inf")


class AnswerLost(CloudUnreachable):
    """The request left and no answer came back: whether Azure carried it out is unknown until Azure is asked.

    `repeatable` says that sending it again cannot do more than sending it once.
    """

    ref = "answer-lost"

    def __init__(self, what: str, *, repeatable: bool, why: str = "", fix: str = "") -> None:
        super().__init__(what, why=why, fix=fix)
        self.repeatable = repeatable


class WorldUnknown(SignInNeeded):
    """The planner needs to know what exists, and nobody is signed in."""

    ref = "world-unknown"


class SchemaRefused(AzlinError):
    """A resource body does not fit its type: an unknown property, a missing one, a value out of range."""

    ref = "schema"


class OutsideLoopback(AzlinError):
    """The sandbox was about to be left: a call to an address that is not loopback was refused."""

    ref = "outside-loopback"


class AzureRefused(AzlinError):
    """Azure answered, and the answer was no. Holds Azure's own words, from whichever tool carried them.

    `status` is the HTTP status when it is known, `code` and `message` the innermost ARM error, `retry_after_s` what
    Azure asked for, `body` the whole answer (redacted) for the failure analyzer.
    """

    ref = "azure-refused"

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        body: str = "",
    ) -> None:
        super().__init__(f"Azure refused: {code}: {message}", why=message)
        self.code = code
        self.message = message
        self.status = status
        self.retry_after_s = retry_after_s
        self.body = body


class CutShort(AzlinError):
    """The journal could not be written any more in the middle of a run. What had begun is in it."""

    ref = "cut-short"
    exit_code = 7


class RunnerNotStarted(AzlinError):
    """The process that was to carry an objective out in the background could not be started. Nothing ran."""

    ref = "runner-not-started"


class Unexpected(AzlinError):
    """azlin has a fault: it met something that nobody thought of. The traceback was kept, and `why` says where."""

    ref = "unexpected"
