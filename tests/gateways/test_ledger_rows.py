"""Nouns into rows and back, unchanged or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from azlin.agentic.types import Failure, Quote, ResourceRef
from azlin.errors import StateDamaged
from azlin.gateways import ledger_rows
from tests.gateways.ledger_builders import approved, asked, disk, planned, result


def row_of(body: str, /, **changed: Any) -> Any:
    """What a row of `objectives` is to a reader: names and values."""
    return {"id": "0bject1ve", "body": body, "digest": ledger_rows.digest_of(body), **changed}


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_whatever_was_asked_is_read_back_as_it_was_filed(text: str) -> None:
    body = ledger_rows.body_of(asked(text=text))
    filed = ledger_rows.objective_of(row_of(body))
    assert ledger_rows.body_of(filed) == body
    assert filed.id == "0bject1ve"


def test_a_plan_and_its_approval_are_read_back_as_they_were() -> None:
    objective = approved(asked(), [(disk("a", properties={"diskSizeGB": 8}), "1.50")])
    assert ledger_rows.objective_of(row_of(ledger_rows.body_of(objective))) == objective


@pytest.mark.parametrize(
    "body", ["{}", "", "[]", '{"id": 7}', ledger_rows.body_of(asked()).replace('"request"', '"requset"')]
)
def test_a_row_that_is_no_objective_is_damaged_and_named(body: str) -> None:
    with pytest.raises(StateDamaged, match="objective 0bject1ve in the journal is damaged"):
        ledger_rows.objective_of(row_of(body))


def test_a_row_whose_words_were_changed_is_damaged() -> None:
    body = ledger_rows.body_of(asked())
    with pytest.raises(StateDamaged) as damaged:
        ledger_rows.objective_of(row_of(body, body=body.replace("create", "delete")))
    assert "not the one that was saved" in damaged.value.why


def test_a_row_without_words_is_damaged() -> None:
    with pytest.raises(StateDamaged):
        ledger_rows.objective_of(row_of("", body=None))


def test_a_result_is_read_back_and_one_that_cannot_be_read_is_damage() -> None:
    failed = result(disk("a"), "failed", failure=Failure(type="azure", code="Conflict", message="no"))
    assert ledger_rows.result_of(ledger_rows.result_text(failed), "0bject1ve") == failed
    assert ledger_rows.result_of(None, "0bject1ve") is None
    with pytest.raises(StateDamaged, match="0bject1ve"):
        ledger_rows.result_of("{", "0bject1ve")


def test_a_request_is_kept_without_its_secrets() -> None:
    text = ledger_rows.request_text({"body": {"adminPassword": "c4n4ry", "size": 8}})
    assert "c4n4ry" not in text
    assert msgspec.json.decode(text)["body"]["size"] == 8


def test_the_digest_of_an_operation_is_what_it_wants_and_not_what_it_waits_for() -> None:
    operation = disk("a", size=8)
    later = msgspec.structs.replace(operation, id="another", after=("disk:b",))
    assert ledger_rows.operation_digest(operation) == ledger_rows.operation_digest(later)
    for other in (disk("a", size=16), disk("b", size=8), disk("a", "delete", size=8)):
        assert ledger_rows.operation_digest(other) != ledger_rows.operation_digest(operation)


def test_an_operation_about_no_single_resource_has_no_id() -> None:
    def about(**target: Any) -> str | None:
        ref = ResourceRef(**{"type": "Microsoft.Compute/disks", "name": "a", "group": "web", **target})
        return ledger_rows.resource_id_of(msgspec.structs.replace(disk("a"), target=ref))

    assert about(subscription="s") == disk("a").target.id
    assert about(subscription="s", name="") is None
    assert about() is None
    assert about(subscription="s", name="a/b") is None


def test_the_amounts_of_an_operation_add_up_exactly() -> None:
    objective = approved(asked(), [(disk("a"), "0.10"), (disk("b"), "-3")])
    assert objective.quote is not None
    twice = msgspec.structs.replace(objective, quote=Quote(lines=objective.quote.lines[:1] * 2))
    assert msgspec.json.decode(ledger_rows.amounts_of(objective), type=dict[str, Decimal]) == {
        "disk:a": Decimal("0.10"),
        "disk:b": Decimal(-3),
    }
    assert ledger_rows.amounts_of(twice) == '{"disk:a":"0.20"}'
    assert ledger_rows.amounts_of(asked(plan=planned(disk("a")))) == "{}"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_moment_keeps_its_second_and_is_in_utc(at: datetime) -> None:
    kept = ledger_rows.moment_of(at.timestamp())
    assert kept.tzinfo is UTC
    assert abs((kept - at).total_seconds()) < 0.001
