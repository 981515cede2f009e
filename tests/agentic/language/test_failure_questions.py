from __future__ import annotations

import pytest

from azlin.agentic.language.failure_questions import read_failure_question


@pytest.mark.parametrize(
    "text",
    [
        *("why did my last request fail?", "why did that fail", "Why did it fail?", "what went wrong"),
        *("explain why my last request failed", "why has my last command failed?", "why was it refused"),
        *("why did it not work", "why didn’t it work?", "please tell me why that failed", "what went wrong last time?"),
    ],
)
def test_a_question_about_the_last_request(text: str):
    assert read_failure_question(text) == (None, False)


@pytest.mark.parametrize(
    "text", ["explain the last failure", "what was the last error?", "show me the last failure", "what failed?"]
)
def test_a_question_about_the_last_failure_whichever_request_it_was_of(text: str):
    assert read_failure_question(text) == (None, True)


@pytest.mark.parametrize(
    "text",
    ["why did 3fa2 fail?", "why did objective 3fa2 fail", "what went wrong with 3FA2?", "explain why 3fa2 failed"],
)
def test_a_question_about_one_request(text: str):
    assert read_failure_question(text) == ("3fa2", False)


@pytest.mark.parametrize(
    "text",
    [
        *("", "why", "fail", "why did vm web fail?", "show vm web", "delete everything that failed", "show errors"),
        *(
            "why did it fail and delete vm web",
            "why did my last request fail? delete vm web",
            "what is wrong with web1",
        ),
        *(
            "what is wrong with web1",
            "stop the failed vms",
            "explain",
            "why not create a vm called Sam",
            "why did it fail " * 40,
        ),
    ],
)
def test_nothing_else_is_taken_for_one(text: str):
    assert read_failure_question(text) is None
