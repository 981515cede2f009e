"""A secret reaches Azure and is kept nowhere; whoever takes the work up again is asked for it."""

from __future__ import annotations

from tests.lifecycle.story import Story

CANARY = "Hunter2-canary-Long9"
REQUEST = f"create a windows server 2022 vm called win with password {CANARY}"


def leaks(story: Story) -> list[str]:
    files = [path for path in story.paths.home.rglob("*") if path.is_file()]
    return [str(path) for path in files if CANARY.encode() in path.read_bytes()]


def test_a_password_is_asked_for_again_and_is_in_no_file(story: Story):
    story.fault(type="Microsoft.Compute/virtualMachines", method="PUT", code="SkuNotAvailable", status=409, times=1)
    first = story.doit(REQUEST, yes=True, strategy="arm")
    assert first.outcome is not None
    assert first.outcome.verdict == "partly"
    unanswered = story.resume(first)
    assert unanswered.outcome is not None
    assert unanswered.outcome.verdict == "partly"
    assert "password" in unanswered.outcome.summary
    ended = story.resume(first, answers=CANARY)
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    assert [question.kind for question in story.questions] == ["secret"]
    assert leaks(story) == []


def test_a_password_goes_through_az_without_a_trace(story: Story):
    ended = story.doit(REQUEST, yes=True, strategy="azure-cli")
    assert ended.outcome is not None
    assert ended.outcome.verdict == "achieved", ended.outcome.summary
    assert leaks(story) == []
    told = "".join(str(event) for event in story.events)
    assert CANARY not in told
    assert "{secret:password}" in told
