from __future__ import annotations

import pytest

from azlin.events import Event, Telling


def test_everyone_hears_the_story_in_order():
    heard: list[str] = []
    telling = Telling()
    telling.listen(lambda event: heard.append(f"a:{event.kind}"))
    telling.listen(lambda event: heard.append(f"b:{event.kind}"))
    telling.tell("plan-made", "1")
    telling.tell("quote-made", "1")
    assert heard == ["a:plan-made", "b:plan-made", "a:quote-made", "b:quote-made"]


def test_a_listener_that_fails_does_not_stop_the_others_and_is_told():
    heard: list[str] = []

    def broken(event: Event) -> None:
        raise OSError("the pipe is closed")

    telling = Telling()
    telling.listen(broken)
    telling.listen(lambda event: heard.append(event.kind))
    telling.tell("plan-made")
    telling.tell("quote-made")
    assert sorted(heard) == ["listener-failed", "plan-made", "quote-made"]


def test_when_the_audit_cannot_write_nothing_goes_on():
    def full(event: Event) -> None:
        raise OSError("no space left on device")

    telling = Telling()
    heard: list[str] = []
    telling.listen(lambda event: heard.append(event.kind))
    telling.listen(full, vital=True)
    with pytest.raises(OSError, match="no space"):
        telling.tell("operation-started")
    assert heard == []
