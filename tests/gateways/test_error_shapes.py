from __future__ import annotations

import pytest

from azlin.gateways.error_shapes import Said, sign_in_code, status_in, worded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ERROR: (Conflict) no", Said("Conflict", "no")),
        ("azure.core.exceptions.HttpResponseError: (Conflict) no", Said("Conflict", "no")),
        ('Code="Conflict" Message="no"', Said("Conflict", "no")),
        ("unexpected status 409 (409 Conflict) with error: Conflict: no", Said("Conflict", "no", 409)),
        ("Operation failed with status: 'Bad Request'. Details: no", Said("BadRequest", "no")),
        ("<Error><Code>Conflict</Code><Message>no</Message></Error>", Said("Conflict", "no")),
        ("AuthorizationFailed: no", Said("AuthorizationFailed", "no")),
        ("Status: 409 (Conflict)\nErrorCode: Conflict", Said("Conflict", "Status: 409 (Conflict)", 409)),
    ],
)
def test_a_tools_words_are_read(text: str, said: Said):
    assert worded(text) == said


@pytest.mark.parametrize("text", ["", "no", "KeyError: 'x'", "ValueError: no", "a (b) c", "Warning: careful"])
def test_what_is_in_no_shape_is_not_guessed(text: str):
    assert worded(text) is None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("StatusCode=409 -- Original", 409),
        ("RESPONSE 404: 404 Not Found", 404),
        ("HTTP/1.1 503 Service Unavailable", 503),
        ("returned a 500", 500),
        ("<title>502 Bad Gateway</title>", 502),
        ("429 Too Many Requests", 429),
        ("the disk has 500 GB", None),
        ("in 404 rooms", None),
        ("StatusCode=200", None),
    ],
)
def test_the_status_is_read_where_one_is_meant(text: str, status: int | None):
    assert status_in(text) == status


def test_entras_code_is_found():
    assert sign_in_code("invalid_grant: AADSTS50076: no") == "AADSTS50076"
    assert sign_in_code("no") == ""
