from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azlin.agentic.failures.catalogue import AZURES_CLASSES, CLASSES, RETRIED
from azlin.agentic.retry_policy import backoff, failure_of, retriable
from azlin.agentic.strategies import azure_cli
from azlin.errors import (
    AnswerLost,
    AzlinError,
    AzureRefused,
    BudgetExceeded,
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
from azlin.gateways import arm


def refused(code: str, status: int | None = None, message: str = "no", body: str = "") -> AzureRefused:
    return AzureRefused(code, message, status=status, body=body)


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
        ("PreconditionFailed", 412),
        ("AllocationFailed", 200),
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
        ("ScopeLocked", 409),
        ("SkuNotAvailable", 500),
        ("SomethingNew", None),
        ("SomethingNew", 400),
        ("OperationCanceled", 200),
    ],
)
def test_these_may_not(code: str, status: int | None):
    assert not retriable(refused(code, status))


@pytest.mark.parametrize(
    ("error", "again", "type_"),
    [
        (CloudUnreachable("x"), True, "unreachable"),
        (AnswerLost("x", repeatable=True), True, "unreachable"),
        (AnswerLost("x", repeatable=False), False, "unreachable"),
        (TimedOut("x"), False, "timed_out"),
        (SignInNeeded("x"), False, "sign_in"),
        (NotFound("x"), False, "not_found"),
        (PermissionRefused("x"), False, "needs_permission"),
        (BudgetExceeded("x"), False, "needs_permission"),
        (SchemaRefused("x"), False, "needs_change"),
        (ToolMissing("x"), False, "tool"),
        (PlanStale("x"), False, "unknown"),
        (OutsideLoopback("x"), False, "unknown"),
        (ConfigUnreadable("x"), False, "unknown"),
    ],
)
def test_errors_of_ours(error: AzlinError, again: bool, type_: str):
    failure = failure_of(error)
    assert (retriable(error), failure.retriable, failure.type) == (again, again, type_)
    assert failure.type in CLASSES


def test_a_failure_keeps_azures_own_words_and_says_why_and_what_to_do():
    failure = failure_of(refused("SkuNotAvailable", 409, "Standard_X is not available in westeurope"))
    assert (failure.type, failure.code, failure.status) == ("needs_change", "SkuNotAvailable", 409)
    assert failure.message == "Standard_X is not available in westeurope"
    assert failure.action == "change_sku_or_region"
    assert failure.cause
    assert "az vm list-skus" in failure.hint
    assert failure.links[0].startswith("https://learn.microsoft.com/")
    assert failure.signature


def test_a_failure_of_ours_has_our_reference_and_the_fix():
    failure = failure_of(SignInNeeded("nobody is signed in", fix="az login"))
    assert (failure.type, failure.code, failure.message, failure.hint) == (
        "sign_in",
        "sign-in",
        "nobody is signed in",
        "az login",
    )


def test_what_somebody_knows_better_to_do_is_kept():
    error = refused("StillThere")
    error.fix = "azlin objective resume ID"
    assert failure_of(error).hint == "azlin objective resume ID"


def test_a_wrapper_gives_way_to_what_the_whole_answer_says():
    inside = '{"error": {"code": "QuotaExceeded", "message": "no cores left"}}'
    failure = failure_of(refused("DeploymentFailed", 409, "See the operations", body=inside))
    assert (failure.type, failure.code, failure.message) == ("needs_quota", "QuotaExceeded", "no cores left")
    assert failure_of(refused("DeploymentFailed", 409, "See the operations", body="{}")).type == "wrapper"


@pytest.mark.parametrize("status", sorted(arm.TRANSIENT))
def test_what_a_read_is_tried_again_for_an_operation_is_tried_again_for_too(status: int):
    assert azure_cli.TRANSIENT == arm.TRANSIENT
    assert retriable(refused(f"HTTP {status}", status))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("az exit code 1", "The command failed with an unexpected error. Here is the traceback:"),
        ("OperationFailed", "Azure says Failed and gives no reason"),
        ("UnreadableAnswer", "the answer with status 200 is not JSON"),
        ("StillThere", "Azure said that x was deleted, and it is still there"),
    ],
)
def test_what_tells_nothing_about_azure_is_not_tried_again(code: str, message: str):
    assert not retriable(refused(code, None, message, body=message + "\nKeyError: 'x'"))


@settings(deadline=None, max_examples=60)
@given(st.text(), st.one_of(st.none(), st.integers(100, 599)), st.text())
def test_whatever_azure_says_has_a_class_and_only_passing_trouble_is_tried_again(
    code: str, status: int | None, message: str
):
    said = refused(code, status, message)
    assert failure_of(said).type in AZURES_CLASSES
    if retriable(said):
        assert failure_of(said).type in RETRIED


@given(st.integers(1, 100))
def test_the_waits_between_attempts_are_the_one_formula(attempt: int):
    assert 0 < backoff(attempt) <= 60


def test_what_waiting_does_not_bring_back_is_not_tried_again():
    stopped = CloudUnreachable("the sandbox does not answer")
    stopped.worth_waiting_s = 5.0
    assert not retriable(stopped)
