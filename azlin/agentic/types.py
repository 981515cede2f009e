"""The nouns. All are frozen values that can be written to JSON and read back unchanged.

Money is Decimal and USD unless a `currency` says otherwise; times are aware datetimes in UTC; ids and types of Azure
resources keep the casing they came with and are compared case-folded, through `ResourceRef.key`, and nowhere else.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import msgspec

from azlin.agentic import resource_ref
from azlin.agentic.explanation import Explanation
from azlin.agentic.resource_ref import ResourceRef

Verb = Literal["read", "ensure", "delete", "act", "command"]
Effect = Literal["reads", "creates", "changes", "destroys"]
Status = Literal["started", "done", "failed", "skipped", "undone"]
Decision = Literal["allow", "warn", "refuse"]
Confidence = Literal["high", "medium", "low"]
Verdict = Literal[
    "achieved",
    "partly",
    "failed",
    "refused",
    "undecided",
    "running",
    "timed-out",
    "previewed",
    "interrupted",
    "cancelled",
]

GROUP_TYPE, PROVIDER_TYPE = resource_ref.GROUP_TYPE, resource_ref.PROVIDER_TYPE

EFFECTS: tuple[Effect, ...] = ("reads", "creates", "changes", "destroys")
"""From harmless to worst."""


class Value(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The base of all nouns. `dict=True` lets derived facts (a fingerprint, an id) be computed once."""


def canonical(value: object) -> bytes:
    """JSON bytes that are equal exactly when two values are: keys sorted, no white space. Fingerprints use it."""
    return msgspec.json.encode(value, order="sorted")


class SecretRef(Value, frozen=True):
    """A name for a secret. The text is never saved, audited or sent to a model; resume asks for it again."""

    name: str


class Request(Value, frozen=True):
    """What somebody said. Secrets in `text` have been replaced by `{secret:NAME}` before this value exists."""

    text: str
    actor: str
    at: datetime


class Candidate(Value, frozen=True):
    """One thing the user may have meant. `text` is the request to type instead; `monthly` its price if known."""

    text: str
    because: str
    monthly: Decimal | None = None


class Intent(Value, frozen=True):
    """What the request means: which family, which action, with which parameters (the family's typed schema).

    A question means that the request was not understood well enough to plan; then nothing is planned.
    """

    family: str
    action: str
    summary: str
    parameters: dict[str, Any] = {}
    confidence: float = 1.0
    assumptions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()


class Operation(Value, frozen=True):
    """One thing to do, and one command to do it.

    `desired` is, by verb: for `ensure` the whole ARM body (location, tags, sku, kind, identity, zones, plan,
    properties); for `act` `{"action": "deallocate", "body": …}` (a POST below the resource); for `command`
    `{"argv": ["az", …]}`; for `read` `{}` (this resource) or `{"list": true, "where": …}`; for `delete` nothing.
    `after` holds the ids of the operations it waits for.
    """

    id: str
    verb: Verb
    effect: Effect
    target: ResourceRef
    desired: dict[str, Any] = {}
    after: tuple[str, ...] = ()


class MadeAgainst(Value, frozen=True):
    """The world a plan was made for: only a change of these can make the plan stale."""

    cloud: str
    tenant: str | None = None
    subscription: str | None = None
    digest: str = ""


