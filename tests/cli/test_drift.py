from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from azlin.agentic.drift import Costs, Drift, Setting, State, Thing
from azlin.agentic.types import Intent, Monthly, Unpriced
from azlin.cli import main as front
from azlin.cli.drift import meant
from azlin.errors import SignInNeeded
from azlin.gateways.journal import Journal
from azlin.paths import Paths
from tests.gateways.ledger_builders import AT, asked, disk, make, planned

ID = "11111111-2222-3333-4444-555555555555"


def thing(name: str, state: State, **more: Any) -> Thing:
    return Thing(operation=f"vm:{name}", verb="ensure", type="Microsoft.Compute/virtualMachines", name=name, group="g",
                 state=state, **more)  # fmt: skip


def monthly(amount: str) -> Monthly:
    return Monthly(low=Decimal(amount), expected=Decimal(amount), high=Decimal(amount))


def answer(*things: Thing, finished: bool = True, **more: Any) -> Drift:
    costs = Costs(quoted=monthly("10"), now=monthly("25.5"))
    given: dict[str, Any] = {"costs": costs, "next_steps": ("azlin objective mend 11111111",), **more}
    return Drift(objective=ID, request="create Sam", cloud="sandbox", subscription="s", at=datetime.now(UTC),
                 finished=finished, things=things, **given)  # fmt: skip


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: Any) -> Callable[..., tuple[int, str, str]]:
    """Types `azlin drift …`, where Azure answers as it is told to."""
    from azlin.app import App

    monkeypatch.setenv("AZLIN_HOME", str(tmp_path))
    with Journal.open(Paths(tmp_path)) as journal:
        journal.save(asked(ID))

    def type_(found: Drift | Exception, *words: str) -> tuple[int, str, str]:
        def drift(self: App, objective_id: str, *_: object) -> Drift:
            assert objective_id == ID
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(App, "drift", drift)
        code = front.run(["drift", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_


CHANGED = thing("Sam", "changed", settings=(Setting(path="tags.env", wanted="prod", found="dev"),))


def test_people_read_what_drifted_what_it_costs_and_how_to_mend_it(typed: Any):
    code, out, _ = typed(answer(CHANGED, thing("Ann", "as-desired"), thing("Bob", "gone")), ID[:8])
    assert code == 0
    assert "tags.env is dev, wanted prod" in out
    assert "1 of 3 as desired; 1 changed; 1 gone" in out
    assert "$25.50 a month now, $10.00 a month when it was asked for (+$15.50)" in out
    assert "next azlin objective mend 11111111" in out
    assert "Ann" not in out
    assert "Ann" in typed(answer(CHANGED, thing("Ann", "as-desired")), ID[:8], "-v")[1]


def test_what_has_no_price_is_told(typed: Any):
    costs = Costs(quoted=None, now=None, unpriced_then=(Unpriced(operation="", reason="skipped by user"),),
                  unpriced_now=(Unpriced(operation="vm:Sam", reason="no meter"),))  # fmt: skip
    out = typed(answer(CHANGED, costs=costs), ID[:8])[1]
    assert "unknown now, unknown when it was asked for" in out
    assert "no price then: skipped by user" in out
    assert "no price now: vm:Sam: no meter" in out


def test_where_nothing_was_made_no_price_is_told(typed: Any):
    assert "Price" not in typed(answer(CHANGED, costs=Costs()), ID[:8])[1]


@pytest.mark.parametrize(
    ("found", "plain", "telling"),
    [
        (answer(thing("Sam", "as-desired")), 0, 0),
        (answer(CHANGED), 0, 10),
        (answer(thing("Sam", "unknown", why="Azure did not say")), 1, 1),
        (answer(CHANGED, thing("Sam", "unknown")), 1, 10),
        (answer(thing("Sam", "not-done"), finished=False), 7, 7),
        (SignInNeeded("nobody is signed in"), 4, 4),
    ],
)
def test_the_exit_code_says_whether_anything_drifted_when_it_is_asked_to(
    typed: Any, found: Any, plain: int, telling: int
):
    assert typed(found, ID[:8])[0] == plain
    assert typed(found, ID[:8], "--exit-code")[0] == telling


def test_scripts_get_the_whole_answer_or_a_row_for_each_thing(typed: Any):
    found = answer(CHANGED, thing("Bob", "gone"))
    document = json.loads(typed(found, ID[:8], "-o", "json", "--exit-code")[1])
    assert (document["drifted"], document["exit_code"]) == (["vm:Sam", "vm:Bob"], 10)
    assert document["things"][0]["settings"] == [{"path": "tags.env", "wanted": "prod", "found": "dev"}]
    assert document["costs"]["now"]["expected"] == 25.5
    assert json.loads(typed(found, ID[:8], "-o", "json", "--query", "drifted")[1]) == ["vm:Sam", "vm:Bob"]
    assert json.loads(typed(found, ID[:8], "-o", "jsonl")[1])["objective"] == ID
    rows = typed(found, ID[:8], "-o", "tsv")[1].splitlines()
    assert [row.split("\t")[4] for row in rows] == ["changed", "gone"]
    assert "changed" in typed(found, ID[:8], "-o", "table")[1]
    assert "drifted:" in typed(found, ID[:8], "-o", "yaml")[1]


def test_an_objective_that_does_not_exist_is_not_found(typed: Any):
    code, _, said = typed(answer(), "ffffffff")
    assert (code, "ffffffff" in said) == (3, True)


def test_the_latest_is_the_one_that_was_mended_not_the_mending(tmp_path: Path):
    with Journal.open(Paths(tmp_path)) as journal:
        first, again = disk("data"), disk("again")
        intent = Intent(family="mend", action="mend", summary="")
        mending = asked("22222222", at=AT + timedelta(hours=1), parent=ID, intent=intent, plan=planned(again))
        for objective, operation in ((asked(ID, plan=planned(first)), first), (mending, again)):
            journal.save(objective)
            make(journal, objective, operation)
        assert meant("last", journal) == meant("2222", journal) == meant(ID[:8], journal) == ID
