from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.types import Objective
from azlin.agentic.world import World
from azlin.errors import NotFound, StillRunning
from azlin.gateways.cloud import Cloud
from azlin.gateways.journal import Journal
from azlin.gateways.prices import Prices
from azlin.gateways.schema import Schemas
from azlin.paths import Paths
from azlin.upkeep import Upkeep
from tests.gateways.ledger_builders import approved, asked, disk, make, planned

SECRET = disk("locked", properties={"adminPassword": "{secret:password}"})
PLAIN = disk("plain", properties={"mode": "Auto"})


class Azure:
    """`there`: the names of what exists, just as it was wanted."""

    def __init__(self, *there: str) -> None:
        self.there = there
        self.asked: list[str] = []

    def get(self, resource_id: str, *, expand: str | None = None) -> dict[str, Any] | None:
        self.asked.append(resource_id)
        name = resource_id.rpartition("/")[2]
        return {"id": resource_id, "name": name, "properties": {"mode": "Auto"}} if name in self.there else None

    def list(self, type: str, *, group: str | None = None, expand: str | None = None) -> list[dict[str, Any]]:
        return []

    def inquire(self, path: str, api_version: str, *, where: str = "", body: Any = None) -> Any:
        raise AssertionError(path)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(Paths(tmp_path)) as journal:
        yield journal


@pytest.fixture
def upkeep(journal: Journal, tmp_path: Path) -> Upkeep:
    return Upkeep(journal, Schemas(Paths(tmp_path), None), Prices())


def made(journal: Journal, *operations: Any) -> Objective:
    objective = approved(asked("11111111"), [(operation, "1") for operation in operations])
    journal.save(objective)
    make(journal, objective, *operations)
    return objective


def world(azure: Azure) -> World:
    return World(Cloud(name="sandbox", tenant="t", subscription="s", sandbox=True), azure)


def test_only_the_secrets_of_what_is_gone_are_asked_for(journal: Journal, upkeep: Upkeep):
    wishes = upkeep.wishes(made(journal, SECRET, PLAIN))
    assert upkeep.secrets_to_mend(wishes, world(Azure("plain"))) == ("password",)
    assert upkeep.secrets_to_mend(wishes, world(Azure("locked"))) == ()


def test_where_no_secret_was_used_azure_is_not_asked(journal: Journal, upkeep: Upkeep):
    azure = Azure()
    assert upkeep.secrets_to_mend(upkeep.wishes(made(journal, PLAIN)), world(azure)) == ()
    assert azure.asked == []


def test_what_somebody_carries_out_is_left_to_him(journal: Journal, upkeep: Upkeep):
    objective = made(journal, PLAIN)
    with journal.lease(objective.id, runner="another"), pytest.raises(StillRunning):
        upkeep.wishes(objective)
    assert upkeep.wishes(objective).all


def test_what_did_nothing_has_nothing_to_compare(journal: Journal, upkeep: Upkeep):
    objective = approved(asked("11111111", plan=planned(PLAIN)), [(PLAIN, "1")])
    journal.save(objective)
    with pytest.raises(NotFound):
        upkeep.wishes(objective)


def test_drift_and_mending_agree_on_what_is_gone(journal: Journal, upkeep: Upkeep):
    from azlin.agentic.types import Intent

    objective = made(journal, PLAIN, SECRET)
    drift = upkeep.drift(upkeep.wishes(objective), world(Azure("locked")))
    assert {thing.name: thing.state for thing in drift.things} == {"plain": "gone", "locked": "as-desired"}
    intent = Intent(family="mend", action="mend", summary="", parameters={"objective": objective.id})
    plan = upkeep.family().plan(intent, world(Azure("locked")))
    assert [(one.target.name, one.effect) for one in plan.operations] == [("plain", "creates")]