class Plan(Value, frozen=True):
    """Operations that can be carried out in waves: acyclic, and closed (nobody waits for a stranger).

    `assumptions` are sentences about what the planner found: which things are meant, what is kept and why. Raises
    ValueError when built otherwise, or with two operations of one id.
    """

    operations: tuple[Operation, ...]
    made_against: MadeAgainst
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        known = {operation.id for operation in self.operations}
        if len(known) != len(self.operations):
            raise ValueError("two operations have the same id")
        for operation in self.operations:
            if strangers := [other for other in operation.after if other not in known]:
                raise ValueError(f"{operation.id} waits for {strangers[0]}, which is not in the plan")
        self.waves()

    def waves(self) -> tuple[tuple[Operation, ...], ...]:
        """The operations in layers: all that an operation waits for is in an earlier layer."""
        waiting = list(self.operations)
        done: set[str] = set()
        layers: list[tuple[Operation, ...]] = []
        while waiting:
            ready = tuple(operation for operation in waiting if done.issuperset(operation.after))
            if not ready:
                raise ValueError("operations wait for each other: " + ", ".join(o.id for o in waiting))
            layers.append(ready)
            done.update(operation.id for operation in ready)
            waiting = [operation for operation in waiting if operation.id not in done]
        return tuple(layers)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over everything the plan says, first 16 hex digits."""
        return hashlib.sha256(canonical(self)).hexdigest()[:16]

    @property
    def worst_effect(self) -> Effect:
        return EFFECTS[max((EFFECTS.index(operation.effect) for operation in self.operations), default=0)]

    def of(self, *effects: Effect) -> tuple[Operation, ...]:
        return tuple(operation for operation in self.operations if operation.effect in effects)


class QuoteLine(Value, frozen=True):
    """What one operation changes on the monthly bill. Savings are negative.

    `quantity` × `unit_price` is `expected` after conversion to a month (730 h); `operation` is an Operation id.
    """

    operation: str
    meter: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    low: Decimal
    expected: Decimal
    high: Decimal
    source: str
    as_of: str
    confidence: Confidence
    assumption: str = ""


class Unpriced(Value, frozen=True):
    """An operation whose price is unknown, and why. Unknown is not zero."""

    operation: str
    reason: str


class Monthly(Value, frozen=True):
    low: Decimal
    expected: Decimal
    high: Decimal


class Quote(Value, frozen=True):
    """The change of the monthly bill that a plan means. `skipped` says who asked for no quote."""

    lines: tuple[QuoteLine, ...] = ()
    unpriced: tuple[Unpriced, ...] = ()
    currency: str = "USD"
    skipped: str | None = None

    @property
    def monthly(self) -> Monthly:
        zero = Decimal(0)
        return Monthly(
            low=sum((line.low for line in self.lines), zero),
            expected=sum((line.expected for line in self.lines), zero),
            high=sum((line.high for line in self.lines), zero),
        )


class BudgetVerdict(Value, frozen=True):
    """Whether the budget allows it. `spent` is None when Azure did not say; that is not zero."""

    decision: Decision
    limit: Decimal | None = None
    spent: Decimal | None = None
    committed: Decimal = Decimal(0)
    projected: Decimal | None = None
    reasons: tuple[str, ...] = ()


class Approval(Value, frozen=True):
    """A yes, bound to one plan and one quote through `fingerprint` (see `approval_fingerprint`)."""

    by: str
    at: datetime
    how: Literal["typed", "flag", "not-needed"]
    fingerprint: str
    allows: tuple[str, ...] = ()


def approval_fingerprint(plan: Plan, quote: Quote) -> str:
    """What a yes is bound to: sha256 over the plan's fingerprint and the quote, first 16 hex digits."""
    return hashlib.sha256(plan.fingerprint.encode() + canonical(quote)).hexdigest()[:16]


class Failure(Value, frozen=True):
    """Why an operation failed, in Azure's words. `type` is its class (`failure_analyzer`), `code` Azure's own.

    `retriable`: the same call may succeed later. `cause` and `hint` (what to do, with a command to paste) are ours;
    `action` is the kind of remedy, one word; `signature` is the same whatever the names, ids and times in `message`.
    """

    type: str
    code: str
    message: str
    status: int | None = None
    hint: str = ""
    links: tuple[str, ...] = ()
    cause: str = ""
    action: str = ""
    retriable: bool = False
    signature: str = ""


class OperationResult(Value, frozen=True):
    """What became of an operation. `created` is True only if the journal proves that the resource was absent before.

    `data` is what a read returned; it is shown, and never kept.
    """

    operation: str
    status: Status
    strategy: str
    attempts: int = 1
    resource_id: str | None = None
    created: bool | None = None
    failure: Failure | None = None
    data: Any = None


class Outcome(Value, frozen=True):
    """How it ended. `data` is what a read returned (a list of dicts, or a dict); it is shown, and never kept.

    `exit_code` is what the process said (design: exit codes); `failure` says why nothing ran, when nothing did;
    `failures` explains each distinct failure of its operations.
    """

    verdict: Verdict
    summary: str
    exit_code: int = 0
    failure: Failure | None = None
    data: Any = None
    results: tuple[OperationResult, ...] = ()
    next_steps: tuple[str, ...] = ()
    failures: tuple[Explanation, ...] = ()


class Replaced(Value, frozen=True):
    """A plan that was made again: what stood before, and why it no longer does."""

    at: datetime
    why: str
    plan: Plan | None = None
    quote: Quote | None = None
    budget: BudgetVerdict | None = None
    approval: Approval | None = None


Step = Literal["intent", "plan", "quote", "budget", "approval", "outcome"]
STEPS: tuple[Step, ...] = ("intent", "plan", "quote", "budget", "approval", "outcome")


class Objective(Value, frozen=True):
    """All of it, filed. The first empty field is the next step; there is no stored phase.

    `terms` is what was asked of every run of it (`Terms.kept`).
    """

    id: str
    cloud: str
    request: Request
    schema: int = 1
    parent: str | None = None
    terms: dict[str, Any] = {}
    intent: Intent | None = None
    plan: Plan | None = None
    quote: Quote | None = None
    budget: BudgetVerdict | None = None
    approval: Approval | None = None
    outcome: Outcome | None = None
    history: tuple[Replaced, ...] = ()

    @property
    def next_step(self) -> Step | None:
        """The first arrow that has not been walked; None when there is an outcome."""
        if self.outcome is not None:
            return None
        return next(step for step in STEPS if getattr(self, step) is None)
