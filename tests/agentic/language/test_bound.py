from __future__ import annotations

from azlin.agentic.language.bound import CREATIONS, PARTS, TAKES, Bound, ask_region
from azlin.agentic.language.kinds import BY_NAME


def test_everything_that_can_be_made_is_a_kind():
    assert set(TAKES) <= set(BY_NAME)
    assert set(PARTS) | set(PARTS.values()) <= set(TAKES)


def test_only_creations_create():
    assert [Bound(action, None).creates for action in (*sorted(CREATIONS), "delete", None)] == [True] * 3 + [False] * 2


def test_a_wrong_region_is_asked_about_with_requests_to_type():
    bound = Bound("create", BY_NAME["vm"], text="create a vm in westeurop")
    ask_region(bound, "westeurop")
    assert "westeurop" in bound.questions[0]
    assert bound.candidates[0].text == "create a vm in westeurope"
