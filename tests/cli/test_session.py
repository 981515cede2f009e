"""One run at the front desk: who hears what, and which exit code is given. The engine here says what it is told."""

import json
from datetime import UTC, datetime

import pytest

from azlin.agentic.terms import Terms
from azlin.agentic.types import MadeAgainst, Objective, Outcome, Plan, Request
from azlin.cli import session
from azlin.cli.output import Output
from azlin.errors import AzlinError, NotFound, StateUnwritable
from azlin.events import Event

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ID = "aaaaaaaa-0000-4000-8000-000000000000"


def objective(outcome: Outcome | None) -> Objective:
    return Objective(id=ID, cloud="sandbox", request=Request(text="x", actor="me", at=NOW), outcome=outcome)


class Files:
    def __init__(self, *filed: Objective) -> None:
        self._filed = {one.id: one for one in filed}

    def show(self, name: str) -> Objective:
        if name not in self._filed:
            raise NotFound("gone")
        return self._filed[name]


class App:
    def __init__(self, *filed: Objective) -> None:
        self.objectives = Files(*filed)


@pytest.fixture
def run(monkeypatch, capsys):
    """`run(output, ended=…)` → (exit code, stdout, stderr)."""

    def carried(output: Output, ended: Objective | None = None, filed: tuple[Objective, ...] = ()):
        monkeypatch.setattr(session, "open_app", lambda terms: App(*filed))

        def engine(app, view, asker) -> Objective:
            view.show(Event(kind="request-received", objective=ID, at=NOW, about={"text": "x"}))
            if ended is None:
                raise KeyboardInterrupt
            return ended

        code = session.carry(Terms(), output, engine)
        said = capsys.readouterr()
        return code, said.out, said.err

    return carried


@pytest.mark.parametrize(("verdict", "code"), [("achieved", 0), ("partly", 7), ("undecided", 6), ("refused", 5)])
def test_the_exit_code_is_the_outcomes(run, verdict, code):
    ended = objective(Outcome(verdict=verdict, summary="so", exit_code=code))
    assert run(Output(), ended)[0] == code


@pytest.mark.parametrize("code", [0, 1, 5, 6, 7])
def test_stdout_is_one_json_document_at_every_exit_code(run, code):
    ended = objective(Outcome(verdict="failed", summary="so", exit_code=code))
    given, out, err = run(Output(form="json"), ended)
    assert given == code
    assert json.loads(out)["outcome"]["exit_code"] == code
    assert "so" in err


def test_json_lines_are_the_story_and_the_objective(run):
    ended = objective(Outcome(verdict="achieved", summary="so"))
    _, out, _ = run(Output(form="jsonl"), ended)
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["request-received", "objective"]


def test_what_was_read_is_on_stdout_once(run):
    ended = objective(Outcome(verdict="achieved", summary="so", data=[{"name": "web1"}]))
    assert run(Output(), ended)[1].count("web1") == 1
    assert run(Output(form="tsv"), ended)[1] == "web1\n"


def test_an_interrupted_run_names_the_command_that_resumes_it(run):
    code, out, err = run(Output(form="json"), None, (objective(None),))
    assert code == 130
    assert "azlin objective resume aaaaaaaa" in err
    assert json.loads(out)["outcome"] is None


def test_interrupted_before_anything_was_filed_there_is_nothing_to_resume(run):
    with pytest.raises(KeyboardInterrupt):
        run(Output())


@pytest.mark.parametrize("begun", [True, False])
def test_a_full_disk_in_the_middle_names_the_command_that_goes_on(monkeypatch, begun):
    monkeypatch.setattr(session, "open_app", lambda terms: App())
    full = StateUnwritable("cannot write the journal", why="disk full", fix="free some space")

    def engine(app, view, asker) -> Objective:
        view.show(Event(kind="operation-started" if begun else "plan-made", objective=ID, at=NOW, about=ABOUT))
        raise full

    with pytest.raises(AzlinError) as stopped:
        session.carry(Terms(), Output(form="json"), engine)
    assert stopped.value.exit_code == (7 if begun else 1)
    assert ("azlin objective resume aaaaaaaa" in stopped.value.fix) == begun
    assert stopped.value.why == "disk full"


ABOUT = {"operation": "vm", "plan": Plan(operations=(), made_against=MadeAgainst(cloud="sandbox"))}
