"""What `azlin doit` makes of its flags, before any engine starts."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from azlin.agentic.terms import Terms
from azlin.cli import doit as module
from azlin.cli import session
from azlin.cli.doit import doit, refuse_contradictions
from azlin.errors import UsageRefused


@pytest.fixture
def given(monkeypatch):
    """Runs `doit` up to the engine: (text, terms, output) as the engine would get them."""

    def type_(*arguments: str, stdin: str = "", env: dict[str, str] | None = None):
        got = {}

        class App:
            def doit(self, text, terms, view, asker):
                got.update(text=text, terms=terms)

        def carry(terms, output, run):
            run(App(), None, None)
            got["output"] = output
            return 0

        monkeypatch.setattr(session, "carry", carry)
        done = CliRunner().invoke(doit, list(arguments), input=stdin, env=env, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return got

    return type_


def test_words_need_no_quotes(given):
    assert given("create", "a", "vm", "called", "Sam")["text"] == "create a vm called Sam"


def test_a_dash_reads_standard_input(given):
    assert given("-", stdin="create a vm\n")["text"] == "create a vm"


def test_no_flag_means_the_careful_terms(given):
    assert given("x")["terms"] == Terms()


@pytest.mark.parametrize(
    ("flags", "field", "value"),
    [
        (["-n"], "dry_run", True),
        (["--dry-run", "--exit-code"], "exit_code", True),
        (["-y"], "yes", True),
        (["--allow", "destroys"], "allow", ("destroys",)),
        (["--allow", "destroys,unpriced", "--allow", "over-budget"], "allow", ("destroys", "unpriced", "over-budget")),
        (["--read-only"], "read_only", True),
        (["--strategy", "arm"], "strategy", "arm"),
        (["--chaos", "42"], "chaos", 42),
        (["-g", "web"], "group", "web"),
        (["--resource-group", "web"], "group", "web"),
        (["-l", "westeurope"], "location", "westeurope"),
        (["--subscription", "prod"], "subscription", "prod"),
        (["--max-operations", "3"], "max_operations", 3),
        (["--skip-cost-check"], "skip_cost_check", True),
        (["--sandbox"], "sandbox", True),
        (["--no-input"], "no_input", True),
        (["--on-failure", "undo"], "on_failure", "undo"),
        (["--save", "p.json"], "save_path", Path("p.json")),
    ],
)
def test_every_flag_reaches_the_terms(given, flags, field, value):
    assert getattr(given("x", *flags)["terms"], field) == value


def test_a_saved_plan_needs_no_text(given, tmp_path):
    plan = tmp_path / "p.json"
    plan.write_text("{}")
    assert given("--plan", str(plan))["terms"].plan_path == plan


def test_inside_the_sandbox_environment_it_is_the_sandbox(given):
    assert given("x", env={"AZLIN_SANDBOX": "1"})["terms"].sandbox is True


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", Terms()),
        ("x", Terms(plan_path=Path("p"))),
        ("x", Terms(exit_code=True)),
        ("x", Terms(read_only=True, yes=True)),
        ("x", Terms(read_only=True, allow=("destroys",))),
        ("x", Terms(no_input=True, on_failure="ask")),
        ("", Terms(plan_path=Path("p"), save_path=Path("q"))),
        ("", Terms(plan_path=Path("p"), skip_cost_check=True)),
        ("", Terms(plan_path=Path("p"), group="web")),
        ("", Terms(plan_path=Path("p"), location="westeurope")),
    ],
)
def test_a_contradiction_is_refused(text, terms):
    with pytest.raises(UsageRefused) as caught:
        refuse_contradictions(text, terms)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "flags",
    [["--allow", "everything"], ["--strategy", "magic"], ["--max-operations", "-1"], ["--plan", "no/such/file"]],
)
def test_an_impossible_value_is_exit_2(flags):
    assert CliRunner().invoke(doit, ["x", *flags]).exit_code == 2


def test_only_strategies_that_exist_are_offered():
    assert module.STRATEGIES == ("azure-cli", "arm")
