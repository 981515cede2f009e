from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.retry_policy import KINDS, backoff, failure_of, kind_of, retriable
from azlin.errors import (
    AnswerLost,
    AzlinError,
    AzureRefused,
    CloudUnreachable,
    ConfigUnreadable,
    NotFound,
    OutsideLoopback,
    PermissionRefused,
    PlanStale,
    SchemaRefused,
    SignInNeeded,
    TimedOut,
    ToolMissing,
)

WORDS = {
    "throttled",
    "transient",
    "conflict",
    "not-found",
    "quota",
    "sku",
    "permission",
    "invalid",
    "policy",
    "sign-in",
    "timeout",
    "unreachable",
    "unknown",
}


def refused(code: str, status: int | None = None, message: str = "no") -> AzureRefused:
    return AzureRefused(code, message, status=status)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("TooManyRequests", 429),
        ("OperationNotAllowed", 429),
        ("HTTP 429", 429),
        ("RetryableError", 409),
        ("AnotherOperationInProgress", 409),
        ("ServerTimeout", 500),
        ("InternalServerError", 500),
        ("HTTP 502", 502),
        ("ServiceUnavailable", 503),
        ("GatewayTimeout", 504),
        ("HTTP 408", 408),
        ("DeploymentActive", 409),
        ("ReferencedResourceNotProvisioned", 409),
        ("anotheroperationinprogress", None),
        ("RetryableError", None),
    ],
)
def test_these_may_be_tried_again(code: str, status: int | None):
    assert retriable(refused(code, status))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SkuNotAvailable", 409),
        ("QuotaExceeded", 409),
        ("AuthorizationFailed", 403),
        ("InvalidParameter", 400),
        ("RequestDisallowedByPolicy", 403),
        ("ResourceNotFound", 404),
        ("StorageAccountAlreadyTaken", 409),
        ("Conflict", 409),
        ("PreconditionFailed", 412),
        ("ScopeLocked", 409),
        ("AllocationFailed", 200),
        ("SkuNotAvailable", 500),
        ("SomethingNew", None),
        ("SomethingNew", 400),
        ("OperationCanceled", 200),
    ],
)
def test_these_may_not(code: str, status: int | None):
    assert not retriable(refused(code, status))


@pytest.mark.parametrize(
    ("error", "again", "kind"),
    [
        (CloudUnreachable("x"), True, "unreachable"),
        (AnswerLost("x", repeatable=True), True, "unreachable"),
        (AnswerLost("x", repeatable=False), False, "unreachable"),
        (TimedOut("x"), False, "timeout"),
        (SignInNeeded("x"), False, "sign-in"),
        (NotFound("x"), False, "not-found"),
        (PermissionRefused("x"), False, "permission"),
        (SchemaRefused("x"), False, "invalid"),
        (ToolMissing("x"), False, "unknown"),
        (PlanStale("x"), False, "unknown"),
        (OutsideLoopback("x"), False, "unknown"),
        (ConfigUnreadable("x"), False, "unknown"),
    ],
)
def test_errors_of_ours(error: AzlinError, again: bool, kind: str):
    assert (retriable(error), kind_of(error)) == (again, kind)


@pytest.mark.parametrize(
    ("code", "status", "message", "kind"),
    [
        ("OperationNotAllowed", 409, "exceeding approved Total Regional Cores quota", "quota"),
        ("OperationNotAllowed", 409, "the disk is attached", "invalid"),
        ("Whatever", 403, "no", "permission"),
        ("Whatever", 409, "no", "conflict"),
        ("Whatever", 404, "no", "not-found"),
        ("Whatever", 422, "no", "invalid"),
        ("Whatever", None, "no", "unknown"),
        ("Whatever", 418, "no", "unknown"),
        ("InvalidAuthenticationTokenTenant", 401, "no", "sign-in"),
        ("SkuNotAvailable", 409, "no", "sku"),
        ("RequestDisallowedByPolicy", 403, "no", "policy"),
        ("QuotaExceeded", 400, "no", "quota"),
    ],
)
def test_what_kind_of_refusal_it_is(code: str, status: int | None, message: str, kind: str):
    assert kind_of(refused(code, status, message)) == kind


def test_a_failure_keeps_azures_own_words():
    failure = failure_of(refused("SkuNotAvailable", 409, "Standard_X is not available in westeurope"))
    assert (failure.type, failure.code, failure.status) == ("sku", "SkuNotAvailable", 409)
    assert failure.message == "Standard_X is not available in westeurope"
    assert failure.links[0].startswith("https://")


def test_a_failure_of_ours_has_our_reference_and_the_fix():
    failure = failure_of(SignInNeeded("nobody is signed in", fix="az login"))
    assert (failure.type, failure.code, failure.message, failure.hint) == (
        "sign-in",
        "sign-in",
        "nobody is signed in",
        "az login",
    )


def test_every_kind_in_the_table_is_a_word_that_the_rest_knows():
    assert set(KINDS.values()) <= WORDS


@given(st.text(), st.one_of(st.none(), st.integers(100, 599)), st.text())
def test_whatever_azure_says_has_a_kind_and_only_passing_trouble_is_tried_again(
    code: str, status: int | None, message: str
):
    said = refused(code, status, message)
    assert failure_of(said).type in WORDS
    if retriable(said):
        assert kind_of(said) in {"throttled", "transient", "conflict"}


@given(st.integers(1, 100))
def test_the_waits_between_attempts_are_the_one_formula(attempt: int):
    assert 0 < backoff(attempt) <= 60
