from __future__ import annotations

import json
from typing import Any

import pytest

from azlin.errors import (
    AnswerLost,
    AzureRefused,
    CloudUnreachable,
    OutsideLoopback,
    SignInNeeded,
    UsageRefused,
)
from azlin.gateways.az_refusal import AzResult, Http, refusal


def failed(stderr: str, rc: int = 1, http: Http | None = None, outside: tuple[str, ...] = ()) -> AzResult:
    return AzResult(("az",), rc, "", stderr, 0.1, http or Http(), outside)


def refused(stderr: str, rc: int = 1, http: Http | None = None) -> AzureRefused:
    error = refusal(failed(stderr, rc, http))
    assert isinstance(error, AzureRefused), repr(error)
    return error


QUOTA = "Operation could not be completed as it results in exceeding approved Total Regional Cores quota."


@pytest.mark.parametrize(
    "stderr",
    [
        f"ERROR: (QuotaExceeded) {QUOTA}\nCode: QuotaExceeded\nMessage: {QUOTA}\n",
        f"ERROR: Code: QuotaExceeded\nMessage: {QUOTA}\n",
        f"WARNING: something\nERROR: QuotaExceeded: {QUOTA}\n",
        f'ERROR: Conflict({{"error":{{"code":"QuotaExceeded","message":"{QUOTA}"}}}})\n',
        f"ERROR: (DeploymentFailed) At least one resource deployment operation failed.\nCode: DeploymentFailed\n"
        f"Message: At least one resource deployment operation failed.\nException Details:\t(QuotaExceeded) {QUOTA}\n"
        f"\tCode: QuotaExceeded\n\tMessage: {QUOTA}\n",
        "ERROR: Deployment failed. Correlation ID: 5f. "
        + json.dumps({"status": "Failed", "error": {"code": "ResourceDeploymentFailure", "message": "x", "details": [
            {"code": "Conflict", "message": json.dumps({"error": {"code": "QuotaExceeded", "message": QUOTA}})}]}}),
    ],
    ids=["azure-core", "pair", "msrest", "rest", "details", "deployment"],
)  # fmt: skip
def test_the_innermost_error_is_found_however_az_prints_it(stderr: str):
    error = refused(stderr)
    assert error.code == "QuotaExceeded"
    assert QUOTA in error.message


def test_status_and_patience_come_from_the_answer_that_az_got():
    body = json.dumps({"error": {"code": "TooManyRequests", "message": "slow down"}})
    error = refused("ERROR: (TooManyRequests) slow down", http=Http(429, "PUT", "u", {"retry-after": "17"}, body))
    assert (error.status, error.retry_after_s, error.code) == (429, 17.0, "TooManyRequests")


def test_an_error_of_azs_own_is_not_blamed_on_a_call_that_went_well():
    error = refusal(failed("ERROR: usage error: --nics and --subnet", 2, Http(200, "GET", "u", {}, '{"value": []}')))
    assert isinstance(error, UsageRefused)
    assert "--nics" in error.why


def test_a_failed_call_is_named_when_az_itself_stumbles_over_it():
    body = json.dumps({"error": {"code": "InvalidParameter", "message": "no such size"}})
    trace = "ERROR: The command failed with an unexpected error. Here is the traceback:\nRuntimeError: consumed"
    assert refused(trace, http=Http(400, "PUT", "u", {}, body)).code == "InvalidParameter"


def test_python_names_are_not_taken_for_azures():
    assert refused("ERROR: KeyError: 'securityRules'").code == "az exit code 1"


def test_exit_code_three_is_not_found():
    assert (refused("ERROR: nothing there", 3).code, refused("", 3).status) == ("ResourceNotFound", 404)


@pytest.mark.parametrize(
    "stderr",
    ["ERROR: Please run 'az login' to setup account.", "ERROR: AADSTS70043: The refresh token has expired"],
)
def test_a_missing_sign_in_says_how_to_sign_in(stderr: str):
    error = refusal(failed(stderr))
    assert isinstance(error, SignInNeeded)
    assert error.fix == "az login"


def test_a_missing_permission_is_not_a_missing_sign_in():
    stderr = "ERROR: (AuthorizationFailed) no. If access was recently granted, please run 'az login' again."
    assert refused(stderr).code == "AuthorizationFailed"


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        ("ERROR: <urllib3...>: Failed to establish a new connection: [Errno 111] Connection refused", CloudUnreachable),
        ("ERROR: ('Connection aborted.', RemoteDisconnected('Remote end closed connection'))", AnswerLost),
    ],
)
def test_a_broken_connection_says_whether_the_request_may_have_arrived(stderr: str, kind: type[Any]):
    assert type(refusal(failed(stderr))) is kind


@pytest.mark.parametrize("rc", [130, -9])
def test_a_stopped_az_leaves_the_outcome_unknown(rc: int):
    error = refusal(failed("", rc))
    assert isinstance(error, AnswerLost)
    assert not error.repeatable


def test_leaving_the_sandbox_is_named():
    error = refusal(failed("ERROR: trace", outside=("example.com",)))
    assert isinstance(error, OutsideLoopback)
    assert "example.com" in str(error)


def test_the_host_that_az_complains_about_is_named_and_not_one_that_it_looked_up_for_itself():
    both = ("updates.example.net", "example.com")
    assert "example.com" in str(refusal(failed("ERROR: https://example.com: refused", outside=both)))


def test_azures_refusal_is_not_hidden_by_a_look_for_updates_that_was_refused():
    error = refusal(failed(f"ERROR: (QuotaExceeded) {QUOTA}", outside=("updates.example.net",)))
    assert isinstance(error, AzureRefused)
    assert error.code == "QuotaExceeded"


def test_no_words_at_all_are_not_a_success():
    assert refused("", 1).code == "az exit code 1"


def test_secrets_in_azs_words_are_masked():
    error = refused("ERROR: (Bad) no\nAccountKey=c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==;")
    assert "c2VjcmV0" not in error.body


@pytest.mark.parametrize(("text", "data"), [("", None), ('{"a": 1}\n', {"a": 1}), ("plain\n", "plain\n"), ("[]", [])])
def test_what_az_answered_is_json_text_or_nothing(text: str, data: Any):
    assert AzResult(("az",), 0, text, "", 0.1).data == data
