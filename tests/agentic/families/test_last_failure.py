from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.explanation import Account
from azlin.agentic.families.last_failure import LastFailure, asked
from azlin.agentic.types import Intent, Objective, Outcome, Request
from azlin.agentic.world import World
from azlin.errors import NotFound
from azlin.gateways.journal import Journal
from azlin.paths import Paths

BEGAN = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(Paths(tmp_path)) as journal:
        yield journal


def account(objective: Objective) -> Account:
    verdict = objective.outcome.verdict if objective.outcome else "cut off"
    return Account(failed=verdict not in ("achieved", "previewed"), summary=verdict, objective=objective.id)


def keep(journal: Journal, number: int, verdict: Any, intent: Intent | None = None) -> str:
    one = Objective(
        id=f"{number:04x}{'0' * 28}",
        cloud="sandbox",
        request=Request(text=f"request {number}", actor="anna", at=BEGAN + timedelta(minutes=number)),
        intent=intent or Intent(family="virtual-machines", action="create", summary=""),
        outcome=Outcome(verdict=verdict, summary="") if verdict else None,
    )
    journal.save(one)
    return one.id


def answer(journal: Journal, objective: str | None = None, *, any_failure: bool = False) -> Account:
    return LastFailure(journal, account).answer(asked(objective, any_failure=any_failure))[1]


def test_the_last_request_is_meant_and_never_the_question_itself(journal: Journal):
    keep(journal, 1, "achieved")
    failed = keep(journal, 2, "partly")
    keep(journal, 3, "failed", asked(None, any_failure=False))
    keep(journal, 4, None, asked(None, any_failure=False))
    assert answer(journal).objective == failed


def test_if_the_last_request_did_not_fail_it_says_so_and_names_the_last_that_did(journal: Journal):
    failed = keep(journal, 1, "refused")
    keep(journal, 2, "achieved")
    told = answer(journal)
    assert not told.failed
    assert told.next_steps == (f'azlin doit "why did {failed[:8]} fail?"',)
    assert answer(journal, any_failure=True).objective == failed


def test_where_nothing_failed_or_nothing_was_asked_it_says_so(journal: Journal):
    assert "nothing was asked" in answer(journal).summary
    keep(journal, 1, "achieved")
    assert "none of the last 1 requests failed" in answer(journal, any_failure=True).summary
    assert not answer(journal).failed


def test_a_request_can_be_named_and_an_unknown_one_is_not_made_up(journal: Journal):
    named = keep(journal, 0xABCD, "failed")
    keep(journal, 2, "failed")
    assert answer(journal, "abcd").objective == named
    with pytest.raises(NotFound):
        answer(journal, "ffff")


def test_it_does_and_reads_nothing_and_needs_no_sign_in(journal: Journal, unknown_world: World):
    family = LastFailure(journal, account)
    assert family.plan(asked(None, any_failure=False), unknown_world).operations == ()


def test_its_examples_are_understood(journal: Journal, understand: Callable[..., Intent]):
    for example in LastFailure(journal, account).examples:
        intent = understand(example)
        assert (intent.family, intent.questions) == ("last-failure", ())
