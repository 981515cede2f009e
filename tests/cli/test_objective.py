"""What was asked for, read back: lists, one objective whole, and forgetting it. The journal is a real one."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from azlin.agentic.objective_manager import ObjectiveManager
from azlin.agentic.types import (
    BudgetVerdict,
    Intent,
    MadeAgainst,
    Objective,
    Operation,
    OperationResult,
    Outcome,
    Plan,
    Quote,
    Request,
    ResourceRef,
)
from azlin.gateways.journal import Journal, PreImage
from azlin.paths import Paths

MADE, ASKED, CUT_OFF = (f"{mark * 8}-0000-4000-8000-000000000000" for mark in "abc")
VM = Operation(
    id="vm",
    verb="ensure",
    effect="creates",
    target=ResourceRef(type="Microsoft.Compute/virtualMachines", name="Sam", group="web", subscription="s"),
    desired={"location": "westeurope"},
)


def objective(whole_id: str, minute: int, **fields: object) -> Objective:
    at = datetime(2026, 5, 1, 12, minute, tzinfo=UTC)
    return Objective(
        id=whole_id, cloud="sandbox", request=Request(text=f"request {minute}", actor="me", at=at), **fields
    )


@pytest.fixture
def filed(home):
    """One that made a VM, one that ended in a question, one that was cut off; in this order."""
    paths = Paths(home)
    paths.prepare()
    plan = Plan(operations=(VM,), made_against=MadeAgainst(cloud="sandbox", tenant="t", subscription="s"))
    result = OperationResult(operation="vm", status="done", strategy="arm", resource_id=VM.target.id, created=True)
    intent = Intent(family="vm", action="create", summary="create the VM Sam")
    with Journal.open(paths) as journal:
        manager = ObjectiveManager(journal, paths)
        made = objective(
            MADE, 1, intent=intent, plan=plan, quote=Quote(), budget=BudgetVerdict(decision="allow", limit=Decimal(5))
        )
        manager.file(made)
        request = {"as": "PUT"}
        absent = PreImage(known=True, absent=True)
        journal.started(MADE, VM, strategy="arm", attempt=1, request=request, pre_image=absent)
        journal.finished(MADE, result)
        outcome = Outcome(verdict="achieved", summary="Azure confirms it", results=(result,))
        manager.file(objective(MADE, 1, intent=intent, plan=plan, quote=Quote(), budget=made.budget, outcome=outcome))
        question = Intent(family="", action="", summary="", questions=("What?",))
        undecided = Outcome(verdict="undecided", summary="What?", exit_code=6)
        manager.file(objective(ASKED, 2, intent=question, outcome=undecided))
        manager.file(objective(CUT_OFF, 3, intent=intent, plan=plan))
    return paths


def test_the_newest_is_first_and_says_how_it_ended(azlin, filed):
    listed = json.loads(azlin("objective", "list", "-o", "json").stdout)
    assert [(line["id"], line["state"]) for line in listed] == [
        (CUT_OFF, "cut off"),
        (ASKED, "undecided"),
        (MADE, "achieved"),
    ]
    assert listed[0]["next_step"] == "quote"


def test_people_get_a_table_with_short_ids(azlin, filed):
    lines = azlin("objective", "list", "--limit", "1").stdout.splitlines()
    assert lines[0].split() == ["Id", "At", "Cloud", "State", "Request"]
    assert lines[2].startswith("cccccccc  2026-05-01 12:03  sandbox  cut off")
    assert len(lines) == 3


def test_an_empty_list_says_how_to_begin(azlin):
    done = azlin("objective", "list")
    assert (done.returncode, done.stdout) == (0, "")
    assert "azlin doit" in done.stderr


def test_one_objective_is_shown_whole_on_stdout(azlin, filed):
    done = azlin("objective", "show", "aaaa")
    assert done.returncode == 0
    for words in ("request 1", "+ create  virtualMachines  Sam", "achieved (sandbox): Azure confirms it", "done"):
        assert words in done.stdout
    assert done.stderr == ""


def test_last_is_the_newest(azlin, filed):
    assert json.loads(azlin("objective", "show", "last", "-o", "json").stdout)["id"] == CUT_OFF


def test_a_question_about_the_last_request_is_not_the_last_request(azlin, filed):
    assert azlin("doit", "why did that fail?").returncode == 0
    assert CUT_OFF[:8] in azlin("objective", "show", "last").stdout


def test_scripts_get_the_shape_that_doit_prints(azlin, filed):
    document = json.loads(azlin("objective", "show", MADE, "-o", "json").stdout)
    assert document["plan"]["operations"][0]["target"]["name"] == "Sam"
    assert document["plan"]["fingerprint"]
    assert document["outcome"]["results"][0]["created"] is True
    assert document["quote"]["monthly"]["expected"] == 0


def test_a_table_of_one_objective_is_its_operations(azlin, filed):
    done = azlin("objective", "show", MADE, "-o", "tsv")
    assert done.stdout.split("\t")[:4] == ["vm", "creates", "Microsoft.Compute/virtualMachines", "Sam"]


@pytest.mark.parametrize("command", [["show"], ["undo"], ["resume"], ["delete", "--yes"]])
def test_an_id_that_does_not_exist_is_exit_3(azlin, filed, command):
    done = azlin("objective", command[0], "ffffffff", *command[1:])
    assert done.returncode == 3
    assert "azlin objective list" in done.stderr


def test_undo_of_last_needs_something_that_was_made(azlin):
    done = azlin("objective", "undo", "last")
    assert done.returncode == 3
    assert "made anything" in done.stderr


@pytest.mark.parametrize("command", [["resume"], ["resume", "aaaa", "--all"]])
def test_resume_needs_one_or_all(azlin, filed, command):
    assert azlin("objective", *command).returncode == 2


@pytest.mark.parametrize(
    "command",
    [
        ["resume", "--all", "--with", "size=B"],
        ["resume", "cccc", "--with", "size"],
        ["resume", "cccc", "--with", "=B"],
        ["resume", "aaaa", "--with", "size=B"],
    ],
)
def test_a_change_names_what_and_to_what_of_one_objective_that_is_not_done(azlin, filed, command):
    done = azlin("objective", *command)
    assert done.returncode == 2
    assert "--with" in done.stderr


def test_deleting_asks_and_without_a_terminal_is_undecided(azlin, filed):
    done = azlin("objective", "delete", "aaaa")
    assert done.returncode == 6
    assert "azlin objective delete aaaa --yes" in done.stderr
    assert len(json.loads(azlin("objective", "list", "-o", "json").stdout)) == 3


def test_what_is_deleted_is_forgotten_and_its_copy_with_it(azlin, filed):
    assert azlin("objective", "delete", MADE, "--yes").returncode == 0
    assert azlin("objective", "show", MADE).returncode == 3
    assert not (filed.objectives / f"{MADE}.json").exists()


def test_a_damaged_copy_is_told_and_written_again(azlin, filed):
    copy = filed.objectives / f"{MADE}.json"
    before = copy.read_bytes()
    copy.write_text("{")
    done = azlin("objective", "show", "aaaa")
    assert done.returncode == 0
    assert "damaged" in done.stderr
    assert copy.read_bytes() == before


def test_a_home_that_is_read_only_can_still_be_read(azlin, filed):
    for path in (filed.objectives, filed.home):
        path.chmod(0o500)
    try:
        assert azlin("objective", "list").returncode == 0
        assert azlin("objective", "show", "aaaa", "-o", "json").returncode == 0
    finally:
        for path in (filed.home, filed.objectives):
            path.chmod(0o700)
