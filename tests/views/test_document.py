"""One document on stdout: the same shape at every exit code, cut by a query, whole in its file or not there."""

import io
import json
import stat

import pytest
import yaml

from azlin.agentic.types import Intent, Outcome
from azlin.errors import StateUnwritable, UsageRefused
from azlin.views.document import DocumentView, query, write


def finished(objective, form, **options) -> str:
    out = io.StringIO()
    view = DocumentView(form, out, **options)
    view.finish(objective)
    return out.getvalue()


def test_json_shows_the_objective_with_what_follows_from_it(made):
    _, objective = made
    document = json.loads(finished(objective, "json"))
    assert document["id"] == objective.id
    assert document["schema"] == 1
    assert document["plan"]["fingerprint"] == objective.plan.fingerprint
    assert document["quote"]["monthly"] == {"low": 8.76, "expected": 8.76, "high": 8.76}
    assert document["quote"]["unpriced"][0]["reason"] == "no row in the table"
    assert document["outcome"]["verdict"] == "achieved"
    assert document["next_step"] is None
    assert document["plan"]["operations"][1]["target"]["name"] == "Sam"


def test_money_is_a_number_with_the_digits_it_had(made):
    _, objective = made
    line = json.loads(finished(objective, "json"))["quote"]["lines"][0]
    assert line["unit_price"] == 0.012
    assert line["quantity"] == 730


def test_a_question_has_the_same_shape_as_a_success(made, nouns):
    _, achieved = made
    intent = Intent(family="", action="", summary="", questions=("What should be made?",))
    asked = nouns.objective_of(
        None, Outcome(verdict="undecided", summary="?", exit_code=6), intent=intent, quote=None, budget=None
    )
    document = json.loads(finished(asked, "json"))
    assert document.keys() == json.loads(finished(achieved, "json")).keys()
    assert document["intent"]["questions"] == ["What should be made?"]
    assert document["outcome"]["exit_code"] == 6


def test_yaml_holds_the_same_as_json(made):
    _, objective = made
    assert yaml.safe_load(finished(objective, "yaml")) == json.loads(finished(objective, "json"))


def test_a_table_shows_what_was_read(listed):
    _, objective = listed
    assert finished(objective, "table") == (
        "Name  Size          State    Tags\n"
        "----  ------------  -------  --------------\n"
        'web1  Standard_B1s  running  {"env":"test"}\n'
        "web2  Standard_B2s\n"
    )


def test_tab_separated_values_have_no_heading(listed):
    _, objective = listed
    assert finished(objective, "tsv") == 'web1\tStandard_B1s\trunning\t{"env":"test"}\nweb2\tStandard_B2s\t\t\n'


def test_a_cell_cannot_break_out_of_its_column():
    assert write([{"a": "x\ty\nz\\"}], "tsv") == "x\\ty\\nz\\\\\n"
    assert write([{"a": "x\x1b[2Jy"}], "table").count("\x1b") == 0


def test_wide_characters_keep_the_columns_straight():
    lines = write([{"a": "日本", "b": "x"}, {"a": "abcd", "b": "y"}], "table").splitlines()
    assert lines[2] == "日本  x"
    assert lines[3] == "abcd  y"


def test_a_request_that_read_nothing_has_no_table(made):
    _, objective = made
    assert finished(objective, "table") == ""


def test_a_query_cuts_the_objective_in_every_form(listed):
    _, objective = listed
    cut = query("outcome.data[].name")
    assert json.loads(finished(objective, "json", cut=cut)) == ["web1", "web2"]
    assert finished(objective, "tsv", cut=cut) == "web1\nweb2\n"
    assert finished(objective, "tsv", cut=query("outcome.data[].[name, size]")).startswith("web1\tStandard_B1s\n")


def test_a_query_can_compute_with_money(made):
    _, objective = made
    assert json.loads(finished(objective, "json", cut=query("sum(quote.lines[].expected)"))) == 8.76
    assert json.loads(finished(objective, "json", cut=query("quote.lines[?expected > `8`].meter"))) == ["B1s"]


def test_a_query_that_is_not_valid_is_refused_before_it_is_used():
    with pytest.raises(UsageRefused) as caught:
        query("outcome.[")
    assert caught.value.exit_code == 2


def test_a_query_that_does_not_fit_is_refused(made):
    _, objective = made
    with pytest.raises(UsageRefused):
        finished(objective, "json", cut=query("sum(id)"))


def test_a_file_is_written_whole_and_private(made, tmp_path):
    _, objective = made
    target = tmp_path / "out.json"
    assert finished(objective, "json", to_path=target) == ""
    assert json.loads(target.read_text())["id"] == objective.id
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_an_error(made, tmp_path):
    _, objective = made
    (tmp_path / "out.json").mkdir()
    with pytest.raises(StateUnwritable):
        finished(objective, "json", to_path=tmp_path / "out.json")
