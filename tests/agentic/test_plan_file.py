from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from azlin.agentic import plan_file
from azlin.agentic.types import Intent, MadeAgainst, Objective, Operation, Plan, Quote, Request, ResourceRef
from azlin.errors import NotFound, PlanStale, UsageRefused
from azlin.gateways.cloud import Cloud

HERE = Cloud(name="sandbox", tenant="t", subscription="s")
TARGET = ResourceRef(type="Microsoft.Any/things", name="one", group="g", subscription="s")
PLAN = Plan(
    operations=(Operation(id="a", verb="ensure", effect="creates", target=TARGET, desired={"size": 1}),),
    made_against=MadeAgainst(cloud="sandbox", tenant="t", subscription="s", digest="d"),
)
OBJECTIVE = Objective(
    id="1",
    cloud="sandbox",
    request=Request(text="make one", actor="me", at=datetime(2026, 1, 1, tzinfo=UTC)),
    intent=Intent(family="f", action="create", summary="make one"),
    plan=PLAN,
    quote=Quote(),
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    plan_file.write(path, OBJECTIVE)
    return path


def test_a_colleague_gets_the_same_plan_at_the_same_price(saved: Path):
    read = plan_file.read(saved, HERE)
    again = plan_file.taken_up(Objective(id="2", cloud="sandbox", request=read.request), read)
    assert (again.intent, again.plan, again.quote) == (OBJECTIVE.intent, PLAN, Quote())
    assert again.next_step == "budget"
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_a_plan_that_was_edited_is_refused(saved: Path):
    document = json.loads(saved.read_text())
    document["plan"]["operations"][0]["desired"]["size"] = 100
    saved.write_text(json.dumps(document))
    with pytest.raises(PlanStale, match="changed after it was saved"):
        plan_file.read(saved, HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [Cloud(name="AzureCloud", tenant="t", subscription="s"), Cloud(name="sandbox", tenant="t", subscription="x")],
)
def test_a_plan_for_another_place_is_refused(saved: Path, elsewhere: Cloud):
    with pytest.raises(PlanStale, match="was made for sandbox, subscription s"):
        plan_file.read(saved, elsewhere)


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"schema": 1}', "\x00\xff"])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageRefused, match="is not a saved plan"):
        plan_file.read(path, HERE)


def test_a_missing_file_is_not_found(tmp_path: Path):
    with pytest.raises(NotFound):
        plan_file.read(tmp_path / "none.json", HERE)


def test_there_is_nothing_to_save_of_a_request_that_was_not_planned(tmp_path: Path):
    unplanned = Objective(id="1", cloud="sandbox", request=OBJECTIVE.request)
    with pytest.raises(UsageRefused):
        plan_file.write(tmp_path / "plan.json", unplanned)
    assert not (tmp_path / "plan.json").exists()
