"""Which failures may be tried again, and every error of the road as a Failure that can be filed.

What Azure refused is judged by `failure_analyzer`; what never reached Azure, or never came back, is judged here. What
cannot be judged is not tried again.
"""

from __future__ import annotations

from math import inf

import msgspec

from azlin.agentic.failure_analyzer import classify
from azlin.agentic.failures.signature import signature
from azlin.agentic.types import Failure
from azlin.errors import (
    AnswerLost,
    AzlinError,
    AzureRefused,
    BudgetExceeded,
    CloudUnreachable,
    NotFound,
    PermissionRefused,
    SchemaRefused,
    SignInNeeded,
    TimedOut,
    ToolMissing,
    UsageRefused,
)
from azlin.gateways.backoff import backoff
from azlin.redaction import redact

__all__ = ["backoff", "failure_of", "retriable"]

_BY_ERROR: tuple[tuple[type[AzlinError], str, str], ...] = (
    (SignInNeeded, "sign_in", "reauthenticate"),
    (TimedOut, "timed_out", "wait_then_retry"),
    (CloudUnreachable, "unreachable", "retry_backoff"),
    (NotFound, "not_found", "expected_absent"),
    (PermissionRefused, "needs_permission", "grant_role"),
    (BudgetExceeded, "needs_permission", "check_spending"),
    (SchemaRefused, "needs_change", "fix_parameter"),
    (UsageRefused, "needs_change", "fix_parameter"),
    (ToolMissing, "tool", "install_tool"),
)
_SAYS_LITTLE = frozenset({"wrapper", "unknown"})


def retriable(refused: AzlinError) -> bool:
    """Whether the same call may succeed if it is made again, and making it again can do no harm.

    A lost answer is tried again only if the call is repeatable; a passed deadline never (Azure may still be at it,
    which resuming asks about).
    """
    if isinstance(refused, CloudUnreachable) and refused.worth_waiting_s < inf:
        return False  # waiting has been tried already, or cannot help
    if isinstance(refused, AnswerLost):
        return refused.repeatable
    if isinstance(refused, CloudUnreachable):
        return True
    return isinstance(refused, AzureRefused) and _judged(refused).retriable


def failure_of(error: AzlinError) -> Failure:
    """An error as a value that can be filed and told: Azure's own code and words where Azure spoke, else ours. Azure
    may repeat a secret that it was sent; it is masked here, before anybody hears of it."""
    failure = _failure_of(error)
    return msgspec.structs.replace(failure, message=redact(failure.message), cause=redact(failure.cause))


def _failure_of(error: AzlinError) -> Failure:
    if isinstance(error, AzureRefused):
        judged = _judged(error)
        return msgspec.structs.replace(judged, hint=error.fix) if error.fix else judged
    type_, action = next(((its, way) for kind, its, way in _BY_ERROR if isinstance(error, kind)), ("unknown", ""))
    return Failure(
        type=type_,
        code=error.ref,
        message=error.what,
        hint=error.fix or error.why,
        links=(error.link,),
        cause=error.why or error.what,
        action=action,
        retriable=retriable(error),
        signature=signature(type_, error.ref, error.what),
    )


def _judged(refused: AzureRefused) -> Failure:
    """By its code and words; by the whole answer when these say only that something inside failed."""
    failure = classify(refused.code, refused.message, refused.status)
    if failure.type in _SAYS_LITTLE and refused.body:
        whole = classify(refused.code, refused.body, refused.status)
        if whole.type not in _SAYS_LITTLE:
            return whole
    return failure
