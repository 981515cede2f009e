"""What was asked for once holds for later runs of the same objective, unless somebody says otherwise."""

from __future__ import annotations

import msgspec

from azlin.agentic.terms import KEPT, Terms, agreed


def test_what_was_left_at_its_default_is_not_remembered() -> None:
    assert Terms().kept() == {}
    assert Terms(on_failure="undo", deadline_s=60.0, yes=True, allow=("destroys",)).kept() == {
        "on_failure": "undo",
        "deadline_s": 60.0,
    }


def test_what_is_remembered_survives_json_and_makes_the_same_terms() -> None:
    asked = Terms(
        strategy="arm",
        group="web",
        location="westeurope",
        subscription="s",
        max_operations=3,
        read_only=True,
        skip_cost_check=True,
        on_failure="undo",
        timeout_s=5.0,
        deadline_s=60.0,
    )
    assert set(asked.kept()) == set(KEPT)
    assert agreed(msgspec.json.decode(msgspec.json.encode(asked.kept()))) == asked


def test_a_flag_that_was_given_wins_and_one_that_was_not_does_not() -> None:
    earlier = Terms(on_failure="undo", strategy="arm").kept()
    assert agreed({**earlier, "on_failure": "keep"}).on_failure == "keep"
    assert agreed({**earlier, "timeout_s": None}) == Terms(on_failure="undo", strategy="arm")


def test_what_a_newer_version_remembered_is_left_out() -> None:
    assert agreed({"whatever": 1}) == Terms()
