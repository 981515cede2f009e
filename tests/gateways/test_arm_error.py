from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.errors import AzureRefused
from azlin.gateways.arm_error import answer_object, failed_operation, refusal, retry_after_s, said_in
from azlin.gateways.http import Answer

DEPLOYMENT = {
    "error": {
        "code": "DeploymentFailed",
        "message": "At least one resource deployment operation failed.",
        "details": [
            {
                "code": "Conflict",
                "message": json.dumps(
                    {
                        "status": "Failed",
                        "error": {
                            "code": "ResourceDeploymentFailure",
                            "message": "The resource operation completed with terminal provisioning state 'Failed'.",
                            "details": [{"code": "SkuNotAvailable", "message": "Standard_X is not available."}],
                        },
                    }
                ),
            }
        ],
    }
}


def answer(status: int, body: Any, **headers: str) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, headers, text.encode(), "https://127.0.0.1/x")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"error": {"code": "A", "message": "a"}}, "A", "a"),
        ({"error": {"code": "A", "message": "a", "details": []}}, "A", "a"),
        ({"error": {"code": "A", "message": "a", "details": None}}, "A", "a"),
        ({"error": {"code": "A", "message": "a", "details": [{"code": "B", "message": "b"}]}}, "B", "b"),
        ({"error": {"code": "A", "message": "a", "details": [{"code": "B", "message": ""}]}}, "A", "a"),
        ({"error": {"code": "A", "message": "a", "details": [{"message": "b"}]}}, "A", "a"),
        ({"error": {"code": "A", "message": "a", "innererror": {"exceptiontype": "X"}}}, "A", "a"),
        ({"error": {"code": "A", "message": "a", "innererror": {"code": "B", "message": "b"}}}, "B", "b"),
        ({"code": "A", "message": "a"}, "A", "a"),
        ({"Code": "A", "Message": "a"}, "A", "a"),
        ({"odata.error": {"code": "Request_X", "message": {"lang": "en", "value": "a"}}}, "Request_X", "a"),
        ({"error": "invalid_client", "error_description": "AADSTS7000215: no"}, "invalid_client", "AADSTS7000215: no"),
        ({"status": "Failed", "error": {"code": "A", "message": "a"}}, "A", "a"),
        ({"properties": {"error": {"code": "A", "message": "a"}}}, "A", "a"),
        (DEPLOYMENT, "SkuNotAvailable", "Standard_X is not available."),
        ([{"code": "A"}], "", ""),
        (None, "", ""),
        ("text", "", ""),
    ],
)
def test_the_innermost_code_and_message_are_found(body: Any, code: str, message: str):
    assert said_in(body) == (code, message)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["error", "code", "message", "details", "innererror", "odata.error", "properties", "x"]
                ),
                inner,
            )
        ),
    )
)
def test_no_shape_of_body_breaks_the_reading(body: Any):
    said = refusal(answer(500, body))
    assert said.code
    assert said.message


def test_a_refusal_says_status_and_wait():
    said = refusal(answer(429, {"error": {"code": "TooManyRequests", "message": "slow"}}, **{"retry-after": "17"}))
    assert (said.code, said.status, said.retry_after_s) == ("TooManyRequests", 429, 17)
    assert str(said) == "Azure refused: TooManyRequests: slow"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "the answer had status 502 and no message"),
        ("upstream connect error", "upstream connect error"),
        ("<html><head><title>x</title></head><body><h1>502</h1> Bad <b>Gateway</b></body></html>", "502 Bad Gateway"),
    ],
)
def test_a_gateway_that_speaks_no_arm_gets_no_arm_code(body: str, message: str):
    said = refusal(answer(502, body))
    assert (said.code, said.message) == ("HTTP 502", message)


def test_the_kept_body_holds_no_secret():
    said = refusal(answer(400, {"error": {"code": "A", "message": "a"}, "adminPassword": "Canary-1234!"}))
    assert "Canary" not in said.body


def test_an_operation_that_failed_without_a_word_is_still_a_failure():
    assert failed_operation("Canceled", {"status": "Canceled"}).code == "OperationCanceled"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "5"}, 5.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "0.05"}, 0.05),
        ({"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT"}, 30.0),
        ({"retry-after": "Sat, 21 Nov 2026 09:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-1"}, None),
        ({"x-ms-retry-after-ms": "20", "retry-after": "10"}, 0.02),
        ({"retry-after-ms": "1500"}, 1.5),
    ],
)
def test_what_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None):
    now = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
    assert retry_after_s(headers, now) == seconds


def test_a_clock_that_is_wrong_here_does_not_change_the_wait():
    headers = {"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:10 GMT"}
    for ours in (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), None):
        assert retry_after_s(headers, ours) == 20.0


@pytest.mark.parametrize("body", ["<html>", "[]", '"x"', "null", ""])
def test_an_answer_that_is_no_object_is_not_taken_for_a_resource(body: str):
    with pytest.raises(AzureRefused) as refused:
        answer_object(answer(200, body))
    assert refused.value.code == "UnreadableAnswer"
